DROP INDEX collection_round_confirm_due;
ALTER TABLE collection_round DROP COLUMN confirm_due_at;
