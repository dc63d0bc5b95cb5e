-- The sandbox's clock: in the database, so that every process of one sandbox tells the same time.
CREATE TABLE sandbox_clock (
    id smallint PRIMARY KEY CONSTRAINT sandbox_clock_one_row CHECK (id = 1),
    shift_ms bigint NOT NULL
);
COMMENT ON TABLE sandbox_clock IS 'One row, in sandbox mode only.';
COMMENT ON COLUMN sandbox_clock.id IS 'Always 1.';
COMMENT ON COLUMN sandbox_clock.shift_ms IS 'Milliseconds that business time is ahead of wall time (negative: behind).';
GRANT SELECT, INSERT, UPDATE ON sandbox_clock TO liandan_app;
