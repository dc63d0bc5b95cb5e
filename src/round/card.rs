//! The transport card of a medical round: 危险废物转移联单（医疗废物专用）, one sheet a trip with a
//! row an institution (Medical Waste Regulations Art. 12: source, kind, weight or number, hand-over
//! time, destination). The form's own layout was not read (facts.md): these are the register's
//! items.
//!
//! A hospital sees its own row, and its own masses in the sums.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::act::sight;
use super::evolve::{Round, Stop};
use super::shape::{BoxView, Confirmation};
use super::store::Stored;
use super::view::{box_view, confirmation};
use crate::app::App;
use crate::clock::rfc3339;
use crate::command::Freshness;
use crate::ctx::Actor;
use crate::ids::{DriverId, LicenceId, ManifestId, RoundId};
use crate::manifest::{self, Item, Manifest, PartyAt};
use crate::problem::Problem;
use crate::units::{Grams, Kg};

/// A party of the card.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CardParty {
    pub name: String,
    pub uscc: String,
    /// Empty for the carrier.
    pub site_name: String,
}

/// What an institution hands over of a category.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CardItem {
    pub waste_code: String,
    pub name: String,
    /// Boxes, bags and bins, counted.
    pub boxes: i64,
    pub mass_kg: Kg,
    #[schema(required)]
    pub department: Option<String>,
    pub epidemic: bool,
    #[schema(required)]
    pub stored_since: Option<DateTime<Utc>>,
    pub method: String,
    /// What the plant accepted; null before.
    #[schema(required)]
    pub accepted_kg: Option<Kg>,
}

/// A row of the card: what one institution hands over.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CardRow {
    pub n: i64,
    pub manifest_id: ManifestId,
    pub number: String,
    pub institution: CardParty,
    #[schema(value_type = DateTime<Utc>)]
    pub handed_over_at: String,
    pub items: Vec<CardItem>,
    /// Those that were named by their labels: as taken, or as handed over.
    pub boxes: Vec<BoxView>,
    pub boxes_total: i64,
    pub mass_kg: Kg,
    /// Whether the institution has signed.
    pub signature: Confirmation,
}

/// A category over all rows that the caller sees.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CardTotal {
    pub waste_code: String,
    pub boxes: i64,
    pub mass_kg: Kg,
}

/// The transport card of a medical round.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TransportCard {
    pub title: String,
    /// One sheet a trip.
    pub mode: String,
    pub round_id: RoundId,
    pub planned_on: NaiveDate,
    pub carrier: CardParty,
    pub plate: String,
    pub driver_id: DriverId,
    pub receiver: CardParty,
    /// Of the plant, under which the waste is taken.
    pub licence_numbers: Vec<String>,
    pub rows: Vec<CardRow>,
    pub totals: Vec<CardTotal>,
    pub boxes_total: i64,
    pub mass_kg: Kg,
    /// When the truck was weighed in; null before.
    #[schema(required, value_type = Option<DateTime<Utc>>)]
    pub arrived_at: Option<String>,
    /// What the weighbridge said; null before, and for who does not see all rows.
    #[schema(required)]
    pub net_kg: Option<Kg>,
}

