-- The lives that custody_manifests.sql and the bench copy: the first thousand that were really led, in
-- the order of their filing.
CREATE TABLE IF NOT EXISTS bench_life AS
SELECT row_number() OVER (ORDER BY m.id) - 1 AS n, m.*, m.state::text AS state_text
  FROM manifest m WHERE m.status = 'completed' ORDER BY m.id LIMIT 1000;
CREATE UNIQUE INDEX IF NOT EXISTS bench_life_n ON bench_life (n);
ANALYZE bench_life;
