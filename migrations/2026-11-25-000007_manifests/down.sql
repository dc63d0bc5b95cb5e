DROP TABLE draft;
DROP TABLE manifest_item;
DROP TABLE manifest;
