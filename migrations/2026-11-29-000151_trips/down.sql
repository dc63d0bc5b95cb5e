DROP TABLE trip_manifest;
DROP TABLE trip;
