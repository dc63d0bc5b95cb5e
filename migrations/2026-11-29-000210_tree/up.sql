-- The Merkle tree over the journal, in the tiles of C2SP tlog-tiles, and what was signed of it.
-- Only full tiles are kept: the right edge follows from the leaf hashes of the last events and the
-- roots of the last tiles.
CREATE TABLE tree_head (
    id smallint PRIMARY KEY CONSTRAINT tree_head_one_row CHECK (id = 1),
    size bigint NOT NULL CONSTRAINT tree_head_not_negative CHECK (size >= 0)
);
COMMENT ON TABLE tree_head IS 'One row. Whoever lets the tree grow moves it from the size that it knows, in the statement that writes the tiles: of two, one finds it moved and writes nothing.';
COMMENT ON COLUMN tree_head.id IS 'Always 1.';
COMMENT ON COLUMN tree_head.size IS 'Events in the tree: all whose position is lower.';
INSERT INTO tree_head VALUES (1, 0);
CREATE TRIGGER tree_head_only_grows BEFORE UPDATE ON tree_head
    FOR EACH ROW WHEN (NEW.size <= OLD.size) EXECUTE FUNCTION refuse_change();
CREATE TRIGGER tree_head_stays BEFORE DELETE OR TRUNCATE ON tree_head
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE tree_tile (
    level smallint NOT NULL CONSTRAINT tree_tile_level CHECK (level BETWEEN 0 AND 7),
    n bigint NOT NULL CONSTRAINT tree_tile_not_negative CHECK (n >= 0),
    root bytea NOT NULL CONSTRAINT tree_tile_root_is_sha256 CHECK (octet_length(root) = 32),
    hashes bytea NOT NULL CONSTRAINT tree_tile_is_full CHECK (octet_length(hashes) = 8192),
    PRIMARY KEY (level, n)
);
-- Hashes do not compress, and trying costs.
ALTER TABLE tree_tile ALTER COLUMN hashes SET STORAGE EXTERNAL;
COMMENT ON TABLE tree_tile IS 'Full tiles of the tree. Append-only.';
COMMENT ON COLUMN tree_tile.level IS 'Level of the tile; level 0 holds the leaf hashes of events, each above it the roots of full tiles.';
COMMENT ON COLUMN tree_tile.n IS 'Place within the level, from 0.';
COMMENT ON COLUMN tree_tile.root IS 'SHA-256 of its subtree: its entry in the tile above.';
COMMENT ON COLUMN tree_tile.hashes IS '256 hashes of 32 bytes.';
CREATE TRIGGER tree_tile_append_only BEFORE UPDATE OR DELETE ON tree_tile
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER tree_tile_no_truncate BEFORE TRUNCATE ON tree_tile
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE checkpoint (
    size bigint NOT NULL CONSTRAINT checkpoint_not_negative CHECK (size >= 0),
    signed_by text NOT NULL,
    root bytea NOT NULL CONSTRAINT checkpoint_root_is_sha256 CHECK (octet_length(root) = 32),
    note text NOT NULL,
    signed_at timestamptz NOT NULL,
    PRIMARY KEY (size, signed_by)
);
COMMENT ON TABLE checkpoint IS 'Every checkpoint that was published. Append-only.';
COMMENT ON COLUMN checkpoint.size IS 'Events in the tree.';
COMMENT ON COLUMN checkpoint.signed_by IS 'Ids of the keys that signed it, the newest first: a log whose keys change signs its last size again.';
COMMENT ON COLUMN checkpoint.root IS 'Root of the tree.';
COMMENT ON COLUMN checkpoint.note IS 'The signed note (C2SP tlog-checkpoint), as served.';
COMMENT ON COLUMN checkpoint.signed_at IS 'Wall time.';
CREATE TRIGGER checkpoint_append_only BEFORE UPDATE OR DELETE ON checkpoint
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER checkpoint_no_truncate BEFORE TRUNCATE ON checkpoint
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE log_key (
    verifier_key text PRIMARY KEY,
    first_used_at timestamptz NOT NULL
);
COMMENT ON TABLE log_key IS 'Every key that the log was signed with: what was signed by an old one stays checkable. Append-only.';
COMMENT ON COLUMN log_key.verifier_key IS 'The public half, <name>+<id>+<base64> (C2SP signed-note).';
COMMENT ON COLUMN log_key.first_used_at IS 'Wall time.';
CREATE TRIGGER log_key_append_only BEFORE UPDATE OR DELETE ON log_key
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER log_key_no_truncate BEFORE TRUNCATE ON log_key
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

GRANT SELECT ON tree_head, tree_tile, checkpoint, log_key TO liandan_app;
GRANT UPDATE ON tree_head TO liandan_app;
GRANT INSERT ON tree_tile, checkpoint, log_key TO liandan_app;
