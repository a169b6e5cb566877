-- Tenants and the credentials that speak for them.
-- Every tenant table: (tenant_id, id) key, forced row-level security, one policy a role.

CREATE FUNCTION current_tenant() RETURNS uuid
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('app.tenant_id', true), '')::uuid;

-- What is append-only is so for every role, by trigger as well as by grant.
CREATE FUNCTION refuse_change() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'table % is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;

CREATE TABLE tenants (
    id uuid CONSTRAINT tenants_pkey PRIMARY KEY,
    slug text NOT NULL CONSTRAINT tenants_slug_key UNIQUE
        CONSTRAINT tenants_slug_format CHECK (slug ~ '^[a-z0-9][a-z0-9-]{1,40}$'),
    name text NOT NULL CONSTRAINT tenants_name_length CHECK (char_length(name) BETWEEN 1 AND 120),
    kind text NOT NULL CONSTRAINT tenants_kind_check CHECK (kind IN ('CUSTOMER', 'PLATFORM')),
    status text NOT NULL DEFAULT 'ACTIVE'
        CONSTRAINT tenants_status_check CHECK (status IN ('ACTIVE', 'SUSPENDED', 'CLOSED')),
    is_demo boolean NOT NULL DEFAULT false,
    sud_agreement_until timestamptz,
    baa_permits_deidentification boolean NOT NULL DEFAULT false,
    ip_allowlist text[] NOT NULL DEFAULT '{}',
    retention_days integer NOT NULL DEFAULT 2557
        CONSTRAINT tenants_retention_floor CHECK (retention_days >= 2192),
    features text[] NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now()
);

-- The platform itself is a tenant: it owns the public corpus and the platform's identities.
CREATE UNIQUE INDEX tenants_one_platform ON tenants (kind) WHERE kind = 'PLATFORM';

CREATE TABLE users (
    tenant_id uuid NOT NULL CONSTRAINT users_tenant_fkey REFERENCES tenants (id) ON DELETE RESTRICT,
    id uuid NOT NULL,
    email text NOT NULL,
    display_name text NOT NULL,
    roles text[] NOT NULL CONSTRAINT users_roles_check CHECK (
        cardinality(roles) > 0 AND roles <@ ARRAY['OWNER', 'TENANT_ADMIN', 'BILLER', 'ANALYST', 'COMPLIANCE',
            'READ_ONLY', 'SERVICE', 'PLATFORM_ADMIN', 'PLATFORM_OPERATOR']),
    status text NOT NULL DEFAULT 'ACTIVE'
        CONSTRAINT users_status_check CHECK (status IN ('INVITED', 'ACTIVE', 'DEACTIVATED')),
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT users_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT users_email_key UNIQUE (tenant_id, email)
);

CREATE TABLE certificates (
    tenant_id uuid NOT NULL CONSTRAINT certificates_tenant_fkey REFERENCES tenants (id) ON DELETE RESTRICT,
    id uuid NOT NULL,
    fingerprint_sha256 bytea NOT NULL CONSTRAINT certificates_fingerprint_key UNIQUE
        CONSTRAINT certificates_fingerprint_length CHECK (octet_length(fingerprint_sha256) = 32),
    service_name text NOT NULL,
    roles text[] NOT NULL CONSTRAINT certificates_roles_check CHECK (
        cardinality(roles) > 0 AND roles <@ ARRAY['OWNER', 'TENANT_ADMIN', 'BILLER', 'ANALYST', 'COMPLIANCE',
            'READ_ONLY', 'SERVICE', 'PLATFORM_ADMIN', 'PLATFORM_OPERATOR']),
    may_assert_actor boolean NOT NULL DEFAULT false,
    not_before timestamptz NOT NULL,
    not_after timestamptz NOT NULL,
    revoked_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT certificates_pkey PRIMARY KEY (tenant_id, id)
);

