-- Manifests $1 to $2 (from 0) as copies of the really filed ones, one every 30 seconds of last
-- year. Number, id, times, hash and log position are their own; all else is the template's. Their
-- numbers are last year's, so that none meets one that the server gives.
WITH last_year AS (
    SELECT date_trunc('year', now(), 'UTC') - interval '1 year' AS start
), base AS MATERIALIZED (
    SELECT next_position - $1 AS position FROM log_head
), copy AS MATERIALIZED (
    SELECT i, t.*, last_year.start + i * interval '30 seconds' AS at,
           extract(year FROM last_year.start)::text || substr(t.number, 5, 4) || lpad(i::text, 6, '0') AS new_number
      FROM generate_series($1::int8, $2::int8) AS i
     CROSS JOIN last_year
      JOIN bench_template t ON t.n = i % (SELECT max(templates) FROM bench_template)
), named AS MATERIALIZED (
    SELECT copy.*, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at_text,
           -- UUIDv7: milliseconds, then the counter where the random part would be.
           (lpad(to_hex((extract(epoch FROM at) * 1000)::int8), 12, '0') || '70008'
             || lpad(to_hex(i), 15, '0'))::uuid AS new_id
      FROM copy
), bodied AS MATERIALIZED (
    SELECT named.*, replace(replace(replace(body, id::text, new_id::text), number, new_number), filed_text, at_text) AS new_body
      FROM named
), hashed AS MATERIALIZED (
    SELECT bodied.*, sha256('\x00'::bytea || convert_to(new_body, 'UTF8')) AS leaf FROM bodied
), manifests AS (
    INSERT INTO manifest
    SELECT new_id, extract(year FROM at)::int2, new_number, stream, kind, status, producer_id, producer_site_id, producer_division,
           carrier_id, receiver_id, receiver_site_id, receiver_division, licence_id, filed_by_id, external_id,
           planned_departure_on, at, shipped_g,
           replace(replace(state_text, number, new_number), filed_text, at_text)::json, contact
      FROM hashed
), items AS (
    INSERT INTO manifest_item
    SELECT new_id, (item ->> 'line')::int2, extract(year FROM at)::int2, item ->> 'waste_code', (item ->> 'mass_g')::int8
      FROM hashed, json_array_elements(state -> 'filed' -> 'items') AS item
), subjects AS (
    INSERT INTO subject (id, kind, year, version, head, recorded_at)
    SELECT new_id, 1, extract(year FROM at)::int2, 1, leaf, at FROM hashed
), events AS (
    INSERT INTO event (position, subject_id, subject_kind, year, seq, kind, recorded_at, leaf, body)
    SELECT base.position + i, new_id, 1, extract(year FROM at)::int2, 0, 'filed', at, leaf, new_body
      FROM hashed, base
)
UPDATE log_head SET next_position = next_position + ($2::int8 - $1::int8 + 1);
