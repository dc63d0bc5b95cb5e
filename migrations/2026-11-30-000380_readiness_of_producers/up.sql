-- What a producer has to have ready: risk sources known, emergency plans filed, insurance.
CREATE TABLE risk_source (
    id uuid PRIMARY KEY,
    site_id uuid NOT NULL CONSTRAINT risk_source_at_site REFERENCES site ON DELETE RESTRICT,
    name text NOT NULL CONSTRAINT risk_source_name_length CHECK (length(name) BETWEEN 1 AND 200),
    kind text NOT NULL CONSTRAINT risk_source_kind_length CHECK (length(kind) BETWEEN 1 AND 100),
    level text NOT NULL CONSTRAINT risk_source_level_known CHECK (level IN ('general', 'considerable', 'major')),
    substance text NOT NULL CONSTRAINT risk_source_substance_length CHECK (length(substance) BETWEEN 1 AND 200),
    maximum_g bigint NOT NULL CONSTRAINT risk_source_maximum_positive CHECK (maximum_g > 0),
    status text NOT NULL CONSTRAINT risk_source_status_known CHECK (status IN ('active', 'closed')),
    CONSTRAINT risk_source_once UNIQUE (site_id, name)
);
COMMENT ON TABLE risk_source IS 'Risk sources (环境风险源) of a site. Private to the organisation and its regulators.';
COMMENT ON COLUMN risk_source.id IS 'UUIDv7; also the id of its chain.';
COMMENT ON COLUMN risk_source.site_id IS 'Where it is.';
COMMENT ON COLUMN risk_source.name IS 'Name, once a site.';
COMMENT ON COLUMN risk_source.kind IS 'What it is, in free words: a tank, a store, a line.';
COMMENT ON COLUMN risk_source.level IS 'general, considerable or major (HJ 941-2018).';
COMMENT ON COLUMN risk_source.substance IS 'What could do harm.';
COMMENT ON COLUMN risk_source.maximum_g IS 'Grams of it that there are at most at any time.';
COMMENT ON COLUMN risk_source.status IS 'active; closed: not there any more.';
CREATE INDEX risk_source_by_site ON risk_source (site_id, id);

CREATE TABLE emergency_plan_filed (
    id uuid PRIMARY KEY,
    site_id uuid NOT NULL CONSTRAINT emergency_plan_filed_of_site REFERENCES site ON DELETE RESTRICT,
    number text NOT NULL CONSTRAINT emergency_plan_filed_number_length CHECK (length(number) BETWEEN 1 AND 100),
    filed_on date NOT NULL,
    valid_to date NOT NULL,
    filed_with text NOT NULL CONSTRAINT emergency_plan_filed_authority_length CHECK (length(filed_with) BETWEEN 1 AND 200),
    status text NOT NULL CONSTRAINT emergency_plan_filed_status_known CHECK (status IN ('active', 'closed')),
    CONSTRAINT emergency_plan_filed_span CHECK (filed_on <= valid_to),
    CONSTRAINT emergency_plan_filed_once UNIQUE (site_id, number)
);
COMMENT ON TABLE emergency_plan_filed IS 'Emergency plans filed with an authority (突发环境事件应急预案备案). Private to the organisation and its regulators.';
COMMENT ON COLUMN emergency_plan_filed.id IS 'UUIDv7; also the id of its chain.';
COMMENT ON COLUMN emergency_plan_filed.site_id IS 'The site it is for.';
COMMENT ON COLUMN emergency_plan_filed.number IS 'Number of the filing, once a site.';
COMMENT ON COLUMN emergency_plan_filed.filed_on IS 'Day of the filing, Beijing.';
COMMENT ON COLUMN emergency_plan_filed.valid_to IS 'Last valid day, Beijing, inclusive.';
COMMENT ON COLUMN emergency_plan_filed.filed_with IS 'The authority.';
COMMENT ON COLUMN emergency_plan_filed.status IS 'active; closed: withdrawn or replaced.';
CREATE INDEX emergency_plan_filed_by_site ON emergency_plan_filed (site_id, id);

CREATE TABLE insurance_policy (
    id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL CONSTRAINT insurance_policy_of_organisation REFERENCES organisation ON DELETE RESTRICT,
    insurer text NOT NULL CONSTRAINT insurance_policy_insurer_length CHECK (length(insurer) BETWEEN 1 AND 200),
    number text NOT NULL CONSTRAINT insurance_policy_number_length CHECK (length(number) BETWEEN 1 AND 100),
    amount_milli bigint NOT NULL CONSTRAINT insurance_policy_amount_positive CHECK (amount_milli > 0),
    valid_from date NOT NULL,
    valid_to date NOT NULL,
    status text NOT NULL CONSTRAINT insurance_policy_status_known CHECK (status IN ('active', 'closed')),
    CONSTRAINT insurance_policy_span CHECK (valid_from <= valid_to),
    CONSTRAINT insurance_policy_once UNIQUE (organisation_id, number)
);
COMMENT ON TABLE insurance_policy IS 'Insurance (环境污染责任保险) of an organisation. Private to it and its regulators.';
COMMENT ON COLUMN insurance_policy.id IS 'UUIDv7; also the id of its chain.';
COMMENT ON COLUMN insurance_policy.organisation_id IS 'Who is insured.';
COMMENT ON COLUMN insurance_policy.insurer IS 'With whom.';
COMMENT ON COLUMN insurance_policy.number IS 'Number of the policy, once an organisation.';
COMMENT ON COLUMN insurance_policy.amount_milli IS 'What it insures for, in thousandths of a yuan.';
COMMENT ON COLUMN insurance_policy.valid_from IS 'First valid day, Beijing, inclusive.';
COMMENT ON COLUMN insurance_policy.valid_to IS 'Last valid day, Beijing, inclusive.';
COMMENT ON COLUMN insurance_policy.status IS 'active; closed: ended before its time.';
CREATE INDEX insurance_policy_by_organisation ON insurance_policy (organisation_id, id);

GRANT SELECT, INSERT, UPDATE ON risk_source, emergency_plan_filed, insurance_policy TO liandan_app;
