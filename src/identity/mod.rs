//! Who may sign in, what they may do where, and how they prove who they are.

mod agency;
mod asked;
mod change;
mod create;
pub mod delegation;
mod keeper;
mod live;
mod lockout;
mod look;
mod password;
pub mod policy;
mod session;
mod signing;
mod store;
mod token;
mod user;
mod view;

pub use agency::Agency;
pub use asked::{ChangePassword, ChangeUser, CreateUser, ListUsers, LogIn, LogOut, Refresh};
pub use change::{change, change_password};
pub use create::{create, create_from, seed_user};
pub use keeper::{Keeper, KeeperError};
pub use look::{Me, as_at, list, me, one, seen_among};
pub use password::{Password, PasswordHash};
pub use session::{TokenPair, authenticate, log_in, log_out, refresh};
pub use signing::{Purpose, Signer, SigningCode, is_unused, issue as issue_code, signer};
pub use store::{Recording, as_they_stood, regulators_of};
pub use token::{SecretTooShort, TOKEN_SECRET_BYTES_MIN, unauthorized};
pub use user::{Rights, User, UserStatus};
pub use view::{JurisdictionView, MeView, OwnOrganisationView, Reach, TokensView, UserView};
