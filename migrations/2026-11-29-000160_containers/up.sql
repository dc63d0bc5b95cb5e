-- Labelled packages, and which manifests ride on which plates.
CREATE TABLE container (
    id uuid PRIMARY KEY,
    code text NOT NULL CONSTRAINT container_code_has_37_characters CHECK (length(code) = 37),
    label_key text NOT NULL,
    label_serial bigint NOT NULL CONSTRAINT container_label_serial_from_1 CHECK (label_serial >= 1),
    by_hand boolean NOT NULL,
    registered_with uuid NOT NULL,
    site_id uuid NOT NULL CONSTRAINT container_of_site REFERENCES site ON DELETE RESTRICT,
    waste_code text NOT NULL,
    to_site_id uuid NOT NULL,
    manifest_id uuid,
    status text NOT NULL CONSTRAINT container_status_known CHECK (status IN ('open', 'sealed', 'shipped', 'received', 'emptied')),
    missing boolean NOT NULL CONSTRAINT container_missing_on_its_way CHECK (NOT missing OR status = 'shipped'),
    state jsonb NOT NULL,
    CONSTRAINT container_code_once UNIQUE (code),
    CONSTRAINT container_leaves_on_a_manifest CHECK (status <> 'shipped' OR manifest_id IS NOT NULL)
) WITH (fillfactor = 80);
COMMENT ON TABLE container IS 'One row a labelled package: the projection of its newest event, written in the same commit.';
COMMENT ON COLUMN container.id IS 'UUIDv7 of its registration.';
COMMENT ON COLUMN container.code IS 'The label''s digital identification code (HJ 1276-2022).';
COMMENT ON COLUMN container.label_key IS 'Unit, waste and day of the label: what its serial counts for.';
COMMENT ON COLUMN container.label_serial IS 'The label''s serial, from 1.';
COMMENT ON COLUMN container.by_hand IS 'The code was given by the caller and not by our counter, which passes over it.';
COMMENT ON COLUMN container.registered_with IS 'The first container of the list that it was registered in.';
COMMENT ON COLUMN container.site_id IS 'Where it was filled.';
COMMENT ON COLUMN container.waste_code IS 'National code, or CY-.';
COMMENT ON COLUMN container.to_site_id IS 'The receiver''s site of the manifest that it is or was last on; its own site while there is none. Whoever sees either site sees it.';
COMMENT ON COLUMN container.manifest_id IS 'The manifest that it is on or was on last; NULL: none. Proven by the filing; no foreign key.';
COMMENT ON COLUMN container.status IS 'open, sealed, shipped, received or emptied.';
COMMENT ON COLUMN container.missing IS 'It left and was not found at the gate.';
COMMENT ON COLUMN container.state IS 'The whole container; masses in grams.';
CREATE INDEX container_by_site ON container (site_id, id);
CREATE INDEX container_to_site ON container (to_site_id, id);
CREATE INDEX container_on_manifest ON container (manifest_id) WHERE manifest_id IS NOT NULL;
CREATE INDEX container_registered_with ON container (registered_with);
CREATE INDEX container_by_hand ON container (label_key, label_serial) WHERE by_hand;

CREATE TABLE riding (
    plate text NOT NULL,
    manifest_id uuid NOT NULL,
    PRIMARY KEY (plate, manifest_id)
) WITH (fillfactor = 70);
COMMENT ON TABLE riding IS 'What is on the road: one row a plate and manifest, from departure to receipt. The roadside call asks it, so it holds nothing of the past.';
COMMENT ON COLUMN riding.plate IS 'Vehicle or trailer, in its one spelling.';
COMMENT ON COLUMN riding.manifest_id IS 'The manifest whose load is on it.';

COMMENT ON TABLE serial IS 'The last serial given out per prefix: of manifest numbers (year, province, prefecture; Order 23 Art. 15) and of labels.';
COMMENT ON COLUMN serial.prefix IS 'Of a number: all digits before the serial. Of a label: L, unit, waste and day.';

GRANT SELECT, INSERT, UPDATE ON container TO liandan_app;
GRANT SELECT, INSERT, DELETE ON riding TO liandan_app;
