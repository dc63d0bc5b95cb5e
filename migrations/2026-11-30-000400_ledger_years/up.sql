-- What each site's ledger adds up to, by year and code: the assessment of production against
-- capacity (capacity.md) reads these and not the entries. They grow in the very statement that
-- enters, by the database itself, so that they are never behind and nobody can set them.
CREATE TABLE ledger_year (
    site_id uuid NOT NULL CONSTRAINT ledger_year_of_site REFERENCES site ON DELETE RESTRICT,
    year smallint NOT NULL,
    waste_code text NOT NULL,
    produced_g bigint NOT NULL,
    corrected_g bigint NOT NULL,
    brought_in_g bigint NOT NULL,
    moved_out_g bigint NOT NULL,
    self_treated_g bigint NOT NULL,
    loss_g bigint NOT NULL,
    PRIMARY KEY (site_id, year, waste_code),
    CONSTRAINT ledger_year_not_negative CHECK (
        produced_g >= 0 AND brought_in_g >= 0 AND moved_out_g >= 0 AND self_treated_g >= 0 AND loss_g >= 0)
) WITH (fillfactor = 70);
COMMENT ON TABLE ledger_year IS 'Sums of ledger entries by site, year and code; kept by the trigger of ledger_entry alone.';
COMMENT ON COLUMN ledger_year.site_id IS 'Whose ledger.';
COMMENT ON COLUMN ledger_year.year IS 'Calendar year, Beijing, of occurred_at.';
COMMENT ON COLUMN ledger_year.waste_code IS 'National waste code, or CY-NN for kitchen waste.';
COMMENT ON COLUMN ledger_year.produced_g IS 'Grams produced, before corrections.';
COMMENT ON COLUMN ledger_year.corrected_g IS 'Grams of corrections, signed.';
COMMENT ON COLUMN ledger_year.brought_in_g IS 'Grams brought in.';
COMMENT ON COLUMN ledger_year.moved_out_g IS 'Grams moved out.';
COMMENT ON COLUMN ledger_year.self_treated_g IS 'Grams treated on site.';
COMMENT ON COLUMN ledger_year.loss_g IS 'Grams of explained loss.';
CREATE INDEX ledger_year_by_year ON ledger_year (year);

-- Runs as its owner: the application's role has no right to write the sums.
CREATE FUNCTION ledger_year_add() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public AS $$
BEGIN
    INSERT INTO ledger_year AS sums
    SELECT site_id, EXTRACT(YEAR FROM occurred_at AT TIME ZONE 'Asia/Shanghai'), waste_code,
           COALESCE(sum(mass_g) FILTER (WHERE kind = 'produced'), 0),
           COALESCE(sum(mass_g) FILTER (WHERE kind = 'correction'), 0),
           COALESCE(sum(mass_g) FILTER (WHERE kind = 'brought_in'), 0),
           COALESCE(sum(mass_g) FILTER (WHERE kind = 'moved_out'), 0),
           COALESCE(sum(mass_g) FILTER (WHERE kind = 'self_treated'), 0),
           COALESCE(sum(mass_g) FILTER (WHERE kind = 'loss'), 0)
      FROM entered
     WHERE kind NOT IN ('stored', 'taken_out')
     GROUP BY 1, 2, 3
     -- Everybody locks in one order.
     ORDER BY 1, 2, 3
    ON CONFLICT (site_id, year, waste_code) DO UPDATE SET
        produced_g = sums.produced_g + excluded.produced_g,
        corrected_g = sums.corrected_g + excluded.corrected_g,
        brought_in_g = sums.brought_in_g + excluded.brought_in_g,
        moved_out_g = sums.moved_out_g + excluded.moved_out_g,
        self_treated_g = sums.self_treated_g + excluded.self_treated_g,
        loss_g = sums.loss_g + excluded.loss_g;
    RETURN NULL;
END
$$;

-- What was entered before there were sums.
INSERT INTO ledger_year
SELECT site_id, EXTRACT(YEAR FROM occurred_at AT TIME ZONE 'Asia/Shanghai'), waste_code,
       COALESCE(sum(mass_g) FILTER (WHERE kind = 'produced'), 0),
       COALESCE(sum(mass_g) FILTER (WHERE kind = 'correction'), 0),
       COALESCE(sum(mass_g) FILTER (WHERE kind = 'brought_in'), 0),
       COALESCE(sum(mass_g) FILTER (WHERE kind = 'moved_out'), 0),
       COALESCE(sum(mass_g) FILTER (WHERE kind = 'self_treated'), 0),
       COALESCE(sum(mass_g) FILTER (WHERE kind = 'loss'), 0)
  FROM ledger_entry
 WHERE kind NOT IN ('stored', 'taken_out')
 GROUP BY 1, 2, 3;

CREATE TRIGGER ledger_entry_sums AFTER INSERT ON ledger_entry
    REFERENCING NEW TABLE AS entered FOR EACH STATEMENT EXECUTE FUNCTION ledger_year_add();

GRANT SELECT ON ledger_year TO liandan_app;
