-- Reports of sites' ledgers (危险废物申报, HJ 1259-2022 7.2), one row a version: what was generated from
-- the ledger when it was submitted or amended, kept to the byte.
CREATE TABLE report (
    id uuid NOT NULL,
    version bigint NOT NULL CONSTRAINT report_version_counts_from_1 CHECK (version >= 1),
    site_id uuid NOT NULL CONSTRAINT report_of_site REFERENCES site ON DELETE RESTRICT,
    year smallint NOT NULL CONSTRAINT report_year_range CHECK (year BETWEEN 2000 AND 2199),
    period text NOT NULL,
    number smallint NOT NULL,
    due_on date NOT NULL,
    is_required boolean NOT NULL,
    management_class text NOT NULL CONSTRAINT report_class_known CHECK (management_class IN ('key', 'simplified', 'registered')),
    class_reasons jsonb NOT NULL,
    submitted_at timestamptz NOT NULL,
    made_at timestamptz NOT NULL,
    reason text,
    reason_text text,
    note text NOT NULL,
    content_sha256 text NOT NULL,
    declared_by text,
    content text NOT NULL,
    PRIMARY KEY (id, version),
    CONSTRAINT report_once UNIQUE (site_id, year, period, number, version),
    CONSTRAINT report_period_known CHECK (CASE period
        WHEN 'month' THEN number BETWEEN 1 AND 12
        WHEN 'quarter' THEN number BETWEEN 1 AND 4
        WHEN 'year' THEN number = 1
        ELSE false END),
    CONSTRAINT report_amended_with_reason CHECK ((version = 1) = (reason IS NULL)),
    CONSTRAINT report_first_is_submitted CHECK (version > 1 OR made_at = submitted_at),
    CONSTRAINT report_content_hash CHECK (content_sha256 = encode(sha256(convert_to(content, 'UTF8')), 'hex'))
);
COMMENT ON TABLE report IS 'Reports of ledgers, one row a version. Append-only: an amendment is a version more.';
COMMENT ON COLUMN report.id IS 'UUIDv7; also the id of its chain, which has one event a version.';
COMMENT ON COLUMN report.version IS 'From 1.';
COMMENT ON COLUMN report.site_id IS 'Whose ledger it reports.';
COMMENT ON COLUMN report.year IS 'Calendar year of the period, Beijing.';
COMMENT ON COLUMN report.period IS 'month, quarter or year.';
COMMENT ON COLUMN report.number IS 'Of the month (1 to 12) or quarter (1 to 4); 1 of a year.';
COMMENT ON COLUMN report.due_on IS 'The last day for it, Beijing, as it was when it was submitted.';
COMMENT ON COLUMN report.is_required IS 'The organisation''s class owed such a report when it was submitted.';
COMMENT ON COLUMN report.management_class IS 'Of the organisation at the period''s end: key, simplified or registered.';
COMMENT ON COLUMN report.class_reasons IS 'What made the class: quantity, own_treatment, licence.';
COMMENT ON COLUMN report.submitted_at IS 'When the first version was submitted.';
COMMENT ON COLUMN report.made_at IS 'When this version was.';
COMMENT ON COLUMN report.reason IS 'Why it was amended; NULL: the first version.';
COMMENT ON COLUMN report.reason_text IS 'The same in words; NULL: none given.';
COMMENT ON COLUMN report.note IS 'Remark; empty: none.';
COMMENT ON COLUMN report.content_sha256 IS 'Of content, in hexadecimal; its event says the same.';
COMMENT ON COLUMN report.declared_by IS 'Who answers for it: a person, so in no event; NULL: not stated.';
COMMENT ON COLUMN report.content IS 'What it says, JSON as it was written.';
CREATE TRIGGER report_append_only BEFORE UPDATE OR DELETE ON report
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER report_no_truncate BEFORE TRUNCATE ON report
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE report ALTER COLUMN content SET COMPRESSION lz4;
GRANT SELECT, INSERT ON report TO liandan_app;
