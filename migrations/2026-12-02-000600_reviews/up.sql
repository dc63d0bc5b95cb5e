-- Review by the regulator of what is filed: management plans, risk sources, emergency plans and
-- insurance. What is filed already waits, as an event without these members says of its entry.
ALTER TABLE management_plan
    ADD COLUMN review_status text NOT NULL DEFAULT 'submitted' CONSTRAINT management_plan_review_known CHECK (review_status IN ('submitted', 'accepted', 'returned')),
    ADD COLUMN review_note text CONSTRAINT management_plan_review_note_length CHECK (length(review_note) BETWEEN 1 AND 1000),
    ADD COLUMN reviewed_at timestamptz,
    ADD COLUMN reviewed_by uuid CONSTRAINT management_plan_reviewed_by REFERENCES organisation ON DELETE RESTRICT,
    ADD COLUMN reviewed_by_user uuid CONSTRAINT management_plan_reviewed_by_user REFERENCES app_user ON DELETE RESTRICT,
    ADD CONSTRAINT management_plan_review_told CHECK (
        num_nulls(reviewed_at, reviewed_by, reviewed_by_user) = CASE review_status WHEN 'submitted' THEN 3 ELSE 0 END
        AND (review_note IS NULL OR review_status <> 'submitted')
        AND (review_note IS NOT NULL OR review_status <> 'returned'));
COMMENT ON COLUMN management_plan.review_status IS 'submitted: waits; accepted: in order; returned: to be changed and filed again.';
COMMENT ON COLUMN management_plan.review_note IS 'What the regulator said; NULL where it said nothing or has not reviewed it yet.';
COMMENT ON COLUMN management_plan.reviewed_at IS 'When it was reviewed; NULL while it waits.';
COMMENT ON COLUMN management_plan.reviewed_by IS 'Whose the user is who reviewed it; NULL while it waits.';
COMMENT ON COLUMN management_plan.reviewed_by_user IS 'Who reviewed it; NULL while it waits.';
CREATE INDEX management_plan_waiting ON management_plan (id) WHERE review_status = 'submitted';

ALTER TABLE risk_source
    ADD COLUMN review_status text NOT NULL DEFAULT 'submitted' CONSTRAINT risk_source_review_known CHECK (review_status IN ('submitted', 'accepted', 'returned')),
    ADD COLUMN review_note text CONSTRAINT risk_source_review_note_length CHECK (length(review_note) BETWEEN 1 AND 1000),
    ADD COLUMN reviewed_at timestamptz,
    ADD COLUMN reviewed_by uuid CONSTRAINT risk_source_reviewed_by REFERENCES organisation ON DELETE RESTRICT,
    ADD COLUMN reviewed_by_user uuid CONSTRAINT risk_source_reviewed_by_user REFERENCES app_user ON DELETE RESTRICT,
    ADD CONSTRAINT risk_source_review_told CHECK (
        num_nulls(reviewed_at, reviewed_by, reviewed_by_user) = CASE review_status WHEN 'submitted' THEN 3 ELSE 0 END
        AND (review_note IS NULL OR review_status <> 'submitted')
        AND (review_note IS NOT NULL OR review_status <> 'returned'));
COMMENT ON COLUMN risk_source.review_status IS 'submitted: waits; accepted: in order; returned: to be changed and filed again.';
COMMENT ON COLUMN risk_source.review_note IS 'What the regulator said; NULL where it said nothing or has not reviewed it yet.';
COMMENT ON COLUMN risk_source.reviewed_at IS 'When it was reviewed; NULL while it waits.';
COMMENT ON COLUMN risk_source.reviewed_by IS 'Whose the user is who reviewed it; NULL while it waits.';
COMMENT ON COLUMN risk_source.reviewed_by_user IS 'Who reviewed it; NULL while it waits.';
CREATE INDEX risk_source_waiting ON risk_source (id) WHERE review_status = 'submitted';

