DROP TABLE read_record;
