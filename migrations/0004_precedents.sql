-- Precedents. `content` is the record as the contract describes it (protobuf); the columns beside it
-- are what filters, statistics and constraints need, and both are written by one statement.

CREATE TABLE precedents (
    tenant_id uuid NOT NULL CONSTRAINT precedents_tenant_fkey REFERENCES tenants (id) ON DELETE RESTRICT,
    id uuid NOT NULL,
    version bigint NOT NULL CONSTRAINT precedents_version_positive CHECK (version > 0),
    status text NOT NULL CONSTRAINT precedents_status_check
        CHECK (status IN ('DRAFT', 'ACTIVE', 'NEEDS_REVIEW', 'ARCHIVED')),
    data_origin text NOT NULL CONSTRAINT precedents_data_origin_check
        CHECK (data_origin IN ('GENERAL', 'SUD', 'BEHAVIORAL', 'PSYCHOTHERAPY', 'REPRODUCTIVE', 'HIV', 'GENETIC',
            'PUBLIC_DECISION', 'SYNTHETIC')),
    sharing_scope text NOT NULL CONSTRAINT precedents_sharing_scope_check
        CHECK (sharing_scope IN ('PRIVATE', 'AGGREGATE_ONLY')),
    external_ref text,
    denial_types text[] NOT NULL,
    payer_id text,
    plan_id text,
    line_of_business text CONSTRAINT precedents_line_of_business_check
        CHECK (line_of_business IN ('COMMERCIAL_FULLY_INSURED', 'COMMERCIAL_SELF_FUNDED', 'EXCHANGE_QHP', 'MEDICARE_FFS',
            'MEDICARE_ADVANTAGE', 'MEDICARE_PART_D', 'MEDICAID_FFS', 'MEDICAID_MCO', 'CHIP', 'DSNP', 'TRICARE', 'VA',
            'FEHB', 'WORKERS_COMP', 'AUTO_PIP', 'DENTAL', 'VISION', 'SHORT_TERM', 'HEALTH_SHARING', 'OTHER')),
    service_category text,
    diagnosis_group text,
    event_year smallint,
    action_taken text CONSTRAINT precedents_action_taken_check
        CHECK (action_taken IN ('APPEAL', 'PEER_TO_PEER', 'CORRECTED_CLAIM', 'SUBMIT_DOCUMENTATION',
            'REBILL_OTHER_PAYER', 'BILL_SECONDARY', 'BILL_PATIENT', 'CLOSE')),
    outcome text NOT NULL CONSTRAINT precedents_outcome_check
        CHECK (outcome IN ('PENDING', 'WON', 'PARTIAL', 'LOST', 'WITHDRAWN', 'DISMISSED', 'SETTLED', 'NOT_PURSUED', 'MOOT')),
    outcome_evidence text CONSTRAINT precedents_outcome_evidence_check
        CHECK (outcome_evidence IN ('SELF_REPORTED', 'REMITTANCE_VERIFIED', 'DECISION_LETTER', 'REGULATOR_PUBLISHED')),
    outcome_recorded_at timestamptz,
    quality_score smallint NOT NULL CONSTRAINT precedents_quality_range CHECK (quality_score BETWEEN 0 AND 100),
    reuse_count bigint NOT NULL DEFAULT 0 CONSTRAINT precedents_reuse_count_positive CHECK (reuse_count >= 0),
    success_on_reuse bigint NOT NULL DEFAULT 0
        CONSTRAINT precedents_success_within_reuse CHECK (success_on_reuse BETWEEN 0 AND reuse_count),
    last_applied_at timestamptz,
    last_validated_at timestamptz,
    review_reasons text[] NOT NULL DEFAULT '{}',
    phi_scan_version integer NOT NULL,
    content bytea NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    archived_at timestamptz,
    revision bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint,
    CONSTRAINT precedents_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT precedents_external_ref_key UNIQUE (tenant_id, external_ref),
    CONSTRAINT precedents_restricted_is_private CHECK (
        data_origin NOT IN ('SUD', 'PSYCHOTHERAPY') OR sharing_scope = 'PRIVATE'),
    CONSTRAINT precedents_outcome_dated CHECK ((outcome = 'PENDING') = (outcome_recorded_at IS NULL)),
    CONSTRAINT precedents_archived_dated CHECK ((status = 'ARCHIVED') = (archived_at IS NOT NULL)),
    CONSTRAINT precedents_reviewed_for_a_reason CHECK ((status = 'NEEDS_REVIEW') = (cardinality(review_reasons) > 0))
);
CREATE INDEX precedents_newest ON precedents (tenant_id, created_at DESC, id DESC);
CREATE INDEX precedents_changed ON precedents (revision);

