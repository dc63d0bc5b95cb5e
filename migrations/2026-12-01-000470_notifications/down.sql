DROP TABLE delivery_attempt;
DROP TABLE delivery;
DROP TABLE subscription;
DROP TABLE webhook;
DELETE FROM outbox WHERE recipient_id IS NULL;
ALTER TABLE outbox ALTER COLUMN recipient_id SET NOT NULL;
COMMENT ON COLUMN outbox.recipient_id IS 'The organisation that is told.';