CREATE TABLE api_keys (
    tenant_id uuid NOT NULL CONSTRAINT api_keys_tenant_fkey REFERENCES tenants (id) ON DELETE RESTRICT,
    id uuid NOT NULL,
    prefix text NOT NULL CONSTRAINT api_keys_prefix_key UNIQUE
        CONSTRAINT api_keys_prefix_format CHECK (prefix ~ '^[0-9A-Za-z]{8}$'),
    pepper_version smallint NOT NULL,
    secret_hmac bytea NOT NULL CONSTRAINT api_keys_hmac_length CHECK (octet_length(secret_hmac) = 32),
    display_name text NOT NULL,
    roles text[] NOT NULL CONSTRAINT api_keys_roles_check CHECK (
        cardinality(roles) > 0 AND roles <@ ARRAY['OWNER', 'TENANT_ADMIN', 'BILLER', 'ANALYST', 'COMPLIANCE',
            'READ_ONLY', 'SERVICE', 'PLATFORM_ADMIN', 'PLATFORM_OPERATOR']),
    user_id uuid,
    ip_allowlist text[] NOT NULL DEFAULT '{}',
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT api_keys_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT api_keys_user_fkey FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id) ON DELETE RESTRICT
);

-- Every replica drops its cached credentials when one changes.
CREATE FUNCTION announce_identity_change() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('stratum_identity', '');
    RETURN NULL;
END
$$;
CREATE TRIGGER tenants_announce AFTER INSERT OR UPDATE OR DELETE ON tenants
    FOR EACH STATEMENT EXECUTE FUNCTION announce_identity_change();
CREATE TRIGGER users_announce AFTER INSERT OR UPDATE OR DELETE ON users
    FOR EACH STATEMENT EXECUTE FUNCTION announce_identity_change();
CREATE TRIGGER certificates_announce AFTER INSERT OR UPDATE OR DELETE ON certificates
    FOR EACH STATEMENT EXECUTE FUNCTION announce_identity_change();
CREATE TRIGGER api_keys_announce AFTER INSERT OR UPDATE OR DELETE ON api_keys
    FOR EACH STATEMENT EXECUTE FUNCTION announce_identity_change();

ALTER TABLE tenants ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenants FORCE ROW LEVEL SECURITY;
ALTER TABLE users ENABLE ROW LEVEL SECURITY;
ALTER TABLE users FORCE ROW LEVEL SECURITY;
ALTER TABLE certificates ENABLE ROW LEVEL SECURITY;
ALTER TABLE certificates FORCE ROW LEVEL SECURITY;
ALTER TABLE api_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE api_keys FORCE ROW LEVEL SECURITY;

CREATE POLICY tenants_of_app ON tenants FOR SELECT TO stratum_app USING (id = current_tenant());
CREATE POLICY tenants_of_auth ON tenants FOR SELECT TO stratum_auth USING (true);
CREATE POLICY users_of_auth ON users FOR SELECT TO stratum_auth USING (true);
CREATE POLICY certificates_of_auth ON certificates FOR SELECT TO stratum_auth USING (true);
CREATE POLICY api_keys_of_auth ON api_keys FOR SELECT TO stratum_auth USING (true);
-- `stratum bootstrap` and `stratum dev` set tenants and credentials up as the schema's owner.
CREATE POLICY tenants_of_migrator ON tenants TO stratum_migrator USING (true) WITH CHECK (true);
CREATE POLICY users_of_migrator ON users TO stratum_migrator USING (true) WITH CHECK (true);
CREATE POLICY certificates_of_migrator ON certificates TO stratum_migrator USING (true) WITH CHECK (true);
CREATE POLICY api_keys_of_migrator ON api_keys TO stratum_migrator USING (true) WITH CHECK (true);

GRANT SELECT ON tenants TO stratum_app, stratum_auth;
GRANT SELECT ON users, certificates, api_keys TO stratum_auth;

INSERT INTO tenants (id, slug, name, kind)
VALUES ('00000000-0000-7000-8000-000000000001', 'platform', 'The platform', 'PLATFORM');
