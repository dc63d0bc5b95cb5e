ALTER TABLE webhook DROP COLUMN by_hand;
ALTER TABLE webhook DROP COLUMN by_hand_since;
