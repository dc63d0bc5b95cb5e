REVOKE UPDATE (waste_code, mass_g) ON manifest_item FROM liandan_app;
DROP INDEX manifest_amendment_due;
ALTER TABLE manifest DROP COLUMN amendment_due_at;
