DROP FUNCTION expect_rows(bigint, bigint);
DROP FUNCTION refuse_change();
REVOKE USAGE ON SCHEMA public FROM liandan_app;
