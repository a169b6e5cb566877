-- Rights of the service's own users over their data (GDPR 15, 17): what is held of them can be read by
-- them, and is pseudonymised when they or their tenant ask for it and the time of grace is over. The audit
-- log names users by id alone, so its facts stay.

CREATE TABLE erasure_requests (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    state text NOT NULL DEFAULT 'PENDING'
        CONSTRAINT erasure_requests_state_check CHECK (state IN ('PENDING', 'DONE', 'CANCELLED')),
    requested_at timestamptz NOT NULL DEFAULT now(),
    due_at timestamptz NOT NULL DEFAULT now() + interval '90 days',
    ended_at timestamptz,
    requested_by_credential uuid,
    requested_by_user uuid,
    CONSTRAINT erasure_requests_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT erasure_requests_user_fkey FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id) ON DELETE RESTRICT,
    CONSTRAINT erasure_requests_ended_dated CHECK ((state = 'PENDING') = (ended_at IS NULL)),
    CONSTRAINT erasure_requests_one_pending EXCLUDE USING btree (tenant_id WITH =, user_id WITH =) WHERE (state = 'PENDING')
);
ALTER TABLE erasure_requests ENABLE ROW LEVEL SECURITY;
ALTER TABLE erasure_requests FORCE ROW LEVEL SECURITY;
CREATE POLICY erasure_requests_of_app ON erasure_requests TO stratum_app
    USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());
GRANT SELECT, INSERT ON erasure_requests TO stratum_app;
GRANT UPDATE (state, ended_at) ON erasure_requests TO stratum_app;

CREATE FUNCTION is_due_for_erasure(person uuid) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN EXISTS (SELECT FROM erasure_requests e
        WHERE e.tenant_id = current_tenant() AND e.user_id = person AND e.state = 'PENDING' AND e.due_at <= now());

-- The app may change nothing of a user but into a pseudonym, and nobody's before it is due.
CREATE POLICY users_of_app ON users FOR SELECT TO stratum_app USING (tenant_id = current_tenant());
CREATE POLICY users_erased_by_app ON users FOR UPDATE TO stratum_app
    USING (tenant_id = current_tenant() AND is_due_for_erasure(id))
    WITH CHECK (tenant_id = current_tenant() AND status = 'DEACTIVATED' AND email = 'erased-' || id || '@invalid');
GRANT SELECT (tenant_id, id, status, roles) ON users TO stratum_app;
GRANT UPDATE (email, display_name, status) ON users TO stratum_app;
CREATE POLICY api_keys_of_app ON api_keys FOR SELECT TO stratum_app USING (tenant_id = current_tenant());
CREATE POLICY api_keys_erased_by_app ON api_keys FOR UPDATE TO stratum_app
    USING (tenant_id = current_tenant() AND is_due_for_erasure(user_id))
    WITH CHECK (tenant_id = current_tenant() AND revoked_at IS NOT NULL);
GRANT SELECT (tenant_id, id, user_id, revoked_at) ON api_keys TO stratum_app;
GRANT UPDATE (display_name, revoked_at) ON api_keys TO stratum_app;

-- A user's own data is read together with the events about the user, in one snapshot.
CREATE POLICY users_of_audit_reader ON users FOR SELECT TO stratum_audit_reader USING (tenant_id = current_tenant());
CREATE POLICY api_keys_of_audit_reader ON api_keys FOR SELECT TO stratum_audit_reader USING (tenant_id = current_tenant());
CREATE POLICY erasure_requests_of_audit_reader ON erasure_requests FOR SELECT TO stratum_audit_reader
    USING (tenant_id = current_tenant());
GRANT SELECT (tenant_id, id, email, display_name, roles, extra_permissions, status, created_at) ON users TO stratum_audit_reader;
GRANT SELECT (tenant_id, id, user_id, prefix, display_name, roles, extra_permissions, expires_at, revoked_at, created_at)
    ON api_keys TO stratum_audit_reader;
GRANT SELECT ON erasure_requests TO stratum_audit_reader;
