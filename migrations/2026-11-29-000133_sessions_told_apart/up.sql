-- People look at their sessions and end those that they do not know: so sessions say where they
-- are. What ended by their hand says so.
ALTER TABLE session
    ADD COLUMN agent text CONSTRAINT session_agent_length CHECK (length(agent) <= 200),
    ADD COLUMN last_used_at timestamptz,
    DROP CONSTRAINT session_reason_known,
    ADD CONSTRAINT session_reason_known CHECK (reason IN ('logout', 'token_reused', 'ended'));
COMMENT ON COLUMN session.agent IS 'What the client called itself (User-Agent) as it signed in. Personal data; NULL: nothing.';
COMMENT ON COLUMN session.last_used_at IS 'Wall time of its last refresh; NULL: not refreshed since it was opened.';
