UPDATE session SET reason = 'logout' WHERE reason = 'ended';
ALTER TABLE session
    DROP CONSTRAINT session_reason_known,
    ADD CONSTRAINT session_reason_known CHECK (reason IN ('logout', 'token_reused')),
    DROP COLUMN agent,
    DROP COLUMN last_used_at;
