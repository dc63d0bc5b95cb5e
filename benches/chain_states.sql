-- Bench data: the manifests of the first $1 chains of chain_graph.sql as they would be, had each
-- been received and sent on: masses, sources, links, receipts.
WITH chained AS (
    SELECT copy.id, copy.i % 1012 = 1011 AS is_last,
           coalesce(came.grams, copy.shipped_g) AS grams, came.sources, gone.to_id, gone.mass_g AS gone_g
      FROM bench_copy AS copy
      LEFT JOIN LATERAL (
            SELECT sum(mass_g)::int8 AS grams,
                   jsonb_agg(jsonb_build_object('manifest_id', from_id, 'line', from_line, 'mass_g', mass_g)) AS sources
              FROM mass_edge WHERE to_id = copy.id) AS came ON true
      LEFT JOIN mass_edge AS gone ON gone.from_id = copy.id
     WHERE copy.i < $1::int8 * 1012
), item AS (
    UPDATE manifest_item SET mass_g = grams FROM chained WHERE manifest_id = chained.id AND line = 1
)
UPDATE manifest AS m
   SET shipped_g = grams, status = CASE WHEN is_last THEN 'accepted' ELSE 'completed' END,
       state = (jsonb_set(m.state::jsonb, '{filed,items,0}', (m.state #> '{filed,items,0}')::jsonb
                 || jsonb_build_object('mass_g', grams)
                 || CASE WHEN sources IS NULL THEN '{}' ELSE jsonb_build_object('source_items', sources) END)
            || jsonb_build_object(
                 'status', CASE WHEN is_last THEN 'accepted' ELSE 'completed' END,
                 'progress', jsonb_build_array(jsonb_build_object(
                     'accepted_g', grams, 'refused_g', 0, 'lost_g', 0, 'treated_g', 0)),
                 'received', jsonb_build_object(
                     'occurred_at', m.state -> 'filed_at', 'recorded_at', m.state -> 'filed_at',
                     'data', jsonb_build_object('decision', 'accept', 'items', jsonb_build_array(
                         jsonb_build_object('line', 1, 'accepted_g', grams, 'refused_g', 0, 'difference_g', 0)))))
            || CASE WHEN to_id IS NULL THEN '{}' ELSE jsonb_build_object('links', jsonb_build_array(
                 jsonb_build_object('bond', 'onward', 'manifest_id', to_id,
                     'items', jsonb_build_array(jsonb_build_object('line', 1, 'mass_g', gone_g))))) END)::json
  FROM chained WHERE m.id = chained.id;
