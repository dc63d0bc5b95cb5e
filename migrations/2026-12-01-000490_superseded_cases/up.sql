-- A case that a heavier rule's goes on with is superseded: nobody has corrected anything.
ALTER TABLE anomaly DROP CONSTRAINT anomaly_resolved_reason_known;
ALTER TABLE anomaly ADD CONSTRAINT anomaly_resolved_reason_known
    CHECK (resolved_reason IN ('came_late', 'normal', 'corrected', 'remedied', 'superseded'));
