-- The audit asks for the rows of spans of manifests: without these it would read the whole tables
-- each time. (What is on the road now is little: riding needs none.)
CREATE INDEX manifest_carrier_of_manifest ON manifest_carrier (manifest_id);
CREATE INDEX manifest_former_of_manifest ON manifest_former (manifest_id);
