//! How the source is written: rules that each guard a property (DESIGN §2), looked for in the text.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;

/// Files and functions over the limit, with their size. A line leaves when the offender shrinks below the
/// limit, and its number only ever goes down: this is a ratchet, not a list to add to.
const OFFENDERS: &str = include_str!("tidy.txt");
const FILE_LINES_MAX: usize = 400;
const FUNCTION_LINES_MAX: usize = 70;

/// A file of the source.
struct Source {
    /// From `src/`, such as `rpc/error.rs`.
    name: String,
    text: String,
    /// The text with comments and the insides of strings blanked out.
    blank: String,
    /// That without its tests; the same line numbers.
    code: String,
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (mut found, mut pending) = (Vec::new(), vec![root.clone()]);
    while let Some(directory) = pending.pop() {
        for entry in fs::read_dir(directory).expect("a directory") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                pending.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    found.into_iter().map(|path| Source::read(&root, &path)).collect()
}

impl Source {
    fn read(root: &Path, path: &PathBuf) -> Self {
        let text = fs::read_to_string(path).expect("a file");
        let name = path
            .strip_prefix(root)
            .expect("below src")
            .to_str()
            .expect("UTF-8")
            .to_owned();
        let blank = blanked(&text);
        let code = without_tests(&blank);
        Self {
            name,
            text,
            blank,
            code,
        }
    }

    fn is_test(&self) -> bool {
        self.name.contains("/tests/")
            || self
                .name
                .rsplit('/')
                .next()
                .is_some_and(|file| file.starts_with("tests"))
    }

    fn is_store(&self) -> bool {
        self.name.ends_with("/store.rs")
    }

    /// The slice or room, such as `precedents`.
    fn room(&self) -> &str {
        self.name.split('/').next().unwrap_or_default().trim_end_matches(".rs")
    }

    /// `name:line` of every match.
    fn places(&self, code: &str, pattern: &Regex) -> Vec<String> {
        let line = |at: usize| code[..at].matches('\n').count() + 1;
        pattern
            .find_iter(code)
            .map(|found| format!("{}:{}", self.name, line(found.start())))
            .collect()
    }
}

/// Code of no tests, to be looked through.
fn code() -> Vec<Source> {
    sources().into_iter().filter(|source| !source.is_test()).collect()
}

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a pattern")
}

/// Where a lexer stands.
#[derive(Clone, Copy, PartialEq)]
enum At {
    Code,
    Line,
    Block(usize),
    Text,
    Raw(usize),
}

/// The text with comments, and what strings and characters hold, replaced by spaces.
fn blanked(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let (mut out, mut at, mut i) = (String::with_capacity(text.len()), At::Code, 0);
    let starts = |i: usize, word: &str| word.chars().enumerate().all(|(n, c)| chars.get(i + n) == Some(&c));
    while let Some(c) = chars.get(i).copied() {
        if at == At::Code && !matches!(c, '/' | '"' | 'r' | '\'') {
            out.push(c);
            i += 1;
            continue;
        }
        let (next, length) = match at {
            At::Code if starts(i, "//") => (At::Line, 2),
            At::Code if starts(i, "/*") => (At::Block(1), 2),
            At::Code if c == '"' => (At::Text, 1),
            At::Code if c == 'r' && is_raw_string(&chars, i) => {
                let hashes = chars[i + 1..].iter().take_while(|c| **c == '#').count();
                (At::Raw(hashes), hashes + 2)
            }
            At::Code if c == '\'' => (At::Code, character_length(&chars, i)),
            At::Code => (At::Code, 1),
            At::Line => (if c == '\n' { At::Code } else { At::Line }, 1),
            At::Block(1) if starts(i, "*/") => (At::Code, 2),
            At::Block(depth) if starts(i, "*/") => (At::Block(depth - 1), 2),
            At::Block(depth) if starts(i, "/*") => (At::Block(depth + 1), 2),
            At::Block(depth) => (At::Block(depth), 1),
            At::Text if c == '\\' => (At::Text, 2),
            At::Text => (if c == '"' { At::Code } else { At::Text }, 1),
            At::Raw(hashes) if c == '"' && starts(i + 1, &"#".repeat(hashes)) => (At::Code, hashes + 1),
            At::Raw(hashes) => (At::Raw(hashes), 1),
        };
        for n in 0..length {
            match chars.get(i + n) {
                Some('\n') => out.push('\n'),
                Some(c) if at == At::Code && (next == At::Code && length == 1) => out.push(*c),
                // Quotes stay, so that a string is still seen to be one.
                Some('"') => out.push('"'),
                Some(_) => out.push(' '),
                None => {}
            }
        }
        (at, i) = (next, i + length);
    }
    out
}

