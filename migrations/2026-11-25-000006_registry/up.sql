-- The registers: who takes part, where, with what, and the ledger of each site. The version of a
-- register entry is that of its chain (table subject, same id), never a column here.
CREATE TABLE organisation (
    id uuid PRIMARY KEY,
    name text NOT NULL CONSTRAINT organisation_name_length CHECK (length(name) BETWEEN 1 AND 200),
    uscc text NOT NULL CONSTRAINT organisation_uscc_shape CHECK (uscc ~ '^[0-9A-HJ-NPQRTUWXY]{18}$'),
    roles jsonb NOT NULL CONSTRAINT organisation_roles_is_list CHECK (jsonb_typeof(roles) = 'array'),
    division text NOT NULL CONSTRAINT organisation_division_known CHECK (division ~ '^(0[0-9]|1[0-4])$'),
    status text NOT NULL CONSTRAINT organisation_status_known CHECK (status IN ('active', 'suspended', 'closed')),
    blacklisted boolean NOT NULL,
    CONSTRAINT organisation_uscc_once UNIQUE (uscc)
);
COMMENT ON TABLE organisation IS 'Legal persons (单位) and the regulators'' own bodies. A public register to all who are signed in.';
COMMENT ON COLUMN organisation.id IS 'UUIDv7; also the id of its chain.';
COMMENT ON COLUMN organisation.name IS 'Registered name.';
COMMENT ON COLUMN organisation.uscc IS 'Unified social credit code, GB 32100-2015, 18 characters, check character verified.';
COMMENT ON COLUMN organisation.roles IS 'List of producer, carrier, receiver; empty for regulators'' bodies.';
COMMENT ON COLUMN organisation.division IS 'Division 01 to 14; 00 for the corps'' own bodies.';
COMMENT ON COLUMN organisation.status IS 'active, suspended or closed; closed is final.';
COMMENT ON COLUMN organisation.blacklisted IS 'Blacklisted: a producer still files, with a warning; a receiver or carrier is refused.';
CREATE INDEX organisation_by_division ON organisation (division, id);

CREATE TABLE site (
    id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL CONSTRAINT site_of_organisation REFERENCES organisation ON DELETE RESTRICT,
    name text NOT NULL CONSTRAINT site_name_length CHECK (length(name) BETWEEN 1 AND 200),
    kind text NOT NULL CONSTRAINT site_kind_known CHECK (kind IN ('production', 'storage', 'treatment', 'collection_point')),
    business text,
    facility_kind text CONSTRAINT site_facility_kind_known CHECK (facility_kind IN (
        'hazardous_incinerator', 'medical_plant', 'cement_kiln', 'msw_incinerator', 'other_furnace', 'landfill',
        'physico_chemical', 'recycler', 'kitchen_plant', 'collection_point', 'storage')),
    division text NOT NULL CONSTRAINT site_division_known CHECK (division ~ '^(0[0-9]|1[0-4])$'),
    regiment text,
    region_code text NOT NULL CONSTRAINT site_region_code_shape CHECK (region_code ~ '^[0-9]{6}$'),
    park text,
    lon_e6 bigint CONSTRAINT site_lon_on_earth CHECK (lon_e6 BETWEEN -180000000 AND 180000000),
    lat_e6 bigint CONSTRAINT site_lat_on_earth CHECK (lat_e6 BETWEEN -90000000 AND 90000000),
    beds bigint CONSTRAINT site_beds_not_negative CHECK (beds >= 0),
    seats bigint CONSTRAINT site_seats_not_negative CHECK (seats >= 0),
    storage_capacity_g bigint CONSTRAINT site_storage_capacity_not_negative CHECK (storage_capacity_g >= 0),
    status text NOT NULL CONSTRAINT site_status_known CHECK (status IN ('active', 'suspended', 'closed')),
    CONSTRAINT site_place_whole CHECK ((lon_e6 IS NULL) = (lat_e6 IS NULL))
);
COMMENT ON TABLE site IS 'Places (场所) where an organisation produces, stores or disposes. A public register to all who are signed in.';
COMMENT ON COLUMN site.id IS 'UUIDv7; also the id of its chain.';
COMMENT ON COLUMN site.organisation_id IS 'Whose place it is.';
COMMENT ON COLUMN site.name IS 'Name as printed on manifests.';
COMMENT ON COLUMN site.kind IS 'production, storage, treatment or collection_point.';
COMMENT ON COLUMN site.business IS 'Kind of business (seeds/organisation_kinds.csv, api_kind, or free words); NULL: not stated.';
COMMENT ON COLUMN site.facility_kind IS 'Kind of facility (domain.md, "Words"); NULL: none.';
COMMENT ON COLUMN site.division IS 'Division it lies in, 01 to 14; 00 outside of all.';
COMMENT ON COLUMN site.regiment IS 'Regiment it lies in; NULL: none or not stated.';
COMMENT ON COLUMN site.region_code IS 'Region code of GB/T 2260, six digits.';
COMMENT ON COLUMN site.park IS 'Industrial park; NULL: none.';
COMMENT ON COLUMN site.lon_e6 IS 'Longitude, micro-degrees east, WGS 84; NULL: not stated.';
COMMENT ON COLUMN site.lat_e6 IS 'Latitude, micro-degrees north, WGS 84; NULL: not stated.';
COMMENT ON COLUMN site.beds IS 'Beds of a medical institution; NULL: not one, or not stated.';
COMMENT ON COLUMN site.seats IS 'Seats of a restaurant or canteen; NULL: not one, or not stated.';
COMMENT ON COLUMN site.storage_capacity_g IS 'Grams: sum of its storage areas in use; NULL: it has none, so nothing limits it.';
COMMENT ON COLUMN site.status IS 'active, suspended or closed; closed is final.';
CREATE INDEX site_by_organisation ON site (organisation_id, id);
CREATE INDEX site_by_division ON site (division, id);

