-- The server asks as liandan_app whether its schema is up to date (/readyz, and at its start).
GRANT SELECT ON __diesel_schema_migrations TO liandan_app;
COMMENT ON TABLE __diesel_schema_migrations IS 'Diesel''s own list of the migrations that have run.';
COMMENT ON COLUMN __diesel_schema_migrations.version IS 'The digits in the name of the migration.';
COMMENT ON COLUMN __diesel_schema_migrations.run_on IS 'When it ran. Diesel''s: without zone, UTC here.';
