-- `liandan bench capacity`: entries of the producing sites' ledgers, as a hand would make them,
-- without their events. $1: how many there are, $2: how many more, $3: codes.
WITH places AS (
    SELECT id, row_number() OVER (ORDER BY id) - 1 AS n, count(*) OVER () AS count
      FROM site WHERE kind = 'production'
)
INSERT INTO ledger_entry (id, site_id, kind, waste_code, mass_g, occurred_at, recorded_at, note)
SELECT gen_random_uuid(), places.id,
       CASE i % 10 WHEN 0 THEN 'moved_out' WHEN 1 THEN 'self_treated' ELSE 'produced' END,
       ($3::text[])[1 + (i / places.count) % cardinality($3::text[])],
       1000 + i % 100000, timestamptz '2022-01-01' + make_interval(mins => (i % 2600000)::int),
       now(), ''
  FROM generate_series($1::bigint, $1::bigint + $2::bigint - 1) AS i
  JOIN places ON places.n = i % places.count
