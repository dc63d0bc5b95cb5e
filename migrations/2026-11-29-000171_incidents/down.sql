DROP TABLE manifest_incident;
