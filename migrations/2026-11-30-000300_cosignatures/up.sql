-- What witnesses have cosigned of our checkpoints (C2SP tlog-cosignature).
CREATE TABLE cosignature (
    witness text NOT NULL,
    size bigint NOT NULL CONSTRAINT cosignature_not_negative CHECK (size >= 0),
    line text NOT NULL CONSTRAINT cosignature_is_one_line CHECK (line LIKE '— %' AND line !~ '\n'),
    cosigned_at timestamptz NOT NULL,
    stored_at timestamptz NOT NULL,
    PRIMARY KEY (witness, size)
);
CREATE INDEX cosignature_by_size ON cosignature (size);
COMMENT ON TABLE cosignature IS 'Cosignatures that were checked when they came. Append-only.';
COMMENT ON COLUMN cosignature.witness IS 'The key that it is checked with, <name>+<id>+<base64> (C2SP signed-note, kind 4).';
COMMENT ON COLUMN cosignature.size IS 'Events in the tree of the checkpoint that it is for: what is signed is the same text whoever of our keys signed it.';
COMMENT ON COLUMN cosignature.line IS 'The line as it stands below the checkpoint, without its line break.';
COMMENT ON COLUMN cosignature.cosigned_at IS 'When the witness says that it did.';
COMMENT ON COLUMN cosignature.stored_at IS 'Wall time, ours.';
CREATE TRIGGER cosignature_append_only BEFORE UPDATE OR DELETE ON cosignature
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER cosignature_no_truncate BEFORE TRUNCATE ON cosignature
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT ON cosignature TO liandan_app;
