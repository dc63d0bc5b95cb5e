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

use serde_json::Value;

use super::model::{Part, Site};
use crate::app::App;
use crate::command::Freshness;
use crate::ctx::{Actor, Role, Via};
use crate::identity::policy;
use crate::ids::{OrganisationId, SiteId};
use crate::problem::Problem;
use crate::wire::parse_uuid;

/// Which rows of a private register a list may show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    All,
    /// `own`: the regulator's own body, which may lie outside its jurisdiction.
    Division {
        division: String,
        own: OrganisationId,
    },
    Regiment {
        division: String,
        regiment: String,
        own: OrganisationId,
    },
    Own(OrganisationId),
    Nothing,
}

impl Scope {
    pub fn of(actor: &Actor) -> Self {
        let division = || actor.division.clone();
        match actor.role {
            _ if actor.via == Via::System => Self::All,
            Role::CorpsRegulator => Self::All,
            Role::DivisionRegulator => match division() {
                Some(division) => Self::Division { division, own: actor.organisation_id },
                None => Self::Nothing,
            },
            Role::RegimentRegulator => match (division(), actor.regiment.clone()) {
                (Some(division), Some(regiment)) => {
                    Self::Regiment { division, regiment, own: actor.organisation_id }
                }
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
}

/// Whether somebody may change what an organisation has registered (`division`: where it lies, or
/// the organisation's own): its administrator, and the regulators of that division.
pub fn administers(actor: &Actor, division: &str, owner: OrganisationId) -> bool {
    let admin = actor.role == Role::Admin && policy::belongs_to(actor, owner);
    admin || policy::regulates(actor, division)
}

/// Whether somebody may keep a site's books: who signs there as producer or receiver, and the
/// regulators of its division.
pub fn keeps_books(actor: &Actor, site: &Site) -> bool {
    // The scope of an API key that keeps books is `registry`: the door asks for it.
    let signs = |part| policy::role_plays(actor.role, part);
    let own = policy::belongs_to(actor, site.organisation_id);
    policy::is_system(actor)
        || (own && (signs(Part::Producer) || signs(Part::Receiver)))
        || policy::regulates(actor, &site.division)
}

/// Whoever could never change anything of this kind is told 403 before the content is looked at.
pub fn could_administer(actor: &Actor) -> Result<(), Problem> {
    policy::require(actor.role == Role::Admin || is_registrar(actor))
}

pub fn could_keep_books(actor: &Actor) -> Result<(), Problem> {
    let signs = |part| policy::role_plays(actor.role, part);
    policy::require(signs(Part::Producer) || signs(Part::Receiver) || is_registrar(actor))
}

/// Regulators who register, grant and suspend: the corps', and a division's within it.
pub fn is_registrar(actor: &Actor) -> bool {
    policy::is_system(actor) || matches!(actor.role, Role::CorpsRegulator | Role::DivisionRegulator)
}

/// A body with faults may say all the same whose the new entry would be: to whom that is another's,
/// this is told before the faults (api.md, "Errors"). Registrars are judged with the whole.
pub async fn refuse_anothers(app: &App, actor: &Actor, body: &[u8]) -> Result<(), Problem> {
    let Ok(body) = serde_json::from_slice::<Value>(body) else { return Ok(()) };
    if is_registrar(actor) {
        return Ok(());
    }
    let id = |name: &str| parse_uuid(body.get(name)?.as_str()?);
    let (pool, freshness) = (&app.pool, Freshness::Cached);
    let owner = if let Some(site) = id("site_id").map(SiteId::of) {
        app.registers.site(pool, site, freshness).await?.map(|site| site.organisation_id)
    } else if let Some(owner) = id("organisation_id").map(OrganisationId::of) {
        let owner = app.registers.organisation(pool, owner, freshness).await?;
        owner.filter(|owner| policy::names_party(actor, owner)).map(|owner| owner.id)
    } else {
        None
    };
    policy::require(owner.is_none_or(|owner| policy::belongs_to(actor, owner)))
}
