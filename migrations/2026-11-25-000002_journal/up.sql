-- The journal: one log, one chain per subject, and what a commit writes beside them.
CREATE TABLE log_head (
    id smallint PRIMARY KEY CONSTRAINT log_head_one_row CHECK (id = 1),
    next_position bigint NOT NULL CONSTRAINT log_head_not_negative CHECK (next_position >= 0)
);
COMMENT ON TABLE log_head IS 'One row. Whoever commits locks it first and holds it to COMMIT, so that positions are dense and in commit order.';
COMMENT ON COLUMN log_head.id IS 'Always 1.';
COMMENT ON COLUMN log_head.next_position IS 'Position of the next event; the size of the log.';
INSERT INTO log_head VALUES (1, 0);

CREATE TABLE subject (
    id uuid PRIMARY KEY,
    kind smallint NOT NULL,
    year smallint NOT NULL,
    version bigint NOT NULL CONSTRAINT subject_has_events CHECK (version >= 1),
    head bytea NOT NULL CONSTRAINT subject_head_is_sha256 CHECK (octet_length(head) = 32),
    recorded_at timestamptz NOT NULL
) WITH (fillfactor = 70);
COMMENT ON TABLE subject IS 'The head of every chain. Its version is the guard that decisions lean on, and the ETag that clients see.';
COMMENT ON COLUMN subject.id IS 'Id of the manifest, licence, site, ...';
COMMENT ON COLUMN subject.kind IS 'Kind of the subject (decision.rs, SubjectKind::number).';
COMMENT ON COLUMN subject.year IS 'Year (UTC) of the first event: the key by which hot tables can be partitioned.';
COMMENT ON COLUMN subject.version IS 'Number of events in the chain.';
COMMENT ON COLUMN subject.head IS 'Leaf hash of the newest event.';
COMMENT ON COLUMN subject.recorded_at IS 'recorded_at of the newest event; the next is never earlier.';

CREATE TABLE event (
    position bigint PRIMARY KEY CONSTRAINT event_position_not_negative CHECK (position >= 0),
    subject_id uuid NOT NULL,
    subject_kind smallint NOT NULL,
    year smallint NOT NULL,
    seq bigint NOT NULL CONSTRAINT event_seq_not_negative CHECK (seq >= 0),
    kind text NOT NULL,
    recorded_at timestamptz NOT NULL,
    leaf bytea NOT NULL CONSTRAINT event_leaf_is_sha256 CHECK (octet_length(leaf) = 32),
    body text NOT NULL CONSTRAINT event_body_fits_a_bundle CHECK (octet_length(body) <= 65535),
    CONSTRAINT event_once_per_place UNIQUE (subject_id, seq)
);
COMMENT ON TABLE event IS 'The journal. Append-only.';
COMMENT ON COLUMN event.position IS 'Place in the global log, from 0, without gaps, in commit order.';
COMMENT ON COLUMN event.subject_id IS 'Whose chain it belongs to. No foreign key: the chain head is written in the same commit and the audit compares them.';
COMMENT ON COLUMN event.subject_kind IS 'Kind of the subject (decision.rs, SubjectKind::number).';
COMMENT ON COLUMN event.year IS 'Year of the subject''s first event, so that a chain never spans partitions.';
COMMENT ON COLUMN event.seq IS 'Place in the subject''s chain, from 0.';
COMMENT ON COLUMN event.kind IS 'What happened (filed, departed, ...).';
COMMENT ON COLUMN event.recorded_at IS 'When the server recorded it.';
COMMENT ON COLUMN event.leaf IS 'SHA-256(0x00 || body), the leaf hash of RFC 9162.';
COMMENT ON COLUMN event.body IS 'The canonical JSON that was hashed, as text: jsonb would reorder keys.';
CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE ON event
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER event_no_truncate BEFORE TRUNCATE ON event
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE idempotency (
    organisation_id uuid NOT NULL,
    key text NOT NULL CONSTRAINT idempotency_key_length CHECK (length(key) BETWEEN 1 AND 255),
    fingerprint bytea NOT NULL,
    status smallint NOT NULL,
    subject_kind smallint NOT NULL,
    subject_id uuid NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (organisation_id, key)
);
COMMENT ON TABLE idempotency IS 'First answers, kept 24 h of wall time, written in the command''s own transaction.';
COMMENT ON COLUMN idempotency.organisation_id IS 'Scope of the key.';
COMMENT ON COLUMN idempotency.key IS 'The client''s Idempotency-Key.';
COMMENT ON COLUMN idempotency.fingerprint IS 'SHA-256 of method, path and the raw body''s SHA-256.';
COMMENT ON COLUMN idempotency.status IS 'HTTP status of the first answer.';
COMMENT ON COLUMN idempotency.subject_kind IS 'What the answer was about.';
COMMENT ON COLUMN idempotency.subject_id IS 'What the answer was about.';
COMMENT ON COLUMN idempotency.version IS 'Version of the subject after the command: the repeat shows the resource as it stood then.';
COMMENT ON COLUMN idempotency.created_at IS 'Wall time.';
CREATE INDEX idempotency_by_age ON idempotency (created_at);

CREATE TABLE outbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL,
    recipient_id uuid NOT NULL,
    subject_kind smallint NOT NULL,
    subject_id uuid NOT NULL,
    position bigint NOT NULL,
    created_at timestamptz NOT NULL
);
COMMENT ON TABLE outbox IS 'What is to be told to whom, written with the act; the notifier takes rows away once told.';
COMMENT ON COLUMN outbox.id IS 'Order of telling.';
COMMENT ON COLUMN outbox.kind IS 'What is told (manifest_filed, ...).';
COMMENT ON COLUMN outbox.recipient_id IS 'The organisation that is told.';
COMMENT ON COLUMN outbox.subject_kind IS 'What it is about.';
COMMENT ON COLUMN outbox.subject_id IS 'What it is about.';
COMMENT ON COLUMN outbox.position IS 'Log position of the event it is about.';
COMMENT ON COLUMN outbox.created_at IS 'Business time.';

GRANT SELECT ON log_head, subject, event, idempotency, outbox TO liandan_app;
GRANT UPDATE ON log_head TO liandan_app;
GRANT INSERT, UPDATE ON subject TO liandan_app;
GRANT INSERT ON event TO liandan_app;
GRANT INSERT, UPDATE, DELETE ON idempotency TO liandan_app;
GRANT INSERT, UPDATE, DELETE ON outbox TO liandan_app;
