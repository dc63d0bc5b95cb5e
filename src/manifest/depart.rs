//! Depart: the load leaves (Order 23 Art. 11). The producer's ledger books it out.

use super::act::{Scene, Step, act, claimed_time};
use super::admit::{leg_parties, leg_right};
use super::asked::Depart;
use super::event::{Departed, Happening};
use super::facts::{LegFacts, LegIds};
use super::mended::Content;
use super::status::{Action, Party};
use super::store::Stored;
use super::transport::second::{Second, Signing};
use crate::app::App;
use crate::catalogue::{Catalogue, Stream};
use crate::clock::legal_day;
use crate::command::Done;
use crate::ctx::Ctx;
use crate::ids::ManifestId;
use crate::problem::{Findings, Problem};
use crate::registry::Place;

/// What a departure needs to know beside the manifest.
pub struct DepartFacts {
    pub leg: Option<LegFacts>,
    pub second: Second,
}

pub async fn depart(
    app: &App,
    ctx: &Ctx,
    id: ManifestId,
    asked: impl Into<Content<Depart>>,
) -> Result<Done<Stored>, Problem> {
    let asked = asked.into();
    let wanted = asked.readable().map(|asked| (asked.vehicle_id, asked.driver_id));
    let second = asked.asked.as_ref().ok().and_then(|asked| asked.countersign.clone());
    let said = asked.said.clone();
    let signing = Signing::of(app, Action::Depart, second.as_ref(), said.as_ref());
    let facts = async |stored: &Stored, freshness| {
        let second = signing.look(ctx, stored).await?;
        let Some(leg) = stored.manifest.filed.legs.first() else {
            return Ok(DepartFacts { leg: None, second });
        };
        let (vehicle, driver) = wanted.unwrap_or_default();
        let ids = LegIds {
            carrier: leg.carrier_id,
            vehicle: vehicle.unwrap_or(leg.vehicle_id),
            driver: driver.unwrap_or(leg.driver_id),
            escort: leg.escort_id,
        };
        let leg = Some(LegFacts::read(app, ids, freshness).await?);
        Ok(DepartFacts { leg, second })
    };
    act(app, ctx, (id, Action::Depart), asked, facts, |scene, asked, parties| {
        admit(scene, asked, parties, (ctx, &app.catalogue))
    })
    .await
}

pub fn admit(
    scene: &Scene<DepartFacts>,
    asked: &Depart,
    parties: &[Party],
    (ctx, catalogue): (&Ctx, &Catalogue),
) -> Result<Step, Problem> {
    let manifest = &scene.stored.manifest;
    let mut findings = Findings::new();
    let occurred_at = claimed_time(asked.occurred_at, ctx, manifest, &mut findings);
    let free = super::admit::transport_was_free(manifest, catalogue);
    let DepartFacts { leg, second } = &scene.more;
    if let (Some(leg), Ok(stream)) = (leg, Stream::parse(&manifest.filed.stream)) {
        leg_parties(leg, 0, &mut findings);
        leg_right(leg, 0, (stream, legal_day(occurred_at)), free, &mut findings);
        name_own_fields(&mut findings);
    }
    second.judge(&mut findings);
    findings.settle()?;
    let vehicle = leg.as_ref().and_then(|leg| leg.vehicle.as_ref());
    let departed = Departed {
        loaded_g: asked.loaded_kg.map(Into::into),
        vehicle_id: asked.vehicle_id,
        plate: vehicle.filter(|_| asked.vehicle_id.is_some()).map(|one| one.plate.clone()),
        driver_id: asked.driver_id,
        location: asked.location.map(place),
        by: parties.iter().map(|party| party.as_str().to_owned()).collect(),
        out_of_order: occurred_at < manifest.last_occurred_at,
    };
    let mut step = Step::new(Happening::Departed(departed), occurred_at, "manifest_departed");
    step.guards = leg.iter().flat_map(LegFacts::guards).collect();
    scene.book_out(&mut step);
    second.sign(&mut step, manifest, ctx)?;
    Ok(step)
}

/// Pointers of the filing's leg become those of this request, whether the field was sent or would
/// mend it; what it has no field for (the carrier) is the step's as a whole.
fn name_own_fields(findings: &mut Findings) {
    for fault in &mut findings.faults {
        fault.pointer = match fault.pointer.as_deref() {
            Some("/legs/0/vehicle_id") => Some("/vehicle_id".into()),
            Some("/legs/0/driver_id") => Some("/driver_id".into()),
            Some(pointer) if pointer.starts_with("/legs/") => None,
            other => other.map(str::to_owned),
        };
    }
}

pub fn place(location: crate::wire::Location) -> Place {
    Place { lon_e6: i64::from(location.lon_e6), lat_e6: i64::from(location.lat_e6) }
}
