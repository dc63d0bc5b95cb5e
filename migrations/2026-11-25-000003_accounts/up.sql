-- Counters that may never be oversold, and the serials that numbers come from.
CREATE TABLE account (
    id uuid PRIMARY KEY,
    kind smallint NOT NULL,
    owner_id uuid NOT NULL,
    item text NOT NULL,
    year smallint NOT NULL,
    limit_g bigint,
    used_g bigint NOT NULL,
    reserved_g bigint NOT NULL,
    lenient boolean NOT NULL,
    CONSTRAINT account_counts_one_thing UNIQUE (owner_id, kind, item, year),
    CONSTRAINT account_used_not_negative CHECK (used_g >= 0),
    CONSTRAINT account_reserved_not_negative CHECK (reserved_g >= 0),
    CONSTRAINT account_within_limit CHECK (lenient OR limit_g IS NULL OR used_g + reserved_g <= limit_g)
) WITH (fillfactor = 50);
COMMENT ON TABLE account IS 'One counter: a licence line and year, a site''s mass on hand, a storage capacity, an approved mass. Moved only by the committer, under the lock on log_head.';
COMMENT ON COLUMN account.id IS 'Derived from kind, owner, item and year (decision.rs, Account::new).';
COMMENT ON COLUMN account.kind IS 'What it counts (decision.rs, AccountKind::number).';
COMMENT ON COLUMN account.owner_id IS 'Licence, site, storage area, approval or management plan.';
COMMENT ON COLUMN account.item IS 'Licence line or waste code; empty where the owner has one account.';
COMMENT ON COLUMN account.year IS 'Calendar year in Beijing; 0 where the account has none.';
COMMENT ON COLUMN account.limit_g IS 'Grams it may hold (permitted, on hand, capacity); NULL: unlimited.';
COMMENT ON COLUMN account.used_g IS 'Grams used.';
COMMENT ON COLUMN account.reserved_g IS 'Grams reserved.';
COMMENT ON COLUMN account.lenient IS 'A warn policy has let it pass its limit; the excess is shown.';

CREATE TABLE serial (
    prefix text PRIMARY KEY,
    last bigint NOT NULL CONSTRAINT serial_not_negative CHECK (last >= 0)
) WITH (fillfactor = 50);
COMMENT ON TABLE serial IS 'The last manifest number given out per prefix (year, province, prefecture; Order 23 Art. 15).';
COMMENT ON COLUMN serial.prefix IS 'All digits before the serial.';
COMMENT ON COLUMN serial.last IS 'The last serial given out.';

GRANT SELECT, INSERT, UPDATE ON account, serial TO liandan_app;
