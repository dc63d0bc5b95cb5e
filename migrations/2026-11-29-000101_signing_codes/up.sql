-- One-time signing codes: the second person of a step signs with one. Outside the journal, like
-- sessions; that one was used stands in the event it signed.
CREATE TABLE signing_code (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL CONSTRAINT signing_code_of_user REFERENCES app_user ON DELETE RESTRICT,
    subject_id uuid NOT NULL,
    action text NOT NULL CONSTRAINT signing_code_action_length CHECK (length(action) BETWEEN 1 AND 20),
    hash bytea NOT NULL CONSTRAINT signing_code_is_sha256 CHECK (octet_length(hash) = 32),
    tries smallint NOT NULL DEFAULT 0 CONSTRAINT signing_code_tries_not_negative CHECK (tries >= 0),
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    is_used boolean NOT NULL GENERATED ALWAYS AS (used_at IS NOT NULL) STORED,
    CONSTRAINT signing_code_lasts CHECK (expires_at > created_at)
);
COMMENT ON TABLE signing_code IS 'One-time codes by which a user signs one step of one manifest. Of several the newest alone counts. All times are wall time.';
COMMENT ON COLUMN signing_code.id IS 'UUIDv7.';
COMMENT ON COLUMN signing_code.user_id IS 'Who signs with it.';
COMMENT ON COLUMN signing_code.subject_id IS 'The manifest it is for.';
COMMENT ON COLUMN signing_code.action IS 'The step it is for.';
COMMENT ON COLUMN signing_code.hash IS 'HMAC-SHA-256 under the server''s secret: six digits are soon guessed from a bare hash.';
COMMENT ON COLUMN signing_code.tries IS 'Wrong tries so far; at the bound it is dead.';
COMMENT ON COLUMN signing_code.created_at IS 'When it was given out.';
COMMENT ON COLUMN signing_code.expires_at IS 'When it runs out.';
COMMENT ON COLUMN signing_code.used_at IS 'Written in the commit of the signature; NULL: not used.';
COMMENT ON COLUMN signing_code.is_used IS 'used_at is set: what that commit looks for, so that a code signs once.';
CREATE INDEX signing_code_of_user_by_age ON signing_code (user_id, created_at);

GRANT SELECT, INSERT, UPDATE, DELETE ON signing_code TO liandan_app;
