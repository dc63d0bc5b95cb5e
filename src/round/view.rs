//! A round as its caller sees it: all of it, or its own stops and nothing of the others.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use super::act::{Sight, allowed, sight};
use super::event::{BoxAt, CollectedItem, WeighedIn};
use super::evolve::{Round, Stop};
use super::policy::STORED_HOURS_MAX;
use super::shape::{
    BoxDifference, BoxDifferenceView, BoxView, Confirmation, CountView, RoundListed, RoundView,
    ShareView, StopView, TakenView, TreatedView, WeighInView,
};
use super::status::StopStatus;
use super::store::{self, Stored};
use crate::app::App;
use crate::clock::rfc3339;
use crate::ctx::Actor;
use crate::ids::{ManifestId, RoundId};
use crate::manifest::{self, At, Head};
use crate::problem::{Lang, Problem};
use crate::units::{Grams, Kg};

/// What is shown beside the round: nothing in the change feed.
#[derive(Default)]
pub struct Aside {
    pub heads: HashMap<ManifestId, Head>,
    pub plans: HashMap<i64, Value>,
    pub lang: Lang,
}

impl Aside {
    pub async fn read(app: &App, stored: &Stored, lang: Lang) -> Result<Self, Problem> {
        let stops = stored.round.stops.iter();
        let ids: Vec<ManifestId> = stops.map(|stop| stop.plan.manifest_id).collect();
        let heads = manifest::heads(&app.pool, &ids).await?;
        Ok(Self { heads, plans: store::plans(&app.pool, stored.id).await?, lang })
    }
}

/// The round for `actor`; `None` where it may not know of it.
pub fn view(
    (id, round): (RoundId, &Round),
    actor: &Actor,
    now: DateTime<Utc>,
    aside: &Aside,
) -> Option<RoundView> {
    let sight = sight(actor, round)?;
    let seen = round.stops.iter().filter(|stop| sight.shows(stop.plan.n));
    Some(RoundView {
        id,
        stream: round.stream.clone(),
        status: round.status,
        version: round.version,
        carrier_id: round.carrier_id,
        carrier_name: round.carrier_name.clone(),
        vehicle_id: round.crew.vehicle_id,
        plate: round.crew.plate.clone(),
        driver_id: round.crew.driver_id,
        receiver_site_id: round.receiver_site_id,
        receiver_id: round.receiver.organisation_id,
        receiver_name: round.receiver.name.clone(),
        planned_on: round.planned_on,
        planned_at: rfc3339(round.planned_at),
        template_round_id: round.template_round_id.filter(|_| sight.is_whole()),
        stops: seen.map(|stop| stop_view(round, stop, now, aside)).collect(),
        weigh_in: round.weighed.as_ref().filter(|_| sight.is_whole()).map(weigh_in_view),
        treatments: if sight.is_whole() { treatments(round) } else { Vec::new() },
        cancel_reason: round.cancelled.as_ref().map(|step| step.data.reason.clone()),
        allowed_actions: allowed(actor, round),
    })
}

fn treatments(round: &Round) -> Vec<TreatedView> {
    let show = |step: &At<super::event::Completed>| TreatedView {
        method: step.data.method.clone(),
        completed_on: step.data.completed_on,
        waste_code: step.data.waste_code.clone(),
        mass_kg: Kg(step.data.mass_g),
    };
    round.completed.iter().map(show).collect()
}

/// What the weighbridge said.
pub fn weigh_in_view(step: &At<WeighedIn>) -> WeighInView {
    let weighed = &step.data;
    WeighInView {
        occurred_at: rfc3339(step.occurred_at),
        gross_kg: Kg(weighed.gross_g),
        tare_kg: Kg(weighed.tare_g),
        net_kg: Kg(weighed.net_g),
        stops_kg: Kg(weighed.stops_g),
        difference_kg: Kg(weighed.difference_g),
        within_tolerance: weighed.within_tolerance,
        split: weighed
            .split
            .iter()
            .map(|share| ShareView {
                n: share.n,
                manifest_id: share.manifest_id,
                mass_kg: Kg(share.mass_g),
                refused_kg: Kg(share.refused_g),
            })
            .collect(),
    }
}

