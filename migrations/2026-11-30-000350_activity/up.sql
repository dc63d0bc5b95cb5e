-- What sites do by month, from which their waste is expected.
CREATE TABLE activity (
    id uuid PRIMARY KEY,
    site_id uuid NOT NULL CONSTRAINT activity_of_site REFERENCES site ON DELETE RESTRICT,
    kind text NOT NULL CONSTRAINT activity_kind_known CHECK (kind IN ('bed_days', 'visits', 'meals', 'output')),
    product text NOT NULL CONSTRAINT activity_product_length CHECK (length(product) <= 100),
    month date NOT NULL CONSTRAINT activity_month_is_its_first_day CHECK (date_trunc('month', month::timestamp) = month::timestamp),
    value_milli bigint NOT NULL CONSTRAINT activity_value_not_negative CHECK (value_milli >= 0),
    note text NOT NULL CONSTRAINT activity_note_length CHECK (length(note) <= 500),
    CONSTRAINT activity_product_of_output CHECK ((kind = 'output') = (product <> '')),
    CONSTRAINT activity_once UNIQUE (site_id, kind, product, month)
);
COMMENT ON TABLE activity IS 'Bed-days, visits, meals and output of a site by month (活动水平). Private to the organisation and its regulators.';
COMMENT ON COLUMN activity.id IS 'UUIDv7; also the id of its chain.';
COMMENT ON COLUMN activity.site_id IS 'Whose activity.';
COMMENT ON COLUMN activity.kind IS 'bed_days, visits, meals or output.';
COMMENT ON COLUMN activity.product IS 'The product of an output; empty for all else.';
COMMENT ON COLUMN activity.month IS 'First day of the month, Beijing.';
COMMENT ON COLUMN activity.value_milli IS 'Thousandths: of a bed-day, a visit, a meal; of a tonne for output.';
COMMENT ON COLUMN activity.note IS 'Remark; empty: none.';
CREATE INDEX activity_by_site ON activity (site_id, id);

GRANT SELECT, INSERT, UPDATE ON activity TO liandan_app;
