//! The monthly sheet of an institution's medical waste: 危险废物转移联单（医疗废物专用） in its monthly
//! mode, kept beside the electronic manifest. Two public systems show the month, the institution,
//! the plant, the persons and the times of hand-over; its own layout was not read (facts.md), so
//! the rest are the items of the register (Medical Waste Regulations Art. 12: source, kind, weight
//! or number, time of hand-over, method, destination, signature).
//!
//! Made from the manifests alone, when it is asked for: one sheet a plant, a row a manifest that
//! left in the month. Everybody sees the rows of the manifests that they may see.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::event::{Item, PartyAt};
use super::evolve::{Manifest, Progress};
use super::sheet_store as store;
use super::sight::sees;
use super::status::{Party, Status};
use super::store::{Stored, by_ids};
use crate::app::App;
use crate::clock::rfc3339;
use crate::command::Freshness;
use crate::ctx::Actor;
use crate::identity::policy as may;
use crate::ids::{DriverId, ManifestId, SiteId};
use crate::limits::SHEET_ROWS_MAX;
use crate::problem::{Code, Problem, Text};
use crate::units::{Grams, Kg};
use crate::wire::Month;

/// What the form is called.
pub const MEDICAL_TITLE: &str = "危险废物转移联单（医疗废物专用）";

/// The institution, or a plant.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SheetParty {
    pub name: String,
    /// Empty where the institution is known by its site alone.
    pub uscc: String,
    pub site_name: String,
}

/// What was handed over of a category.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SheetItem {
    pub waste_code: String,
    pub name: String,
    /// Where it comes from in the institution.
    #[schema(required)]
    pub department: Option<String>,
    pub epidemic: bool,
    /// Boxes, bags and bins, counted.
    pub boxes: i64,
    pub mass_kg: Kg,
    pub method: String,
    /// What the plant accepted; null before.
    #[schema(required)]
    pub accepted_kg: Option<Kg>,
}

/// A hand-over: one manifest.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SheetRow {
    pub manifest_id: ManifestId,
    pub number: String,
    pub status: Status,
    #[schema(value_type = DateTime<Utc>)]
    pub handed_over_at: String,
    pub carrier_name: String,
    pub plate: String,
    pub driver_id: DriverId,
    pub items: Vec<SheetItem>,
    pub boxes_total: i64,
    pub mass_kg: Kg,
    /// Whether the institution has signed filing and departure; what it has not is a gap.
    pub institution_signed: bool,
    /// When the plant took it; null before.
    #[schema(required, value_type = Option<DateTime<Utc>>)]
    pub received_at: Option<String>,
}

/// A category over the month.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SheetTotal {
    pub waste_code: String,
    pub boxes: i64,
    pub mass_kg: Kg,
}

/// What went to one plant in the month.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MonthlySheet {
    pub receiver_site_id: SiteId,
    pub receiver: SheetParty,
    /// In the order of hand-over.
    pub rows: Vec<SheetRow>,
    pub totals: Vec<SheetTotal>,
    pub boxes_total: i64,
    pub mass_kg: Kg,
}

/// An institution's month.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MonthlySheets {
    pub title: String,
    /// `monthly`; a round's transport card is `single`.
    pub mode: String,
    /// `2026-11`.
    pub month: String,
    pub producer_site_id: SiteId,
    pub institution: SheetParty,
    /// One a plant; none where nothing left in the month.
    pub sheets: Vec<MonthlySheet>,
}

/// The sheets of a site, as far as the actor sees its manifests; 404 where it sees neither the site
/// nor a manifest of the month.
pub async fn monthly_sheets(
    app: &App,
    actor: &Actor,
    site: SiteId,
    month: Month,
) -> Result<MonthlySheets, Problem> {
    let ids = store::departed_about(&app.pool, site, month.first()).await?;
    if ids.len() > SHEET_ROWS_MAX {
        let text = Text::new("当月联单过多，不能汇总。", "Too many manifests in this month.");
        return Err(Problem::new(Code::TooLong, text));
    }
    let mut rows = by_ids(&app.pool, &ids).await?;
    rows.retain(|stored| leaves_in(&stored.manifest, month) && sees(actor, &stored.manifest));
    rows.sort_by_key(|stored| (handed_over(&stored.manifest), stored.id));
    let known = app.registers.site(&app.pool, site, Freshness::Cached).await?;
    let institution = match (rows.first(), known) {
        (Some(stored), _) => party(&stored.manifest.filed.producer),
        (None, Some(known)) if may::sees_site(actor, &known) => {
            let (name, uscc) = (known.name.clone(), String::new());
            SheetParty { site_name: name.clone(), name, uscc }
        }
        (None, _) => return Err(Problem::not_found()),
    };
    let mut sheets: BTreeMap<SiteId, Vec<&Stored>> = BTreeMap::new();
    for stored in &rows {
        sheets.entry(stored.manifest.filed.receiver_site_id).or_default().push(stored);
    }
    Ok(MonthlySheets {
        title: MEDICAL_TITLE.to_owned(),
        mode: "monthly".to_owned(),
        month: month.to_string(),
        producer_site_id: site,
        institution,
        sheets: sheets.into_iter().filter_map(|(plant, rows)| sheet(plant, &rows)).collect(),
    })
}

