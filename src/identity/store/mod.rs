//! All SQL of identity. Subjects of the journal (users, sign-ins, keys, delegations) are written by
//! the committer through the tables exported here; refresh tokens, second factors that nobody
//! relies on yet, spent codes and failures are none and are written directly.

mod api_key;
mod delegation;
mod device_key;
mod failure;
mod implied;
mod regulators;
mod session;
pub mod signing_code;
mod totp;
mod user;

pub use api_key::{count_keys, end_key, good_key, insert_key, key, keys, keys_among, note_use};
pub use delegation::{
    count_held, delegation, delegations, delegations_seen_among, end_delegation, held,
    insert_delegation, recorded,
};
pub use device_key::{
    count_device_keys, device_key, device_keys, device_keys_among, end_device_key,
    insert_device_key, spend_counter,
};
pub use failure::{failures, forget_failures, record_failure};
pub use implied::implied;
pub use regulators::regulators_of;
pub use session::{
    NewSession, NewToken, OpenSession, OpenedSession, Refreshing, end, end_row, family_of, life,
    open_row, open_sessions, opened_session, refreshing, rotate, sign_ins_among, sweep_sessions,
    token_row,
};
pub use totp::{
    begin_totp, begun_totp, recovery_codes_left, recovery_gone, recovery_hashes, recovery_row,
    sealed_secret, spend_recovery_code, spend_step,
};
pub use user::{
    Account, Recording, Wanted, account, account_by_login, as_at, as_they_stood, insert_row, list,
    login_is_taken, seen_among, session_row, update_row, user,
};