CREATE TABLE storage_area (
    id uuid PRIMARY KEY,
    site_id uuid NOT NULL CONSTRAINT storage_area_of_site REFERENCES site ON DELETE RESTRICT,
    name text NOT NULL CONSTRAINT storage_area_name_length CHECK (length(name) BETWEEN 1 AND 200),
    kind text NOT NULL CONSTRAINT storage_area_kind_known CHECK (kind IN ('facility', 'point')),
    capacity_g bigint NOT NULL CONSTRAINT storage_area_capacity_positive CHECK (capacity_g > 0),
    status text NOT NULL CONSTRAINT storage_area_status_known CHECK (status IN ('active', 'suspended', 'closed')),
    CONSTRAINT storage_area_point_limit CHECK (kind <> 'point' OR capacity_g <= 3000000)
);
COMMENT ON TABLE storage_area IS 'Storage facilities (贮存设施) and points (贮存点) of a site. What lies there is an account.';
COMMENT ON COLUMN storage_area.id IS 'UUIDv7; also the id of its chain.';
COMMENT ON COLUMN storage_area.site_id IS 'The site it is part of.';
COMMENT ON COLUMN storage_area.name IS 'Name.';
COMMENT ON COLUMN storage_area.kind IS 'facility or point; a point holds at most 3 t at any time (GB 18597-2023 8.3.5).';
COMMENT ON COLUMN storage_area.capacity_g IS 'Grams it may hold.';
COMMENT ON COLUMN storage_area.status IS 'active, suspended or closed; closed is final and leaves the site''s capacity.';
CREATE INDEX storage_area_by_site ON storage_area (site_id, id);

