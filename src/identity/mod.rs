//! Who may sign in, what they may do where, and how they prove who they are.

mod account;
mod agency;
mod asked;
mod change;
mod create;
pub mod delegation;
pub mod device;
mod keeper;
pub mod keys;
mod live;
mod lockout;
mod look;
mod own_password;
mod own_sessions;
mod password;
pub mod policy;
mod session;
mod sign_in;
mod signing;
mod store;
mod token;
pub mod totp;
mod user;
mod view;
mod whose;

pub use agency::Agency;
pub use asked::{ChangePassword, ChangeUser, CreateUser, ListUsers, LogIn, LogOut, Refresh};
pub use change::change;
pub use create::{create, create_from, seed_user};
pub use keeper::{Keeper, KeeperError};
pub use look::{Me, as_at, list, me, one, seen_among, sign_ins_among};
pub use own_password::change_password;
pub use own_sessions::{end_other_sessions, end_session, own_sessions};
pub use password::{Password, PasswordCost, PasswordHash};
pub use session::{TokenPair, Whence, authenticate, log_in, log_out, refresh};
pub use signing::{Purpose, Signer, SigningCode, is_unused, issue as issue_code, sealer, signer};
pub use store::{Recording, as_they_stood, implied, regulators_of};
pub use token::{SecretTooShort, TOKEN_SECRET_BYTES_MIN, unauthorized};
pub use totp::{ConfirmTotp, DisableTotp, Enrolled, RenewRecoveryCodes, TotpState};
pub use user::{Rights, User, UserStatus};
pub use view::{
    JurisdictionView, MeView, OwnOrganisationView, Reach, SessionView, TokensView, UserView,
};
pub use whose::Whose;
pub(crate) use whose::rows_of;