fn is_raw_string(chars: &[char], i: usize) -> bool {
    let is_word = |c: &char| c.is_alphanumeric() || *c == '_';
    let follows_word = i > 0 && chars.get(i - 1).is_some_and(|c| is_word(c) && *c != 'b');
    let hashes = chars[i + 1..].iter().take_while(|c| **c == '#').count();
    !follows_word && chars.get(i + 1 + hashes) == Some(&'"')
}

/// The length of a character literal; of a lifetime, the length of its tick.
fn character_length(chars: &[char], i: usize) -> usize {
    if chars.get(i + 1) == Some(&'\\') {
        let rest = chars[i + 2..].iter().skip(1).position(|c| *c == '\'');
        return rest.map_or(1, |at| at + 4);
    }
    if chars.get(i + 2) == Some(&'\'') { 3 } else { 1 }
}

/// The code without `#[cfg(test)]` modules that stand in the same file.
fn without_tests(code: &str) -> String {
    let mut out = code.to_owned();
    while let Some(at) = out.find("#[cfg(test)]\nmod tests {") {
        let end = at + block_length(&out[at..]);
        let blank: String = out[at..end].chars().filter(|c| *c == '\n').collect();
        out.replace_range(at..end, &blank);
    }
    out
}

/// Bytes up to the end of the first block in braces.
fn block_length(code: &str) -> usize {
    let (mut depth, mut within) = (0_usize, 0_usize);
    for (at, c) in code.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth <= 1 => return at + 1,
            '}' => depth -= 1,
            // The length of an array type is no end.
            '(' | '[' if depth == 0 => within += 1,
            ')' | ']' if depth == 0 => within = within.saturating_sub(1),
            ';' if depth == 0 && within == 0 => return at + 1,
            _ => {}
        }
    }
    code.len()
}

#[track_caller]
fn assert_none(rule: &str, places: Vec<String>) {
    assert!(places.is_empty(), "{rule}:\n  {}", places.join("\n  "));
}

#[test]
fn sql_stands_in_stores_alone() {
    let sql = pattern(
        r#""\s*(SELECT\s|INSERT INTO\s|UPDATE \w+\s+SET\s|DELETE FROM\s|WITH \w+ AS|TRUNCATE\s|(CREATE|ALTER|DROP) (TABLE|INDEX|ROLE)|SET (LOCAL|ROLE))"#,
    );
    let run = pattern(r"sqlx::(query|raw_sql)\w*|AssertSqlSafe");
    let mut places = Vec::new();
    for source in code()
        .iter()
        .filter(|source| !source.is_store() && source.room() != "db")
    {
        places.extend(source.places(&source.text, &sql));
        places.extend(source.places(&source.code, &run));
    }
    assert_none("SQL only in */store.rs and src/db/", places);
}

