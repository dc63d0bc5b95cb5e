//! Whose things somebody sees that belong to a user of an organisation: keys, webhooks.

use super::policy;
use crate::ctx::{Actor, Role};
use crate::ids::{OrganisationId, UserId};

/// Whose are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    All,
    Organisation(OrganisationId),
    User(UserId),
}

impl Whose {
    /// Whose an actor sees: the corps' regulator all, to end what has leaked; an administrator its
    /// organisation's; everybody else its own.
    pub fn seen_by(actor: &Actor) -> Self {
        if policy::governs(actor) { Self::All } else { Self::kept_by(actor) }
    }

    /// Whose an actor keeps: what has a secret is its organisation's, and not the corps' either.
    pub fn kept_by(actor: &Actor) -> Self {
        if policy::is_system(actor) {
            Self::All
        } else if actor.role == Role::Admin {
            Self::Organisation(actor.organisation_id)
        } else {
            Self::User(actor.user_id)
        }
    }
}

/// The rows of a boxed query that are wanted: its table has `organisation_id` and `user_id`.
macro_rules! rows_of {
    ($query:expr, $table:ident, $whose:expr) => {{
        use diesel::ExpressionMethods as _;
        match $whose {
            $crate::identity::Whose::All => $query,
            $crate::identity::Whose::Organisation(id) => {
                $query.filter($table::organisation_id.eq(id.uuid()))
            }
            $crate::identity::Whose::User(id) => $query.filter($table::user_id.eq(id.uuid())),
        }
    }};
}

pub(crate) use rows_of;
