CREATE INDEX manifest_producer_site ON manifest (producer_site_id);
CREATE INDEX manifest_receiver_site ON manifest (receiver_site_id);
CREATE INDEX manifest_licence ON manifest (licence_id);
