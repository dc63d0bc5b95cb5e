-- Key supervised units: a regulator names them.
ALTER TABLE site ADD COLUMN is_key_unit boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN site.is_key_unit IS 'A key supervised unit (重点监管单位): named so by a regulator.';
