DROP TABLE serial;
DROP TABLE account;
