DROP TABLE manifest_former;
REVOKE DELETE ON manifest_carrier FROM liandan_app;
