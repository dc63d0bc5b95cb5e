DROP TABLE login_failure;
DROP TABLE refresh_token;
DROP TABLE session;
DROP TABLE app_user;
