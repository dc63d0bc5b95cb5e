-- Applications for a transfer across a border, from their filing to the decision.
CREATE TABLE transfer_application (
    id uuid PRIMARY KEY,
    producer_site_id uuid NOT NULL CONSTRAINT transfer_application_from_site REFERENCES site ON DELETE RESTRICT,
    receiver_site_id uuid NOT NULL CONSTRAINT transfer_application_to_site REFERENCES site ON DELETE RESTRICT,
    status text NOT NULL CONSTRAINT transfer_application_status_known CHECK (status IN ('submitted', 'corrections_requested', 'accepted', 'consulting', 'replied', 'approved', 'refused', 'withdrawn')),
    approval_id uuid CONSTRAINT transfer_application_approval_exists REFERENCES transfer_approval ON DELETE RESTRICT,
    state jsonb NOT NULL,
    CONSTRAINT transfer_application_approved CHECK ((approval_id IS NOT NULL) = (status = 'approved')),
    CONSTRAINT transfer_application_approval_once UNIQUE (approval_id)
);
COMMENT ON TABLE transfer_application IS 'Applications for a transfer across a border (跨省转移申请, Order 23 Art. 23-28).';
COMMENT ON COLUMN transfer_application.id IS 'UUIDv7; also the id of its chain.';
COMMENT ON COLUMN transfer_application.producer_site_id IS 'From where.';
COMMENT ON COLUMN transfer_application.receiver_site_id IS 'To where.';
COMMENT ON COLUMN transfer_application.status IS 'As it was last told; silence accepts what is submitted.';
COMMENT ON COLUMN transfer_application.approval_id IS 'The approval that it came to; NULL before and where it was refused.';
COMMENT ON COLUMN transfer_application.state IS 'The whole entry, steps and their days included.';
CREATE INDEX transfer_application_by_producer_site ON transfer_application (producer_site_id, id);
CREATE INDEX transfer_application_by_receiver_site ON transfer_application (receiver_site_id, id);
CREATE TRIGGER transfer_application_kept BEFORE DELETE ON transfer_application
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
GRANT SELECT, INSERT, UPDATE ON transfer_application TO liandan_app;