CREATE TABLE licence (
    id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL CONSTRAINT licence_of_organisation REFERENCES organisation ON DELETE RESTRICT,
    site_id uuid NOT NULL CONSTRAINT licence_for_site REFERENCES site ON DELETE RESTRICT,
    number text NOT NULL CONSTRAINT licence_number_length CHECK (length(number) BETWEEN 1 AND 100),
    kind text NOT NULL CONSTRAINT licence_kind_known CHECK (kind IN ('comprehensive', 'collection', 'kitchen_permit')),
    status text NOT NULL CONSTRAINT licence_status_known CHECK (status IN ('active', 'suspended', 'lapsed')),
    issued_on date NOT NULL,
    issued_by text NOT NULL CONSTRAINT licence_issued_by_length CHECK (length(issued_by) BETWEEN 1 AND 200),
    valid_from date NOT NULL,
    valid_to date NOT NULL,
    annual_limit_g bigint CONSTRAINT licence_annual_limit_positive CHECK (annual_limit_g > 0),
    limit_factor_milli bigint NOT NULL CONSTRAINT licence_limit_factor_bounds CHECK (limit_factor_milli BETWEEN 1000 AND 1200),
    rated_daily_g bigint CONSTRAINT licence_rated_daily_positive CHECK (rated_daily_g > 0),
    CONSTRAINT licence_number_once UNIQUE (number),
    CONSTRAINT licence_span CHECK (valid_from <= valid_to)
);
COMMENT ON TABLE licence IS 'Operating licences (经营许可证) and kitchen permits. A public register to all who are signed in.';
COMMENT ON COLUMN licence.id IS 'UUIDv7; also the id of its chain.';
COMMENT ON COLUMN licence.organisation_id IS 'The holder.';
COMMENT ON COLUMN licence.site_id IS 'The facility it is for.';
COMMENT ON COLUMN licence.number IS 'Number printed on the licence.';
COMMENT ON COLUMN licence.kind IS 'comprehensive, collection or kitchen_permit.';
COMMENT ON COLUMN licence.status IS 'active, suspended (stops new reservations) or lapsed (final).';
COMMENT ON COLUMN licence.issued_on IS 'Day of issue, Beijing.';
COMMENT ON COLUMN licence.issued_by IS 'The authority that issued it.';
COMMENT ON COLUMN licence.valid_from IS 'First valid day, Beijing, inclusive.';
COMMENT ON COLUMN licence.valid_to IS 'Last valid day, Beijing, inclusive.';
COMMENT ON COLUMN licence.annual_limit_g IS 'Grams a calendar year that all lines share; NULL: only the lines'' own limits hold.';
COMMENT ON COLUMN licence.limit_factor_milli IS 'Thousandths of the permitted mass that may be taken: 1000 to 1200.';
COMMENT ON COLUMN licence.rated_daily_g IS 'Grams a day the plant is rated for; NULL: not stated.';
CREATE INDEX licence_by_organisation ON licence (organisation_id, id);
CREATE INDEX licence_by_site ON licence (site_id, id);

CREATE TABLE licence_line (
    licence_id uuid NOT NULL CONSTRAINT licence_line_of_licence REFERENCES licence ON DELETE RESTRICT,
    line bigint NOT NULL CONSTRAINT licence_line_from_one CHECK (line >= 1),
    waste_codes jsonb NOT NULL CONSTRAINT licence_line_waste_codes_is_list CHECK (jsonb_typeof(waste_codes) = 'array'),
    categories jsonb NOT NULL CONSTRAINT licence_line_categories_is_list CHECK (jsonb_typeof(categories) = 'array'),
    methods jsonb NOT NULL CONSTRAINT licence_line_methods_is_list CHECK (jsonb_typeof(methods) = 'array'),
    annual_g bigint NOT NULL CONSTRAINT licence_line_annual_positive CHECK (annual_g > 0),
    PRIMARY KEY (licence_id, line)
);
COMMENT ON TABLE licence_line IS 'What a licence permits: codes or whole categories, by methods, up to a mass a calendar year.';
COMMENT ON COLUMN licence_line.licence_id IS 'The licence.';
COMMENT ON COLUMN licence_line.line IS 'Number of the line, from 1; never reused within its licence.';
COMMENT ON COLUMN licence_line.waste_codes IS 'List of waste codes.';
COMMENT ON COLUMN licence_line.categories IS 'List of whole categories (HW08).';
COMMENT ON COLUMN licence_line.methods IS 'List of methods; code and method must both be in the line.';
COMMENT ON COLUMN licence_line.annual_g IS 'Grams permitted in a calendar year (Beijing).';
CREATE INDEX licence_line_by_waste_code ON licence_line USING gin (waste_codes jsonb_path_ops);

