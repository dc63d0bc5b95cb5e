//! Who may see who looked: the corps' ecology regulator and the auditors of its body see all, the
//! corps' regulator of another agency what its own agency read. Nobody else, parties least of all.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::model::{ReadRecord, What};
use super::store;
use crate::app::App;
use crate::command::Freshness;
use crate::ctx::{Actor, Role};
use crate::ids::{ManifestId, OrganisationId, UserId};
use crate::problem::Problem;
use crate::wire::{Cursor, PageLimit, paged, wire};

wire! {
    /// Which reads to list; all that are given must hold.
    pub struct ReadFilter {
        pub manifest_id: Option<ManifestId>,
        pub user_id: Option<UserId>,
        pub organisation_id: Option<OrganisationId>,
        pub what: Option<What>,
        /// `read_at` at or after.
        pub from: Option<DateTime<Utc>>,
        /// `read_at` before.
        pub to: Option<DateTime<Utc>>,
        pub limit: PageLimit = PageLimit::default(),
        pub cursor: Option<Cursor<Uuid>>,
    }
}

paged!(ReadFilter);

/// Which records somebody may see.
pub enum Shown {
    All,
    OfAgency(Option<String>),
}

/// The agency that keeps the log.
const KEEPER: &str = "ecology";

/// The division of the corps' own bodies.
const CORPS: &str = "00";

async fn shown(app: &App, actor: &Actor) -> Result<Shown, Problem> {
    match actor.role {
        Role::CorpsRegulator if actor.agency.as_deref() == Some(KEEPER) => Ok(Shown::All),
        Role::CorpsRegulator => Ok(Shown::OfAgency(actor.agency.clone())),
        Role::Reader => {
            let id = actor.organisation_id;
            let found = app.registers.organisation(&app.pool, id, Freshness::Cached).await?;
            let body = found.filter(|one| one.value.roles.is_empty());
            let is_corps = body.is_some_and(|one| one.value.division == CORPS);
            if is_corps { Ok(Shown::All) } else { Err(Problem::forbidden()) }
        }
        _ => Err(Problem::forbidden()),
    }
}

/// A page of reads, newest first, with one row more than is shown. 403 before the question is
/// looked at.
pub async fn page(
    app: &App,
    actor: &Actor,
    asked: Result<ReadFilter, Problem>,
) -> Result<(ReadFilter, Vec<ReadRecord>), Problem> {
    let shown = shown(app, actor).await?;
    let filter = asked?;
    let found = store::page(&app.pool, &shown, &filter).await?;
    Ok((filter, found))
}
