-- How consents end and begin anew, and the role that looks at every stored text, hidden or not.

-- A consent is known by its reference and its purpose, and at most one such is in force. Ended is final, so
-- who consents again is recorded in a new row under the same reference.
ALTER TABLE consents DROP CONSTRAINT consents_ref_key;
CREATE UNIQUE INDEX consents_ref_key ON consents (tenant_id, consent_ref, purpose) WHERE state = 'ACTIVE';
CREATE INDEX consents_of_reference ON consents (tenant_id, consent_ref, purpose);

-- When it was put on record that a consent has come to its end: never before that end. Whether anybody may
-- read by it does not wait for this; consent_permits looks at the day itself.
ALTER TABLE consents ADD COLUMN expired_at timestamptz;
ALTER TABLE consents ADD CONSTRAINT consents_expired_dated
    CHECK ((state = 'EXPIRED') = (expired_at IS NOT NULL));
ALTER TABLE consents ADD CONSTRAINT consents_expired_after_its_end
    CHECK (expired_at IS NULL OR (expires_on IS NOT NULL AND expired_at >= expires_on::timestamp AT TIME ZONE 'UTC'));
CREATE INDEX consents_that_end ON consents (tenant_id, expires_on) WHERE state = 'ACTIVE' AND expires_on IS NOT NULL;
GRANT UPDATE (expired_at) ON consents TO stratum_app;

-- A record rests on the consent that it names, or on the one that was recorded anew under the same reference
-- for the same purpose. Origin, scope and permission stay as strict as they were; only the patient's word is
-- asked for again, and it is looked for where it was found the first time:
--   * The reference is the tenant's own name for what the patient has signed. Who records it anew says that
--     this patient permits this use again; who means later records alone takes another reference.
--   * The purpose is part of it. A consent for another purpose promises something else, so it revives nothing,
--     and it can't stand in for one that is withdrawn while it lasts.
--   * At most one of the key is in force, so a withdrawal always hides what rests on it (INV-22).
CREATE OR REPLACE FUNCTION consent_permits(origin text, consent uuid) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN EXISTS (
        SELECT FROM consents named
            JOIN consents c ON c.tenant_id = named.tenant_id AND c.consent_ref = named.consent_ref AND c.purpose = named.purpose
            JOIN tenants t ON t.id = c.tenant_id
        WHERE named.tenant_id = current_tenant() AND named.id = consent AND c.state = 'ACTIVE'
            AND (c.expires_on IS NULL OR c.expires_on > (now() AT TIME ZONE 'UTC')::date)
            AND t.sud_agreement_until > now()
            AND CASE origin WHEN 'SUD' THEN c.purpose IN ('PAYMENT', 'ALL_TPO')
                WHEN 'PSYCHOTHERAPY' THEN c.purpose = 'PAYMENT'
                ELSE false END);

-- The rescan sees every row of one tenant, those too that an ended consent hides from everybody else: newer
-- detectors must not find them unseen when they come back. It can hold a row and mark it as seen, and change
-- nothing else; whoever could not see the row sees nothing of this.
CREATE POLICY precedents_of_rescan ON precedents TO stratum_rescan
    USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());
GRANT SELECT ON precedents TO stratum_rescan;
GRANT UPDATE (version, status, review_reasons, phi_scan_version, updated_at, revision) ON precedents TO stratum_rescan;
CREATE POLICY precedent_versions_of_rescan ON precedent_versions TO stratum_rescan
    USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());
GRANT SELECT (tenant_id, precedent_id, version, snapshot_sha256), INSERT ON precedent_versions TO stratum_rescan;
CREATE POLICY phi_allow_list_of_rescan ON phi_allow_list FOR SELECT TO stratum_rescan
    USING (tenant_id = current_tenant());
GRANT SELECT ON phi_allow_list TO stratum_rescan;
CREATE POLICY audit_events_of_rescan ON audit_events FOR INSERT TO stratum_rescan
    WITH CHECK (tenant_id = current_tenant());
GRANT INSERT ON audit_events TO stratum_rescan;

-- A reference of the tenant's own is unique among the records of one side of the wall: that one is taken must not
-- tell who may not see it that there is a restricted record. It serves look-ups by reference as before.
ALTER TABLE precedents DROP CONSTRAINT precedents_external_ref_key;
CREATE UNIQUE INDEX precedents_external_ref_key
    ON precedents (tenant_id, external_ref, (data_origin IN ('SUD', 'PSYCHOTHERAPY')));
