-- Collection rounds (收运趟次): the fold of their events, with narrow rows for who sees which stop.
CREATE TABLE collection_round (
    id uuid PRIMARY KEY,
    stream text NOT NULL CONSTRAINT collection_round_stream_known CHECK (stream IN ('medical', 'kitchen')),
    status text NOT NULL CONSTRAINT collection_round_status_known CHECK (status IN ('planned', 'collecting', 'weighed', 'completed', 'cancelled')),
    carrier_id uuid NOT NULL,
    receiver_id uuid NOT NULL,
    receiver_division text NOT NULL,
    receiver_regiment text,
    planned_on date NOT NULL,
    state jsonb NOT NULL
) WITH (fillfactor = 80);
COMMENT ON TABLE collection_round IS 'One row a collection round (收运趟次): the projection of its events (round/evolve.rs), written in the same commit.';
COMMENT ON COLUMN collection_round.id IS 'UUIDv7; also the id of its chain.';
COMMENT ON COLUMN collection_round.stream IS 'medical or kitchen.';
COMMENT ON COLUMN collection_round.status IS 'Where it stands (round/status.rs).';
COMMENT ON COLUMN collection_round.carrier_id IS 'Organisation that collects. Proven by guards when it was planned.';
COMMENT ON COLUMN collection_round.receiver_id IS 'Organisation that takes the load. Proven by guards when it was planned.';
COMMENT ON COLUMN collection_round.receiver_division IS 'Division of the receiving site, for regulators'' lists.';
COMMENT ON COLUMN collection_round.receiver_regiment IS 'Regiment of the receiving site; NULL: it lies in none.';
COMMENT ON COLUMN collection_round.planned_on IS 'Beijing day.';
COMMENT ON COLUMN collection_round.state IS 'The whole fold; masses in grams.';
CREATE INDEX collection_round_of_carrier ON collection_round (carrier_id, id);
CREATE INDEX collection_round_of_receiver ON collection_round (receiver_id, id);
CREATE INDEX collection_round_to_division ON collection_round (receiver_division, id);

CREATE TABLE round_stop (
    round_id uuid NOT NULL CONSTRAINT round_stop_of_round REFERENCES collection_round ON DELETE RESTRICT,
    n smallint NOT NULL CONSTRAINT round_stop_counts_from_1 CHECK (n >= 1),
    producer_id uuid NOT NULL,
    producer_site_id uuid NOT NULL,
    producer_division text NOT NULL,
    producer_regiment text,
    manifest_id uuid NOT NULL,
    plan jsonb NOT NULL CONSTRAINT round_stop_plan_is_list CHECK (jsonb_typeof(plan) = 'array'),
    PRIMARY KEY (round_id, n),
    CONSTRAINT round_stop_manifest_once UNIQUE (manifest_id)
);
COMMENT ON TABLE round_stop IS 'One row a stop of a round: who may see it, and what it was planned to collect. What became of it is in collection_round.state.';
COMMENT ON COLUMN round_stop.round_id IS 'Its round.';
COMMENT ON COLUMN round_stop.n IS 'From 1, in the order planned.';
COMMENT ON COLUMN round_stop.producer_id IS 'Organisation it calls at.';
COMMENT ON COLUMN round_stop.producer_site_id IS 'Site it calls at.';
COMMENT ON COLUMN round_stop.producer_division IS 'Division of that site, for regulators'' lists.';
COMMENT ON COLUMN round_stop.producer_regiment IS 'Regiment of that site; NULL: it lies in none.';
COMMENT ON COLUMN round_stop.manifest_id IS 'The draft that it collects by, and the manifest of the same id once it is filed.';
COMMENT ON COLUMN round_stop.plan IS 'The items as planned, in the form of a filing: what a later round repeats. Not evidence.';
CREATE INDEX round_stop_of_producer ON round_stop (producer_id, round_id);
CREATE INDEX round_stop_from_division ON round_stop (producer_division, round_id);

GRANT SELECT, INSERT, UPDATE ON collection_round TO liandan_app;
GRANT SELECT, INSERT ON round_stop TO liandan_app;
