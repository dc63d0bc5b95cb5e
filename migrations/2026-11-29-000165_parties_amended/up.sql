-- An amendment may give a later leg to another carrier, or the load to another receiver.
GRANT DELETE ON manifest_carrier TO liandan_app;

-- The rows of what was amended before they were kept up to date: the carriers of its legs, and of
-- its hand-overs, beside the first leg's.
CREATE TEMPORARY TABLE amended_carrier ON COMMIT DROP AS
SELECT DISTINCT (leg ->> 'carrier_id')::uuid AS carrier_id, manifest.id AS manifest_id, manifest.year
  FROM manifest
 CROSS JOIN LATERAL (
        SELECT jsonb_array_elements(state -> 'filed' -> 'legs')
         UNION ALL
        SELECT one -> 'data' -> 'to_leg' FROM jsonb_array_elements(state -> 'transit' -> 'hand_overs') AS one
       ) AS legs(leg)
 WHERE state ? 'amendments' AND (leg ->> 'carrier_id')::uuid IS DISTINCT FROM manifest.carrier_id;
DELETE FROM manifest_carrier USING manifest
 WHERE manifest.id = manifest_carrier.manifest_id AND manifest.state ? 'amendments';
INSERT INTO manifest_carrier (carrier_id, manifest_id, year)
SELECT carrier_id, manifest_id, year FROM amended_carrier;

CREATE TABLE manifest_former (
    organisation_id uuid NOT NULL,
    manifest_id uuid NOT NULL,
    PRIMARY KEY (organisation_id, manifest_id)
);
COMMENT ON TABLE manifest_former IS 'An organisation that was a party of a manifest until an amendment took its place: it is told of that amendment, and of nothing after it.';
COMMENT ON COLUMN manifest_former.organisation_id IS 'Organisation. It was proven when it became a party.';
COMMENT ON COLUMN manifest_former.manifest_id IS 'Its manifest, written in the same commit; no foreign key (architecture.md weighs them).';
INSERT INTO manifest_former (organisation_id, manifest_id)
SELECT (one ->> 'organisation_id')::uuid, id
  FROM manifest, jsonb_array_elements(state -> 'amendments' -> 'former') AS one;
GRANT SELECT, INSERT, DELETE ON manifest_former TO liandan_app;
