DROP TABLE device_key;
DROP FUNCTION device_key_counter_grows();
