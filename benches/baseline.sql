-- What a filing needs in the plain way, 6 round trips: BEGIN, the prefecture's counter, the
-- manifest, its event, a notice, COMMIT. Variables from the command line: divisions (14 spread,
-- 1 hot), state (its json), body (the event's text), leaf (its hash).
\set division random(1, :divisions)
\set producer random(1, 64)
\set receiver random(1, 4)
\set mass_g random(1, 1000000)
BEGIN;
UPDATE baseline_serial SET last = last + 1 WHERE prefix = '202666' || lpad(:division::int4::text, 2, '0') RETURNING prefix, last \gset
INSERT INTO baseline_manifest (id, year, number, stream, kind, status, producer_id, producer_site_id, producer_division, carrier_id, receiver_id, receiver_site_id, receiver_division, licence_id, filed_by_id, external_id, planned_departure_on, filed_at, shipped_g, state, contact)
VALUES ((lpad(to_hex(nextval('baseline_id')), 12, '0') || substr(gen_random_uuid()::text, 15))::uuid,
        2026, :prefix::text || lpad(:last::int8::text, 6, '0'), 'hazardous', 'manifest', 'filed',
        ('00000000-0000-7000-8001-' || lpad(:producer::int8::text, 12, '0'))::uuid,
        ('00000000-0000-7000-8002-' || lpad(:producer::int8::text, 12, '0'))::uuid,
        lpad(:division::int4::text, 2, '0'),
        ('00000000-0000-7000-8003-' || lpad(:receiver::int8::text, 12, '0'))::uuid,
        ('00000000-0000-7000-8004-' || lpad(:receiver::int8::text, 12, '0'))::uuid,
        ('00000000-0000-7000-8005-' || lpad(:receiver::int8::text, 12, '0'))::uuid,
        '01',
        ('00000000-0000-7000-8006-' || lpad(:receiver::int8::text, 12, '0'))::uuid,
        ('00000000-0000-7000-8001-' || lpad(:producer::int8::text, 12, '0'))::uuid,
        NULL, '2026-11-25', now(), :mass_g::int8, :state::json, NULL)
RETURNING id \gset
INSERT INTO baseline_event (subject_id, subject_kind, year, seq, kind, recorded_at, leaf, body)
VALUES (:id::uuid, 1, 2026, 0, 'filed', now(), :leaf::bytea, :body::text)
RETURNING position \gset
INSERT INTO baseline_outbox (kind, recipient_id, subject_kind, subject_id, position, created_at)
VALUES ('manifest_filed', ('00000000-0000-7000-8004-' || lpad(:receiver::int8::text, 12, '0'))::uuid, 1, :id::uuid, :position::int8, now());
COMMIT;