CREATE TABLE vehicle (
    id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL CONSTRAINT vehicle_of_organisation REFERENCES organisation ON DELETE RESTRICT,
    plate text NOT NULL CONSTRAINT vehicle_plate_length CHECK (length(plate) BETWEEN 7 AND 8),
    kind text NOT NULL CONSTRAINT vehicle_kind_length CHECK (length(kind) BETWEEN 1 AND 100),
    classes jsonb NOT NULL CONSTRAINT vehicle_classes_is_list CHECK (jsonb_typeof(classes) = 'array'),
    rated_g bigint CONSTRAINT vehicle_rated_positive CHECK (rated_g > 0),
    status text NOT NULL CONSTRAINT vehicle_status_known CHECK (status IN ('active', 'suspended', 'closed')),
    CONSTRAINT vehicle_plate_once UNIQUE (plate)
);
COMMENT ON TABLE vehicle IS 'Vehicles of carriers, and their trailers. Private to the organisation and its regulators.';
COMMENT ON COLUMN vehicle.id IS 'UUIDv7; also the id of its chain.';
COMMENT ON COLUMN vehicle.organisation_id IS 'The carrier.';
COMMENT ON COLUMN vehicle.plate IS 'Plate (GA 36-2018), without separators.';
COMMENT ON COLUMN vehicle.kind IS 'Kind of vehicle, free words.';
COMMENT ON COLUMN vehicle.classes IS 'List of the streams it may carry: hazardous, medical, kitchen.';
COMMENT ON COLUMN vehicle.rated_g IS 'Grams it may load; NULL: not stated.';
COMMENT ON COLUMN vehicle.status IS 'active, suspended or closed; closed is final.';
CREATE INDEX vehicle_by_organisation ON vehicle (organisation_id, id);

CREATE TABLE driver (
    id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL CONSTRAINT driver_of_organisation REFERENCES organisation ON DELETE RESTRICT,
    name text NOT NULL CONSTRAINT driver_name_length CHECK (length(name) BETWEEN 1 AND 100),
    phone text NOT NULL CONSTRAINT driver_phone_length CHECK (length(phone) BETWEEN 1 AND 30),
    licence_no text NOT NULL CONSTRAINT driver_licence_no_length CHECK (length(licence_no) BETWEEN 1 AND 50),
    licence_valid_to date,
    status text NOT NULL CONSTRAINT driver_status_known CHECK (status IN ('active', 'suspended', 'closed'))
);
COMMENT ON TABLE driver IS 'Drivers and escorts of carriers. Name, phone and licence number are personal data and never enter events.';
COMMENT ON COLUMN driver.id IS 'UUIDv7; also the id of its chain.';
COMMENT ON COLUMN driver.organisation_id IS 'The carrier.';
COMMENT ON COLUMN driver.name IS 'Name (personal data).';
COMMENT ON COLUMN driver.phone IS 'Phone (personal data).';
COMMENT ON COLUMN driver.licence_no IS 'Number of the qualification to carry dangerous goods (personal data).';
COMMENT ON COLUMN driver.licence_valid_to IS 'Last valid day of the qualification, Beijing, inclusive; NULL: not stated.';
COMMENT ON COLUMN driver.status IS 'active, suspended or closed; closed is final.';
CREATE INDEX driver_by_organisation ON driver (organisation_id, id);

CREATE TABLE waste_stream (
    id uuid PRIMARY KEY,
    site_id uuid NOT NULL CONSTRAINT waste_stream_of_site REFERENCES site ON DELETE RESTRICT,
    waste_code text NOT NULL CONSTRAINT waste_stream_code_shape CHECK (waste_code ~ '^([0-9]{3}-[0-9]{3}-[0-9]{2}|CY-[0-9]{2})$'),
    name text NOT NULL CONSTRAINT waste_stream_name_length CHECK (length(name) BETWEEN 1 AND 200),
    form text NOT NULL CONSTRAINT waste_stream_form_known CHECK (form IN ('solid', 'semi_solid', 'liquid', 'gas')),
    hazards jsonb NOT NULL CONSTRAINT waste_stream_hazards_is_list CHECK (jsonb_typeof(hazards) = 'array'),
    annual_plan_g bigint NOT NULL CONSTRAINT waste_stream_annual_plan_not_negative CHECK (annual_plan_g >= 0),
    status text NOT NULL CONSTRAINT waste_stream_status_known CHECK (status IN ('active', 'suspended', 'closed')),
    CONSTRAINT waste_stream_once UNIQUE (site_id, waste_code, name)
);
COMMENT ON TABLE waste_stream IS 'What a producer''s site makes (废物流).';
COMMENT ON COLUMN waste_stream.id IS 'UUIDv7; also the id of its chain.';
COMMENT ON COLUMN waste_stream.site_id IS 'The site that makes it.';
COMMENT ON COLUMN waste_stream.waste_code IS 'National waste code, or CY-NN for kitchen waste.';
COMMENT ON COLUMN waste_stream.name IS 'Name as the producer uses it.';
COMMENT ON COLUMN waste_stream.form IS 'solid, semi_solid, liquid or gas.';
COMMENT ON COLUMN waste_stream.hazards IS 'List of hazard characteristics (T, C, I, R, In); empty for kitchen waste.';
COMMENT ON COLUMN waste_stream.annual_plan_g IS 'Grams planned for a calendar year.';
COMMENT ON COLUMN waste_stream.status IS 'active, suspended or closed; closed is final.';

