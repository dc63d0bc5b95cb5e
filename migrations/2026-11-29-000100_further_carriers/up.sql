-- Carriers beside the first leg's, so that they find their manifests: planned later legs at filing,
-- added ones at their hand-over. A filing with one leg writes none.
CREATE TABLE manifest_carrier (
    carrier_id uuid NOT NULL,
    manifest_id uuid NOT NULL,
    year smallint NOT NULL,
    PRIMARY KEY (carrier_id, manifest_id)
);
COMMENT ON TABLE manifest_carrier IS 'A carrier of a later leg: rows only for carriers other than manifest.carrier_id.';
COMMENT ON COLUMN manifest_carrier.carrier_id IS 'Organisation. Proven by guards when the leg was filed or taken over.';
COMMENT ON COLUMN manifest_carrier.manifest_id IS 'Its manifest, written in the same commit; no foreign key (architecture.md weighs them).';
COMMENT ON COLUMN manifest_carrier.year IS 'Year of the manifest''s first event.';

GRANT SELECT, INSERT ON manifest_carrier TO liandan_app;
