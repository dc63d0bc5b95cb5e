//! Tables as Diesel sees them; `tests/it/schema.rs` compares them with the database's own
//! catalogue.

diesel::table! {
    account (id) {
        id -> Uuid,
        kind -> Int2,
        owner_id -> Uuid,
        item -> Text,
        year -> Int2,
        limit_g -> Nullable<Int8>,
        used_g -> Int8,
        reserved_g -> Int8,
        lenient -> Bool,
    }
}

diesel::table! {
    anomaly (id) {
        id -> Uuid,
        rule -> Text,
        stream -> Text,
        severity -> Int2,
        subject_kind -> Text,
        subject_id -> Uuid,
        key -> Text,
        divisions -> Array<Text>,
        manifest_ids -> Array<Uuid>,
        organisation_ids -> Array<Uuid>,
        evidence -> Jsonb,
        proofs -> Array<Int8>,
        first_seen_at -> Timestamptz,
        last_seen_at -> Timestamptz,
        times -> Int4,
        reopened -> Int4,
        resolved_at -> Nullable<Timestamptz>,
        resolved_reason -> Nullable<Text>,
        review -> Nullable<Jsonb>,
        review_status -> Nullable<Text>,
        assignee_id -> Nullable<Uuid>,
        agencies -> Jsonb,
        merged_into -> Nullable<Uuid>,
        status -> Text,
    }
}

diesel::table! {
    anomaly_reminder (id) {
        id -> Uuid,
        rule -> Text,
        reminded_at -> Timestamptz,
        finding -> Jsonb,
    }
}

diesel::table! {
    app_user (id) {
        id -> Uuid,
        organisation_id -> Uuid,
        login -> Text,
        login_key -> Text,
        password_hash -> Text,
        role -> Text,
        division -> Nullable<Text>,
        regiment -> Nullable<Text>,
        agency -> Nullable<Text>,
        status -> Text,
        epoch -> Int4,
        created_at -> Timestamptz,
        totp_id -> Nullable<Uuid>,
        must_change_password -> Bool,
        key_epoch -> Int4,
    }
}

diesel::table! {
    attachment (manifest_id, sha256) {
        manifest_id -> Uuid,
        sha256 -> Bytea,
        seq -> Int8,
    }
}

diesel::table! {
    blob (sha256) {
        sha256 -> Bytea,
        bytes -> Int8,
        content -> Nullable<Bytea>,
        stored_at -> Timestamptz,
    }
}

