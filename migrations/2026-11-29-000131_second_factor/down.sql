ALTER TABLE app_user DROP COLUMN totp_id, DROP COLUMN must_change_password, DROP COLUMN key_epoch;
DROP TABLE recovery_code;
DROP TABLE totp;
