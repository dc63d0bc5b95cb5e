DROP INDEX ledger_entry_external_id_once;
ALTER TABLE ledger_entry ADD CONSTRAINT ledger_entry_external_id_once UNIQUE (site_id, external_id);

ALTER TABLE manifest_item DROP CONSTRAINT manifest_item_lines_at_most_50;
ALTER TABLE manifest ALTER COLUMN state TYPE jsonb USING state::jsonb;
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_settings
                WHERE name = 'default_toast_compression' AND 'lz4' = ANY (enumvals)) THEN
        EXECUTE 'ALTER TABLE manifest ALTER COLUMN state SET COMPRESSION lz4';
    END IF;
END
$$;
ALTER TABLE manifest ADD CONSTRAINT manifest_has_items
    CHECK (jsonb_array_length(state -> 'filed' -> 'items') BETWEEN 1 AND 50);
