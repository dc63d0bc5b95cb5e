ALTER TABLE site DROP COLUMN is_key_unit;
