DROP TABLE riding;
DROP TABLE container;
COMMENT ON TABLE serial IS 'The last manifest number given out per prefix (year, province, prefecture; Order 23 Art. 15).';
COMMENT ON COLUMN serial.prefix IS 'All digits before the serial.';
