-- What the guard lets pass for a tenant, and what is held because newer detectors find more.

CREATE TABLE phi_allow_list (
    tenant_id uuid NOT NULL CONSTRAINT phi_allow_list_tenant_fkey REFERENCES tenants (id) ON DELETE RESTRICT,
    id uuid NOT NULL,
    phrase text NOT NULL CONSTRAINT phi_allow_list_phrase_length CHECK (char_length(phrase) BETWEEN 3 AND 60),
    -- Empty for both.
    kind text NOT NULL CONSTRAINT phi_allow_list_kind_check CHECK (kind IN ('', 'NAME', 'GEOGRAPHY')),
    added_by_credential uuid,
    added_by_user uuid,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT phi_allow_list_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT phi_allow_list_phrase_key UNIQUE (tenant_id, phrase, kind),
    -- Five digits are a number of somebody's.
    CONSTRAINT phi_allow_list_no_number CHECK (char_length(regexp_replace(phrase, '[^0-9]', '', 'g')) < 5)
);
ALTER TABLE phi_allow_list ENABLE ROW LEVEL SECURITY;
ALTER TABLE phi_allow_list FORCE ROW LEVEL SECURITY;
CREATE POLICY phi_allow_list_of_app ON phi_allow_list TO stratum_app
    USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());
-- Added and taken out, never changed; the audit log keeps both.
GRANT SELECT, INSERT, DELETE ON phi_allow_list TO stratum_app;

ALTER TABLE precedent_versions DROP CONSTRAINT precedent_versions_change_kind_check;
ALTER TABLE precedent_versions ADD CONSTRAINT precedent_versions_change_kind_check
    CHECK (change_kind IN ('CREATED', 'UPDATED', 'ARCHIVED', 'RESTORED', 'OUTCOME_RECORDED', 'VALIDATED', 'RESCANNED'));
