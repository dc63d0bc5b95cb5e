DROP TABLE manifest_carrier;
