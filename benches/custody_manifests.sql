-- Manifests $1 with the numbers $2 as copies of the lives $3: number and id are their own, all else
-- is that of the life. Their events are made outside, where their chains are hashed.
INSERT INTO manifest (id, year, number, stream, kind, status, producer_id, producer_site_id, producer_division,
    carrier_id, receiver_id, receiver_site_id, receiver_division, licence_id, filed_by_id,
    planned_departure_on, filed_at, shipped_g, limbo_g, state, contact)
SELECT copy.id, life.year, copy.number, stream, kind, status, producer_id, producer_site_id, producer_division,
    carrier_id, receiver_id, receiver_site_id, receiver_division, licence_id, filed_by_id,
    planned_departure_on, filed_at, shipped_g, limbo_g, replace(state_text, life.number, copy.number)::json, contact
  FROM UNNEST($1::uuid[], $2::text[], $3::int8[]) AS copy (id, number, n)
  JOIN bench_life AS life ON life.n = copy.n
