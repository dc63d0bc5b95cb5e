-- Mass that goes on from one manifest to another, and refused mass that waits for a place.
CREATE TABLE mass_edge (
    to_id uuid NOT NULL,
    to_line smallint NOT NULL CONSTRAINT mass_edge_to_line_counts_from_1 CHECK (to_line >= 1),
    from_id uuid NOT NULL,
    from_line smallint NOT NULL CONSTRAINT mass_edge_from_line_counts_from_1 CHECK (from_line >= 1),
    bond text NOT NULL CONSTRAINT mass_edge_bond_known CHECK (bond IN ('return', 'forward', 'onward')),
    mass_g bigint NOT NULL CONSTRAINT mass_edge_has_mass CHECK (mass_g > 0),
    year smallint NOT NULL,
    given_back boolean NOT NULL,
    PRIMARY KEY (to_id, to_line, from_id, from_line),
    CONSTRAINT mass_edge_leads_on CHECK (to_id <> from_id)
);
COMMENT ON TABLE mass_edge IS 'The graph of masses: one row a part of an item that came in on another manifest, written in the same commit as the item.';
COMMENT ON COLUMN mass_edge.to_id IS 'Manifest that carries the mass on; no foreign key (architecture.md weighs them).';
COMMENT ON COLUMN mass_edge.to_line IS 'Its line, from 1.';
COMMENT ON COLUMN mass_edge.from_id IS 'Manifest that the mass came in on; no foreign key (architecture.md weighs them).';
COMMENT ON COLUMN mass_edge.from_line IS 'Its line, from 1.';
COMMENT ON COLUMN mass_edge.bond IS 'return or forward of refused mass, onward of accepted mass that was stored.';
COMMENT ON COLUMN mass_edge.mass_g IS 'Grams, as filed.';
COMMENT ON COLUMN mass_edge.year IS 'Year (UTC) of the first event of the manifest that carries it on.';
COMMENT ON COLUMN mass_edge.given_back IS 'That manifest was cancelled: the mass never left.';
CREATE INDEX mass_edge_from ON mass_edge (from_id, from_line);
GRANT SELECT, INSERT, UPDATE ON mass_edge TO liandan_app;

ALTER TABLE manifest ADD COLUMN limbo_g bigint NOT NULL DEFAULT 0
    CONSTRAINT manifest_limbo_not_negative CHECK (limbo_g >= 0);
COMMENT ON COLUMN manifest.limbo_g IS 'Grams of refused mass without a place of their own: held here since a refusal or, of a return or forward, on their way. 0 for nearly all.';
UPDATE manifest SET limbo_g = refused.grams
  FROM (SELECT id, (SELECT sum((one ->> 'refused_g')::bigint)
                      FROM jsonb_array_elements(state -> 'progress') AS one) AS grams
          FROM manifest WHERE status IN ('partly_accepted', 'refused', 'completed')) AS refused
 WHERE refused.id = manifest.id AND refused.grams > 0;
-- `GET /manifests?limbo=true`, one a walk of the list. Nearly no row is in them, and no step of a
-- load that is accepted changes the column: those updates stay on their page.
CREATE INDEX manifest_limbo_of_producer ON manifest (producer_id, id) WHERE limbo_g > 0;
CREATE INDEX manifest_limbo_of_carrier ON manifest (carrier_id, id) WHERE limbo_g > 0;
CREATE INDEX manifest_limbo_of_receiver ON manifest (receiver_id, id) WHERE limbo_g > 0;
CREATE INDEX manifest_limbo_from_division ON manifest (producer_division, id) WHERE limbo_g > 0;
CREATE INDEX manifest_limbo_to_division ON manifest (receiver_division, id) WHERE limbo_g > 0;
CREATE INDEX manifest_limbo ON manifest (id) WHERE limbo_g > 0;
