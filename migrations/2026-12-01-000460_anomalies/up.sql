-- Cases of the anomaly rules, the watch's place in the log and what it remembers, rule settings.
CREATE TABLE anomaly (
    id uuid PRIMARY KEY,
    rule text NOT NULL CONSTRAINT anomaly_rule_code CHECK (rule ~ '^AL[0-9]{2}$'),
    stream text NOT NULL,
    severity smallint NOT NULL CONSTRAINT anomaly_severity_known CHECK (severity BETWEEN 0 AND 4),
    subject_kind text NOT NULL CONSTRAINT anomaly_subject_kind_known CHECK (subject_kind IN ('manifest', 'site', 'organisation', 'vehicle', 'driver', 'licence', 'round', 'pair')),
    subject_id uuid NOT NULL,
    key text NOT NULL,
    divisions text[] NOT NULL,
    manifest_ids uuid[] NOT NULL,
    organisation_ids uuid[] NOT NULL,
    evidence jsonb NOT NULL,
    proofs bigint[] NOT NULL,
    first_seen_at timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    times integer NOT NULL CONSTRAINT anomaly_times_positive CHECK (times > 0),
    reopened integer NOT NULL DEFAULT 0 CONSTRAINT anomaly_reopened_counted CHECK (reopened >= 0),
    resolved_at timestamptz,
    resolved_reason text CONSTRAINT anomaly_resolved_reason_known CHECK (resolved_reason IN ('came_late', 'normal', 'corrected', 'remedied')),
    review jsonb,
    review_status text CONSTRAINT anomaly_review_status_known CHECK (review_status IN ('acknowledged', 'explained', 'confirmed', 'dismissed')),
    assignee_id uuid CONSTRAINT anomaly_assignee_exists REFERENCES app_user ON DELETE RESTRICT,
    agencies jsonb NOT NULL DEFAULT '[]',
    merged_into uuid,
    status text NOT NULL GENERATED ALWAYS AS (CASE
        WHEN review_status IN ('explained', 'confirmed', 'dismissed') THEN review_status
        WHEN resolved_at IS NOT NULL THEN 'resolved'
        WHEN review_status = 'acknowledged' THEN 'acknowledged'
        ELSE 'open' END) STORED,
    CONSTRAINT anomaly_resolved_whole CHECK ((resolved_at IS NULL) = (resolved_reason IS NULL)),
    CONSTRAINT anomaly_merged_elsewhere CHECK (merged_into <> id)
);
COMMENT ON TABLE anomaly IS 'Cases: what a rule found on a subject, and what people made of it. The watch owns the former columns, people''s commands those from `review` on.';
COMMENT ON COLUMN anomaly.id IS 'UUIDv8, of rule, subject and key; also the id of the chain of people''s acts.';
COMMENT ON COLUMN anomaly.rule IS 'Code of the rule, AL01 and on.';
COMMENT ON COLUMN anomaly.stream IS 'hazardous, medical or kitchen; empty: no one stream.';
COMMENT ON COLUMN anomaly.severity IS '0 info, 1 low, 2 medium, 3 high, 4 critical.';
COMMENT ON COLUMN anomaly.subject_kind IS 'What it is about.';
COMMENT ON COLUMN anomaly.subject_id IS 'What it is about; of a pair, the derived id of both sites.';
COMMENT ON COLUMN anomaly.key IS 'Tells apart what one rule finds on one subject.';
COMMENT ON COLUMN anomaly.divisions IS 'In whose jurisdiction it is, two digits each.';
COMMENT ON COLUMN anomaly.manifest_ids IS 'Manifests that it names.';
COMMENT ON COLUMN anomaly.organisation_ids IS 'Organisations that it names.';
COMMENT ON COLUMN anomaly.evidence IS 'The numbers that made it.';
COMMENT ON COLUMN anomaly.proofs IS 'Log positions of the events that prove it.';
COMMENT ON COLUMN anomaly.first_seen_at IS 'Business time at which it was first found.';
COMMENT ON COLUMN anomaly.last_seen_at IS 'Business time at which it was last found.';
COMMENT ON COLUMN anomaly.times IS 'How often it was found.';
COMMENT ON COLUMN anomaly.reopened IS 'How often it came back after it had been resolved.';
COMMENT ON COLUMN anomaly.resolved_at IS 'When the facts that made it were gone; NULL while they are there.';
COMMENT ON COLUMN anomaly.resolved_reason IS 'Why the program resolved it.';
COMMENT ON COLUMN anomaly.review IS 'What people made of it, whole, as their newest event has it; NULL before their first.';
COMMENT ON COLUMN anomaly.review_status IS 'What people say of it; NULL: nothing.';
COMMENT ON COLUMN anomaly.assignee_id IS 'Who looks into it.';
COMMENT ON COLUMN anomaly.agencies IS 'Agencies that it was shared with or referred to.';
COMMENT ON COLUMN anomaly.merged_into IS 'The case that it goes on with.';
COMMENT ON COLUMN anomaly.status IS 'What people concluded; else whether the program resolved it; else whether somebody has taken note.';
CREATE INDEX anomaly_newest ON anomaly (first_seen_at DESC, id DESC);
CREATE INDEX anomaly_heaviest ON anomaly (severity DESC, first_seen_at DESC, id DESC);
CREATE INDEX anomaly_by_rule ON anomaly (rule, first_seen_at DESC, id DESC);
CREATE INDEX anomaly_by_subject ON anomaly (subject_id);
CREATE INDEX anomaly_alive ON anomaly (severity DESC, first_seen_at DESC, id DESC) WHERE status IN ('open', 'acknowledged', 'confirmed');
CREATE INDEX anomaly_judged ON anomaly (rule, status) WHERE status IN ('explained', 'confirmed', 'dismissed');
CREATE INDEX anomaly_resolved_lately ON anomaly (resolved_at) WHERE status = 'resolved';
CREATE INDEX anomaly_by_manifest ON anomaly USING gin (manifest_ids);
CREATE INDEX anomaly_by_organisation ON anomaly USING gin (organisation_ids);
CREATE INDEX anomaly_by_assignee ON anomaly (assignee_id) WHERE assignee_id IS NOT NULL;
GRANT SELECT, INSERT, UPDATE, DELETE ON anomaly TO liandan_app;

