DROP TABLE facility_day;
