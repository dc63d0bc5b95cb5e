DELETE FROM outbox WHERE recipient_id IS NULL;
DROP TABLE anomaly_reminder;
DROP TABLE rule_setting;
DROP TABLE watch_leaf;
DROP TABLE watch_mark;
DROP TABLE anomaly;
ALTER TABLE outbox ALTER COLUMN recipient_id SET NOT NULL;