CREATE TABLE watch_mark (
    id smallint PRIMARY KEY CONSTRAINT watch_mark_one CHECK (id = 1),
    position bigint NOT NULL CONSTRAINT watch_mark_position_counted CHECK (position >= 0),
    now timestamptz NOT NULL,
    began timestamptz,
    generation bigint NOT NULL,
    step bigint NOT NULL
);
COMMENT ON TABLE watch_mark IS 'Where the watch over the log stands: one row.';
COMMENT ON COLUMN watch_mark.id IS 'Always 1.';
COMMENT ON COLUMN watch_mark.position IS 'Log position of the next event to see.';
COMMENT ON COLUMN watch_mark.now IS 'Business time up to which everything due is done.';
COMMENT ON COLUMN watch_mark.began IS 'When the first event of the log was recorded.';
COMMENT ON COLUMN watch_mark.generation IS 'How often everything was evaluated from zero.';
COMMENT ON COLUMN watch_mark.step IS 'Counts what was written: whoever remembers another number remembers something old.';
INSERT INTO watch_mark (id, position, now, generation, step) VALUES (1, 0, 'epoch', 1, 0);
GRANT SELECT, UPDATE ON watch_mark TO liandan_app;

CREATE TABLE watch_leaf (
    book text NOT NULL,
    key text NOT NULL,
    body text NOT NULL,
    PRIMARY KEY (book, key)
);
COMMENT ON TABLE watch_leaf IS 'What the rules remember, entry by entry; made again from the log by `liandan anomaly rebuild`.';
COMMENT ON COLUMN watch_leaf.book IS 'Which of the rules'' books.';
COMMENT ON COLUMN watch_leaf.key IS 'The entry''s key, as JSON.';
COMMENT ON COLUMN watch_leaf.body IS 'The entry, as JSON.';
GRANT SELECT, INSERT, UPDATE, DELETE ON watch_leaf TO liandan_app;

CREATE TABLE rule_setting (
    id uuid PRIMARY KEY,
    rule text NOT NULL CONSTRAINT rule_setting_rule_code CHECK (rule ~ '^AL[0-9]{2}$'),
    param text NOT NULL,
    division text NOT NULL CONSTRAINT rule_setting_division_number CHECK (division ~ '^[0-9]{2}$'),
    value text,
    CONSTRAINT rule_setting_once UNIQUE (rule, param, division)
);
COMMENT ON TABLE rule_setting IS 'What regulators set rules and their parameters to, by jurisdiction.';
COMMENT ON COLUMN rule_setting.id IS 'UUIDv8, of rule, parameter and division; also the id of its chain.';
COMMENT ON COLUMN rule_setting.rule IS 'Code of the rule.';
COMMENT ON COLUMN rule_setting.param IS 'Name of the parameter; `enabled`: whether the rule looks at all.';
COMMENT ON COLUMN rule_setting.division IS 'For which division; 00: the whole corps.';
COMMENT ON COLUMN rule_setting.value IS 'Decimal text; NULL: the default again.';
CREATE TRIGGER rule_setting_kept BEFORE DELETE ON rule_setting
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
GRANT SELECT, INSERT, UPDATE ON rule_setting TO liandan_app;

-- What the watch tells is for whoever subscribed: no one organisation.
ALTER TABLE outbox ALTER COLUMN recipient_id DROP NOT NULL;

CREATE TABLE anomaly_reminder (
    id uuid PRIMARY KEY,
    rule text NOT NULL CONSTRAINT anomaly_reminder_rule_code CHECK (rule ~ '^AL[0-9]{2}$'),
    reminded_at timestamptz NOT NULL,
    finding jsonb NOT NULL
);
COMMENT ON TABLE anomaly_reminder IS 'What somebody was last reminded of before it becomes a case; kept for a quarter of a year.';
COMMENT ON COLUMN anomaly_reminder.id IS 'The id of the case that it would become.';
COMMENT ON COLUMN anomaly_reminder.rule IS 'Code of the rule.';
COMMENT ON COLUMN anomaly_reminder.reminded_at IS 'Business time.';
COMMENT ON COLUMN anomaly_reminder.finding IS 'What is told: subject, divisions, manifests, organisations, numbers, proofs.';
CREATE INDEX anomaly_reminder_by_age ON anomaly_reminder (reminded_at);
GRANT SELECT, INSERT, UPDATE, DELETE ON anomaly_reminder TO liandan_app;
