-- The audit log: append-only, partitioned by month from the first day. An event carries its canonical
-- bytes, salt and leaf hash, so that a tree can be built over it later, and the transaction that wrote
-- it, so that whoever tails the table reads in commit order.

CREATE TABLE audit_events (
    occurred_at timestamptz NOT NULL,
    id uuid NOT NULL,
    tenant_id uuid,
    category text NOT NULL CONSTRAINT audit_events_category_check
        CHECK (category IN ('ACCESS', 'MUTATION', 'EXPORT', 'AUTH', 'ADMIN', 'SYSTEM')),
    action text NOT NULL,
    outcome text NOT NULL CONSTRAINT audit_events_outcome_check
        CHECK (outcome IN ('SUCCESS', 'DENIED', 'ERROR')),
    reason text NOT NULL,
    method text NOT NULL,
    identity_kind text NOT NULL CONSTRAINT audit_events_identity_kind_check
        CHECK (identity_kind IN ('CERTIFICATE', 'API_KEY', 'PUBLIC', 'SYSTEM')),
    credential_id uuid,
    actor_user_id uuid,
    roles text[] NOT NULL,
    client_ip text NOT NULL,
    request_id text NOT NULL,
    trace_id text NOT NULL,
    resource_type text NOT NULL,
    resource_id uuid,
    resource_version bigint NOT NULL,
    attempted_ref_sha256 bytea,
    row_count bigint NOT NULL,
    fields text[] NOT NULL,
    filter_sha256 bytea,
    content_sha256 bytea,
    canonical bytea NOT NULL,
    salt bytea NOT NULL CONSTRAINT audit_events_salt_length CHECK (octet_length(salt) = 16),
    leaf_sha256 bytea NOT NULL CONSTRAINT audit_events_leaf_length CHECK (octet_length(leaf_sha256) = 32),
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    CONSTRAINT audit_events_pkey PRIMARY KEY (occurred_at, id)
) PARTITION BY RANGE (occurred_at);

CREATE INDEX audit_events_by_tenant ON audit_events (tenant_id, occurred_at DESC, id DESC);
CREATE INDEX audit_events_by_id ON audit_events (tenant_id, id);

CREATE TRIGGER audit_events_append_only BEFORE UPDATE OR DELETE ON audit_events
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_events_no_truncate BEFORE TRUNCATE ON audit_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

ALTER TABLE audit_events ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_events FORCE ROW LEVEL SECURITY;
CREATE POLICY audit_events_of_app ON audit_events FOR INSERT TO stratum_app
    WITH CHECK (tenant_id = current_tenant());
CREATE POLICY audit_events_of_writer ON audit_events FOR INSERT TO stratum_audit_writer WITH CHECK (true);
CREATE POLICY audit_events_of_reader ON audit_events FOR SELECT TO stratum_audit_reader
    USING (tenant_id = current_tenant());
GRANT INSERT ON audit_events TO stratum_app, stratum_audit_writer;
GRANT SELECT ON audit_events TO stratum_audit_reader;

-- Makes the partitions from last month to `months_ahead` from now. Triggers on statements, grants and
-- forced row security don't reach a partition by themselves, so each gets its own; without a policy
-- and a grant nobody reaches a partition but through the table.
CREATE FUNCTION audit_ensure_partitions(months_ahead integer) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    month_start timestamptz;
    partition_name text;
    created integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(7234092);
    FOR i IN -1 .. least(greatest(months_ahead, 0), 60) LOOP
        month_start := date_trunc('month', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' + make_interval(months => i);
        partition_name := 'audit_events_' || to_char(month_start AT TIME ZONE 'UTC', '"y"YYYY"m"MM');
        IF to_regclass('public.' || partition_name) IS NULL THEN
            EXECUTE format('CREATE TABLE public.%I PARTITION OF public.audit_events FOR VALUES FROM (%L) TO (%L)',
                partition_name, month_start,
                (date_trunc('month', month_start AT TIME ZONE 'UTC') + interval '1 month') AT TIME ZONE 'UTC');
            EXECUTE format('ALTER TABLE public.%I ENABLE ROW LEVEL SECURITY', partition_name);
            EXECUTE format('ALTER TABLE public.%I FORCE ROW LEVEL SECURITY', partition_name);
            EXECUTE format('CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.%I
                FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change()', partition_name);
            created := created + 1;
        END IF;
    END LOOP;
    RETURN created;
END
$$;
REVOKE ALL ON FUNCTION audit_ensure_partitions(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_ensure_partitions(integer) TO stratum_audit_writer;
SELECT audit_ensure_partitions(6);
