DROP INDEX delivery_mail_due;
COMMENT ON COLUMN delivery.target_id IS 'The webhook or subscription; of what the program tells by itself, the user.';
COMMENT ON TABLE delivery IS 'One event for one webhook or subscription, until it has arrived, and a month longer.';
-- What a person was told by both ways: the mail has gone, the console keeps it.
DELETE FROM delivery d USING app_user u
 WHERE d.channel = 'mail' AND d.target_id = u.id;
ALTER TABLE delivery DROP CONSTRAINT delivery_once;
ALTER TABLE delivery ADD CONSTRAINT delivery_once UNIQUE (target_id, position, kind, subject_id);
ALTER TABLE subscription ADD COLUMN statutory boolean NOT NULL DEFAULT false;
ALTER TABLE subscription ALTER COLUMN statutory DROP DEFAULT;
COMMENT ON COLUMN subscription.statutory IS 'The law wants it told: no link ends it.';