CREATE TABLE management_plan (
    id uuid PRIMARY KEY,
    site_id uuid NOT NULL CONSTRAINT management_plan_of_site REFERENCES site ON DELETE RESTRICT,
    year smallint NOT NULL CONSTRAINT management_plan_year_bounds CHECK (year BETWEEN 2000 AND 2999),
    filed_on date NOT NULL,
    lines jsonb NOT NULL CONSTRAINT management_plan_lines_is_list CHECK (jsonb_typeof(lines) = 'array'),
    status text NOT NULL CONSTRAINT management_plan_status_known CHECK (status IN ('active', 'suspended', 'closed')),
    CONSTRAINT management_plan_once UNIQUE (site_id, year)
);
COMMENT ON TABLE management_plan IS 'What a producer filed for a year (管理计划); a transfer outside it is a warning (Order 23 Art. 14).';
COMMENT ON COLUMN management_plan.id IS 'UUIDv7; also the id of its chain.';
COMMENT ON COLUMN management_plan.site_id IS 'The producer''s site.';
COMMENT ON COLUMN management_plan.year IS 'Calendar year, Beijing.';
COMMENT ON COLUMN management_plan.filed_on IS 'Day it was filed, Beijing.';
COMMENT ON COLUMN management_plan.lines IS 'List of {waste_code, annual_g}: grams planned to leave the site.';
COMMENT ON COLUMN management_plan.status IS 'active, suspended or closed (withdrawn, final).';

CREATE TABLE transfer_approval (
    id uuid PRIMARY KEY,
    producer_site_id uuid NOT NULL CONSTRAINT transfer_approval_from_site REFERENCES site ON DELETE RESTRICT,
    receiver_site_id uuid NOT NULL CONSTRAINT transfer_approval_to_site REFERENCES site ON DELETE RESTRICT,
    number text NOT NULL CONSTRAINT transfer_approval_number_length CHECK (length(number) BETWEEN 1 AND 100),
    waste_codes jsonb NOT NULL CONSTRAINT transfer_approval_waste_codes_is_list CHECK (jsonb_typeof(waste_codes) = 'array'),
    mass_g bigint NOT NULL CONSTRAINT transfer_approval_mass_positive CHECK (mass_g > 0),
    valid_from date NOT NULL,
    valid_to date NOT NULL,
    status text NOT NULL CONSTRAINT transfer_approval_status_known CHECK (status IN ('active', 'suspended', 'closed')),
    CONSTRAINT transfer_approval_number_once UNIQUE (number),
    CONSTRAINT transfer_approval_span CHECK (valid_from <= valid_to)
);
COMMENT ON TABLE transfer_approval IS 'Consents (跨省转移审批) to move waste across a border that the setting counts. The mass left is an account.';
COMMENT ON COLUMN transfer_approval.id IS 'UUIDv7; also the id of its chain.';
COMMENT ON COLUMN transfer_approval.producer_site_id IS 'From where.';
COMMENT ON COLUMN transfer_approval.receiver_site_id IS 'To where.';
COMMENT ON COLUMN transfer_approval.number IS 'Number of the decision.';
COMMENT ON COLUMN transfer_approval.waste_codes IS 'List of the waste codes it is for.';
COMMENT ON COLUMN transfer_approval.mass_g IS 'Grams approved, over its whole span.';
COMMENT ON COLUMN transfer_approval.valid_from IS 'First valid day, Beijing, inclusive.';
COMMENT ON COLUMN transfer_approval.valid_to IS 'Last valid day, Beijing, inclusive.';
COMMENT ON COLUMN transfer_approval.status IS 'active, suspended or closed (withdrawn, final).';
CREATE INDEX transfer_approval_by_producer_site ON transfer_approval (producer_site_id, id);
CREATE INDEX transfer_approval_by_receiver_site ON transfer_approval (receiver_site_id, id);

