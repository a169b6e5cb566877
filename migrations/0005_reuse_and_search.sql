-- How precedents are used again, and the words they are found by.

CREATE TABLE precedent_applications (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    precedent_id uuid NOT NULL,
    precedent_version bigint NOT NULL,
    credential_id uuid,
    actor_user_id uuid,
    applied_at timestamptz NOT NULL DEFAULT now(),
    outcome text CONSTRAINT precedent_applications_outcome_check
        CHECK (outcome IN ('WON', 'PARTIAL', 'LOST', 'WITHDRAWN', 'DISMISSED', 'SETTLED', 'NOT_PURSUED', 'MOOT')),
    outcome_at timestamptz,
    CONSTRAINT precedent_applications_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT precedent_applications_outcome_dated CHECK ((outcome IS NULL) = (outcome_at IS NULL)),
    CONSTRAINT precedent_applications_precedent_fkey
        FOREIGN KEY (tenant_id, precedent_id) REFERENCES precedents (tenant_id, id) ON DELETE RESTRICT
);

-- A word list in the place of a tsvector: its operators are leakproof, so row-level security does not
-- keep the index from being used.
CREATE TABLE precedent_words (
    tenant_id uuid NOT NULL,
    word text COLLATE "C" NOT NULL,
    precedent_id uuid NOT NULL,
    CONSTRAINT precedent_words_pkey PRIMARY KEY (tenant_id, word, precedent_id),
    CONSTRAINT precedent_words_precedent_fkey
        FOREIGN KEY (tenant_id, precedent_id) REFERENCES precedents (tenant_id, id) ON DELETE RESTRICT
);
CREATE INDEX precedent_words_of_precedent ON precedent_words (tenant_id, precedent_id);

ALTER TABLE precedent_applications ENABLE ROW LEVEL SECURITY;
ALTER TABLE precedent_applications FORCE ROW LEVEL SECURITY;
ALTER TABLE precedent_words ENABLE ROW LEVEL SECURITY;
ALTER TABLE precedent_words FORCE ROW LEVEL SECURITY;
CREATE POLICY precedent_applications_of_app ON precedent_applications TO stratum_app
    USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());
CREATE POLICY precedent_words_of_app ON precedent_words TO stratum_app
    USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());
CREATE POLICY precedent_words_public ON precedent_words FOR SELECT TO stratum_app
    USING (tenant_id = '00000000-0000-7000-8000-000000000001');
GRANT SELECT, INSERT, UPDATE ON precedent_applications TO stratum_app;
GRANT SELECT, INSERT, DELETE ON precedent_words TO stratum_app;

-- The similarity index follows changes by the transaction that made them, and is woken by name of tenant.
DROP INDEX precedents_changed;
CREATE INDEX precedents_changed ON precedents (tenant_id, revision);
CREATE FUNCTION announce_precedent_change() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('stratum_precedents', coalesce(current_setting('app.tenant_id', true), ''));
    RETURN NULL;
END
$$;
CREATE TRIGGER precedents_announce AFTER INSERT OR UPDATE ON precedents
    FOR EACH STATEMENT EXECUTE FUNCTION announce_precedent_change();
