DROP TABLE outbox;
DROP TABLE idempotency;
DROP TABLE event;
DROP TABLE subject;
DROP TABLE log_head;