/// Which is how every one of them gets prepared against the schema.
#[test]
fn a_store_runs_named_statements_alone() {
    let literal = pattern(r#"sqlx::(query\w*|raw_sql)(::<[^>]*>)?\(\s*(r?#*"|&?format!)"#);
    let mut places = Vec::new();
    let aggregated =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/db/statement.rs")).expect("a file");
    for source in code().iter().filter(|source| source.is_store()) {
        places.extend(source.places(&source.code, &literal));
        let path = source.name.trim_end_matches(".rs").replace('/', "::");
        if source.code.contains("statements! {") && !aggregated.contains(&format!("crate::{path}::STATEMENTS")) {
            places.push(format!("{}: its statements are not in db/statement.rs", source.name));
        }
    }
    assert_none(
        "stores run constants of statements!, and every store's are in db/statement.rs",
        places,
    );
}

#[test]
fn a_status_is_made_in_one_place() {
    let made = pattern(
        r"\bStatus::(new|ok|cancelled|unknown|invalid_argument|deadline_exceeded|not_found|already_exists|permission_denied|resource_exhausted|failed_precondition|aborted|out_of_range|unimplemented|internal|unavailable|data_loss|unauthenticated|with_\w+|from_error)\(",
    );
    let places = code()
        .iter()
        .filter(|s| s.name != "rpc/error.rs")
        .flat_map(|s| s.places(&s.code, &made))
        .collect();
    assert_none("Status is made only in rpc/error.rs", places);
}

/// A new field of a request is then a compile error where it must be thought of.
#[test]
fn requests_are_taken_apart_whole() {
    let partly = pattern(r"\b[A-Z]\w*Request\s*\{[^{}]*\.\.\s*\}");
    let whole = code();
    let places = whole
        .iter()
        .filter(|s| s.name.ends_with("api.rs"))
        .flat_map(|s| s.places(&s.code, &partly))
        .collect();
    assert_none("requests are destructured without `..`", places);
}

#[test]
fn a_slice_calls_anothers_store_and_never_its_api() {
    let other = pattern(r"\b(?:crate|super::super)::(\w+)::api\b");
    let mut places = Vec::new();
    for source in code().iter().filter(|source| source.name.contains('/')) {
        for found in other.captures_iter(&source.code) {
            if &found[1] != source.room() {
                places.push(format!("{} uses {}", source.name, &found[0]));
            }
        }
    }
    assert_none("a slice never calls another slice's api", places);
}

#[test]
fn lints_are_expected_and_never_allowed() {
    let allow = pattern(r"#!?\[allow\b");
    let all = sources();
    let places = all.iter().flat_map(|s| s.places(&s.blank, &allow)).collect();
    assert_none("#[expect(lint, reason)] in the place of #[allow]", places);
}

/// Clippy refuses these, and its exceptions say why.
#[test]
fn nothing_unwraps_without_saying_why() {
    let unwraps = pattern(r"\.(unwrap|expect|unwrap_err|expect_err)\(|\b(panic|unreachable|todo|unimplemented)!\(");
    let excused = pattern(r"clippy::(unwrap_used|expect_used|panic|unreachable)");
    let mut places = Vec::new();
    for source in code().iter().filter(|s| !excused.is_match(&s.code)) {
        places.extend(source.places(&source.code, &unwraps));
    }
    assert_none("no unwrap, expect or panic outside tests", places);
}

#[test]
fn no_unsafe() {
    let unsafe_code = pattern(r"\bunsafe\b");
    let all = sources();
    let places = all.iter().flat_map(|s| s.places(&s.blank, &unsafe_code)).collect();
    assert_none("no unsafe code", places);
}

/// The functions of a file and their lines.
fn functions(code: &str) -> Vec<(String, usize)> {
    let head = pattern(r"\bfn (\w+)");
    let length = |at: usize| code[at..at + block_length(&code[at..])].lines().count();
    head.captures_iter(code)
        .map(|found| {
            (
                found[1].to_owned(),
                length(found.get(0).map_or(0, |whole| whole.start())),
            )
        })
        .collect()
}

/// What is over a limit now, by name.
fn over_limit() -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    for source in sources() {
        let lines = source.text.lines().count();
        if lines > FILE_LINES_MAX {
            found.insert(source.name.clone(), lines);
        }
        for (name, lines) in functions(&source.blank)
            .into_iter()
            .filter(|(_, lines)| *lines > FUNCTION_LINES_MAX)
        {
            let place = format!("{} fn {name}", source.name);
            let known = found.entry(place).or_insert(lines);
            *known = lines.max(*known);
        }
    }
    found
}

#[test]
fn files_and_functions_fit() {
    let mut allowed = BTreeMap::new();
    for line in OFFENDERS
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
    {
        let (name, lines) = line.rsplit_once(' ').expect("a name and a number");
        allowed.insert(name.to_owned(), lines.parse::<usize>().expect("a number"));
    }
    let present = over_limit();
    let mut problems = Vec::new();
    for (name, lines) in &present {
        match allowed.get(name) {
            None => problems.push(format!(
                "{name} {lines}  is too long (files {FILE_LINES_MAX}, functions {FUNCTION_LINES_MAX})"
            )),
            Some(most) if lines > most => problems.push(format!("{name} {lines}  has grown from {most}")),
            Some(most) if lines < most => {
                problems.push(format!("{name} {lines}  has shrunk from {most}: write that down"))
            }
            Some(_) => {}
        }
    }
    let gone = allowed.keys().filter(|name| !present.contains_key(*name));
    problems.extend(gone.map(|name| format!("{name}  fits now: take it off the list")));
    assert_none("tests/tidy.txt", problems);
}

/// The reader of source text reads it as it is meant.
#[test]
fn the_reader_tells_code_from_text() {
    let text = "fn a<'x>(b: &'x str) -> char { // fn no() {\n let s = \"} fn no() {\"; r#\"}\"}\"#; '}'; '\\''; b\"}\"; /* } /* } */ */ 'c' }\nfn d() {}";
    let names: Vec<_> = functions(&blanked(text));
    assert_eq!(names, [("a".to_owned(), 2), ("d".to_owned(), 1)]);
    let kept = without_tests("fn a() {}\n#[cfg(test)]\nmod tests {\n fn b() { {} }\n}\nfn c() {}");
    assert_eq!(
        functions(&kept)
            .iter()
            .map(|(name, _)| name.as_str())
            .collect::<Vec<_>>(),
        ["a", "c"]
    );
    assert_eq!(kept.matches('\n').count(), 5);
}
