-- How treatment facilities run, day by day.
CREATE TABLE facility_day (
    id uuid PRIMARY KEY,
    site_id uuid NOT NULL CONSTRAINT facility_day_at_site REFERENCES site ON DELETE RESTRICT,
    day date NOT NULL,
    status text NOT NULL CONSTRAINT facility_day_status_known CHECK (status IN ('running', 'reduced', 'down')),
    treated_g bigint CONSTRAINT facility_day_treated_not_negative CHECK (treated_g >= 0),
    reason text CONSTRAINT facility_day_reason_length CHECK (length(reason) BETWEEN 1 AND 500),
    CONSTRAINT facility_day_down_treats_nothing CHECK (status <> 'down' OR COALESCE(treated_g, 0) = 0),
    CONSTRAINT facility_day_once UNIQUE (site_id, day)
);
COMMENT ON TABLE facility_day IS 'Daily running and outages of treatment facilities (设施运行日报), as they tell them. Private to the organisation and its regulators.';
COMMENT ON COLUMN facility_day.id IS 'UUIDv7; also the id of its chain.';
COMMENT ON COLUMN facility_day.site_id IS 'The treatment site.';
COMMENT ON COLUMN facility_day.day IS 'Beijing''s.';
COMMENT ON COLUMN facility_day.status IS 'running, reduced or down.';
COMMENT ON COLUMN facility_day.treated_g IS 'Grams treated on the day; NULL: not stated.';
COMMENT ON COLUMN facility_day.reason IS 'Why it did not run, or on less than usual; NULL: not stated.';
CREATE INDEX facility_day_by_site ON facility_day (site_id, id);

GRANT SELECT, INSERT, UPDATE ON facility_day TO liandan_app;