/// The card as far as the actor sees it; 404 where the round is no medical one.
pub async fn transport_card(
    app: &App,
    actor: &Actor,
    stored: &Stored,
) -> Result<TransportCard, Problem> {
    let round = &stored.round;
    let sight = sight(actor, round).filter(|_| round.stream == "medical");
    let sight = sight.ok_or_else(Problem::not_found)?;
    let seen: Vec<&Stop> = round.collected().filter(|stop| sight.shows(stop.plan.n)).collect();
    let ids: Vec<ManifestId> = seen.iter().map(|stop| stop.plan.manifest_id).collect();
    let manifests = manifest::by_ids(&app.pool, &ids).await?;
    let manifests: HashMap<ManifestId, Manifest> =
        manifests.into_iter().map(|one| (one.id, one.manifest)).collect();
    let now = app.clock.now();
    let row = |stop: &&Stop| {
        let manifest = manifests.get(&stop.plan.manifest_id)?;
        Some(row(round, stop, manifest, now))
    };
    let rows: Vec<CardRow> = seen.iter().filter_map(row).collect();
    let weighed = round.weighed.as_ref();
    Ok(TransportCard {
        title: manifest::MEDICAL_TITLE.to_owned(),
        mode: "single".to_owned(),
        round_id: stored.id,
        planned_on: round.planned_on,
        carrier: CardParty {
            name: round.carrier_name.clone(),
            uscc: round.carrier_uscc.clone(),
            site_name: String::new(),
        },
        plate: round.crew.plate.clone(),
        driver_id: round.crew.driver_id,
        receiver: party(&round.receiver),
        licence_numbers: licences(app, round, &manifests).await?,
        totals: totals(&rows),
        boxes_total: rows.iter().map(|row| row.boxes_total).sum(),
        mass_kg: Kg(rows.iter().map(|row| row.mass_kg.0).sum()),
        rows,
        arrived_at: weighed.map(|step| rfc3339(step.occurred_at)),
        net_kg: weighed.filter(|_| sight.is_whole()).map(|step| Kg(step.data.net_g)),
    })
}

fn party(party: &PartyAt) -> CardParty {
    CardParty {
        name: party.name.clone(),
        uscc: party.uscc.clone(),
        site_name: party.site_name.clone(),
    }
}

fn row(round: &Round, stop: &Stop, manifest: &Manifest, now: DateTime<Utc>) -> CardRow {
    let at = stop.collected.as_ref().map(|step| step.occurred_at);
    let items = manifest.filed.items.iter().zip(&manifest.progress);
    let items: Vec<CardItem> = items
        .map(|(item, progress)| {
            item_of(item, manifest.received.is_some().then_some(progress.accepted_g))
        })
        .collect();
    let (told, taken) = stop.boxes();
    let boxes = if taken.is_empty() { told } else { taken };
    CardRow {
        n: stop.plan.n,
        manifest_id: stop.plan.manifest_id,
        number: manifest.filed.number.clone(),
        institution: party(&stop.plan.producer),
        handed_over_at: at.map(rfc3339).unwrap_or_default(),
        boxes: boxes.into_iter().map(|one| box_view(one, at, &round.stream)).collect(),
        boxes_total: items.iter().map(|item| item.boxes).sum(),
        mass_kg: Kg(items.iter().map(|item| item.mass_kg.0).sum()),
        items,
        signature: confirmation(stop, now),
    }
}

fn item_of(item: &Item, accepted: Option<Grams>) -> CardItem {
    CardItem {
        waste_code: item.waste_code.clone(),
        name: item.name.clone(),
        boxes: item.packages.iter().map(|package| package.count).sum(),
        mass_kg: Kg(item.mass_g),
        department: item.department.clone(),
        epidemic: item.epidemic.unwrap_or(false),
        stored_since: item.stored_since,
        method: item.method.clone(),
        accepted_kg: accepted.map(Kg),
    }
}

fn totals(rows: &[CardRow]) -> Vec<CardTotal> {
    let mut sums: BTreeMap<&str, (i64, Grams)> = BTreeMap::new();
    for item in rows.iter().flat_map(|row| &row.items) {
        let (boxes, mass) = sums.entry(&item.waste_code).or_default();
        *boxes += item.boxes;
        *mass = *mass + item.mass_kg.0;
    }
    let total = |(code, (boxes, mass)): (&str, (i64, Grams))| CardTotal {
        waste_code: code.to_owned(),
        boxes,
        mass_kg: Kg(mass),
    };
    sums.into_iter().map(total).collect()
}

/// The numbers of the licences that the manifests were filed under.
async fn licences(
    app: &App,
    round: &Round,
    manifests: &HashMap<ManifestId, Manifest>,
) -> Result<Vec<String>, Problem> {
    let used: Vec<LicenceId> = manifests
        .values()
        .flat_map(|manifest| manifest.filed.items.iter().filter_map(|item| item.licence_id))
        .collect();
    let site = round.receiver_site_id;
    let known = app.registers.licences_of(&app.pool, site, Freshness::Cached).await?;
    let own = known.iter().filter(|licence| used.contains(&licence.id));
    Ok(own.map(|licence| licence.number.clone()).collect())
}
