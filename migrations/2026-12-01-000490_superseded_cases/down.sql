UPDATE anomaly SET resolved_reason = 'corrected' WHERE resolved_reason = 'superseded';
ALTER TABLE anomaly DROP CONSTRAINT anomaly_resolved_reason_known;
ALTER TABLE anomaly ADD CONSTRAINT anomaly_resolved_reason_known
    CHECK (resolved_reason IN ('came_late', 'normal', 'corrected', 'remedied'));
