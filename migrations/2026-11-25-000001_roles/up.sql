-- The three roles of the system (architecture.md, "Processes and scale") and the functions that
-- every later migration leans on. Migrations run as liandan_owner; roles belong to the cluster,
-- so `liandan migrate --bootstrap` (or the operator) makes them and this only checks.
DO $$
DECLARE
    missing text;
BEGIN
    SELECT string_agg(wanted, ', ') INTO missing
      FROM unnest(ARRAY['liandan_owner', 'liandan_migrate', 'liandan_app']) AS wanted
     WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted);
    IF missing IS NOT NULL THEN
        RAISE EXCEPTION 'roles missing: %; run "liandan migrate --bootstrap" as a superuser once', missing;
    END IF;
END
$$;

REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO liandan_app;

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: this table is append-only', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END
$$;
COMMENT ON FUNCTION refuse_change() IS 'Trigger of append-only tables: refuses UPDATE, DELETE and TRUNCATE whoever asks.';

CREATE FUNCTION expect_rows(changed bigint, wanted bigint) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
    IF changed <> wanted THEN
        RAISE EXCEPTION 'expected % rows, found %', wanted, changed
            USING ERRCODE = 'no_data_found', CONSTRAINT = 'expect_rows';
    END IF;
    RETURN changed;
END
$$;
COMMENT ON FUNCTION expect_rows(bigint, bigint) IS 'Stops a commit in which an update or delete did not find each of its rows.';
GRANT EXECUTE ON FUNCTION expect_rows(bigint, bigint) TO liandan_app;
