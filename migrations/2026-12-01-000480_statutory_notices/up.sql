-- What the law wants told is told to people, whether they subscribed or not: no subscription is
-- statutory any more (nobody ever made one), and one person is told by mail and in the console.
ALTER TABLE subscription DROP COLUMN statutory;
ALTER TABLE delivery DROP CONSTRAINT delivery_once;
ALTER TABLE delivery ADD CONSTRAINT delivery_once UNIQUE (target_id, position, kind, subject_id, channel);
COMMENT ON TABLE delivery IS 'One event for one webhook, subscription or person, until it has arrived, and a month longer.';
COMMENT ON COLUMN delivery.target_id IS 'The webhook or subscription; of what the law wants told and of what the program tells by itself, the user.';
CREATE INDEX delivery_mail_due ON delivery (target_id) WHERE status = 'pending' AND channel = 'mail';
