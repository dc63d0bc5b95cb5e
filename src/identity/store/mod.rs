//! All SQL of identity. Users are written by the committer through the tables exported here;
//! sessions, tokens and failures are no subjects of the journal and are written directly.

mod delegation;
mod failure;
mod regulators;
mod session;
pub mod signing_code;
mod user;

pub use delegation::{
    count_held, delegation, delegations, delegations_seen_among, end_delegation, held,
    insert_delegation, recorded,
};
pub use failure::{failures, forget_failures, record_failure};
pub use regulators::regulators_of;
pub use session::{
    NewSession, NewToken, Refreshing, end, family_of, lives, open, refreshing, rotate,
};
pub use user::{
    Account, Recording, Wanted, account, account_by_login, as_at, as_they_stood, insert_row, list,
    login_is_taken, seen_among, session_row, update_row, user,
};
