DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_settings WHERE name = 'default_toast_compression') THEN
        EXECUTE 'ALTER TABLE event ALTER COLUMN body SET COMPRESSION DEFAULT';
        EXECUTE 'ALTER TABLE manifest ALTER COLUMN state SET COMPRESSION DEFAULT';
    END IF;
END
$$;