ALTER TABLE emergency_plan_filed
    ADD COLUMN review_status text NOT NULL DEFAULT 'submitted' CONSTRAINT emergency_plan_filed_review_known CHECK (review_status IN ('submitted', 'accepted', 'returned')),
    ADD COLUMN review_note text CONSTRAINT emergency_plan_filed_review_note_length CHECK (length(review_note) BETWEEN 1 AND 1000),
    ADD COLUMN reviewed_at timestamptz,
    ADD COLUMN reviewed_by uuid CONSTRAINT emergency_plan_filed_reviewed_by REFERENCES organisation ON DELETE RESTRICT,
    ADD COLUMN reviewed_by_user uuid CONSTRAINT emergency_plan_filed_reviewed_by_user REFERENCES app_user ON DELETE RESTRICT,
    ADD CONSTRAINT emergency_plan_filed_review_told CHECK (
        num_nulls(reviewed_at, reviewed_by, reviewed_by_user) = CASE review_status WHEN 'submitted' THEN 3 ELSE 0 END
        AND (review_note IS NULL OR review_status <> 'submitted')
        AND (review_note IS NOT NULL OR review_status <> 'returned'));
COMMENT ON COLUMN emergency_plan_filed.review_status IS 'submitted: waits; accepted: in order; returned: to be changed and filed again.';
COMMENT ON COLUMN emergency_plan_filed.review_note IS 'What the regulator said; NULL where it said nothing or has not reviewed it yet.';
COMMENT ON COLUMN emergency_plan_filed.reviewed_at IS 'When it was reviewed; NULL while it waits.';
COMMENT ON COLUMN emergency_plan_filed.reviewed_by IS 'Whose the user is who reviewed it; NULL while it waits.';
COMMENT ON COLUMN emergency_plan_filed.reviewed_by_user IS 'Who reviewed it; NULL while it waits.';
CREATE INDEX emergency_plan_filed_waiting ON emergency_plan_filed (id) WHERE review_status = 'submitted';

ALTER TABLE insurance_policy
    ADD COLUMN review_status text NOT NULL DEFAULT 'submitted' CONSTRAINT insurance_policy_review_known CHECK (review_status IN ('submitted', 'accepted', 'returned')),
    ADD COLUMN review_note text CONSTRAINT insurance_policy_review_note_length CHECK (length(review_note) BETWEEN 1 AND 1000),
    ADD COLUMN reviewed_at timestamptz,
    ADD COLUMN reviewed_by uuid CONSTRAINT insurance_policy_reviewed_by REFERENCES organisation ON DELETE RESTRICT,
    ADD COLUMN reviewed_by_user uuid CONSTRAINT insurance_policy_reviewed_by_user REFERENCES app_user ON DELETE RESTRICT,
    ADD CONSTRAINT insurance_policy_review_told CHECK (
        num_nulls(reviewed_at, reviewed_by, reviewed_by_user) = CASE review_status WHEN 'submitted' THEN 3 ELSE 0 END
        AND (review_note IS NULL OR review_status <> 'submitted')
        AND (review_note IS NOT NULL OR review_status <> 'returned'));
COMMENT ON COLUMN insurance_policy.review_status IS 'submitted: waits; accepted: in order; returned: to be changed and filed again.';
COMMENT ON COLUMN insurance_policy.review_note IS 'What the regulator said; NULL where it said nothing or has not reviewed it yet.';
COMMENT ON COLUMN insurance_policy.reviewed_at IS 'When it was reviewed; NULL while it waits.';
COMMENT ON COLUMN insurance_policy.reviewed_by IS 'Whose the user is who reviewed it; NULL while it waits.';
COMMENT ON COLUMN insurance_policy.reviewed_by_user IS 'Who reviewed it; NULL while it waits.';
CREATE INDEX insurance_policy_waiting ON insurance_policy (id) WHERE review_status = 'submitted';
