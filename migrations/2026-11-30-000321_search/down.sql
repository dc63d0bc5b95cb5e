DROP TABLE ridden;
DROP INDEX driver_by_licence_no;
DROP INDEX driver_by_part;
DROP INDEX vehicle_by_part;
DROP INDEX licence_by_part;
DROP INDEX site_by_part;
DROP INDEX organisation_by_part;
DROP FUNCTION search_grams(text);
