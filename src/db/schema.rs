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
    login_failure (id) {
        id -> Int8,
        key -> Bytea,
        failed_at -> Timestamptz,
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
    refresh_token (hash) {
        hash -> Bytea,
        session_id -> Uuid,
        expires_at -> Timestamptz,
        spent_at -> Nullable<Timestamptz>,
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

diesel::joinable!(refresh_token -> session (session_id));
diesel::joinable!(session -> app_user (user_id));
diesel::allow_tables_to_appear_in_same_query!(app_user, refresh_token, session, subject);
