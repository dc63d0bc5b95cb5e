-- Who may sign in, with what, and how often it went wrong. Personal data (login, address) lives
-- here alone: events carry a user's id and rights, never its name (domain.md, "Retention").
CREATE TABLE app_user (
    id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL,
    login text NOT NULL CONSTRAINT app_user_login_length CHECK (length(login) BETWEEN 1 AND 64),
    login_key text NOT NULL CONSTRAINT user_login_once UNIQUE,
    password_hash text NOT NULL CONSTRAINT app_user_password_is_hashed CHECK (password_hash LIKE '$argon2id$%'),
    role text NOT NULL CONSTRAINT app_user_role_known CHECK (role IN (
        'admin', 'producer', 'carrier', 'driver', 'receiver', 'reader',
        'corps_regulator', 'division_regulator', 'regiment_regulator')),
    division text CONSTRAINT app_user_division_has_two_digits CHECK (division ~ '^[0-9]{2}$'),
    regiment text CONSTRAINT app_user_regiment_length CHECK (length(regiment) BETWEEN 1 AND 64),
    agency text CONSTRAINT app_user_agency_known CHECK (agency IN (
        'ecology', 'health', 'transport', 'public_security', 'emergency', 'urban_management')),
    status text NOT NULL CONSTRAINT app_user_status_known CHECK (status IN ('active', 'disabled')),
    epoch integer NOT NULL CONSTRAINT app_user_epoch_not_negative CHECK (epoch >= 0),
    created_at timestamptz NOT NULL,
    CONSTRAINT app_user_scope_fits_role CHECK (CASE role
        WHEN 'corps_regulator' THEN agency IS NOT NULL AND division IS NULL AND regiment IS NULL
        WHEN 'division_regulator' THEN agency IS NOT NULL AND division IS NOT NULL AND regiment IS NULL
        WHEN 'regiment_regulator' THEN agency IS NOT NULL AND division IS NOT NULL AND regiment IS NOT NULL
        ELSE agency IS NULL AND division IS NULL AND regiment IS NULL END)
);
COMMENT ON TABLE app_user IS 'Who may sign in. A subject of the journal (kind user): its version is the number of its events.';
COMMENT ON COLUMN app_user.id IS 'UUIDv7; what events name.';
COMMENT ON COLUMN app_user.organisation_id IS 'The organisation it acts for; its foreign key comes with that table (000006).';
COMMENT ON COLUMN app_user.login IS 'As its maker wrote it. Personal data.';
COMMENT ON COLUMN app_user.login_key IS 'The login in lower case: what is looked up, so that case never tells two users apart.';
COMMENT ON COLUMN app_user.password_hash IS 'Argon2id in PHC form, salt and parameters included.';
COMMENT ON COLUMN app_user.role IS 'What it may do (ctx.rs, Role).';
COMMENT ON COLUMN app_user.division IS 'The division (01 to 14) of a division''s or regiment''s regulator; NULL for all others.';
COMMENT ON COLUMN app_user.regiment IS 'The regiment of a regiment''s regulator; NULL for all others.';
COMMENT ON COLUMN app_user.agency IS 'A regulator''s agency; NULL for all who are not regulators.';
COMMENT ON COLUMN app_user.status IS 'active; disabled: may not sign in.';
COMMENT ON COLUMN app_user.epoch IS 'Raised when all its sessions must end (disabled, new password, new rights): a session of an older epoch is dead.';
COMMENT ON COLUMN app_user.created_at IS 'Business time.';
CREATE INDEX app_user_by_organisation ON app_user (organisation_id, id);

CREATE TABLE session (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL CONSTRAINT session_of_user REFERENCES app_user ON DELETE RESTRICT,
    epoch integer NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at timestamptz,
    reason text CONSTRAINT session_reason_known CHECK (reason IN ('logout', 'token_reused')),
    CONSTRAINT session_ends_for_a_reason CHECK ((ended_at IS NULL) = (reason IS NULL)),
    CONSTRAINT session_lasts CHECK (expires_at > created_at)
);
COMMENT ON TABLE session IS 'One sign-in: a family of refresh tokens. All its times are wall time.';
COMMENT ON COLUMN session.id IS 'UUIDv7; what access tokens name.';
COMMENT ON COLUMN session.user_id IS 'Who signed in.';
COMMENT ON COLUMN session.epoch IS 'The user''s epoch whose password opened it; older than the user''s own: dead.';
COMMENT ON COLUMN session.created_at IS 'When it was opened.';
COMMENT ON COLUMN session.expires_at IS 'When it ends however often it is refreshed.';
COMMENT ON COLUMN session.ended_at IS 'When it was ended; NULL: not ended by hand.';
COMMENT ON COLUMN session.reason IS 'Why it was ended; NULL: not ended by hand.';
CREATE INDEX session_by_user ON session (user_id);
CREATE INDEX session_by_end ON session (expires_at);

CREATE TABLE refresh_token (
    hash bytea PRIMARY KEY CONSTRAINT refresh_token_is_sha256 CHECK (octet_length(hash) = 32),
    session_id uuid NOT NULL CONSTRAINT refresh_token_of_session REFERENCES session ON DELETE CASCADE,
    expires_at timestamptz NOT NULL,
    spent_at timestamptz
);
COMMENT ON TABLE refresh_token IS 'Each is good once; the second use of one ends its session. Gone with its session.';
COMMENT ON COLUMN refresh_token.hash IS 'SHA-256 of the token, whose 256 random bits need no salt.';
COMMENT ON COLUMN refresh_token.session_id IS 'Its family.';
COMMENT ON COLUMN refresh_token.expires_at IS 'Wall time.';
COMMENT ON COLUMN refresh_token.spent_at IS 'Wall time of its use; NULL: not used yet.';
CREATE INDEX refresh_token_by_session ON refresh_token (session_id);

CREATE TABLE login_failure (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key bytea NOT NULL CONSTRAINT login_failure_key_is_sha256 CHECK (octet_length(key) = 32),
    failed_at timestamptz NOT NULL
);
COMMENT ON TABLE login_failure IS 'Failed sign-ins of the last minutes: one row for the account, whether it exists or not, and one for the address.';
COMMENT ON COLUMN login_failure.id IS 'No meaning.';
COMMENT ON COLUMN login_failure.key IS 'SHA-256 of the account''s login key or of the address: neither is kept.';
COMMENT ON COLUMN login_failure.failed_at IS 'Wall time; rows older than the lockout''s window are deleted.';
CREATE INDEX login_failure_by_key ON login_failure (key, failed_at);
CREATE INDEX login_failure_by_age ON login_failure (failed_at);

GRANT SELECT, INSERT, UPDATE ON app_user TO liandan_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON session, refresh_token TO liandan_app;
GRANT SELECT, INSERT, DELETE ON login_failure TO liandan_app;
