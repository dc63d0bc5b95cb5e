-- Confirmations (round/confirm.rs): they live in the round's events and state. This column only
-- finds the stops that no producer confirmed in time, for the clock.
ALTER TABLE collection_round ADD COLUMN confirm_due_at timestamptz;
COMMENT ON COLUMN collection_round.confirm_due_at IS 'When the first of its stops is due to be confirmed; NULL where none waits.';
CREATE INDEX collection_round_confirm_due ON collection_round (confirm_due_at) WHERE confirm_due_at IS NOT NULL;
