-- Device keys: public keys by which people sign what they do. The private half is on the device
-- alone.
CREATE TABLE device_key (
    id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL CONSTRAINT device_key_of_organisation REFERENCES organisation ON DELETE RESTRICT,
    user_id uuid NOT NULL CONSTRAINT device_key_of_user REFERENCES app_user ON DELETE RESTRICT,
    name text NOT NULL CONSTRAINT device_key_name_length CHECK (length(name) BETWEEN 1 AND 100),
    alg text NOT NULL CONSTRAINT device_key_alg_known CHECK (alg IN ('ed25519', 'es256')),
    public_key text NOT NULL CONSTRAINT device_key_public_once UNIQUE,
    status text NOT NULL CONSTRAINT device_key_status_known CHECK (status IN ('active', 'revoked')),
    created_at timestamptz NOT NULL,
    good_until timestamptz,
    counter bigint NOT NULL CONSTRAINT device_key_counter_is_exact_in_json CHECK (counter BETWEEN 0 AND 9007199254740991),
    counter_read bigint NOT NULL GENERATED ALWAYS AS (counter) STORED,
    last_used_at timestamptz,
    CONSTRAINT device_key_public_length CHECK (length(public_key) = CASE alg WHEN 'ed25519' THEN 44 ELSE 88 END),
    CONSTRAINT device_key_ends_when_revoked CHECK ((status = 'revoked') = (good_until IS NOT NULL))
);
COMMENT ON TABLE device_key IS 'A subject of the journal (kind device_key): registered by its first event, revoked by its second; one that turns out to be lost has a third.';
COMMENT ON COLUMN device_key.id IS 'UUIDv7; the key_id of what it signs.';
COMMENT ON COLUMN device_key.organisation_id IS 'Of the user.';
COMMENT ON COLUMN device_key.user_id IS 'Whose signatures it makes, for ever.';
COMMENT ON COLUMN device_key.name IS 'To tell it from the user''s others. May name a person, so no event has it.';
COMMENT ON COLUMN device_key.alg IS 'ed25519; es256: ECDSA over P-256 with SHA-256.';
COMMENT ON COLUMN device_key.public_key IS 'Base64 of the raw key: 32 bytes, or the uncompressed point of 65. Nobody registers it again, not even when it is revoked.';
COMMENT ON COLUMN device_key.status IS 'active; revoked.';
COMMENT ON COLUMN device_key.created_at IS 'Business time.';
COMMENT ON COLUMN device_key.good_until IS 'Business time: what it signed counts where its claimed time is before this, and nothing does where this is not after created_at (a lost key); NULL: not revoked.';
COMMENT ON COLUMN device_key.counter IS 'device_counter of the newest statement; the next one''s is greater.';
COMMENT ON COLUMN device_key.counter_read IS 'counter once more: what the commit of a signature looks for, so that of two at once one signs.';
COMMENT ON COLUMN device_key.last_used_at IS 'Wall time; NULL: nothing was signed by it yet.';
CREATE INDEX device_key_by_organisation ON device_key (organisation_id, id);
CREATE INDEX device_key_by_user ON device_key (user_id, id);

-- The counter never goes back, whoever writes it.
CREATE FUNCTION device_key_counter_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the counter of device key % does not go back', OLD.id USING ERRCODE = 'check_violation';
END
$$;
CREATE TRIGGER device_key_counter_grows BEFORE UPDATE ON device_key
    FOR EACH ROW WHEN (NEW.counter < OLD.counter) EXECUTE FUNCTION device_key_counter_grows();

GRANT SELECT, INSERT, UPDATE ON device_key TO liandan_app;
