-- What the copies of read_fill.sql are copies of: one really filed manifest a producer, with its
-- event, in the order in which they were filed.
CREATE TABLE IF NOT EXISTS bench_template AS
SELECT row_number() OVER (ORDER BY m.id) - 1 AS n, count(*) OVER () AS templates,
       m.*, m.state::text AS state_text, m.state ->> 'filed_at' AS filed_text, e.body
  FROM manifest m JOIN event e ON e.subject_id = m.id AND e.seq = 0;
CREATE UNIQUE INDEX IF NOT EXISTS bench_template_n ON bench_template (n);
ANALYZE bench_template;