diesel::table! {
    collection_round (id) {
        id -> Uuid,
        stream -> Text,
        status -> Text,
        carrier_id -> Uuid,
        receiver_id -> Uuid,
        receiver_division -> Text,
        receiver_regiment -> Nullable<Text>,
        planned_on -> Date,
        state -> Jsonb,
        confirm_due_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    driver (id) {
        id -> Uuid,
        organisation_id -> Uuid,
        name -> Text,
        phone -> Text,
        licence_no -> Text,
        licence_valid_to -> Nullable<Date>,
        status -> Text,
    }
}

diesel::table! {
    event (position) {
        position -> Int8,
        subject_id -> Uuid,
        subject_kind -> Int2,
        year -> Int2,
        seq -> Int8,
        kind -> Text,
        recorded_at -> Timestamptz,
        leaf -> Bytea,
        body -> Text,
    }
}

diesel::table! {
    idempotency (organisation_id, key) {
        organisation_id -> Uuid,
        key -> Text,
        fingerprint -> Bytea,
        status -> Int2,
        subject_kind -> Int2,
        subject_id -> Uuid,
        version -> Int8,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    ledger_entry (id) {
        id -> Uuid,
        site_id -> Uuid,
        kind -> Text,
        waste_code -> Text,
        mass_g -> Int8,
        occurred_at -> Timestamptz,
        recorded_at -> Timestamptz,
        storage_area_id -> Nullable<Uuid>,
        container_id -> Nullable<Uuid>,
        manifest_id -> Nullable<Uuid>,
        manifest_line -> Nullable<Int8>,
        batch_number -> Nullable<Text>,
        external_id -> Nullable<Text>,
        note -> Text,
    }
}

diesel::table! {
    ledger_year (site_id, year, waste_code) {
        site_id -> Uuid,
        year -> Int2,
        waste_code -> Text,
        produced_g -> Int8,
        corrected_g -> Int8,
        brought_in_g -> Int8,
        moved_out_g -> Int8,
        self_treated_g -> Int8,
        loss_g -> Int8,
    }
}

diesel::table! {
    licence (id) {
        id -> Uuid,
        organisation_id -> Uuid,
        site_id -> Uuid,
        number -> Text,
        kind -> Text,
        status -> Text,
        issued_on -> Date,
        issued_by -> Text,
        valid_from -> Date,
        valid_to -> Date,
        annual_limit_g -> Nullable<Int8>,
        limit_factor_milli -> Int8,
        rated_daily_g -> Nullable<Int8>,
    }
}

diesel::table! {
    licence_line (licence_id, line) {
        licence_id -> Uuid,
        line -> Int8,
        waste_codes -> Jsonb,
        categories -> Jsonb,
        methods -> Jsonb,
        annual_g -> Int8,
    }
}

diesel::table! {
    log_head (id) {
        id -> Int2,
        next_position -> Int8,
    }
}

diesel::table! {
    login_failure (id) {
        id -> Int8,
        key -> Bytea,
        failed_at -> Timestamptz,
    }
}

diesel::table! {
    management_plan (id) {
        id -> Uuid,
        site_id -> Uuid,
        year -> Int2,
        filed_on -> Date,
        lines -> Jsonb,
        status -> Text,
        review_status -> Text,
        review_note -> Nullable<Text>,
        reviewed_at -> Nullable<Timestamptz>,
        reviewed_by -> Nullable<Uuid>,
        reviewed_by_user -> Nullable<Uuid>,
    }
}

diesel::table! {
    mass_edge (to_id, to_line, from_id, from_line) {
        to_id -> Uuid,
        to_line -> Int2,
        from_id -> Uuid,
        from_line -> Int2,
        bond -> Text,
        mass_g -> Int8,
        year -> Int2,
        given_back -> Bool,
    }
}

diesel::table! {
    organisation (id) {
        id -> Uuid,
        name -> Text,
        uscc -> Text,
        roles -> Jsonb,
        division -> Text,
        status -> Text,
        blacklisted -> Bool,
    }
}

diesel::table! {
    outbox (id) {
        id -> Int8,
        kind -> Text,
        recipient_id -> Nullable<Uuid>,
        subject_kind -> Int2,
        subject_id -> Uuid,
        position -> Int8,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    read_record (id) {
        id -> Uuid,
        read_at -> Timestamptz,
        user_id -> Uuid,
        organisation_id -> Uuid,
        role -> Text,
        agency -> Nullable<Text>,
        api_key_id -> Nullable<Uuid>,
        what -> Text,
        manifest_id -> Nullable<Uuid>,
        query -> Nullable<Text>,
        request_id -> Text,
    }
}

diesel::table! {
    refresh_token (hash) {
        hash -> Bytea,
        session_id -> Uuid,
        expires_at -> Timestamptz,
        spent_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    round_stop (round_id, n) {
        round_id -> Uuid,
        n -> Int2,
        producer_id -> Uuid,
        producer_site_id -> Uuid,
        producer_division -> Text,
        producer_regiment -> Nullable<Text>,
        manifest_id -> Uuid,
        plan -> Jsonb,
    }
}

diesel::table! {
    sandbox_clock (id) {
        id -> Int2,
        shift_ms -> Int8,
    }
}

diesel::table! {
    serial (prefix) {
        prefix -> Text,
        last -> Int8,
    }
}

diesel::table! {
    session (id) {
        id -> Uuid,
        user_id -> Uuid,
        epoch -> Int4,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        ended_at -> Nullable<Timestamptz>,
        reason -> Nullable<Text>,
        agent -> Nullable<Text>,
        last_used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    signing_code (id) {
        id -> Uuid,
        user_id -> Uuid,
        subject_id -> Uuid,
        action -> Text,
        hash -> Bytea,
        tries -> Int2,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        used_at -> Nullable<Timestamptz>,
        is_used -> Bool,
    }
}

diesel::table! {
    site (id) {
        id -> Uuid,
        organisation_id -> Uuid,
        name -> Text,
        kind -> Text,
        business -> Nullable<Text>,
        facility_kind -> Nullable<Text>,
        division -> Text,
        regiment -> Nullable<Text>,
        region_code -> Text,
        park -> Nullable<Text>,
        lon_e6 -> Nullable<Int8>,
        lat_e6 -> Nullable<Int8>,
        beds -> Nullable<Int8>,
        seats -> Nullable<Int8>,
        storage_capacity_g -> Nullable<Int8>,
        status -> Text,
        is_key_unit -> Bool,
        grade -> Nullable<Text>,
    }
}

diesel::table! {
    storage_area (id) {
        id -> Uuid,
        site_id -> Uuid,
        name -> Text,
        kind -> Text,
        capacity_g -> Int8,
        status -> Text,
    }
}

diesel::table! {
    subject (id) {
        id -> Uuid,
        kind -> Int2,
        year -> Int2,
        version -> Int8,
        head -> Bytea,
        recorded_at -> Timestamptz,
    }
}

diesel::table! {
    transfer_approval (id) {
        id -> Uuid,
        producer_site_id -> Uuid,
        receiver_site_id -> Uuid,
        number -> Text,
        waste_codes -> Jsonb,
        mass_g -> Int8,
        valid_from -> Date,
        valid_to -> Date,
        status -> Text,
    }
}

diesel::table! {
    trip (id) {
        id -> Uuid,
        status -> Text,
        carrier_id -> Uuid,
        state -> Jsonb,
    }
}

diesel::table! {
    trip_manifest (trip_id, manifest_id) {
        trip_id -> Uuid,
        manifest_id -> Uuid,
        stream -> Text,
        producer_id -> Uuid,
        producer_division -> Text,
        producer_regiment -> Nullable<Text>,
        receiver_id -> Uuid,
        receiver_division -> Text,
        receiver_regiment -> Nullable<Text>,
        rides -> Bool,
    }
}

diesel::table! {
    activity (id) {
        id -> Uuid,
        site_id -> Uuid,
        kind -> Text,
        product -> Text,
        month -> Date,
        value_milli -> Int8,
        note -> Text,
    }
}

diesel::table! {
    assessment (id) {
        id -> Uuid,
        organisation_id -> Uuid,
        agency -> Nullable<Text>,
        name -> Text,
        year -> Int2,
        dimensions -> Jsonb,
        divisions -> Jsonb,
        tree_size -> Int8,
        content_sha256 -> Text,
        content -> Text,
    }
}

diesel::table! {
    transfer_application (id) {
        id -> Uuid,
        producer_site_id -> Uuid,
        receiver_site_id -> Uuid,
        status -> Text,
        approval_id -> Nullable<Uuid>,
        state -> Jsonb,
    }
}

diesel::table! {
    emergency_plan (id) {
        id -> Uuid,
        organisation_id -> Uuid,
        name -> Text,
        starts_on -> Date,
        ends_on -> Date,
        divisions -> Jsonb,
        figures -> Jsonb,
        openings -> Jsonb,
        status -> Text,
        government_plan -> Nullable<Jsonb>,
        ended_on -> Nullable<Date>,
        end_reason -> Nullable<Text>,
        content_sha256 -> Text,
        content -> Text,
    }
}

diesel::table! {
    manifest_opened (emergency_plan_id, manifest_id) {
        emergency_plan_id -> Uuid,
        manifest_id -> Uuid,
    }
}

diesel::table! {
    co_disposal_facility (id) {
        id -> Uuid,
        site_id -> Uuid,
        kind -> Text,
        daily_g -> Int8,
        notice_hours -> Int8,
        priority -> Int8,
        evidence_sha256 -> Nullable<Text>,
        status -> Text,
        contact_person -> Text,
        contact_phone -> Text,
    }
}

diesel::table! {
    facility_day (id) {
        id -> Uuid,
        site_id -> Uuid,
        day -> Date,
        status -> Text,
        treated_g -> Nullable<Int8>,
        reason -> Nullable<Text>,
    }
}

diesel::table! {
    report (id, version) {
        id -> Uuid,
        version -> Int8,
        site_id -> Uuid,
        year -> Int2,
        period -> Text,
        number -> Int2,
        due_on -> Date,
        is_required -> Bool,
        management_class -> Text,
        class_reasons -> Jsonb,
        submitted_at -> Timestamptz,
        made_at -> Timestamptz,
        reason -> Nullable<Text>,
        reason_text -> Nullable<Text>,
        note -> Text,
        content_sha256 -> Text,
        declared_by -> Nullable<Text>,
        content -> Text,
    }
}

diesel::table! {
    risk_source (id) {
        id -> Uuid,
        site_id -> Uuid,
        name -> Text,
        kind -> Text,
        level -> Text,
        substance -> Text,
        maximum_g -> Int8,
        status -> Text,
        review_status -> Text,
        review_note -> Nullable<Text>,
        reviewed_at -> Nullable<Timestamptz>,
        reviewed_by -> Nullable<Uuid>,
        reviewed_by_user -> Nullable<Uuid>,
    }
}

diesel::table! {
    emergency_plan_filed (id) {
        id -> Uuid,
        site_id -> Uuid,
        number -> Text,
        filed_on -> Date,
        valid_to -> Date,
        filed_with -> Text,
        status -> Text,
        review_status -> Text,
        review_note -> Nullable<Text>,
        reviewed_at -> Nullable<Timestamptz>,
        reviewed_by -> Nullable<Uuid>,
        reviewed_by_user -> Nullable<Uuid>,
    }
}

diesel::table! {
    insurance_policy (id) {
        id -> Uuid,
        organisation_id -> Uuid,
        insurer -> Text,
        number -> Text,
        amount_milli -> Int8,
        valid_from -> Date,
        valid_to -> Date,
        status -> Text,
        review_status -> Text,
        review_note -> Nullable<Text>,
        reviewed_at -> Nullable<Timestamptz>,
        reviewed_by -> Nullable<Uuid>,
        reviewed_by_user -> Nullable<Uuid>,
    }
}

diesel::table! {
    vehicle (id) {
        id -> Uuid,
        organisation_id -> Uuid,
        plate -> Text,
        kind -> Text,
        classes -> Jsonb,
        rated_g -> Nullable<Int8>,
        status -> Text,
    }
}

diesel::table! {
    waste_stream (id) {
        id -> Uuid,
        site_id -> Uuid,
        waste_code -> Text,
        name -> Text,
        form -> Text,
        hazards -> Jsonb,
        annual_plan_g -> Int8,
        status -> Text,
    }
}

diesel::table! {
    rule_setting (id) {
        id -> Uuid,
        rule -> Text,
        param -> Text,
        division -> Text,
        value -> Nullable<Text>,
    }
}

diesel::table! {
    watch_leaf (book, key) {
        book -> Text,
        key -> Text,
        body -> Text,
    }
}

diesel::table! {
    watch_mark (id) {
        id -> Int2,
        position -> Int8,
        now -> Timestamptz,
        began -> Nullable<Timestamptz>,
        generation -> Int8,
        step -> Int8,
    }
}

diesel::joinable!(refresh_token -> session (session_id));
diesel::joinable!(session -> app_user (user_id));
diesel::allow_tables_to_appear_in_same_query!(collection_round, round_stop);
diesel::allow_tables_to_appear_in_same_query!(trip, trip_manifest);
diesel::allow_tables_to_appear_in_same_query!(report, site);
diesel::allow_tables_to_appear_in_same_query!(
    app_user,
    driver,
    ledger_entry,
    ledger_year,
    licence,
    licence_line,
    management_plan,
    organisation,
    refresh_token,
    session,
    site,
    recovery_code,
    storage_area,
    subject,
    totp,
    transfer_approval,
    manifest,
    manifest_carrier,
    manifest_former,
    manifest_incident,
    manifest_item,
    manifest_opened,
    emergency_plan,
    transfer_application,
    rule_setting,
    api_key,
    device_key,
    delegation,
    draft,
    container,
    riding,
    serial,
    account,
    event,
    activity,
    vehicle,
    waste_stream,
);

diesel::table! {
    manifest (id) {
        id -> Uuid,
        year -> Int2,
        number -> Text,
        stream -> Text,
        kind -> Text,
        status -> Text,
        producer_id -> Uuid,
        producer_site_id -> Uuid,
        producer_division -> Text,
        carrier_id -> Uuid,
        receiver_id -> Uuid,
        receiver_site_id -> Uuid,
        receiver_division -> Text,
        licence_id -> Nullable<Uuid>,
        filed_by_id -> Uuid,
        external_id -> Nullable<Text>,
        planned_departure_on -> Date,
        filed_at -> Timestamptz,
        shipped_g -> Int8,
        state -> Json,
        contact -> Nullable<Jsonb>,
        limbo_g -> Int8,
        amendment_due_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    manifest_carrier (carrier_id, manifest_id) {
        carrier_id -> Uuid,
        manifest_id -> Uuid,
        year -> Int2,
    }
}

diesel::table! {
    manifest_former (organisation_id, manifest_id) {
        organisation_id -> Uuid,
        manifest_id -> Uuid,
    }
}

diesel::table! {
    manifest_incident (manifest_id, seq) {
        manifest_id -> Uuid,
        seq -> Int8,
        kind -> Text,
        division -> Nullable<Text>,
        occurred_at -> Timestamptz,
    }
}

diesel::table! {
    manifest_item (manifest_id, line) {
        manifest_id -> Uuid,
        line -> Int2,
        year -> Int2,
        waste_code -> Text,
        mass_g -> Int8,
    }
}

diesel::table! {
    draft (id) {
        id -> Uuid,
        owner_id -> Uuid,
        producer_id -> Nullable<Uuid>,
        version -> Int8,
        body -> Jsonb,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    container (id) {
        id -> Uuid,
        code -> Text,
        label_key -> Text,
        label_serial -> Int8,
        by_hand -> Bool,
        registered_with -> Uuid,
        site_id -> Uuid,
        waste_code -> Text,
        to_site_id -> Uuid,
        manifest_id -> Nullable<Uuid>,
        status -> Text,
        missing -> Bool,
        state -> Jsonb,
    }
}

diesel::table! {
    ridden (manifest_id, seq, plate) {
        manifest_id -> Uuid,
        seq -> Int8,
        plate -> Text,
        driver_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    riding (plate, manifest_id) {
        plate -> Text,
        manifest_id -> Uuid,
    }
}

diesel::table! {
    delegation (id) {
        id -> Uuid,
        organisation_id -> Uuid,
        to_organisation_id -> Uuid,
        scopes -> Jsonb,
        site_ids -> Jsonb,
        streams -> Jsonb,
        valid_from -> Date,
        valid_to -> Date,
        status -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    inspection (id) {
        id -> Uuid,
        organisation_id -> Uuid,
        agency -> Text,
        plate -> Nullable<Text>,
        outcome -> Text,
        occurred_at -> Timestamptz,
        manifest_ids -> Jsonb,
        organisation_ids -> Jsonb,
        places -> Jsonb,
        streams -> Jsonb,
        state -> Jsonb,
    }
}

diesel::table! {
    device_key (id) {
        id -> Uuid,
        organisation_id -> Uuid,
        user_id -> Uuid,
        name -> Text,
        alg -> Text,
        public_key -> Text,
        status -> Text,
        created_at -> Timestamptz,
        good_until -> Nullable<Timestamptz>,
        counter -> Int8,
        counter_read -> Int8,
        last_used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    api_key (id) {
        id -> Uuid,
        organisation_id -> Uuid,
        user_id -> Uuid,
        kind -> Text,
        name -> Text,
        prefix -> Text,
        hash -> Bytea,
        scopes -> Jsonb,
        role -> Text,
        division -> Nullable<Text>,
        regiment -> Nullable<Text>,
        agency -> Nullable<Text>,
        epoch -> Int4,
        status -> Text,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        last_used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    recovery_code (totp_id, hash) {
        totp_id -> Uuid,
        hash -> Bytea,
        used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    totp (id) {
        id -> Uuid,
        user_id -> Uuid,
        secret -> Bytea,
        last_step -> Int8,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    tree_head (id) {
        id -> Int2,
        size -> Int8,
    }
}

diesel::table! {
    tree_tile (level, n) {
        level -> Int2,
        n -> Int8,
        root -> Bytea,
        hashes -> Bytea,
    }
}

diesel::table! {
    checkpoint (size, signed_by) {
        size -> Int8,
        signed_by -> Text,
        root -> Bytea,
        note -> Text,
        signed_at -> Timestamptz,
    }
}

diesel::table! {
    log_key (verifier_key) {
        verifier_key -> Text,
        first_used_at -> Timestamptz,
    }
}

diesel::table! {
    cosignature (witness, size) {
        witness -> Text,
        size -> Int8,
        line -> Text,
        cosigned_at -> Timestamptz,
        stored_at -> Timestamptz,
    }
}

diesel::table! {
    reading_batch (id) {
        id -> Uuid,
        about -> Text,
        about_id -> Uuid,
        organisation_id -> Uuid,
        division -> Text,
        first_at -> Timestamptz,
        last_at -> Timestamptz,
        count -> Int4,
        content_sha256 -> Text,
        content -> Text,
    }
}

diesel::table! {
    webhook (id) {
        id -> Uuid,
        organisation_id -> Uuid,
        user_id -> Uuid,
        name -> Text,
        url -> Text,
        filter -> Jsonb,
        role -> Text,
        agency -> Nullable<Text>,
        division -> Nullable<Text>,
        regiment -> Nullable<Text>,
        status -> Text,
        disabled_because -> Nullable<Text>,
        created_at -> Timestamptz,
        secret -> Nullable<Bytea>,
        old_secret -> Nullable<Bytea>,
        old_secret_until -> Nullable<Timestamptz>,
        failing_since -> Nullable<Timestamptz>,
        by_hand_since -> Nullable<Timestamptz>,
        by_hand -> Int4,
    }
}

diesel::table! {
    subscription (id) {
        id -> Uuid,
        user_id -> Uuid,
        organisation_id -> Uuid,
        channel -> Text,
        address -> Nullable<Text>,
        filter -> Jsonb,
        digest -> Text,
        language -> Text,
        status -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    delivery (id) {
        id -> Uuid,
        channel -> Text,
        target_id -> Uuid,
        user_id -> Nullable<Uuid>,
        kind -> Text,
        subject_kind -> Nullable<Int2>,
        subject_id -> Nullable<Uuid>,
        position -> Nullable<Int8>,
        happened_at -> Timestamptz,
        content -> Text,
        status -> Text,
        attempts -> Int4,
        next_attempt_at -> Nullable<Timestamptz>,
        leased_until -> Nullable<Timestamptz>,
        tried_since -> Timestamptz,
        created_at -> Timestamptz,
        read_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    delivery_attempt (delivery_id, n) {
        delivery_id -> Uuid,
        n -> Int4,
        at -> Timestamptz,
        duration_ms -> Int4,
        status -> Nullable<Int2>,
        error -> Nullable<Text>,
        response -> Nullable<Text>,
    }
}
diesel::allow_tables_to_appear_in_same_query!(event, reading_batch);
