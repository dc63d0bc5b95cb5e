-- Incidents (manifest/transport/incident.rs): they live in the manifest's events and state. These
-- narrow rows find them in lists, and for the regulators of where they happened.
CREATE TABLE manifest_incident (
    manifest_id uuid NOT NULL,
    seq bigint NOT NULL,
    kind text NOT NULL CONSTRAINT manifest_incident_kind_known CHECK (kind IN ('spill', 'loss', 'fire', 'theft', 'breakdown')),
    division text,
    occurred_at timestamptz NOT NULL,
    PRIMARY KEY (manifest_id, seq)
);
COMMENT ON TABLE manifest_incident IS 'One row an incident on the way: written with its event, never changed.';
COMMENT ON COLUMN manifest_incident.manifest_id IS 'Its manifest.';
COMMENT ON COLUMN manifest_incident.seq IS 'Place of its event in the manifest''s chain.';
COMMENT ON COLUMN manifest_incident.kind IS 'spill, loss, fire, theft or breakdown.';
COMMENT ON COLUMN manifest_incident.division IS 'Division where it happened; NULL: nobody said.';
COMMENT ON COLUMN manifest_incident.occurred_at IS 'When it happened, as claimed.';
CREATE INDEX manifest_incident_in_division ON manifest_incident (division, manifest_id) WHERE division IS NOT NULL;
GRANT SELECT, INSERT ON manifest_incident TO liandan_app;
