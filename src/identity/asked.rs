//! What may be asked about sign-ins and users, as it crosses the wire.

use super::agency::Agency;
use super::user::UserStatus;
use crate::ctx::Role;
use crate::ids::{OrganisationId, UserId};
use crate::secret::Secret;
use crate::wire::{BoundedText, Change, Cursor, PageLimit, Patch, paged, wire};

/// A division's number, judged with the role.
pub type DivisionText = BoundedText<1, 2>;
/// A regiment's name or number.
pub type RegimentText = BoundedText<1, 64>;

wire! {
    /// Signing in.
    pub struct LogIn {
        pub login: BoundedText<1, 256>,
        pub password: Secret<String>,
        /// The second factor's six digits, or a recovery code, where the account asks for one.
        pub totp: Option<BoundedText<0, 32>>,
    }

    /// A new pair of tokens for an old refresh token.
    pub struct Refresh {
        pub refresh_token: Secret<String>,
    }

    /// Signing out: of the session of the access token or, without one, of the refresh token.
    pub struct LogOut {
        pub refresh_token: Option<Secret<String>>,
    }

    /// A new password for oneself.
    pub struct ChangePassword {
        pub current_password: Secret<String>,
        /// 10 to 128 characters, not a common one.
        pub new_password: Secret<String>,
    }

    /// A user to be made.
    pub struct CreateUser {
        pub organisation_id: OrganisationId,
        /// Unique, whatever its case.
        pub login: BoundedText<3, 64>,
        /// 10 to 128 characters, not a common one.
        pub password: Secret<String>,
        pub role: Role,
        /// A regulator's agency; `ecology` when absent.
        pub agency: Option<Agency>,
        /// 01 to 14, for regulators of a division or regiment; by default their organisation's.
        pub division: Option<DivisionText>,
        /// For regulators of a regiment.
        pub regiment: Option<RegimentText>,
    }

    /// As much of a user to be made as decides who may make it.
    pub struct WhatUser {
        pub organisation_id: Option<OrganisationId>,
        pub role: Option<Role>,
    }

    /// A user's new rights, standing or password.
    pub struct ChangeUser {
        pub role: Change<Role>,
        pub agency: Patch<Agency>,
        pub division: Patch<DivisionText>,
        pub regiment: Patch<RegimentText>,
        pub status: Change<UserStatus>,
        /// A reset: the user's sessions end, and it changes the password before anything else.
        pub password: Change<Secret<String>>,
        /// `false` switches a lost second factor off; only the user switches one on.
        pub second_factor: Change<bool>,
    }

    /// Which users to list.
    pub struct ListUsers {
        pub organisation_id: Option<OrganisationId>,
        pub role: Option<Role>,
        pub status: Option<UserStatus>,
        pub limit: PageLimit = PageLimit::default(),
        pub cursor: Option<Cursor<UserId>>,
    }
}

paged!(ListUsers);
