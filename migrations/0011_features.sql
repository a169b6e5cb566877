-- What a precedent is compared by stands beside it, a name a line, so that a corpus is read and not made
-- again: written with the record by who writes it, and by the index where the rules that make features have
-- moved on. It is derived: a row without it, or with another version's, is understood from its record.
-- What is restricted is never compared, so nothing of it is derived.

ALTER TABLE precedents ADD COLUMN features text;
ALTER TABLE precedents ADD COLUMN features_version integer;
ALTER TABLE precedents ADD CONSTRAINT precedents_restricted_without_features
    CHECK (data_origin NOT IN ('SUD', 'PSYCHOTHERAPY') OR features IS NULL);
ALTER TABLE precedents ADD CONSTRAINT precedents_features_versioned
    CHECK ((features IS NULL) = (features_version IS NULL));

CREATE POLICY precedents_understood_by_index ON precedents FOR UPDATE TO stratum_index
    USING (data_origin NOT IN ('SUD', 'PSYCHOTHERAPY')) WITH CHECK (data_origin NOT IN ('SUD', 'PSYCHOTHERAPY'));
GRANT UPDATE (features, features_version) ON precedents TO stratum_index;

-- Features that are kept change no answer: only what moves a row's revision is announced.
DROP TRIGGER precedents_announce ON precedents;
CREATE TRIGGER precedents_announce AFTER INSERT OR UPDATE OF revision ON precedents
    FOR EACH STATEMENT EXECUTE FUNCTION announce_precedent_change();
