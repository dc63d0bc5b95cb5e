-- What programs sign in with. The key itself is nowhere: it is shown once and stored as a hash.
CREATE TABLE api_key (
    id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL CONSTRAINT api_key_of_organisation REFERENCES organisation ON DELETE RESTRICT,
    user_id uuid NOT NULL CONSTRAINT api_key_of_user REFERENCES app_user ON DELETE RESTRICT,
    kind text NOT NULL CONSTRAINT api_key_kind_known CHECK (kind IN ('personal', 'organisation')),
    name text NOT NULL CONSTRAINT api_key_name_length CHECK (length(name) BETWEEN 1 AND 100),
    prefix text NOT NULL CONSTRAINT api_key_prefix_length CHECK (length(prefix) = 12),
    hash bytea NOT NULL CONSTRAINT api_key_is_sha256 CHECK (octet_length(hash) = 32)
        CONSTRAINT api_key_hash_once UNIQUE,
    scopes jsonb NOT NULL CONSTRAINT api_key_scopes_is_a_list CHECK (jsonb_typeof(scopes) = 'array' AND scopes <> '[]'),
    role text NOT NULL,
    division text,
    regiment text,
    agency text,
    epoch integer NOT NULL,
    status text NOT NULL CONSTRAINT api_key_status_known CHECK (status IN ('active', 'revoked')),
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    last_used_at timestamptz
);
COMMENT ON TABLE api_key IS 'A subject of the journal (kind api_key): made by its first event, revoked by its second. Whoever acts by it leans on version 1.';
COMMENT ON COLUMN api_key.id IS 'UUIDv7; what the events signed by it name.';
COMMENT ON COLUMN api_key.organisation_id IS 'For whom it acts.';
COMMENT ON COLUMN api_key.user_id IS 'Who made it.';
COMMENT ON COLUMN api_key.kind IS 'personal: dead when its maker''s rights change; organisation: outlives its maker.';
COMMENT ON COLUMN api_key.name IS 'What it is for. May name a person, so no event has it.';
COMMENT ON COLUMN api_key.prefix IS 'How the key begins, to find it again by: 48 of its 304 random bits.';
COMMENT ON COLUMN api_key.hash IS 'SHA-256 of the key: nothing can be guessed from it, so it needs no salt and no slow hash.';
COMMENT ON COLUMN api_key.scopes IS 'read, file, carry, receive, registry.';
COMMENT ON COLUMN api_key.role IS 'Its maker''s role, when it was made.';
COMMENT ON COLUMN api_key.division IS 'Of a regulator''s key, its maker''s; NULL for all others.';
COMMENT ON COLUMN api_key.regiment IS 'Of a regiment''s regulator''s key; NULL for all others.';
COMMENT ON COLUMN api_key.agency IS 'Of a regulator''s key; NULL for all others.';
COMMENT ON COLUMN api_key.epoch IS 'Its maker''s key_epoch when it was made; a personal key of an older one is dead.';
COMMENT ON COLUMN api_key.status IS 'active; revoked: good for nothing any more.';
COMMENT ON COLUMN api_key.created_at IS 'Business time.';
COMMENT ON COLUMN api_key.expires_at IS 'Wall time.';
COMMENT ON COLUMN api_key.last_used_at IS 'Wall time, to about a minute; NULL: never used.';
CREATE INDEX api_key_by_organisation ON api_key (organisation_id, id);
CREATE INDEX api_key_by_user ON api_key (user_id, id);

GRANT SELECT, INSERT, UPDATE ON api_key TO liandan_app;
