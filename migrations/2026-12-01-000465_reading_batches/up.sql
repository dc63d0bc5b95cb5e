-- Readings of devices: positions and loads of vehicles, temperatures of stores and furnaces. They
-- stand outside the log, a batch a row; the log has the hash of each batch.
CREATE TABLE reading_batch (
    id uuid PRIMARY KEY,
    about text NOT NULL CONSTRAINT reading_batch_about_known CHECK (about IN ('vehicle', 'site')),
    about_id uuid NOT NULL,
    organisation_id uuid NOT NULL CONSTRAINT reading_batch_of_organisation REFERENCES organisation ON DELETE RESTRICT,
    division text NOT NULL CONSTRAINT reading_batch_division CHECK (division ~ '^[0-9]{2}$'),
    first_at timestamptz NOT NULL,
    last_at timestamptz NOT NULL,
    count integer NOT NULL CONSTRAINT reading_batch_has_readings CHECK (count BETWEEN 1 AND 10000),
    content_sha256 text NOT NULL,
    content text NOT NULL,
    CONSTRAINT reading_batch_in_order CHECK (first_at <= last_at),
    CONSTRAINT reading_batch_content_hash CHECK (content_sha256 = encode(sha256(convert_to(content, 'UTF8')), 'hex'))
);
COMMENT ON TABLE reading_batch IS 'Readings of devices, as they were sent together. Append-only.';
COMMENT ON COLUMN reading_batch.id IS 'Derived from the content: what is sent again is there already. Also the id of its chain, which has one event.';
COMMENT ON COLUMN reading_batch.about IS 'vehicle or site.';
COMMENT ON COLUMN reading_batch.about_id IS 'Which one.';
COMMENT ON COLUMN reading_batch.organisation_id IS 'Whose vehicle or site it was then.';
COMMENT ON COLUMN reading_batch.division IS 'Of that organisation or site: whose regulators see it.';
COMMENT ON COLUMN reading_batch.first_at IS 'Time of the first reading.';
COMMENT ON COLUMN reading_batch.last_at IS 'Time of the last reading.';
COMMENT ON COLUMN reading_batch.count IS 'Readings.';
COMMENT ON COLUMN reading_batch.content_sha256 IS 'Of content, in hexadecimal; its event says the same.';
COMMENT ON COLUMN reading_batch.content IS 'The readings in the order of their times, JSON as it was written.';
CREATE INDEX reading_batch_by_subject ON reading_batch (about_id, first_at);
CREATE TRIGGER reading_batch_append_only BEFORE UPDATE OR DELETE ON reading_batch
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER reading_batch_no_truncate BEFORE TRUNCATE ON reading_batch
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE reading_batch ALTER COLUMN content SET COMPRESSION lz4;
GRANT SELECT, INSERT ON reading_batch TO liandan_app;
