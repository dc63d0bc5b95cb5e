-- Assessments that somebody froze: what was read, with a checkpoint of the log that covers all of it.
CREATE TABLE assessment (
    id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL CONSTRAINT assessment_of_organisation REFERENCES organisation ON DELETE RESTRICT,
    agency text,
    name text NOT NULL CONSTRAINT assessment_name_length CHECK (length(name) BETWEEN 1 AND 200),
    year smallint NOT NULL,
    dimensions jsonb NOT NULL,
    divisions jsonb NOT NULL,
    tree_size bigint NOT NULL CONSTRAINT assessment_tree_size_not_negative CHECK (tree_size >= 0),
    content_sha256 text NOT NULL,
    content text NOT NULL,
    CONSTRAINT assessment_content_hash CHECK (content_sha256 = encode(sha256(convert_to(content, 'UTF8')), 'hex'))
);
COMMENT ON TABLE assessment IS 'Frozen assessments of production against capacity. Append-only.';
COMMENT ON COLUMN assessment.id IS 'UUIDv7; also the id of its chain.';
COMMENT ON COLUMN assessment.organisation_id IS 'Whose regulator froze it.';
COMMENT ON COLUMN assessment.agency IS 'Of that regulator: whose streams it goes over; NULL: of all.';
COMMENT ON COLUMN assessment.name IS 'What they call it.';
COMMENT ON COLUMN assessment.year IS 'Calendar year, Beijing.';
COMMENT ON COLUMN assessment.dimensions IS 'What its cells are told apart by.';
COMMENT ON COLUMN assessment.divisions IS 'What it goes over.';
COMMENT ON COLUMN assessment.tree_size IS 'Events of the log when it was read.';
COMMENT ON COLUMN assessment.content_sha256 IS 'Of content, in hexadecimal; its event says the same.';
COMMENT ON COLUMN assessment.content IS 'The assessment and the checkpoint, JSON as it was written.';
CREATE TRIGGER assessment_append_only BEFORE UPDATE OR DELETE ON assessment
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER assessment_no_truncate BEFORE TRUNCATE ON assessment
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE assessment ALTER COLUMN content SET COMPRESSION lz4;
GRANT SELECT, INSERT ON assessment TO liandan_app;
