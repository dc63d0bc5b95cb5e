DROP TABLE co_disposal_facility;