/// A stop, with its manifest where that is filed.
pub fn stop_view(round: &Round, stop: &Stop, now: DateTime<Utc>, aside: &Aside) -> StopView {
    let (plan, head) = (&stop.plan, aside.heads.get(&stop.plan.manifest_id));
    let collected = stop.collected.as_ref();
    let skipped = stop.skipped.as_ref().map(|step| &step.data);
    let shares = round.weighed.iter().flat_map(|step| &step.data.split);
    let items = collected.iter().flat_map(|step| &step.data.items);
    let told = stop.confirmed.iter().flat_map(|step| &step.data.items);
    let at = collected.map(|step| step.occurred_at);
    StopView {
        n: plan.n,
        manifest_id: plan.manifest_id,
        producer_site_id: plan.producer_site_id,
        producer_id: plan.producer.organisation_id,
        producer_name: plan.producer.name.clone(),
        site_name: plan.producer.site_name.clone(),
        status: stop.status,
        number: head.map(|head| head.number.clone()),
        warnings: manifest::warnings(head.map_or(&[], |head| &head.warnings), aside.lang),
        manifest_status: head.map(|head| head.status.clone()),
        planned_items: aside.plans.get(&plan.n).cloned().unwrap_or_else(|| Value::Array(vec![])),
        handed_over: told.map(|item| taken(item, at, &round.stream)).collect(),
        items: items.map(|item| taken(item, at, &round.stream)).collect(),
        box_differences: box_differences(stop),
        collected_kg: Kg(stop.collected_g()),
        collected_at: at.map(rfc3339),
        skip_reason: skipped.map(|data| data.reason.clone()),
        skip_reason_text: skipped.and_then(|data| data.reason_text.clone()),
        weighed_kg: shares.clone().find(|share| share.n == plan.n).map(|share| Kg(share.mass_g)),
        confirmation: confirmation(stop, now),
        confirm_by: collected.and_then(|step| step.data.confirm_by).map(rfc3339),
        confirmed_at: stop.confirmed.as_ref().map(|step| rfc3339(step.occurred_at)),
    }
}

/// What was handed over against what was taken, box by box; nothing where one side named none.
fn box_differences(stop: &Stop) -> Vec<BoxDifferenceView> {
    let (told, taken) = stop.boxes();
    if told.is_empty() || taken.is_empty() {
        return Vec::new();
    }
    let find = |among: &[&BoxAt], code: &str| {
        among.iter().find(|one| one.code == code).map(|one| one.seal.clone())
    };
    let differs = |one: &&BoxAt| match find(&taken, &one.code) {
        None => Some((one.code.clone(), BoxDifference::Missing)),
        Some(seal) if one.seal.is_some() && seal.is_some() && seal != one.seal => {
            Some((one.code.clone(), BoxDifference::Seal))
        }
        Some(_) => None,
    };
    let added = taken.iter().filter(|one| find(&told, &one.code).is_none());
    let added = added.map(|one| (one.code.clone(), BoxDifference::Added));
    let all = told.iter().filter_map(differs).chain(added);
    all.map(|(code, difference)| BoxDifferenceView { code, difference }).collect()
}

/// Whether the producer has signed its stop.
pub fn confirmation(stop: &Stop, now: DateTime<Utc>) -> Confirmation {
    let Some(collected) = &stop.collected else {
        let ahead = stop.confirmed.is_some();
        return if ahead { Confirmation::Signed } else { Confirmation::NotDue };
    };
    let due = collected.data.confirm_by;
    match &stop.confirmed {
        _ if collected.data.signed => Confirmation::Signed,
        Some(_) => Confirmation::Confirmed,
        None if due.is_some_and(|due| now > due) => Confirmation::Silent,
        None => Confirmation::Pending,
    }
}

fn taken(item: &CollectedItem, at: Option<DateTime<Utc>>, stream: &str) -> TakenView {
    let count =
        |one: &crate::manifest::Package| CountView { kind: one.kind.clone(), count: one.count };
    TakenView {
        line: item.line,
        waste_code: item.waste_code.clone(),
        mass_kg: Kg(item.mass_g),
        packages: item.packages.iter().map(count).collect(),
        container_ids: item.container_ids.clone(),
        boxes: item.boxes.iter().map(|one| box_view(one, at, stream)).collect(),
    }
}

/// A box with its clock (Medical Waste Regulations Art. 17).
pub fn box_view(one: &BoxAt, collected_at: Option<DateTime<Utc>>, stream: &str) -> BoxView {
    let since = one.stored_since.filter(|_| stream == "medical");
    let due_at = since.map(|since| since + TimeDelta::hours(STORED_HOURS_MAX));
    BoxView {
        code: one.code.clone(),
        seal: one.seal.clone(),
        mass_kg: one.mass_g.map(Kg),
        stored_since: one.stored_since,
        due_at,
        late: due_at.zip(collected_at).is_some_and(|(due, at)| at > due),
    }
}

/// The round in a list, counted over what the actor sees.
pub fn listed(stored: &Stored, actor: &Actor) -> Option<RoundListed> {
    let round = &stored.round;
    let sight: Sight = sight(actor, round)?;
    let seen = || round.stops.iter().filter(|stop| sight.shows(stop.plan.n));
    let count = |status| seen().filter(|stop| stop.status == status).count();
    Some(RoundListed {
        id: stored.id,
        stream: round.stream.clone(),
        status: round.status,
        version: round.version,
        carrier_id: round.carrier_id,
        carrier_name: round.carrier_name.clone(),
        vehicle_id: round.crew.vehicle_id,
        plate: round.crew.plate.clone(),
        driver_id: round.crew.driver_id,
        receiver_site_id: round.receiver_site_id,
        receiver_id: round.receiver.organisation_id,
        receiver_name: round.receiver.name.clone(),
        planned_on: round.planned_on,
        stops_planned: count(StopStatus::Planned),
        stops_collected: count(StopStatus::Collected),
        stops_skipped: count(StopStatus::Skipped),
        collected_kg: Kg(seen().map(Stop::collected_g).sum::<Grams>()),
    })
}
