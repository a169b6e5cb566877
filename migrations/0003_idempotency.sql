-- What a mutation answered, kept in the mutation's own transaction, so that a repeat of the same
-- request gets the same bytes. It exists only for mutations that were committed.

CREATE TABLE idempotency_keys (
    tenant_id uuid NOT NULL CONSTRAINT idempotency_keys_tenant_fkey REFERENCES tenants (id) ON DELETE RESTRICT,
    method text NOT NULL,
    key uuid NOT NULL,
    request_sha256 bytea NOT NULL CONSTRAINT idempotency_keys_request_length CHECK (octet_length(request_sha256) = 32),
    response bytea NOT NULL,
    resource_type text NOT NULL,
    resource_id uuid,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL DEFAULT now() + interval '7 days',
    CONSTRAINT idempotency_keys_pkey PRIMARY KEY (tenant_id, method, key)
);

ALTER TABLE idempotency_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE idempotency_keys FORCE ROW LEVEL SECURITY;
CREATE POLICY idempotency_keys_of_app ON idempotency_keys TO stratum_app
    USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());
GRANT SELECT, INSERT, UPDATE ON idempotency_keys TO stratum_app;
