//! Refused mass and sources as the API shows them.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::event::Source;
use super::fold::{Bond, Link};
use crate::clock::rfc3339;
use crate::db::{ByKey, JsonText, Pool};
use crate::ids::{ManifestId, OrganisationId};
use crate::manifest::{Item, Manifest, Progress, RefusedView, Status};
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

const STANDINGS_SQL: ByKey = "-- how returns fare, by id
SELECT id, status, state FROM manifest WHERE id = ANY($1)";

/// How a return fares that took refused mass.
#[derive(Debug)]
pub struct Standing {
    status: Status,
    /// What of it was refused once more, by the line that it had come from.
    refused: Vec<(i64, Grams)>,
}

/// How returns fare, by their ids.
pub type Standings = HashMap<Uuid, Standing>;

/// Of a state, its lines.
#[derive(Deserialize)]
struct Lines {
    filed: Items,
    progress: Vec<Progress>,
}

#[derive(Deserialize)]
struct Items {
    items: Vec<Item>,
}

/// How the returns fare that took refused mass of these manifests: it is read from them, and not
/// stored twice (domain.md, "A manifest's life").
pub async fn standings(
    pool: &Pool,
    manifests: impl Iterator<Item = &Manifest>,
) -> Result<Standings, Problem> {
    let links = manifests.flat_map(|manifest| &manifest.links);
    let returns = links.filter(|link| link.bond == Bond::Return);
    let ids: Vec<Uuid> = returns.map(|link| link.manifest_id.uuid()).collect();
    let mut found = HashMap::new();
    for row in pool.rows(STANDINGS_SQL, ids).await? {
        let (id, word): (Uuid, &str) = (row.get(0), row.get(1));
        let status = Status::parse(word).ok_or_else(|| Problem::internal("an unknown status"))?;
        let JsonText(lines) = row.try_get(2).map_err(Problem::internal)?;
        let Lines { filed, progress } = serde_json::from_str(lines).map_err(Problem::internal)?;
        let pairs = filed.items.iter().zip(&progress);
        // An item of a return is of one line of the manifest that it comes from.
        let refused = pairs.filter_map(|(item, progress)| {
            Some((item.source_items.first()?.line, progress.refused_g))
        });
        found.insert(id, Standing { status, refused: refused.collect() });
    }
    Ok(found)
}

/// Refused mass of an item, by whose hands it is in.
pub fn refused(manifest: &Manifest, line: i64, standings: &Standings) -> Vec<RefusedView> {
    let held = manifest.held_g(line).unwrap_or_default();
    let mut shown = vec![("held", held, None)];
    for link in manifest.links.iter().filter(|link| link.bond != Bond::Onward) {
        let custodies = custodies(link, line, standings.get(&link.manifest_id.uuid()));
        shown
            .extend(custodies.into_iter().map(|(word, mass)| (word, mass, Some(link.manifest_id))));
    }
    shown.retain(|(_, mass, _)| mass.0 > 0);
    let view = |(custody, mass, linked_manifest_id): (&str, Grams, _)| RefusedView {
        mass_kg: Kg(mass),
        custody: custody.to_owned(),
        linked_manifest_id,
    };
    shown.into_iter().map(view).collect()
}

/// What a return brought back, and what it has not: mass that was refused at its own receipt is
/// held by that one.
fn custodies(link: &Link, line: i64, standing: Option<&Standing>) -> [(&'static str, Grams); 2] {
    let mass = link.of_line(line);
    if link.bond != Bond::Return {
        return [("forwarded", mass), ("returned", Grams::ZERO)];
    }
    let returned = match standing {
        Some(Standing { status: Status::Accepted | Status::Completed, .. }) => mass,
        Some(Standing { status: Status::PartlyAccepted, refused }) => {
            let again = refused.iter().filter(|(of, _)| *of == line).map(|(_, mass)| *mass);
            (mass - again.sum()).max(Grams::ZERO)
        }
        _ => Grams::ZERO,
    };
    [("returned", returned), ("returning", mass - returned)]
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
