-- 42 CFR Part 2: consents, what they permit, and a second wall around the rows that rest on them.
-- The wall stands in the policies, so that every statement of every slice meets it: a row of restricted
-- origin is there for a caller with sud.read, under a tenant's agreement and an active consent, or it is
-- not there at all.

-- What no role grants is granted by name.
ALTER TABLE users ADD COLUMN extra_permissions text[] NOT NULL DEFAULT '{}'
    CONSTRAINT users_extra_permissions_check CHECK (extra_permissions <@ ARRAY['sud.read', 'sud.write']);
ALTER TABLE certificates ADD COLUMN extra_permissions text[] NOT NULL DEFAULT '{}'
    CONSTRAINT certificates_extra_permissions_check CHECK (extra_permissions <@ ARRAY['sud.read', 'sud.write']);
ALTER TABLE api_keys ADD COLUMN extra_permissions text[] NOT NULL DEFAULT '{}'
    CONSTRAINT api_keys_extra_permissions_check CHECK (extra_permissions <@ ARRAY['sud.read', 'sud.write']);

-- An opaque reference into the tenant's own consent system: no form, no name, of the signing the year alone.
CREATE TABLE consents (
    tenant_id uuid NOT NULL CONSTRAINT consents_tenant_fkey REFERENCES tenants (id) ON DELETE RESTRICT,
    id uuid NOT NULL,
    version bigint NOT NULL DEFAULT 1 CONSTRAINT consents_version_positive CHECK (version > 0),
    consent_ref text NOT NULL
        CONSTRAINT consents_ref_format CHECK (consent_ref ~ '^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$'),
    basis text NOT NULL CONSTRAINT consents_basis_check CHECK (basis IN ('WRITTEN_CONSENT', 'PROGRAM_ATTESTATION')),
    scope text NOT NULL CONSTRAINT consents_scope_check CHECK (scope IN ('TPO', 'SPECIFIC')),
    recipients_class text NOT NULL CONSTRAINT consents_recipients_class_check
        CHECK (recipients_class IN ('TREATING_PROVIDERS', 'PAYERS', 'CONTRACTORS', 'ALL_TPO_RECIPIENTS')),
    purpose text NOT NULL CONSTRAINT consents_purpose_check
        CHECK (purpose IN ('TREATMENT', 'PAYMENT', 'OPERATIONS', 'ALL_TPO')),
    granted_year smallint NOT NULL CONSTRAINT consents_granted_year_range CHECK (granted_year BETWEEN 1990 AND 2100),
    expires_on date,
    state text NOT NULL DEFAULT 'ACTIVE'
        CONSTRAINT consents_state_check CHECK (state IN ('ACTIVE', 'WITHDRAWN', 'EXPIRED')),
    withdrawn_at timestamptz,
    recorded_by_credential uuid,
    recorded_by_user uuid,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT consents_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT consents_ref_key UNIQUE (tenant_id, consent_ref, purpose),
    CONSTRAINT consents_withdrawn_dated CHECK ((state = 'WITHDRAWN') = (withdrawn_at IS NOT NULL)),
    CONSTRAINT consents_scope_fits_purpose CHECK ((scope = 'TPO') = (purpose = 'ALL_TPO'))
);

-- Withdrawn and expired are final: a new consent is a new row.
CREATE FUNCTION refuse_consent_revival() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'ACTIVE' THEN
        RAISE EXCEPTION 'a consent that ended stays ended'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'consents_end_is_final';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER consents_end_is_final BEFORE UPDATE ON consents
    FOR EACH ROW EXECUTE FUNCTION refuse_consent_revival();

ALTER TABLE consents ENABLE ROW LEVEL SECURITY;
ALTER TABLE consents FORCE ROW LEVEL SECURITY;
CREATE POLICY consents_of_app ON consents TO stratum_app
    USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());
-- What a consent says is never changed, only that it ended.
GRANT SELECT, INSERT ON consents TO stratum_app;
GRANT UPDATE (state, version, withdrawn_at, updated_at) ON consents TO stratum_app;

