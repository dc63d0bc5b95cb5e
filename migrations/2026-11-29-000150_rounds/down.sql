DROP TABLE round_stop;
DROP TABLE collection_round;
