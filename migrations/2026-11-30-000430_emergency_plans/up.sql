-- Emergency plans for medical waste that were kept, and which of them are in force by a document of
-- the government; the manifests that were filed under them.
CREATE TABLE emergency_plan (
    id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL CONSTRAINT emergency_plan_of_organisation REFERENCES organisation ON DELETE RESTRICT,
    name text NOT NULL CONSTRAINT emergency_plan_name_length CHECK (length(name) <= 200),
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    divisions jsonb NOT NULL,
    figures jsonb NOT NULL,
    openings jsonb NOT NULL CONSTRAINT emergency_plan_openings_is_list CHECK (jsonb_typeof(openings) = 'array'),
    status text NOT NULL CONSTRAINT emergency_plan_status_known CHECK (status IN ('draft', 'active', 'ended')),
    government_plan jsonb,
    ended_on date,
    end_reason text,
    content_sha256 text NOT NULL,
    content text NOT NULL,
    CONSTRAINT emergency_plan_span CHECK (starts_on <= ends_on),
    CONSTRAINT emergency_plan_in_force_by_document CHECK ((government_plan IS NOT NULL) = (status <> 'draft')),
    CONSTRAINT emergency_plan_end CHECK ((ended_on IS NOT NULL) = (status = 'ended')),
    CONSTRAINT emergency_plan_end_reason CHECK ((end_reason IS NOT NULL) = (status = 'ended')),
    CONSTRAINT emergency_plan_content_hash CHECK (content_sha256 = encode(sha256(convert_to(content, 'UTF8')), 'hex'))
);
COMMENT ON TABLE emergency_plan IS 'Plans for medical waste in an emergency (协同应急处置方案). What was planned never changes; only its standing does.';
COMMENT ON COLUMN emergency_plan.id IS 'UUIDv7; also the id of its chain.';
COMMENT ON COLUMN emergency_plan.organisation_id IS 'Whose regulator made it.';
COMMENT ON COLUMN emergency_plan.name IS 'What they call it; empty where they gave no name.';
COMMENT ON COLUMN emergency_plan.starts_on IS 'First day, Beijing, inclusive.';
COMMENT ON COLUMN emergency_plan.ends_on IS 'Last day, Beijing, inclusive: then it ends by itself.';
COMMENT ON COLUMN emergency_plan.divisions IS 'Whose institutions it is for.';
COMMENT ON COLUMN emergency_plan.figures IS 'What it comes to, in grams and days, to compare plans by.';
COMMENT ON COLUMN emergency_plan.openings IS 'Co-disposal facilities that it opens for medical codes, each with grams a day.';
COMMENT ON COLUMN emergency_plan.status IS 'draft, active or ended (before its last day).';
COMMENT ON COLUMN emergency_plan.government_plan IS 'The document that it is in force by: issuer, number, day, hash.';
COMMENT ON COLUMN emergency_plan.ended_on IS 'Day, Beijing, on which it was ended; NULL where it was not.';
COMMENT ON COLUMN emergency_plan.end_reason IS 'Why.';
COMMENT ON COLUMN emergency_plan.content_sha256 IS 'Of content, in hexadecimal; its events say the same.';
COMMENT ON COLUMN emergency_plan.content IS 'The course, day by day, JSON as it was written.';
CREATE INDEX emergency_plan_in_force ON emergency_plan (ends_on) WHERE status <> 'draft';
CREATE TRIGGER emergency_plan_kept BEFORE DELETE ON emergency_plan
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER emergency_plan_no_truncate BEFORE TRUNCATE ON emergency_plan
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE emergency_plan ALTER COLUMN content SET COMPRESSION lz4;
GRANT SELECT, INSERT ON emergency_plan TO liandan_app;
GRANT UPDATE (status, government_plan, ended_on, end_reason) ON emergency_plan TO liandan_app;

CREATE TABLE manifest_opened (
    emergency_plan_id uuid NOT NULL CONSTRAINT manifest_opened_plan_exists REFERENCES emergency_plan ON DELETE RESTRICT,
    manifest_id uuid NOT NULL CONSTRAINT manifest_opened_manifest_exists REFERENCES manifest ON DELETE RESTRICT,
    PRIMARY KEY (emergency_plan_id, manifest_id),
    CONSTRAINT manifest_opened_once UNIQUE (manifest_id)
);
COMMENT ON TABLE manifest_opened IS 'Manifests whose receiver was opened by an emergency plan.';
COMMENT ON COLUMN manifest_opened.emergency_plan_id IS 'The plan.';
COMMENT ON COLUMN manifest_opened.manifest_id IS 'The manifest.';
GRANT SELECT, INSERT, DELETE ON manifest_opened TO liandan_app;
COMMENT ON COLUMN account.owner_id IS 'Licence, site, storage area, approval, management plan or co-disposal facility.';
COMMENT ON COLUMN account.item IS 'Licence line, waste code or day; empty where the owner has one account.';
