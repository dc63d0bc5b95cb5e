//! Hand over: one carrier gives the load to the next, which is judged as at filing.
//!
//! Only the two may say so. The next carrier takes its next planned leg with whatever vehicle and
//! driver came; a carrier that nobody had planned gets a leg of its own, and is a party from then
//! on.

use super::asked::HandOver;
use super::event::HandedOver;
use super::limits::one_more;
use super::second::{Second, Signing};
use crate::app::App;
use crate::catalogue::{Catalogue, Stream};
use crate::clock::legal_day;
use crate::command::Done;
use crate::ctx::Ctx;
use crate::identity::policy as may;
use crate::ids::{ManifestId, OrganisationId};
use crate::manifest::act::{Scene, Step, act, claimed_time};
use crate::manifest::admit::{leg_mode, leg_parties, leg_right, leg_wording, transport_was_free};
use crate::manifest::asked::LegAsked;
use crate::manifest::behalf;
use crate::manifest::depart::place;
use crate::manifest::event::{Happening, Leg};
use crate::manifest::evolve::Manifest;
use crate::manifest::facts::{LegFacts, LegIds};
use crate::manifest::form;
use crate::manifest::mended::Content;
use crate::manifest::status::Action;
use crate::manifest::store::Stored;
use crate::problem::{Findings, Problem};

/// What a hand-over needs to know beside the manifest.
struct Facts {
    /// None where the request cannot be read.
    leg: Option<LegFacts>,
    second: Second,
}

pub async fn hand_over(
    app: &App,
    ctx: &Ctx,
    id: ManifestId,
    asked: impl Into<Content<HandOver>>,
) -> Result<Done<Stored>, Problem> {
    let asked = asked.into();
    let wanted = asked.readable().map(|asked| LegIds::of(&asked.to_leg));
    let second = asked.asked.as_ref().ok().and_then(|asked| asked.countersign.clone());
    let said = asked.said.clone();
    let signing = Signing::of(app, Action::HandOver, second.as_ref(), said.as_ref());
    let facts = async |stored: &Stored, freshness| {
        let second = signing.look(ctx, stored).await?;
        let leg = match wanted {
            Some(ids) => Some(LegFacts::read(app, ids, freshness).await?),
            None => None,
        };
        Ok(Facts { leg, second })
    };
    act(app, ctx, (id, Action::HandOver), asked, facts, |scene, asked, _| {
        admit(scene, asked, (ctx, &app.catalogue))
    })
    .await
}

fn admit(
    scene: &Scene<Facts>,
    asked: &HandOver,
    (ctx, catalogue): (&Ctx, &Catalogue),
) -> Result<Step, Problem> {
    let manifest = &scene.stored.manifest;
    let Facts { leg, second } = &scene.more;
    let (Some(giving), Some(facts)) = (manifest.delivering_carrier(), leg) else {
        return Err(Problem::internal("a load on its way that nobody carries"));
    };
    let taking = asked.to_leg.carrier_id;
    let stream = &manifest.filed.stream;
    // By delegation only for a carrier that is on it already: its event must name the delegation.
    let is_known = |carrier| {
        carrier == ctx.actor.organisation_id || manifest.carriers().any(|one| one == carrier)
    };
    let signs = |carrier: &OrganisationId| {
        is_known(*carrier) && behalf::signs_as_carrier(&ctx.actor, *carrier, stream)
    };
    let by: Vec<OrganisationId> = [giving, taking].into_iter().filter(signs).collect();
    may::require(!by.is_empty())?;
    let mut findings = Findings::new();
    let occurred_at = claimed_time(asked.occurred_at, ctx, manifest, &mut findings);
    let free = transport_was_free(manifest, catalogue);
    leg_parties(facts, 0, &mut findings);
    leg_wording(&asked.to_leg, 0, &mut findings);
    if let Ok(stream) = Stream::parse(&manifest.filed.stream) {
        let is_approved = (stream, manifest.filed.transfer_approval_id.is_some());
        leg_mode(asked.to_leg.mode, is_approved, "/to_leg/mode", &mut findings);
        leg_right(facts, 0, (stream, legal_day(occurred_at)), free, &mut findings);
    }
    name_own_field(&mut findings);
    one_more(manifest.transit.hand_overs.len(), &mut findings);
    second.judge(&mut findings);
    findings.settle()?;
    let (to_leg, added) = taken(manifest, &asked.to_leg, facts);
    let handed_over = HandedOver {
        to_leg,
        added,
        from_carrier_id: giving,
        location: asked.location.map(place),
        by,
        out_of_order: occurred_at < manifest.last_occurred_at,
    };
    let happening = Happening::HandedOver(Box::new(handed_over));
    let mut step = Step::new(happening, occurred_at, "manifest_handed_over");
    step.guards = facts.guards().collect();
    second.sign(&mut step, manifest, ctx)?;
    Ok(step)
}

/// The leg that begins: the carrier's next planned one, else one more. Of a planned leg what the
/// request is silent about stays; what belongs to the vehicle only as long as that is the same.
fn taken(manifest: &Manifest, asked: &LegAsked, facts: &LegFacts) -> (Leg, bool) {
    let (n, is_added) = manifest.leg_begun_by(asked.carrier_id);
    let leg = Leg { n, ..form::leg((0, (asked, facts))) };
    let Some(planned) = manifest.next_leg(Some(asked.carrier_id)) else {
        return (leg, is_added);
    };
    let mode = if asked.mode.is_some() { leg.mode } else { planned.mode.clone() };
    let same = planned.vehicle_id == leg.vehicle_id;
    let trailer = planned.trailer_plate.clone().filter(|_| same);
    let escort = planned.escort_id.filter(|_| same);
    let leg = Leg {
        mode,
        trailer_plate: leg.trailer_plate.or(trailer),
        escort_id: leg.escort_id.or(escort),
        waybill_number: leg.waybill_number.or_else(|| planned.waybill_number.clone()),
        from: leg.from.or_else(|| planned.from.clone()),
        to: leg.to.or_else(|| planned.to.clone()),
        via: leg.via.or_else(|| planned.via.clone()),
        planned_departure_at: leg.planned_departure_at.or(planned.planned_departure_at),
        planned_arrival_at: leg.planned_arrival_at.or(planned.planned_arrival_at),
        ..leg
    };
    (leg, is_added)
}

/// Pointers of a filing's leg become those of this request.
fn name_own_field(findings: &mut Findings) {
    for pointer in findings.faults.iter_mut().filter_map(|fault| fault.pointer.as_mut()) {
        if let Some(rest) = pointer.strip_prefix("/legs/0") {
            *pointer = format!("/to_leg{rest}");
        }
    }
}
