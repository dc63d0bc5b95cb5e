-- Bench data, and no more: edges between the copies of read_fill.sql, so that all of them lie in
-- chains. A chain has 1,012 manifests in a row: 1,000 sources; three stores that 400, 400 and 200
-- of them are put together in (an event holds no more); then nine that all of it goes on to, one
-- after another. So waste goes ten hops, from a source to the last. Chains of which all are copies
-- have no event of their hand-ons: reading is measured, not filing.
CREATE TABLE bench_copy AS
SELECT (row_number() OVER (ORDER BY id) - 1)::int8 AS i, id, year, shipped_g
  FROM manifest WHERE year = extract(year FROM now())::int2 - 1;
-- The end of a chain that is not whole stays out of the graph.
DELETE FROM bench_copy WHERE i / 1012 >= (SELECT count(*) FROM bench_copy) / 1012;
CREATE UNIQUE INDEX bench_copy_i ON bench_copy (i);
CREATE INDEX bench_copy_id ON bench_copy (id);

INSERT INTO mass_edge (to_id, to_line, from_id, from_line, bond, mass_g, year, given_back)
SELECT store.id, 1, source.id, 1, 'onward', source.shipped_g, store.year, false
  FROM bench_copy AS source
  JOIN bench_copy AS store ON store.i = source.i / 1012 * 1012 + 1000 + source.i % 1012 / 400
 WHERE source.i % 1012 < 1000;
INSERT INTO mass_edge (to_id, to_line, from_id, from_line, bond, mass_g, year, given_back)
SELECT next.id, 1, store.id, 1, 'onward', sum(came.mass_g), next.year, false
  FROM bench_copy AS store
  JOIN mass_edge AS came ON came.to_id = store.id
  JOIN bench_copy AS next ON next.i = store.i / 1012 * 1012 + 1003
 WHERE store.i % 1012 BETWEEN 1000 AND 1002
 GROUP BY next.id, store.id, next.year;
-- What has come together goes on whole, nine manifests in a row.
INSERT INTO mass_edge (to_id, to_line, from_id, from_line, bond, mass_g, year, given_back)
SELECT next.id, 1, last.id, 1, 'onward', whole.grams, next.year, false
  FROM (SELECT first.i, sum(came.mass_g) AS grams
          FROM bench_copy AS first JOIN mass_edge AS came ON came.to_id = first.id
         WHERE first.i % 1012 = 1003 GROUP BY first.i) AS whole
 CROSS JOIN generate_series(0, 7) AS hop
  JOIN bench_copy AS last ON last.i = whole.i + hop
  JOIN bench_copy AS next ON next.i = whole.i + hop + 1;
ANALYZE mass_edge;
