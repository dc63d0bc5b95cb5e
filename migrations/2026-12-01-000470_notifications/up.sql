-- Who is told of what and by which way, and what of it has arrived.
ALTER TABLE outbox ALTER COLUMN recipient_id DROP NOT NULL;
COMMENT ON COLUMN outbox.recipient_id IS 'The organisation that is told; NULL: whoever subscribed and may see it.';

CREATE TABLE webhook (
    id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL CONSTRAINT webhook_of_organisation REFERENCES organisation ON DELETE RESTRICT,
    user_id uuid NOT NULL CONSTRAINT webhook_made_by_user REFERENCES app_user ON DELETE RESTRICT,
    name text NOT NULL CONSTRAINT webhook_name_length CHECK (length(name) <= 100),
    url text NOT NULL CONSTRAINT webhook_url_length CHECK (length(url) <= 2000),
    filter jsonb NOT NULL,
    role text NOT NULL,
    agency text,
    division text,
    regiment text,
    status text NOT NULL CONSTRAINT webhook_status_known CHECK (status IN ('active', 'disabled', 'removed')),
    disabled_because text CONSTRAINT webhook_reason_known CHECK (disabled_because IN ('by_hand', 'gone', 'failing')),
    created_at timestamptz NOT NULL,
    secret bytea,
    old_secret bytea,
    old_secret_until timestamptz,
    failing_since timestamptz,
    CONSTRAINT webhook_disabled_for_a_reason CHECK ((disabled_because IS NOT NULL) = (status = 'disabled')),
    CONSTRAINT webhook_old_secret_ends CHECK ((old_secret IS NULL) = (old_secret_until IS NULL))
);
COMMENT ON TABLE webhook IS 'Addresses of organisations'' programs that are told of what happens.';
COMMENT ON COLUMN webhook.id IS 'UUIDv7; also the id of its chain.';
COMMENT ON COLUMN webhook.organisation_id IS 'Whose it is.';
COMMENT ON COLUMN webhook.user_id IS 'Who made it.';
COMMENT ON COLUMN webhook.name IS 'What it is for. In no event.';
COMMENT ON COLUMN webhook.url IS 'Where it is told. It may hold a token: in no event.';
COMMENT ON COLUMN webhook.filter IS 'What it is told of: kinds, streams, lowest severity.';
COMMENT ON COLUMN webhook.role IS 'Of who made it: what it may be told.';
COMMENT ON COLUMN webhook.agency IS 'Of a regulator who made it; NULL for everybody else.';
COMMENT ON COLUMN webhook.division IS 'Of a regulator who made it; NULL for the corps and everybody else.';
COMMENT ON COLUMN webhook.regiment IS 'Of a regulator who made it; NULL where it has none.';
COMMENT ON COLUMN webhook.status IS 'active, disabled or removed.';
COMMENT ON COLUMN webhook.disabled_because IS 'by_hand, gone (it answered 410) or failing; NULL unless disabled.';
COMMENT ON COLUMN webhook.created_at IS 'Business time.';
COMMENT ON COLUMN webhook.secret IS 'What its deliveries are signed with, sealed; NULL once it is removed.';
COMMENT ON COLUMN webhook.old_secret IS 'The one before, sealed, while it is still signed with as well; NULL: none.';
COMMENT ON COLUMN webhook.old_secret_until IS 'Until when, wall time; NULL: there is none.';
COMMENT ON COLUMN webhook.failing_since IS 'First failure since it last took something, wall time; NULL: it takes what it gets.';
CREATE INDEX webhook_by_organisation ON webhook (organisation_id, id);
CREATE INDEX webhook_by_user ON webhook (user_id);
CREATE TRIGGER webhook_kept BEFORE DELETE ON webhook FOR EACH ROW EXECUTE FUNCTION refuse_change();
GRANT SELECT, INSERT, UPDATE ON webhook TO liandan_app;

CREATE TABLE subscription (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL CONSTRAINT subscription_of_user REFERENCES app_user ON DELETE RESTRICT,
    organisation_id uuid NOT NULL CONSTRAINT subscription_of_organisation REFERENCES organisation ON DELETE RESTRICT,
    channel text NOT NULL CONSTRAINT subscription_channel_known CHECK (channel IN ('mail', 'console')),
    address text CONSTRAINT subscription_address_length CHECK (length(address) <= 254),
    filter jsonb NOT NULL,
    digest text NOT NULL CONSTRAINT subscription_digest_known CHECK (digest IN ('none', 'hourly', 'daily')),
    language text NOT NULL CONSTRAINT subscription_language_known CHECK (language IN ('zh', 'en', 'both')),
    statutory boolean NOT NULL,
    status text NOT NULL CONSTRAINT subscription_status_known CHECK (status IN ('active', 'removed')),
    created_at timestamptz NOT NULL,
    CONSTRAINT subscription_mail_has_address CHECK ((address IS NOT NULL) = (channel = 'mail' AND status = 'active'))
);
COMMENT ON TABLE subscription IS 'What users want to be told of, by mail or in the console.';
COMMENT ON COLUMN subscription.id IS 'UUIDv7; also the id of its chain.';
COMMENT ON COLUMN subscription.user_id IS 'Whose it is.';
COMMENT ON COLUMN subscription.organisation_id IS 'The user''s.';
COMMENT ON COLUMN subscription.channel IS 'mail or console.';
COMMENT ON COLUMN subscription.address IS 'Where mail goes: in no event; NULL for the console, and once it is removed.';
COMMENT ON COLUMN subscription.filter IS 'What is told: kinds, streams, lowest severity.';
COMMENT ON COLUMN subscription.digest IS 'none: each by itself; hourly, daily: together.';
COMMENT ON COLUMN subscription.language IS 'zh, en or both.';
COMMENT ON COLUMN subscription.statutory IS 'The law wants it told: no link ends it.';
COMMENT ON COLUMN subscription.status IS 'active or removed.';
COMMENT ON COLUMN subscription.created_at IS 'Business time.';
CREATE INDEX subscription_by_user ON subscription (user_id, id);
CREATE INDEX subscription_by_organisation ON subscription (organisation_id);
CREATE TRIGGER subscription_kept BEFORE DELETE ON subscription FOR EACH ROW EXECUTE FUNCTION refuse_change();
GRANT SELECT, INSERT, UPDATE ON subscription TO liandan_app;

