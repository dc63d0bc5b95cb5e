-- An organisation lets another sign for it: as what, for which sites and streams, how long.
CREATE TABLE delegation (
    id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL CONSTRAINT delegation_of_giver REFERENCES organisation ON DELETE RESTRICT,
    to_organisation_id uuid NOT NULL CONSTRAINT delegation_to_holder REFERENCES organisation ON DELETE RESTRICT,
    scopes jsonb NOT NULL CONSTRAINT delegation_scopes_is_a_list CHECK (jsonb_typeof(scopes) = 'array' AND scopes <> '[]'),
    site_ids jsonb NOT NULL CONSTRAINT delegation_site_ids_is_a_list CHECK (jsonb_typeof(site_ids) = 'array'),
    streams jsonb NOT NULL CONSTRAINT delegation_streams_is_a_list CHECK (jsonb_typeof(streams) = 'array'),
    valid_from date NOT NULL,
    valid_to date NOT NULL,
    status text NOT NULL CONSTRAINT delegation_status_known CHECK (status IN ('active', 'revoked')),
    created_at timestamptz NOT NULL,
    CONSTRAINT delegation_is_to_another CHECK (organisation_id <> to_organisation_id),
    CONSTRAINT delegation_lasts CHECK (valid_from <= valid_to)
);
COMMENT ON TABLE delegation IS 'A subject of the journal (kind delegation): given by its first event, revoked by its second. Whoever signs by it leans on version 1.';
COMMENT ON COLUMN delegation.id IS 'UUIDv7; what the events signed by it name.';
COMMENT ON COLUMN delegation.organisation_id IS 'Who gives it: the party that is signed for.';
COMMENT ON COLUMN delegation.to_organisation_id IS 'Who holds it: whose people may sign.';
COMMENT ON COLUMN delegation.scopes IS 'file (as the producer), carry (as a carrier), receive (as the receiver).';
COMMENT ON COLUMN delegation.site_ids IS 'Sites of the giver; empty: all of them.';
COMMENT ON COLUMN delegation.streams IS 'hazardous, medical, kitchen; empty: all of them.';
COMMENT ON COLUMN delegation.valid_from IS 'First day, in Beijing.';
COMMENT ON COLUMN delegation.valid_to IS 'Last day, in Beijing.';
COMMENT ON COLUMN delegation.status IS 'active; revoked: nothing is signed by it any more.';
COMMENT ON COLUMN delegation.created_at IS 'Business time.';
-- What an organisation holds is looked up as its people sign.
CREATE INDEX delegation_by_holder ON delegation (to_organisation_id, id);
-- The giver's list.
CREATE INDEX delegation_by_giver ON delegation (organisation_id, id);

GRANT SELECT, INSERT, UPDATE ON delegation TO liandan_app;
