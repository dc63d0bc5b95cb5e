//! Tables as Diesel sees them; `tests/it/schema.rs` compares them with the database's own catalogue.

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
    log_head (id) {
        id -> Int2,
        next_position -> Int8,
    }
}

diesel::table! {
    outbox (id) {
        id -> Int8,
        kind -> Text,
        recipient_id -> Uuid,
        subject_kind -> Int2,
        subject_id -> Uuid,
        position -> Int8,
        created_at -> Timestamptz,
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
    subject (id) {
        id -> Uuid,
        kind -> Int2,
        year -> Int2,
        version -> Int8,
        head -> Bytea,
        recorded_at -> Timestamptz,
    }
}
