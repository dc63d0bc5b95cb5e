//! Refused mass and sources as the API shows them.

use std::collections::HashMap;

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::event::Source;
use super::fold::{Bond, Link};
use crate::clock::rfc3339;
use crate::db::{ByKey, Pool};
use crate::ids::{ManifestId, OrganisationId};
use crate::manifest::{Item, Manifest, RefusedView, Status};
use crate::problem::Problem;
use crate::units::{Grams, Kg};

/// A part of an item that came in on another manifest.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SourceView {
    pub manifest_id: ManifestId,
    pub line: i64,
    pub mass_kg: Kg,
}

/// Refused mass without a place of its own.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LimboView {
    pub mass_kg: Kg,
    /// `held` where it was refused, or `under_way` on a return or forward.
    pub custody: String,
    /// The organisation that has it.
    pub holder_id: OrganisationId,
    /// Since it was refused; on its way, since it departed or else was filed.
    pub since: String,
}

const STANDINGS_SQL: ByKey = "-- statuses of manifests by id
SELECT id, status FROM manifest WHERE id = ANY($1)";

/// How the returns fare that took refused mass of these manifests: it is read from them, and not
/// stored twice (domain.md, "A manifest's life").
pub async fn standings(
    pool: &Pool,
    manifests: impl Iterator<Item = &Manifest>,
) -> Result<HashMap<Uuid, Status>, Problem> {
    let links = manifests.flat_map(|manifest| &manifest.links);
    let returns = links.filter(|link| link.bond == Bond::Return);
    let ids: Vec<Uuid> = returns.map(|link| link.manifest_id.uuid()).collect();
    let mut found = HashMap::new();
    for row in pool.rows(STANDINGS_SQL, ids).await? {
        let (id, word): (Uuid, &str) = (row.get(0), row.get(1));
        let status = Status::parse(word).ok_or_else(|| Problem::internal("an unknown status"))?;
        found.insert(id, status);
    }
    Ok(found)
}

/// Refused mass of an item, by whose hands it is in.
pub fn refused(
    manifest: &Manifest,
    line: i64,
    standings: &HashMap<Uuid, Status>,
) -> Vec<RefusedView> {
    let held = manifest.held_g(line).filter(|mass| mass.0 > 0);
    let mut shown: Vec<RefusedView> = held
        .map(|mass| RefusedView {
            mass_kg: Kg(mass),
            custody: "held".to_owned(),
            linked_manifest_id: None,
        })
        .into_iter()
        .collect();
    for link in manifest.links.iter().filter(|link| link.bond != Bond::Onward) {
        let items = link.items.iter().filter(|item| item.line == line);
        let mass_g: Grams = items.map(|item| item.mass_g).sum();
        if mass_g.0 > 0 {
            shown.push(RefusedView {
                mass_kg: Kg(mass_g),
                custody: custody(link, standings).to_owned(),
                linked_manifest_id: Some(link.manifest_id),
            });
        }
    }
    shown
}

/// A return that was refused at its own receipt has brought nothing back: it holds the mass itself.
fn custody(link: &Link, standings: &HashMap<Uuid, Status>) -> &'static str {
    match (link.bond, standings.get(&link.manifest_id.uuid())) {
        (Bond::Forward | Bond::Onward, _) => "forwarded",
        (Bond::Return, Some(Status::Accepted | Status::PartlyAccepted | Status::Completed)) => {
            "returned"
        }
        (Bond::Return, _) => "returning",
    }
}

pub fn sources_of(item: &Item) -> Vec<SourceView> {
    let show = |source: &Source| SourceView {
        manifest_id: source.manifest_id,
        line: source.line,
        mass_kg: Kg(source.mass_g),
    };
    item.source_items.iter().map(show).collect()
}

pub fn limbo(manifest: &Manifest) -> Option<LimboView> {
    let limbo = manifest.limbo()?;
    Some(LimboView {
        mass_kg: Kg(limbo.mass_g),
        custody: if limbo.is_under_way { "under_way" } else { "held" }.to_owned(),
        holder_id: limbo.holder,
        since: rfc3339(limbo.since),
    })
}
