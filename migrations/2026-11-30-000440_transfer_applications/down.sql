DROP TABLE transfer_application;
