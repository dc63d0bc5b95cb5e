-- Who looked at what: reads by regulators, each written before its answer leaves.
CREATE TABLE read_record (
    id uuid PRIMARY KEY,
    read_at timestamptz NOT NULL,
    user_id uuid NOT NULL,
    organisation_id uuid NOT NULL,
    role text NOT NULL,
    agency text,
    api_key_id uuid,
    what text NOT NULL CONSTRAINT read_record_what_length CHECK (length(what) BETWEEN 1 AND 30),
    manifest_id uuid,
    query text CONSTRAINT read_record_query_length CHECK (length(query) <= 1000),
    request_id text NOT NULL
);
COMMENT ON TABLE read_record IS 'One row a read by a regulator. Append-only; outside the journal: it says who looked, not what happened.';
COMMENT ON COLUMN read_record.id IS 'UUIDv7 of wall time: their order.';
COMMENT ON COLUMN read_record.read_at IS 'Wall time.';
COMMENT ON COLUMN read_record.user_id IS 'Who looked; no foreign key: nothing waits for a read.';
COMMENT ON COLUMN read_record.organisation_id IS 'Of the user.';
COMMENT ON COLUMN read_record.role IS 'As it was then.';
COMMENT ON COLUMN read_record.agency IS 'As it was then; NULL: an auditor, who has none.';
COMMENT ON COLUMN read_record.api_key_id IS 'The key that it was read by; NULL: a person signed in.';
COMMENT ON COLUMN read_record.what IS 'What was shown (reads/model.rs, What).';
COMMENT ON COLUMN read_record.manifest_id IS 'Of which manifest; NULL: of none, or of many.';
COMMENT ON COLUMN read_record.query IS 'What was asked for, where that was a question; NULL: it was not.';
COMMENT ON COLUMN read_record.request_id IS 'The request''s, as in the log.';
CREATE INDEX read_record_of_manifest ON read_record (manifest_id, id);
CREATE INDEX read_record_by_user ON read_record (user_id, id);
CREATE INDEX read_record_by_organisation ON read_record (organisation_id, id);
CREATE TRIGGER read_record_append_only BEFORE UPDATE OR DELETE ON read_record
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER read_record_no_truncate BEFORE TRUNCATE ON read_record
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
GRANT SELECT, INSERT ON read_record TO liandan_app;
