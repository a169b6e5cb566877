//! Who may do what to which table is a text in the repository, and the catalogue says the same.

use std::fmt::Write as _;

use stratum::db::DbRole;

use crate::harness::db::{Database, Sql};

const CHECKED_IN: &str = include_str!("grants.txt");

const HEAD: &str = "\
# What each login role may do: privileges on tables and functions, then the policies that choose rows.
# Compared with the catalogue by tests/schema/grants.rs, which writes the present state beside the test's
# output when they differ. Partitions have no line: nobody is granted anything on them.
";

/// Privileges of the roles that own nothing, a line for each table they may touch.
async fn tables(superuser: &mut Sql, out: &mut String) {
    for role in DbRole::ALL
        .iter()
        .map(|role| role.name())
        .filter(|role| *role != "stratum_migrator")
    {
        writeln!(out, "\n[{role}]").expect("text");
        let sql = format!(
            "SELECT c.relname || ' ' || string_agg(verb, ' ' ORDER BY at) || coalesce(' columns ' || (
                    SELECT string_agg(a.attname || '(' || v || ')', ',') FROM pg_attribute a,
                        unnest(ARRAY['SELECT', 'INSERT', 'UPDATE']) AS v
                    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT has_table_privilege('{role}', c.oid, v)
                        AND has_column_privilege('{role}', c.oid, a.attnum, v)), '')
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace,
                unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) WITH ORDINALITY AS v(verb, at)
            WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p', 'v', 'm')
                AND (has_table_privilege('{role}', c.oid, verb)
                    OR (at <= 3 AND has_any_column_privilege('{role}', c.oid, verb)))
            GROUP BY c.oid, c.relname ORDER BY c.relname"
        );
        for line in superuser.column::<String>(&sql).await {
            writeln!(out, "{line}").expect("text");
        }
        let sql = format!(
            "SELECT c.relname || ' ' || verb FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace,
                unnest(ARRAY['USAGE', 'SELECT', 'UPDATE']) AS verb
            WHERE n.nspname = 'public' AND c.relkind = 'S' AND has_sequence_privilege('{role}', c.oid, verb) ORDER BY 1"
        );
        for line in superuser.column::<String>(&sql).await {
            writeln!(out, "sequence {line}").expect("text");
        }
        // Trigger functions run for whoever fires them and can't be called.
        let sql = format!(
            "SELECT p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')'
                || CASE WHEN p.prosecdef THEN ' as ' || pg_get_userbyid(p.proowner) ELSE '' END
            FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
            WHERE n.nspname = 'public' AND p.prorettype <> 'trigger'::regtype AND has_function_privilege('{role}', p.oid, 'EXECUTE')
            ORDER BY 1"
        );
        for line in superuser.column::<String>(&sql).await {
            writeln!(out, "function {line}").expect("text");
        }
    }
}

async fn policies(superuser: &mut Sql, out: &mut String) {
    writeln!(out, "\n[policies]").expect("text");
    let sql = "SELECT tablename || ' ' || policyname || ': ' || cmd || ' to ' || array_to_string(roles, ',')
            || coalesce(' using ' || qual, '') || coalesce(' check ' || with_check, '')
        FROM pg_policies WHERE schemaname = 'public' ORDER BY tablename, policyname";
    for line in superuser.column::<String>(sql).await {
        writeln!(out, "{}", line.split_whitespace().collect::<Vec<_>>().join(" ")).expect("text");
    }
}

#[tokio::test]
async fn the_catalogue_grants_what_the_text_says() {
    let database = Database::clone().await;
    let mut superuser = database.superuser().await;
    let mut present = HEAD.to_owned();
    tables(&mut superuser, &mut present).await;
    policies(&mut superuser, &mut present).await;
    if present != CHECKED_IN {
        let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("grants.txt");
        std::fs::write(&path, &present).expect("a file written");
        let missing: Vec<&str> = CHECKED_IN
            .lines()
            .filter(|line| !present.lines().any(|l| l == *line))
            .collect();
        let new: Vec<&str> = present
            .lines()
            .filter(|line| !CHECKED_IN.lines().any(|l| l == *line))
            .collect();
        panic!(
            "grants differ from tests/schema/grants.txt.\ngone: {missing:#?}\nnew: {new:#?}\n\
            If that is meant: cp {} tests/schema/grants.txt",
            path.display()
        );
    }
}
