-- The account that all lines of a licence share was moved only while a limit was set on it, so that
-- a limit set later found nothing of what was used and reserved before, and could be oversold. It
-- is moved by every filing and receipt from here on (manifest/moves.rs): it starts from what the
-- lines hold. Where the limit in force is less than that already, the excess is marked, as one that
-- a warn policy let pass; nothing more is reserved until it is gone.
WITH held AS (
    SELECT owner_id, year, sum(used_g)::bigint AS used_g, sum(reserved_g)::bigint AS reserved_g
      FROM account
     -- AccountKind::LicenceLine
     WHERE kind = 1
     GROUP BY owner_id, year
), named AS (
    -- The id that Account::new derives: kind, owner, year and item, hashed, as a UUID of version 8.
    SELECT held.*,
           trunc(licence.annual_limit_g::numeric * licence.limit_factor_milli / 1000)::bigint AS limit_g,
           sha256('\x0002'::bytea || uuid_send(owner_id) || int2send(year) || '\x30'::bytea) AS hash
      FROM held JOIN licence ON licence.id = held.owner_id
)
INSERT INTO account AS shared
    (id, kind, owner_id, item, year, limit_g, used_g, reserved_g, lenient)
SELECT encode(set_byte(set_byte(substr(hash, 1, 16), 6, (get_byte(hash, 6) & 15) | 128),
                       8, (get_byte(hash, 8) & 63) | 128), 'hex')::uuid,
       2, owner_id, '0', year, limit_g, used_g, reserved_g,
       COALESCE(used_g + reserved_g > limit_g, FALSE)
  FROM named
ON CONFLICT (owner_id, kind, item, year) DO UPDATE SET
    limit_g = excluded.limit_g, used_g = excluded.used_g, reserved_g = excluded.reserved_g,
    lenient = excluded.lenient;
