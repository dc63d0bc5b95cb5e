DROP TABLE log_key;
DROP TABLE checkpoint;
DROP TABLE tree_tile;
DROP TABLE tree_head;
