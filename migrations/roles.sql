-- One login role a purpose. Run by `stratum migrate` before every migration, as the administrator of
-- the database; safe to repeat. Roles belong to the cluster, so databases of one cluster share them.
-- No role but the migrator owns anything, and none can get round row-level security.
DO $roles$
DECLARE
    role_name text;
BEGIN
    -- Two databases of one cluster may be migrated at once.
    PERFORM pg_advisory_xact_lock(7234091);
    FOREACH role_name IN ARRAY ARRAY[
        'stratum_migrator',     -- owns the schema
        'stratum_app',          -- one tenant a transaction
        'stratum_auth',         -- looks credentials up before a tenant is known
        'stratum_audit_writer', -- appends audit events of any tenant or none
        'stratum_audit_reader', -- reads one tenant's audit events
        'stratum_index',        -- reads what similarity needs, across tenants
        'stratum_rescan'        -- looks at every text of one tenant, hidden or not
    ] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
            EXECUTE format('CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT NOBYPASSRLS', role_name);
        END IF;
    END LOOP;
    EXECUTE format('GRANT stratum_migrator TO %I', current_user);
    EXECUTE format('GRANT CREATE, TEMPORARY ON DATABASE %I TO stratum_migrator', current_database());
    REVOKE ALL ON SCHEMA public FROM PUBLIC;
    GRANT USAGE, CREATE ON SCHEMA public TO stratum_migrator;
    GRANT USAGE ON SCHEMA public TO stratum_app, stratum_auth, stratum_audit_writer, stratum_audit_reader, stratum_index,
        stratum_rescan;
END
$roles$;
