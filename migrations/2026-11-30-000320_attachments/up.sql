-- Files that people attach to manifests: their bytes once by SHA-256, and who names them.
CREATE TABLE blob (
    sha256 bytea PRIMARY KEY CONSTRAINT blob_key_is_sha256 CHECK (octet_length(sha256) = 32),
    bytes bigint NOT NULL CONSTRAINT blob_not_empty CHECK (bytes > 0),
    content bytea,
    stored_at timestamptz NOT NULL,
    CONSTRAINT blob_is_as_long CHECK (octet_length(content) = bytes),
    CONSTRAINT blob_is_its_hash CHECK (sha256(content) = sha256)
);
-- Pictures are compressed already, and what is stored plain is read piece by piece.
ALTER TABLE blob ALTER COLUMN content SET STORAGE EXTERNAL;
COMMENT ON TABLE blob IS 'Files by their hash, each once, whoever attached it to whatever. One that no attachment names is taken away a day after it was last sent.';
COMMENT ON COLUMN blob.sha256 IS 'SHA-256 of the bytes.';
COMMENT ON COLUMN blob.bytes IS 'Length in bytes.';
COMMENT ON COLUMN blob.content IS 'The bytes; NULL: they are in the object store.';
COMMENT ON COLUMN blob.stored_at IS 'Wall time when it was last sent.';
CREATE INDEX blob_by_age ON blob (stored_at);
CREATE TRIGGER blob_stays_what_it_is BEFORE UPDATE OF sha256, bytes ON blob
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER blob_content_once BEFORE UPDATE OF content ON blob
    FOR EACH ROW WHEN (OLD.content IS NOT NULL) EXECUTE FUNCTION refuse_change();
CREATE TRIGGER blob_no_truncate BEFORE TRUNCATE ON blob
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE attachment (
    manifest_id uuid NOT NULL,
    sha256 bytea NOT NULL CONSTRAINT attachment_of_blob REFERENCES blob ON DELETE RESTRICT,
    seq bigint NOT NULL CONSTRAINT attachment_seq_not_negative CHECK (seq >= 0),
    PRIMARY KEY (manifest_id, sha256)
);
COMMENT ON TABLE attachment IS 'Which manifest names which file, written with the event that says so: what keeps the file from being taken away.';
COMMENT ON COLUMN attachment.manifest_id IS 'Its manifest; no foreign key, as of all rows beside a manifest.';
COMMENT ON COLUMN attachment.sha256 IS 'The file. Name, type and kind are in the event and in manifest.state.';
COMMENT ON COLUMN attachment.seq IS 'The event''s place in the manifest''s chain.';
CREATE INDEX attachment_by_blob ON attachment (sha256);
CREATE TRIGGER attachment_append_only BEFORE UPDATE OR DELETE ON attachment
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER attachment_no_truncate BEFORE TRUNCATE ON attachment
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT, DELETE ON blob TO liandan_app;
GRANT UPDATE (stored_at, content) ON blob TO liandan_app;
GRANT SELECT, INSERT ON attachment TO liandan_app;
