-- What a regulator looks for: names and plates by any part of them, and which plates and drivers
-- have ever had a manifest's load.

-- pg_trgm sees no Chinese letter in a database of locale C, and a name is often looked for by two
-- letters: fewer than it needs.
CREATE FUNCTION search_grams(word text) RETURNS text[]
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT array(SELECT substr(lower(word), n, size)
                   FROM generate_series(1, 2) AS size, generate_series(1, length(word) - size + 1) AS n)
$$;
COMMENT ON FUNCTION search_grams(text) IS 'Each letter and each pair of neighbouring letters, small: a part of a word has no others than the word.';

CREATE INDEX organisation_by_part ON organisation USING gin (search_grams(name));
CREATE INDEX site_by_part ON site USING gin (search_grams(name));
CREATE INDEX licence_by_part ON licence USING gin (search_grams(number));
CREATE INDEX vehicle_by_part ON vehicle USING gin (search_grams(plate));
CREATE INDEX driver_by_part ON driver USING gin (search_grams(name));
CREATE INDEX driver_by_licence_no ON driver (licence_no);

CREATE TABLE ridden (
    manifest_id uuid NOT NULL,
    seq bigint NOT NULL CONSTRAINT ridden_seq_not_negative CHECK (seq >= 0),
    plate text NOT NULL,
    driver_id uuid,
    PRIMARY KEY (manifest_id, seq, plate)
);
COMMENT ON TABLE ridden IS 'Which plates a manifest''s load was ever on, and who drove: riding has only what is on the road now. Append-only.';
COMMENT ON COLUMN ridden.manifest_id IS 'Written in the commit that says so; no foreign key, as of all rows beside a manifest.';
COMMENT ON COLUMN ridden.seq IS 'The event by which the load came onto it.';
COMMENT ON COLUMN ridden.plate IS 'Vehicle or trailer, in its one spelling.';
COMMENT ON COLUMN ridden.driver_id IS 'Who drove; NULL: it is a trailer.';
CREATE INDEX ridden_by_plate ON ridden (plate, manifest_id);
CREATE INDEX ridden_by_driver ON ridden (driver_id, manifest_id);
CREATE TRIGGER ridden_append_only BEFORE UPDATE OR DELETE ON ridden
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ridden_no_truncate BEFORE TRUNCATE ON ridden
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
GRANT SELECT, INSERT ON ridden TO liandan_app;

-- What is on the road or was before this table was there.
WITH told AS (
    SELECT e.subject_id, e.seq, e.kind, e.body::jsonb -> 'data' AS data,
           m.state -> 'filed' -> 'legs' -> 0 AS leg
      FROM event e JOIN manifest m ON m.id = e.subject_id
     WHERE e.kind IN ('departed', 'handed_over', 'stopped')
)
INSERT INTO ridden (manifest_id, seq, plate, driver_id)
SELECT subject_id, seq, coalesce(data ->> 'plate', leg ->> 'plate'),
       coalesce(data ->> 'driver_id', leg ->> 'driver_id')::uuid
  FROM told WHERE kind = 'departed'
UNION
SELECT subject_id, seq, data -> 'to_leg' ->> 'plate', (data -> 'to_leg' ->> 'driver_id')::uuid
  FROM told WHERE kind = 'handed_over'
UNION
SELECT subject_id, seq, data ->> 'to_plate', (data ->> 'to_driver_id')::uuid
  FROM told WHERE kind = 'stopped' AND data ? 'to_plate'
UNION
SELECT subject_id, seq, leg ->> 'trailer_plate', NULL
  FROM told WHERE kind = 'departed' AND leg ? 'trailer_plate'
UNION
SELECT subject_id, seq, data -> 'to_leg' ->> 'trailer_plate', NULL
  FROM told WHERE kind = 'handed_over' AND data -> 'to_leg' ? 'trailer_plate';