-- Provenance only becomes more restrictive: 0 shareable, 1 sensitive, 2 restricted.
CREATE FUNCTION origin_restriction(origin text) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN origin IN ('SUD', 'PSYCHOTHERAPY') THEN 2
                WHEN origin IN ('BEHAVIORAL', 'REPRODUCTIVE', 'HIV', 'GENETIC') THEN 1
                ELSE 0 END;
CREATE FUNCTION refuse_relaxed_origin() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    IF origin_restriction(NEW.data_origin) < origin_restriction(OLD.data_origin)
        OR (OLD.data_origin IN ('SUD', 'PSYCHOTHERAPY') AND NEW.data_origin <> OLD.data_origin) THEN
        RAISE EXCEPTION 'data_origin can only become more restrictive'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'precedents_origin_relaxed';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER precedents_origin_is_sticky BEFORE UPDATE OF data_origin ON precedents
    FOR EACH ROW EXECUTE FUNCTION refuse_relaxed_origin();

CREATE TABLE precedent_versions (
    tenant_id uuid NOT NULL,
    precedent_id uuid NOT NULL,
    version bigint NOT NULL CONSTRAINT precedent_versions_version_positive CHECK (version > 0),
    change_kind text NOT NULL CONSTRAINT precedent_versions_change_kind_check
        CHECK (change_kind IN ('CREATED', 'UPDATED', 'ARCHIVED', 'RESTORED', 'OUTCOME_RECORDED', 'VALIDATED')),
    snapshot bytea NOT NULL,
    snapshot_sha256 bytea NOT NULL,
    previous_sha256 bytea NOT NULL,
    changed_fields text[] NOT NULL,
    reason text NOT NULL,
    identity_kind text NOT NULL,
    credential_id uuid,
    actor_user_id uuid,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT precedent_versions_pkey PRIMARY KEY (tenant_id, precedent_id, version),
    CONSTRAINT precedent_versions_precedent_fkey
        FOREIGN KEY (tenant_id, precedent_id) REFERENCES precedents (tenant_id, id) ON DELETE RESTRICT
);

-- Version n + 1 exists only if n does.
CREATE FUNCTION refuse_version_gap() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.version > 1 AND NOT EXISTS (
        SELECT FROM precedent_versions
        WHERE tenant_id = NEW.tenant_id AND precedent_id = NEW.precedent_id AND version = NEW.version - 1
    ) THEN
        RAISE EXCEPTION 'versions have no gaps'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'precedent_versions_gap_free';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER precedent_versions_gap_free BEFORE INSERT ON precedent_versions
    FOR EACH ROW EXECUTE FUNCTION refuse_version_gap();
CREATE TRIGGER precedent_versions_append_only BEFORE UPDATE OR DELETE ON precedent_versions
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER precedent_versions_no_truncate BEFORE TRUNCATE ON precedent_versions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

ALTER TABLE precedents ENABLE ROW LEVEL SECURITY;
ALTER TABLE precedents FORCE ROW LEVEL SECURITY;
ALTER TABLE precedent_versions ENABLE ROW LEVEL SECURITY;
ALTER TABLE precedent_versions FORCE ROW LEVEL SECURITY;

-- The public corpus is the platform's: every tenant may read it, none may write it.
CREATE POLICY precedents_of_app ON precedents TO stratum_app
    USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());
CREATE POLICY precedents_public ON precedents FOR SELECT TO stratum_app
    USING (tenant_id = '00000000-0000-7000-8000-000000000001');
CREATE POLICY precedents_of_index ON precedents FOR SELECT TO stratum_index USING (true);
CREATE POLICY precedent_versions_of_app ON precedent_versions TO stratum_app
    USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());
GRANT SELECT, INSERT, UPDATE ON precedents TO stratum_app;
GRANT SELECT ON precedents TO stratum_index;
GRANT SELECT, INSERT ON precedent_versions TO stratum_app;
