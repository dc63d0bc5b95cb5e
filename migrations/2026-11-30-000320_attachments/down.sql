DROP TABLE attachment;
DROP TABLE blob;
