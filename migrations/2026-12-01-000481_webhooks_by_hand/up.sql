-- How often somebody sends by hand: trials, and deliveries once more. Capped by the minute.
ALTER TABLE webhook ADD COLUMN by_hand_since timestamptz;
ALTER TABLE webhook ADD COLUMN by_hand integer NOT NULL DEFAULT 0 CONSTRAINT webhook_by_hand_not_negative CHECK (by_hand >= 0);
COMMENT ON COLUMN webhook.by_hand_since IS 'From when the sendings by hand are counted, wall time; NULL: there were none.';
COMMENT ON COLUMN webhook.by_hand IS 'Trials and redeliveries since then.';