fn handed_over(manifest: &Manifest) -> Option<DateTime<Utc>> {
    manifest.departed.as_ref().map(|step| step.occurred_at)
}

fn leaves_in(manifest: &Manifest, month: Month) -> bool {
    handed_over(manifest).is_some_and(|time| Month::at(time) == month)
}

fn party(party: &PartyAt) -> SheetParty {
    SheetParty {
        name: party.name.clone(),
        uscc: party.uscc.clone(),
        site_name: party.site_name.clone(),
    }
}

fn sheet(receiver_site_id: SiteId, all: &[&Stored]) -> Option<MonthlySheet> {
    let receiver = party(&all.last()?.manifest.filed.receiver);
    let rows: Vec<SheetRow> = all.iter().filter_map(|stored| row(stored)).collect();
    Some(MonthlySheet {
        receiver_site_id,
        receiver,
        totals: totals(&rows),
        boxes_total: rows.iter().map(|row| row.boxes_total).sum(),
        mass_kg: Kg(rows.iter().map(|row| row.mass_kg.0).sum()),
        rows,
    })
}

fn row(stored: &Stored) -> Option<SheetRow> {
    let manifest = &stored.manifest;
    let leg = manifest.filed.legs.first()?;
    let departed = manifest.departed.as_ref()?;
    let (with, at) = (&departed.data, departed.occurred_at);
    let items = manifest.filed.items.iter().zip(&manifest.progress);
    let is_received = manifest.received.is_some();
    let items: Vec<SheetItem> =
        items.map(|(item, done)| item_of(item, done, is_received)).collect();
    let unsigned = |step: &str| {
        let mut gaps = manifest.gaps.iter().filter(|gap| gap.step == step);
        gaps.any(|gap| gap.missing == Party::Producer.as_str())
    };
    Some(SheetRow {
        manifest_id: stored.id,
        number: manifest.filed.number.clone(),
        status: manifest.status,
        handed_over_at: rfc3339(at),
        carrier_name: leg.carrier_name.clone(),
        plate: with.plate.clone().unwrap_or_else(|| leg.plate.clone()),
        driver_id: with.driver_id.unwrap_or(leg.driver_id),
        boxes_total: items.iter().map(|item| item.boxes).sum(),
        mass_kg: Kg(items.iter().map(|item| item.mass_kg.0).sum()),
        items,
        institution_signed: !unsigned("file") && !unsigned("depart"),
        received_at: manifest.received.as_ref().map(|step| rfc3339(step.occurred_at)),
    })
}

fn item_of(item: &Item, done: &Progress, is_received: bool) -> SheetItem {
    SheetItem {
        waste_code: item.waste_code.clone(),
        name: item.name.clone(),
        department: item.department.clone(),
        epidemic: item.epidemic.unwrap_or(false),
        boxes: item.packages.iter().map(|package| package.count).sum(),
        mass_kg: Kg(item.mass_g),
        method: item.method.clone(),
        accepted_kg: is_received.then_some(Kg(done.accepted_g)),
    }
}

fn totals(rows: &[SheetRow]) -> Vec<SheetTotal> {
    let mut sums: BTreeMap<&str, (i64, Grams)> = BTreeMap::new();
    for item in rows.iter().flat_map(|row| &row.items) {
        let (boxes, mass) = sums.entry(&item.waste_code).or_default();
        *boxes += item.boxes;
        *mass = *mass + item.mass_kg.0;
    }
    let total = |(code, (boxes, mass)): (&str, (i64, Grams))| SheetTotal {
        waste_code: code.to_owned(),
        boxes,
        mass_kg: Kg(mass),
    };
    sums.into_iter().map(total).collect()
}
