-- Looks at loads on the road.
CREATE TABLE inspection (
    id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL CONSTRAINT inspection_of_organisation REFERENCES organisation ON DELETE RESTRICT,
    agency text NOT NULL,
    plate text,
    outcome text NOT NULL CONSTRAINT inspection_outcome_known CHECK (outcome IN ('in_order', 'irregular', 'held')),
    occurred_at timestamptz NOT NULL,
    manifest_ids jsonb NOT NULL CONSTRAINT inspection_manifest_ids_list CHECK (jsonb_typeof(manifest_ids) = 'array'),
    organisation_ids jsonb NOT NULL CONSTRAINT inspection_organisation_ids_list CHECK (jsonb_typeof(organisation_ids) = 'array'),
    places jsonb NOT NULL CONSTRAINT inspection_places_list CHECK (jsonb_typeof(places) = 'array'),
    streams jsonb NOT NULL CONSTRAINT inspection_streams_list CHECK (jsonb_typeof(streams) = 'array'),
    state jsonb NOT NULL
);
COMMENT ON TABLE inspection IS 'One row an inspection: its one event, written in the same commit. Never changed.';
COMMENT ON COLUMN inspection.id IS 'UUIDv7 of its record.';
COMMENT ON COLUMN inspection.organisation_id IS 'Whose inspector.';
COMMENT ON COLUMN inspection.agency IS 'The inspector''s agency: it sees its own looks whatever was carried.';
COMMENT ON COLUMN inspection.plate IS 'The plate that was asked for, in its one spelling; NULL: a number or a container was.';
COMMENT ON COLUMN inspection.outcome IS 'in_order, irregular or held.';
COMMENT ON COLUMN inspection.occurred_at IS 'When it was, as claimed.';
COMMENT ON COLUMN inspection.manifest_ids IS 'The manifests that the look found.';
COMMENT ON COLUMN inspection.organisation_ids IS 'Their parties: each sees the inspection.';
COMMENT ON COLUMN inspection.places IS 'Whose jurisdiction it concerns: divisions (01) and regiments (01/3).';
COMMENT ON COLUMN inspection.streams IS 'The streams of those manifests.';
COMMENT ON COLUMN inspection.state IS 'The whole inspection.';
CREATE INDEX inspection_of_manifest ON inspection USING gin (manifest_ids);
CREATE INDEX inspection_of_party ON inspection USING gin (organisation_ids);
CREATE TRIGGER inspection_append_only BEFORE UPDATE OR DELETE ON inspection
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER inspection_no_truncate BEFORE TRUNCATE ON inspection
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT ON inspection TO liandan_app;
