-- Amendments (manifest/amend): they live in the manifest's events and state. This column only finds
-- those that nobody answered in time, for the clock.
ALTER TABLE manifest ADD COLUMN amendment_due_at timestamptz;
COMMENT ON COLUMN manifest.amendment_due_at IS 'When the first of its open amendments expires; NULL where none waits.';
CREATE INDEX manifest_amendment_due ON manifest (amendment_due_at) WHERE amendment_due_at IS NOT NULL;

-- What is amended is filtered by as it then is.
GRANT UPDATE (waste_code, mass_g) ON manifest_item TO liandan_app;