CREATE TABLE ledger_entry (
    id uuid PRIMARY KEY,
    site_id uuid NOT NULL CONSTRAINT ledger_entry_of_site REFERENCES site ON DELETE RESTRICT,
    kind text NOT NULL CONSTRAINT ledger_entry_kind_known CHECK (kind IN (
        'produced', 'stored', 'taken_out', 'brought_in', 'moved_out', 'self_treated', 'loss', 'correction')),
    waste_code text NOT NULL CONSTRAINT ledger_entry_code_shape CHECK (waste_code ~ '^([0-9]{3}-[0-9]{3}-[0-9]{2}|CY-[0-9]{2})$'),
    mass_g bigint NOT NULL,
    occurred_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    storage_area_id uuid CONSTRAINT ledger_entry_in_storage_area REFERENCES storage_area ON DELETE RESTRICT,
    container_id uuid,
    manifest_id uuid,
    manifest_line bigint CONSTRAINT ledger_entry_manifest_line_from_one CHECK (manifest_line >= 1),
    batch_number text,
    external_id text,
    note text NOT NULL,
    CONSTRAINT ledger_entry_mass_sign CHECK (mass_g > 0 OR (kind = 'correction' AND mass_g < 0)),
    CONSTRAINT ledger_entry_manifest_whole CHECK ((manifest_id IS NULL) = (manifest_line IS NULL)),
    CONSTRAINT ledger_entry_external_id_once UNIQUE (site_id, external_id)
);
COMMENT ON TABLE ledger_entry IS 'The ledger (台账): the mass balance of each site. Append-only: a correction is a new entry.';
COMMENT ON COLUMN ledger_entry.id IS 'UUIDv7; of a hand-made entry also the id of its chain.';
COMMENT ON COLUMN ledger_entry.site_id IS 'Whose ledger.';
COMMENT ON COLUMN ledger_entry.kind IS 'produced, stored, taken_out, brought_in, moved_out, self_treated, loss or correction.';
COMMENT ON COLUMN ledger_entry.waste_code IS 'National waste code, or CY-NN for kitchen waste.';
COMMENT ON COLUMN ledger_entry.mass_g IS 'Grams, positive; a correction is signed.';
COMMENT ON COLUMN ledger_entry.occurred_at IS 'When it happened, as claimed.';
COMMENT ON COLUMN ledger_entry.recorded_at IS 'When the server recorded it.';
COMMENT ON COLUMN ledger_entry.storage_area_id IS 'Where it was stored or taken from; NULL: not stated.';
COMMENT ON COLUMN ledger_entry.container_id IS 'The container; NULL: not by container.';
COMMENT ON COLUMN ledger_entry.manifest_id IS 'The manifest whose event it follows from; NULL: made by hand, with an event of its own.';
COMMENT ON COLUMN ledger_entry.manifest_line IS 'The item of that manifest, from 1; NULL: made by hand.';
COMMENT ON COLUMN ledger_entry.batch_number IS 'The producer''s batch; NULL: none.';
COMMENT ON COLUMN ledger_entry.external_id IS 'The caller''s own id, once per site for ever; NULL: none.';
COMMENT ON COLUMN ledger_entry.note IS 'Remark; empty: none.';
CREATE INDEX ledger_entry_by_site ON ledger_entry (site_id, id);
CREATE INDEX ledger_entry_by_site_and_code ON ledger_entry (site_id, waste_code, occurred_at);
CREATE INDEX ledger_entry_by_storage_area ON ledger_entry (storage_area_id) WHERE storage_area_id IS NOT NULL;
CREATE INDEX ledger_entry_by_container ON ledger_entry (container_id) WHERE container_id IS NOT NULL;
CREATE INDEX ledger_entry_by_manifest ON ledger_entry (manifest_id) WHERE manifest_id IS NOT NULL;
CREATE TRIGGER ledger_entry_append_only BEFORE UPDATE OR DELETE ON ledger_entry
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_entry_no_truncate BEFORE TRUNCATE ON ledger_entry
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Users came before organisations (000005).
ALTER TABLE app_user ADD CONSTRAINT app_user_of_organisation
    FOREIGN KEY (organisation_id) REFERENCES organisation ON DELETE RESTRICT;

GRANT SELECT, INSERT, UPDATE ON organisation, site, storage_area, licence, licence_line, vehicle, driver,
    waste_stream, management_plan, transfer_approval TO liandan_app;
GRANT SELECT, INSERT ON ledger_entry TO liandan_app;
