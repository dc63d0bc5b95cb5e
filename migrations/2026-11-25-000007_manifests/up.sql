-- Manifests: the fold of their events, with narrow columns for lists beside it; drafts apart.
CREATE TABLE manifest (
    id uuid PRIMARY KEY,
    year smallint NOT NULL,
    number text NOT NULL CONSTRAINT manifest_number_form CHECK (number ~ '^([0-9]{14}|C[0-9]{16})$'),
    stream text NOT NULL CONSTRAINT manifest_stream_known CHECK (stream IN ('hazardous', 'medical', 'kitchen')),
    kind text NOT NULL CONSTRAINT manifest_kind_known CHECK (kind IN ('manifest', 'return', 'forward')),
    status text NOT NULL CONSTRAINT manifest_status_known CHECK (status IN ('filed', 'in_transit', 'arrived', 'accepted', 'partly_accepted', 'refused', 'completed', 'cancelled')),
    producer_id uuid NOT NULL,
    producer_site_id uuid NOT NULL CONSTRAINT manifest_producer_site_exists REFERENCES site ON DELETE RESTRICT,
    producer_division text NOT NULL,
    carrier_id uuid NOT NULL,
    receiver_id uuid NOT NULL,
    receiver_site_id uuid NOT NULL CONSTRAINT manifest_receiver_site_exists REFERENCES site ON DELETE RESTRICT,
    receiver_division text NOT NULL,
    licence_id uuid CONSTRAINT manifest_licence_exists REFERENCES licence ON DELETE RESTRICT,
    filed_by_id uuid NOT NULL,
    external_id text,
    planned_departure_on date NOT NULL,
    filed_at timestamptz NOT NULL,
    shipped_g bigint NOT NULL CONSTRAINT manifest_has_mass CHECK (shipped_g > 0),
    state jsonb NOT NULL CONSTRAINT manifest_has_items CHECK (jsonb_array_length(state -> 'filed' -> 'items') BETWEEN 1 AND 50),
    contact jsonb,
    CONSTRAINT manifest_number_once UNIQUE (number)
) WITH (fillfactor = 80);
COMMENT ON TABLE manifest IS 'One row a filed manifest: the projection of its events (manifest/evolve.rs), written in the same commit.';
COMMENT ON COLUMN manifest.id IS 'UUIDv7 of the filing (or of the draft it came from).';
COMMENT ON COLUMN manifest.year IS 'Year (UTC) of its first event: the key by which hot tables can be partitioned.';
COMMENT ON COLUMN manifest.number IS 'Printed number (Order 23 Art. 15); kitchen: C and 16 digits. Never used again.';
COMMENT ON COLUMN manifest.stream IS 'hazardous, medical or kitchen.';
COMMENT ON COLUMN manifest.kind IS 'manifest, return or forward.';
COMMENT ON COLUMN manifest.status IS 'Where it stands (manifest/status.rs).';
COMMENT ON COLUMN manifest.producer_id IS 'Organisation that sends. Proven by guards at filing; no foreign key (architecture.md weighs them).';
COMMENT ON COLUMN manifest.producer_site_id IS 'Site it leaves.';
COMMENT ON COLUMN manifest.producer_division IS 'Division of that site, for regulators'' lists.';
COMMENT ON COLUMN manifest.carrier_id IS 'Carrier of the first leg. Proven by guards at filing.';
COMMENT ON COLUMN manifest.receiver_id IS 'Organisation that receives. Proven by guards at filing.';
COMMENT ON COLUMN manifest.receiver_site_id IS 'Site it goes to.';
COMMENT ON COLUMN manifest.receiver_division IS 'Division of that site.';
COMMENT ON COLUMN manifest.licence_id IS 'Licence of the first item; NULL where an exemption frees the receiver.';
COMMENT ON COLUMN manifest.filed_by_id IS 'Organisation that filed: the scope of external_id.';
COMMENT ON COLUMN manifest.external_id IS 'The filer''s own id; NULL where it gave none.';
COMMENT ON COLUMN manifest.planned_departure_on IS 'Beijing day.';
COMMENT ON COLUMN manifest.filed_at IS 'recorded_at of its first event.';
COMMENT ON COLUMN manifest.shipped_g IS 'Grams filed, all items together.';
COMMENT ON COLUMN manifest.state IS 'The whole fold, items and steps included; masses in grams.';
COMMENT ON COLUMN manifest.contact IS 'Whom to call at the producer: personal data, never in events. NULL where none was given.';
CREATE UNIQUE INDEX manifest_external_id_once ON manifest (filed_by_id, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX manifest_of_producer ON manifest (producer_id, id);
CREATE INDEX manifest_of_carrier ON manifest (carrier_id, id);
CREATE INDEX manifest_of_receiver ON manifest (receiver_id, id);
CREATE INDEX manifest_from_division ON manifest (producer_division, id);
CREATE INDEX manifest_to_division ON manifest (receiver_division, id);
CREATE INDEX manifest_producer_site ON manifest (producer_site_id);
CREATE INDEX manifest_receiver_site ON manifest (receiver_site_id);
CREATE INDEX manifest_licence ON manifest (licence_id);

CREATE TABLE manifest_item (
    manifest_id uuid NOT NULL,
    line smallint NOT NULL CONSTRAINT manifest_item_line_counts_from_1 CHECK (line >= 1),
    year smallint NOT NULL,
    waste_code text NOT NULL,
    mass_g bigint NOT NULL CONSTRAINT manifest_item_has_mass CHECK (mass_g > 0),
    PRIMARY KEY (manifest_id, line)
);
COMMENT ON TABLE manifest_item IS 'One narrow row an item, for filters by waste code; the item itself is in manifest.state.';
COMMENT ON COLUMN manifest_item.manifest_id IS 'Its manifest, written in the same commit; no foreign key (architecture.md weighs them).';
COMMENT ON COLUMN manifest_item.line IS 'From 1.';
COMMENT ON COLUMN manifest_item.year IS 'Year of the manifest''s first event.';
COMMENT ON COLUMN manifest_item.waste_code IS 'National code, or CY-.';
COMMENT ON COLUMN manifest_item.mass_g IS 'Grams filed.';
CREATE INDEX manifest_item_by_code ON manifest_item (waste_code, manifest_id);

CREATE TABLE draft (
    id uuid PRIMARY KEY,
    owner_id uuid NOT NULL,
    producer_id uuid,
    version bigint NOT NULL CONSTRAINT draft_version_from_1 CHECK (version >= 1),
    body jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
COMMENT ON TABLE draft IS 'Manifests being prepared: outside the journal, seen by the preparer and the producer alone.';
COMMENT ON COLUMN draft.id IS 'Becomes the manifest''s id when it is filed.';
COMMENT ON COLUMN draft.owner_id IS 'Organisation that prepares it.';
COMMENT ON COLUMN draft.producer_id IS 'Organisation of the producer site; NULL while none is named.';
COMMENT ON COLUMN draft.version IS 'Counts changes; the ETag.';
COMMENT ON COLUMN draft.body IS 'The request as it would be filed.';
COMMENT ON COLUMN draft.created_at IS 'Business time.';
COMMENT ON COLUMN draft.updated_at IS 'Business time.';
CREATE INDEX draft_of_owner ON draft (owner_id, id);
CREATE INDEX draft_of_producer ON draft (producer_id, id);

GRANT SELECT, INSERT, UPDATE ON manifest TO liandan_app;
GRANT SELECT, INSERT ON manifest_item TO liandan_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON draft TO liandan_app;
