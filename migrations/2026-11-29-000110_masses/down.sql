ALTER TABLE manifest DROP COLUMN limbo_g;
DROP TABLE mass_edge;
