-- What is held for review in the public corpus, because it may rest on substance use records, is seen
-- by nobody but the platform.
ALTER POLICY precedents_public ON precedents
    USING (tenant_id = '00000000-0000-7000-8000-000000000001' AND status = 'ACTIVE'
        AND data_origin NOT IN ('SUD', 'PSYCHOTHERAPY'));
