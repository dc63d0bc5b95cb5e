-- Plants that take medical waste in an emergency.
CREATE TABLE co_disposal_facility (
    id uuid PRIMARY KEY,
    site_id uuid NOT NULL CONSTRAINT co_disposal_facility_at_site REFERENCES site ON DELETE RESTRICT,
    kind text NOT NULL CONSTRAINT co_disposal_facility_kind_known CHECK (kind IN (
        'hazardous_incinerator', 'cement_kiln', 'municipal_incinerator', 'other')),
    daily_g bigint NOT NULL CONSTRAINT co_disposal_facility_daily_positive CHECK (daily_g > 0),
    notice_hours bigint NOT NULL CONSTRAINT co_disposal_facility_notice_bounds CHECK (notice_hours BETWEEN 0 AND 720),
    priority bigint NOT NULL CONSTRAINT co_disposal_facility_priority_bounds CHECK (priority BETWEEN 1 AND 1000),
    evidence_sha256 text CONSTRAINT co_disposal_facility_evidence_shape CHECK (evidence_sha256 ~ '^[0-9a-f]{64}$'),
    status text NOT NULL CONSTRAINT co_disposal_facility_status_known CHECK (status IN ('active', 'closed')),
    contact_person text NOT NULL CONSTRAINT co_disposal_facility_person_length CHECK (length(contact_person) BETWEEN 1 AND 100),
    contact_phone text NOT NULL CONSTRAINT co_disposal_facility_phone_length CHECK (length(contact_phone) BETWEEN 1 AND 30),
    CONSTRAINT co_disposal_facility_once UNIQUE (site_id)
);
COMMENT ON TABLE co_disposal_facility IS 'The list of co-disposal facilities for emergencies (应急协同处置设施名单), kept by the regulators. Whom to call is personal data and never enters events.';
COMMENT ON COLUMN co_disposal_facility.id IS 'UUIDv7; also the id of its chain.';
COMMENT ON COLUMN co_disposal_facility.site_id IS 'The treatment site.';
COMMENT ON COLUMN co_disposal_facility.kind IS 'hazardous_incinerator, cement_kiln, municipal_incinerator or other.';
COMMENT ON COLUMN co_disposal_facility.daily_g IS 'Grams a day that it can divert to medical waste.';
COMMENT ON COLUMN co_disposal_facility.notice_hours IS 'Hours before it takes any that it must be told.';
COMMENT ON COLUMN co_disposal_facility.priority IS '1 is asked first; those of one priority in the order of registration.';
COMMENT ON COLUMN co_disposal_facility.evidence_sha256 IS 'SHA-256 of the document that shows it can, in hexadecimal; NULL: none named.';
COMMENT ON COLUMN co_disposal_facility.status IS 'active; closed: off the list until it is active again.';
COMMENT ON COLUMN co_disposal_facility.contact_person IS 'Whom to call (personal data).';
COMMENT ON COLUMN co_disposal_facility.contact_phone IS 'Their number (personal data).';

GRANT SELECT, INSERT, UPDATE ON co_disposal_facility TO liandan_app;
