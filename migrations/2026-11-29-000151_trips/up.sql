-- Trips (车次): several manifests on one vehicle; the fold of their events, with narrow rows for
-- who sees which of the manifests.
CREATE TABLE trip (
    id uuid PRIMARY KEY,
    status text NOT NULL CONSTRAINT trip_status_known CHECK (status IN ('open', 'departed', 'arrived', 'cancelled')),
    carrier_id uuid NOT NULL,
    state jsonb NOT NULL
) WITH (fillfactor = 80);
COMMENT ON TABLE trip IS 'One row a trip (车次): the projection of its events (trip/evolve.rs), written in the same commit.';
COMMENT ON COLUMN trip.id IS 'UUIDv7; also the id of its chain.';
COMMENT ON COLUMN trip.status IS 'open, departed, arrived or cancelled (trip/status.rs).';
COMMENT ON COLUMN trip.carrier_id IS 'Organisation that drives. Proven by guards when it was opened.';
COMMENT ON COLUMN trip.state IS 'The whole fold; masses in grams.';
CREATE INDEX trip_of_carrier ON trip (carrier_id, id);

CREATE TABLE trip_manifest (
    trip_id uuid NOT NULL CONSTRAINT trip_manifest_of_trip REFERENCES trip ON DELETE RESTRICT,
    manifest_id uuid NOT NULL,
    stream text NOT NULL,
    producer_id uuid NOT NULL,
    producer_division text NOT NULL,
    producer_regiment text,
    receiver_id uuid NOT NULL,
    receiver_division text NOT NULL,
    receiver_regiment text,
    rides boolean NOT NULL,
    PRIMARY KEY (trip_id, manifest_id)
);
COMMENT ON TABLE trip_manifest IS 'One row a manifest of a trip: who may see it there, and that it rides on one trip at most.';
COMMENT ON COLUMN trip_manifest.trip_id IS 'Its trip.';
COMMENT ON COLUMN trip_manifest.manifest_id IS 'The manifest; no foreign key (architecture.md weighs them).';
COMMENT ON COLUMN trip_manifest.stream IS 'Stream of the manifest, for agencies.';
COMMENT ON COLUMN trip_manifest.producer_id IS 'Organisation that sends.';
COMMENT ON COLUMN trip_manifest.producer_division IS 'Division of the site it leaves, for regulators'' lists.';
COMMENT ON COLUMN trip_manifest.producer_regiment IS 'Regiment of that site; NULL: it lies in none.';
COMMENT ON COLUMN trip_manifest.receiver_id IS 'Organisation that receives.';
COMMENT ON COLUMN trip_manifest.receiver_division IS 'Division of the site it goes to.';
COMMENT ON COLUMN trip_manifest.receiver_regiment IS 'Regiment of that site; NULL: it lies in none.';
COMMENT ON COLUMN trip_manifest.rides IS 'False once the trip was given up: the manifest may join another.';
CREATE UNIQUE INDEX trip_manifest_rides_once ON trip_manifest (manifest_id) WHERE rides;
CREATE INDEX trip_manifest_of_producer ON trip_manifest (producer_id, trip_id);
CREATE INDEX trip_manifest_of_receiver ON trip_manifest (receiver_id, trip_id);
CREATE INDEX trip_manifest_from_division ON trip_manifest (producer_division, trip_id);
CREATE INDEX trip_manifest_to_division ON trip_manifest (receiver_division, trip_id);

GRANT SELECT, INSERT, UPDATE ON trip, trip_manifest TO liandan_app;
