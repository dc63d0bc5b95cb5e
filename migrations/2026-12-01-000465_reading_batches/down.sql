DROP TABLE reading_batch;