CREATE TABLE delivery (
    id uuid PRIMARY KEY,
    channel text NOT NULL CONSTRAINT delivery_channel_known CHECK (channel IN ('webhook', 'mail', 'console')),
    target_id uuid NOT NULL,
    user_id uuid CONSTRAINT delivery_to_user REFERENCES app_user ON DELETE RESTRICT,
    kind text NOT NULL,
    subject_kind smallint,
    subject_id uuid,
    position bigint,
    happened_at timestamptz NOT NULL,
    content text NOT NULL,
    status text NOT NULL CONSTRAINT delivery_status_known CHECK (status IN ('pending', 'delivered', 'failed')),
    attempts integer NOT NULL DEFAULT 0,
    next_attempt_at timestamptz,
    leased_until timestamptz,
    tried_since timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    read_at timestamptz,
    CONSTRAINT delivery_once UNIQUE (target_id, position, kind, subject_id),
    CONSTRAINT delivery_pending_has_a_time CHECK ((next_attempt_at IS NOT NULL) = (status = 'pending'))
);
COMMENT ON TABLE delivery IS 'One event for one webhook or subscription, until it has arrived, and a month longer.';
COMMENT ON COLUMN delivery.id IS 'UUIDv7; the webhook-id, the same over all attempts, and the mail''s Message-ID.';
COMMENT ON COLUMN delivery.channel IS 'webhook, mail or console.';
COMMENT ON COLUMN delivery.target_id IS 'The webhook or subscription; of what the program tells by itself, the user.';
COMMENT ON COLUMN delivery.user_id IS 'Who is told; NULL for webhooks.';
COMMENT ON COLUMN delivery.kind IS 'What is told (manifest_filed, ...).';
COMMENT ON COLUMN delivery.subject_kind IS 'What it is about; NULL of a trial.';
COMMENT ON COLUMN delivery.subject_id IS 'What it is about; NULL of a trial.';
COMMENT ON COLUMN delivery.position IS 'Log position of the event; NULL of a trial and of what is no event.';
COMMENT ON COLUMN delivery.happened_at IS 'When the event was recorded, business time.';
COMMENT ON COLUMN delivery.content IS 'What is told of it, as JSON: titles, address, stream, severity.';
COMMENT ON COLUMN delivery.status IS 'pending, delivered or failed (given up).';
COMMENT ON COLUMN delivery.attempts IS 'So far.';
COMMENT ON COLUMN delivery.next_attempt_at IS 'Wall time; of a digest, when it is due. NULL once nothing is to be done.';
COMMENT ON COLUMN delivery.leased_until IS 'Till then somebody is at it, wall time; NULL: nobody is.';
COMMENT ON COLUMN delivery.tried_since IS 'From when the days to give up after count, wall time.';
COMMENT ON COLUMN delivery.created_at IS 'Wall time.';
COMMENT ON COLUMN delivery.read_at IS 'When it was read in the console, wall time; NULL: not yet.';
CREATE INDEX delivery_due ON delivery (target_id, next_attempt_at) WHERE status = 'pending';
CREATE INDEX delivery_under_way ON delivery (leased_until) WHERE status = 'pending' AND leased_until IS NOT NULL;
CREATE INDEX delivery_by_user ON delivery (user_id, id) WHERE channel = 'console';
CREATE INDEX delivery_to_user_index ON delivery (user_id);
CREATE INDEX delivery_by_target ON delivery (target_id, id);
CREATE INDEX delivery_by_age ON delivery (created_at);
GRANT SELECT, INSERT, UPDATE, DELETE ON delivery TO liandan_app;

CREATE TABLE delivery_attempt (
    delivery_id uuid NOT NULL CONSTRAINT delivery_attempt_of_delivery REFERENCES delivery ON DELETE CASCADE,
    n integer NOT NULL,
    at timestamptz NOT NULL,
    duration_ms integer NOT NULL,
    status smallint,
    error text,
    response text,
    PRIMARY KEY (delivery_id, n)
);
COMMENT ON TABLE delivery_attempt IS 'What came of each attempt.';
COMMENT ON COLUMN delivery_attempt.delivery_id IS 'The delivery.';
COMMENT ON COLUMN delivery_attempt.n IS 'From 1.';
COMMENT ON COLUMN delivery_attempt.at IS 'When it ended, wall time.';
COMMENT ON COLUMN delivery_attempt.duration_ms IS 'How long it took.';
COMMENT ON COLUMN delivery_attempt.status IS 'HTTP status; NULL where nobody answered, and of mail.';
COMMENT ON COLUMN delivery_attempt.error IS 'Why nobody answered; NULL where somebody did.';
COMMENT ON COLUMN delivery_attempt.response IS 'The beginning of the answer; NULL where there was none.';
GRANT SELECT, INSERT, DELETE ON delivery_attempt TO liandan_app;
