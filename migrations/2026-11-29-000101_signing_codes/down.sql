DROP TABLE signing_code;
