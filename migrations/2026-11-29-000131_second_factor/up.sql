-- Second factors. A secret must be read to check a code, so it is sealed with a key that is not in
-- the database; recovery codes are hashed.
CREATE TABLE totp (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL CONSTRAINT totp_of_user REFERENCES app_user ON DELETE CASCADE,
    secret bytea NOT NULL CONSTRAINT totp_secret_is_sealed CHECK (octet_length(secret) = 48),
    last_step bigint NOT NULL CONSTRAINT totp_step_not_negative CHECK (last_step >= 0),
    created_at timestamptz NOT NULL
);
COMMENT ON TABLE totp IS 'Enrolments of second factors. The one that app_user.totp_id names is in force; another of the same user was begun and not confirmed, or is over.';
COMMENT ON COLUMN totp.id IS 'UUIDv7.';
COMMENT ON COLUMN totp.user_id IS 'Whose.';
COMMENT ON COLUMN totp.secret IS 'Nonce, AES-256-GCM ciphertext and tag of 160 random bits; the key comes from the token secret, the user''s id is bound in.';
COMMENT ON COLUMN totp.last_step IS 'The newest time step (30 s since 1970) spent: none up to it is good again.';
COMMENT ON COLUMN totp.created_at IS 'Wall time of its beginning.';
CREATE INDEX totp_by_user ON totp (user_id, id);

CREATE TABLE recovery_code (
    totp_id uuid NOT NULL CONSTRAINT recovery_code_of_totp REFERENCES totp ON DELETE CASCADE,
    hash bytea NOT NULL CONSTRAINT recovery_code_is_sha256 CHECK (octet_length(hash) = 32),
    used_at timestamptz,
    PRIMARY KEY (totp_id, hash)
);
COMMENT ON TABLE recovery_code IS 'Each signs its owner in once, without the device.';
COMMENT ON COLUMN recovery_code.totp_id IS 'The enrolment that it came with.';
COMMENT ON COLUMN recovery_code.hash IS 'SHA-256 of the enrolment''s id and the code, whose 80 random bits need no slow hash.';
COMMENT ON COLUMN recovery_code.used_at IS 'Wall time; NULL: not used yet.';

ALTER TABLE app_user
    ADD COLUMN totp_id uuid CONSTRAINT app_user_totp REFERENCES totp ON DELETE RESTRICT,
    ADD COLUMN must_change_password boolean NOT NULL DEFAULT false,
    ADD COLUMN key_epoch integer NOT NULL DEFAULT 0
        CONSTRAINT app_user_key_epoch_not_negative CHECK (key_epoch >= 0);
COMMENT ON COLUMN app_user.totp_id IS 'The second factor in force; NULL: none.';
COMMENT ON COLUMN app_user.must_change_password IS 'An administrator set the password: nothing is done with it but changing it.';
COMMENT ON COLUMN app_user.key_epoch IS 'Raised when somebody else changes rights, standing or password: personal API keys of an older one are dead.';
-- An enrolment is deleted when the next begins: is it in force?
CREATE INDEX app_user_by_totp ON app_user (totp_id) WHERE totp_id IS NOT NULL;

GRANT SELECT, INSERT, UPDATE, DELETE ON totp, recovery_code TO liandan_app;