-- Whether a consent of the current tenant permits the use of a record of this origin for appealing its
-- denial: `privacy::consent::rule` says the same in code, and a test holds the two together.
CREATE FUNCTION consent_permits(origin text, consent uuid) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN EXISTS (
        SELECT FROM consents c JOIN tenants t ON t.id = c.tenant_id
        WHERE c.tenant_id = current_tenant() AND c.id = consent AND c.state = 'ACTIVE'
            AND (c.expires_on IS NULL OR c.expires_on > (now() AT TIME ZONE 'UTC')::date)
            AND t.sud_agreement_until > now()
            AND CASE origin WHEN 'SUD' THEN c.purpose IN ('PAYMENT', 'ALL_TPO')
                WHEN 'PSYCHOTHERAPY' THEN c.purpose = 'PAYMENT'
                ELSE false END);

-- Whether the transaction's caller may see a restricted row. The app sets app.sud_read for a caller with the
-- permission, and for that transaction alone.
CREATE FUNCTION sees_restricted(origin text, consent uuid) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN current_setting('app.sud_read', true) = 'on' AND consent_permits(origin, consent);

ALTER TABLE precedents ADD COLUMN consent_id uuid;
ALTER TABLE precedents ADD CONSTRAINT precedents_consent_fkey
    FOREIGN KEY (tenant_id, consent_id) REFERENCES consents (tenant_id, id) ON DELETE RESTRICT;
ALTER TABLE precedents ADD CONSTRAINT precedents_restricted_needs_consent
    CHECK ((data_origin IN ('SUD', 'PSYCHOTHERAPY')) = (consent_id IS NOT NULL));
CREATE INDEX precedents_of_consent ON precedents (tenant_id, consent_id) WHERE consent_id IS NOT NULL;

DROP POLICY precedents_of_app ON precedents;
CREATE POLICY precedents_of_app ON precedents TO stratum_app
    USING (tenant_id = current_tenant()
        AND (data_origin NOT IN ('SUD', 'PSYCHOTHERAPY') OR sees_restricted(data_origin, consent_id)))
    WITH CHECK (tenant_id = current_tenant()
        AND (data_origin NOT IN ('SUD', 'PSYCHOTHERAPY') OR sees_restricted(data_origin, consent_id)));
DROP POLICY precedents_public ON precedents;
CREATE POLICY precedents_public ON precedents FOR SELECT TO stratum_app
    USING (tenant_id = '00000000-0000-7000-8000-000000000001' AND data_origin NOT IN ('SUD', 'PSYCHOTHERAPY'));

-- What hangs on a precedent is there for who sees the precedent as it stands now: its origin is that of
-- every version it ever had.
DROP POLICY precedent_versions_of_app ON precedent_versions;
CREATE POLICY precedent_versions_of_app ON precedent_versions TO stratum_app
    USING (tenant_id = current_tenant() AND EXISTS (
        SELECT FROM precedents p WHERE p.tenant_id = precedent_versions.tenant_id AND p.id = precedent_versions.precedent_id))
    WITH CHECK (tenant_id = current_tenant());
DROP POLICY precedent_applications_of_app ON precedent_applications;
CREATE POLICY precedent_applications_of_app ON precedent_applications TO stratum_app
    USING (tenant_id = current_tenant() AND EXISTS (
        SELECT FROM precedents p WHERE p.tenant_id = precedent_applications.tenant_id AND p.id = precedent_applications.precedent_id))
    WITH CHECK (tenant_id = current_tenant());

-- Words are searched by the thousand, so they carry a mark of their own.
ALTER TABLE precedent_words ADD COLUMN is_restricted boolean NOT NULL DEFAULT false;
DROP POLICY precedent_words_of_app ON precedent_words;
CREATE POLICY precedent_words_of_app ON precedent_words TO stratum_app
    USING (tenant_id = current_tenant() AND (NOT is_restricted OR current_setting('app.sud_read', true) = 'on'))
    WITH CHECK (tenant_id = current_tenant());
DROP POLICY precedent_words_public ON precedent_words;
CREATE POLICY precedent_words_public ON precedent_words FOR SELECT TO stratum_app
    USING (tenant_id = '00000000-0000-7000-8000-000000000001' AND NOT is_restricted);
