-- What tenants say a denial truly was, the text models trained from it, and the similarity weights that
-- answers have named: a version in an answer can be looked up for as long as the answer is kept.
-- Everything here is appended and never changed.

CREATE TABLE classification_feedback (
    tenant_id uuid NOT NULL CONSTRAINT classification_feedback_tenant_fkey REFERENCES tenants (id) ON DELETE RESTRICT,
    id uuid NOT NULL,
    -- Free of identifiers and of what hints at substance use records: nothing else gets in.
    words text NOT NULL CONSTRAINT classification_feedback_words_length CHECK (char_length(words) <= 4000),
    codes text[] NOT NULL CONSTRAINT classification_feedback_codes_count CHECK (cardinality(codes) <= 2000),
    denial_type text NOT NULL CONSTRAINT classification_feedback_type_known CHECK (denial_type <> 'UNSPECIFIED'),
    predicted_type text NOT NULL,
    model_version text NOT NULL,
    submitted_by_credential uuid,
    submitted_by_user uuid,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT classification_feedback_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT classification_feedback_says_something CHECK (words <> '' OR cardinality(codes) > 0)
);
CREATE INDEX classification_feedback_newest ON classification_feedback (tenant_id, created_at DESC, id DESC) WHERE words <> '';

-- A tenant's own text model: what its feedback adds to the shared one that it names.
CREATE TABLE text_models (
    tenant_id uuid NOT NULL CONSTRAINT text_models_tenant_fkey REFERENCES tenants (id) ON DELETE RESTRICT,
    id uuid NOT NULL,
    version text NOT NULL,
    base_sha256 text NOT NULL CONSTRAINT text_models_base_format CHECK (base_sha256 ~ '^[0-9a-f]{64}$'),
    content bytea NOT NULL CONSTRAINT text_models_content_size CHECK (octet_length(content) <= 16777216),
    card text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT text_models_pkey PRIMARY KEY (tenant_id, id)
);
CREATE INDEX text_models_newest ON text_models (tenant_id, base_sha256, created_at DESC, id DESC);
CREATE INDEX text_models_by_version ON text_models (tenant_id, version);

CREATE TABLE similarity_weights (
    tenant_id uuid NOT NULL CONSTRAINT similarity_weights_tenant_fkey REFERENCES tenants (id) ON DELETE RESTRICT,
    version text NOT NULL,
    sha256 text NOT NULL,
    frozen_over bigint NOT NULL CONSTRAINT similarity_weights_frozen_over_counts CHECK (frozen_over >= 0),
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT similarity_weights_pkey PRIMARY KEY (tenant_id, version)
);

CREATE TRIGGER classification_feedback_append_only BEFORE UPDATE OR DELETE ON classification_feedback
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER classification_feedback_no_truncate BEFORE TRUNCATE ON classification_feedback
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER text_models_append_only BEFORE UPDATE OR DELETE ON text_models
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER text_models_no_truncate BEFORE TRUNCATE ON text_models
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER similarity_weights_append_only BEFORE UPDATE OR DELETE ON similarity_weights
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER similarity_weights_no_truncate BEFORE TRUNCATE ON similarity_weights
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

ALTER TABLE classification_feedback ENABLE ROW LEVEL SECURITY;
ALTER TABLE classification_feedback FORCE ROW LEVEL SECURITY;
ALTER TABLE text_models ENABLE ROW LEVEL SECURITY;
ALTER TABLE text_models FORCE ROW LEVEL SECURITY;
ALTER TABLE similarity_weights ENABLE ROW LEVEL SECURITY;
ALTER TABLE similarity_weights FORCE ROW LEVEL SECURITY;

CREATE POLICY classification_feedback_of_app ON classification_feedback TO stratum_app
    USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());
CREATE POLICY text_models_of_app ON text_models TO stratum_app
    USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());
CREATE POLICY similarity_weights_of_app ON similarity_weights FOR SELECT TO stratum_app
    USING (tenant_id = current_tenant());
-- Who freezes weights notes them, and reads none.
CREATE POLICY similarity_weights_of_index ON similarity_weights FOR INSERT TO stratum_index WITH CHECK (true);
GRANT SELECT, INSERT ON classification_feedback TO stratum_app;
GRANT SELECT, INSERT ON text_models TO stratum_app;
GRANT SELECT ON similarity_weights TO stratum_app;
GRANT INSERT ON similarity_weights TO stratum_index;
