DROP TABLE manifest_opened;
DROP TABLE emergency_plan;
COMMENT ON COLUMN account.owner_id IS 'Licence, site, storage area, approval or management plan.';
COMMENT ON COLUMN account.item IS 'Licence line or waste code; empty where the owner has one account.';
