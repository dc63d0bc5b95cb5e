-- A manifest's state is written and read whole: as `jsonb` PostgreSQL took it apart at each write
-- (a fifth of a filing's cost there) and put it together again at each read, and no query looks
-- into many of them. As `json` it is checked and kept as it was written; the audit compares bytes.
-- The number of items is held by their own rows.
ALTER TABLE manifest DROP CONSTRAINT manifest_has_items;
ALTER TABLE manifest ALTER COLUMN state TYPE json USING state::json;
-- A new type forgets how the column was compressed (see 000060).
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_settings
                WHERE name = 'default_toast_compression' AND 'lz4' = ANY (enumvals)) THEN
        EXECUTE 'ALTER TABLE manifest ALTER COLUMN state SET COMPRESSION lz4';
    END IF;
END
$$;
ALTER TABLE manifest_item ADD CONSTRAINT manifest_item_lines_at_most_50 CHECK (line <= 50);

-- Most entries have no id of the caller's own: those need no place in this index.
ALTER TABLE ledger_entry DROP CONSTRAINT ledger_entry_external_id_once;
CREATE UNIQUE INDEX ledger_entry_external_id_once ON ledger_entry (site_id, external_id)
    WHERE external_id IS NOT NULL;
