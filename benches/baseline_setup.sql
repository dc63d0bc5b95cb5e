-- The tables of the baseline, of the width of ours: serial, manifest (000007), event and outbox
-- (000002), with their columns, checks and indexes. Left out, in the baseline's favour: the
-- licence, ledger and storage accounts, guards, chain heads, idempotency keys and item rows that
-- a filing of ours also reads or writes, and the three foreign keys of `manifest`. Compressed as
-- ours are (000060).
DROP TABLE IF EXISTS baseline_outbox, baseline_event, baseline_manifest, baseline_serial;

CREATE TABLE baseline_serial (
    prefix text PRIMARY KEY,
    last bigint NOT NULL CHECK (last >= 0)
) WITH (fillfactor = 50);
-- One counter a division; a hot run hits the first only.
INSERT INTO baseline_serial SELECT '202666' || lpad(n::text, 2, '0'), 0 FROM generate_series(1, 14) AS n;

CREATE SEQUENCE IF NOT EXISTS baseline_id CACHE 1;
SELECT setval('baseline_id', 1);

CREATE TABLE baseline_manifest (
    id uuid PRIMARY KEY,
    year smallint NOT NULL,
    number text NOT NULL UNIQUE CHECK (number ~ '^([0-9]{14}|C[0-9]{16})$'),
    stream text NOT NULL CHECK (stream IN ('hazardous', 'medical', 'kitchen')),
    kind text NOT NULL CHECK (kind IN ('manifest', 'return', 'forward')),
    status text NOT NULL CHECK (status IN ('filed', 'in_transit', 'arrived', 'accepted', 'partly_accepted', 'refused', 'completed', 'cancelled')),
    producer_id uuid NOT NULL,
    producer_site_id uuid NOT NULL,
    producer_division text NOT NULL,
    carrier_id uuid NOT NULL,
    receiver_id uuid NOT NULL,
    receiver_site_id uuid NOT NULL,
    receiver_division text NOT NULL,
    licence_id uuid,
    filed_by_id uuid NOT NULL,
    external_id text,
    planned_departure_on date NOT NULL,
    filed_at timestamptz NOT NULL,
    shipped_g bigint NOT NULL CHECK (shipped_g > 0),
    state json NOT NULL,
    contact jsonb
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX ON baseline_manifest (filed_by_id, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX ON baseline_manifest (producer_id, id);
CREATE INDEX ON baseline_manifest (carrier_id, id);
CREATE INDEX ON baseline_manifest (receiver_id, id);
CREATE INDEX ON baseline_manifest (producer_division, id);
CREATE INDEX ON baseline_manifest (receiver_division, id);

CREATE TABLE baseline_event (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    subject_id uuid NOT NULL,
    subject_kind smallint NOT NULL,
    year smallint NOT NULL,
    seq bigint NOT NULL CHECK (seq >= 0),
    kind text NOT NULL,
    recorded_at timestamptz NOT NULL,
    leaf bytea NOT NULL CHECK (octet_length(leaf) = 32),
    body text NOT NULL CHECK (octet_length(body) <= 65535),
    UNIQUE (subject_id, seq)
);

CREATE TABLE baseline_outbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL,
    recipient_id uuid NOT NULL,
    subject_kind smallint NOT NULL,
    subject_id uuid NOT NULL,
    position bigint NOT NULL,
    created_at timestamptz NOT NULL
);

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_settings
                WHERE name = 'default_toast_compression' AND 'lz4' = ANY (enumvals)) THEN
        EXECUTE 'ALTER TABLE baseline_manifest ALTER COLUMN state SET COMPRESSION lz4';
        EXECUTE 'ALTER TABLE baseline_event ALTER COLUMN body SET COMPRESSION lz4';
    END IF;
END
$$;
