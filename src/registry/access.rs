//! Who may see and change which register entry (api.md, "Identity" and "Registry").
//!
//! Organisations, sites and licences are public registers to all who are signed in: whoever files
//! must be able to choose a receiver and a carrier. Vehicles, drivers, storage areas, waste
//! streams, plans, approvals and ledgers are private to their organisation and to its regulators.
//!
//! A regulator's jurisdiction is the corps, a division, or a regiment. What belongs to a site is
//! judged by where the site lies, what belongs to an organisation by the organisation's division.
//! A regiment's regulator reads what lies in its regiment and, as no organisation has a regiment,
//! its division's vehicles and drivers (roadside checks need them); it changes nothing. The page
//! names the corps regulator as the one who registers "for anyone in its jurisdiction"; a
//! division's regulator is treated likewise within its division.

use super::model::{Organisation, Site};
use crate::ctx::{Actor, Role, Via};
use crate::ids::OrganisationId;
use crate::problem::Problem;

/// Which rows of a private register a list may show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    All,
    Division(String),
    Regiment { division: String, regiment: String },
    Own(OrganisationId),
    Nothing,
}

impl Scope {
    pub fn of(actor: &Actor) -> Self {
        let division = || actor.division.clone();
        match actor.role {
            _ if actor.via == Via::System => Self::All,
            Role::CorpsRegulator => Self::All,
            Role::DivisionRegulator => division().map_or(Self::Nothing, Self::Division),
            Role::RegimentRegulator => match (division(), actor.regiment.clone()) {
                (Some(division), Some(regiment)) => Self::Regiment { division, regiment },
                _ => Self::Nothing,
            },
            Role::Admin
            | Role::Producer
            | Role::Carrier
            | Role::Driver
            | Role::Receiver
            | Role::Reader => Self::Own(actor.organisation_id),
        }
    }

    /// Whether an entry that belongs to an organisation may be seen.
    pub fn sees_of(&self, owner: &Organisation) -> bool {
        match self {
            Self::All => true,
            Self::Division(division) | Self::Regiment { division, .. } => {
                *division == owner.division
            }
            Self::Own(own) => *own == owner.id,
            Self::Nothing => false,
        }
    }

    /// Whether an entry that belongs to a site may be seen.
    pub fn sees_at(&self, site: &Site) -> bool {
        match self {
            Self::All => true,
            Self::Division(division) => *division == site.division,
            Self::Regiment { division, regiment } => {
                *division == site.division && site.regiment.as_ref() == Some(regiment)
            }
            Self::Own(own) => *own == site.organisation_id,
            Self::Nothing => false,
        }
    }
}

/// Whether the actor is a regulator who may change what is in this division.
pub fn oversees(actor: &Actor, division: &str) -> bool {
    match actor.role {
        _ if actor.via == Via::System => true,
        Role::CorpsRegulator => true,
        Role::DivisionRegulator => actor.division.as_deref() == Some(division),
        Role::RegimentRegulator
        | Role::Admin
        | Role::Producer
        | Role::Carrier
        | Role::Driver
        | Role::Receiver
        | Role::Reader => false,
    }
}

/// Whether the actor's role is one of `roles` (an admin's is all of them) in this organisation.
pub fn acts_for(actor: &Actor, organisation: OrganisationId, roles: &[Role]) -> bool {
    actor.organisation_id == organisation
        && (actor.role == Role::Admin || roles.contains(&actor.role))
}

/// A regulator of this division, or somebody of the organisation with one of these roles.
pub fn may_change(
    actor: &Actor,
    division: &str,
    owner: OrganisationId,
    roles: &[Role],
) -> Result<(), Problem> {
    let may = oversees(actor, division) || acts_for(actor, owner, roles);
    if may { Ok(()) } else { Err(Problem::forbidden()) }
}

/// Roles that could ever change anything of this kind: whoever has none of them is told 403 before
/// the content of the request is looked at.
pub fn may_ever_change(actor: &Actor, roles: &[Role]) -> Result<(), Problem> {
    let regulator = matches!(actor.role, Role::CorpsRegulator | Role::DivisionRegulator);
    let may = actor.via == Via::System
        || regulator
        || actor.role == Role::Admin
        || roles.contains(&actor.role);
    if may { Ok(()) } else { Err(Problem::forbidden()) }
}

/// Regulators alone: licences and approvals.
pub fn only_regulators(actor: &Actor) -> Result<(), Problem> {
    let may = actor.via == Via::System
        || matches!(actor.role, Role::CorpsRegulator | Role::DivisionRegulator);
    if may { Ok(()) } else { Err(Problem::forbidden()) }
}
