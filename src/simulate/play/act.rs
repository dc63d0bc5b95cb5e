//! One act: who does it, and the command that does it.

use serde_json::json;

use super::bodies::{arrival, completion, departure, filing_id, planned_item, receipt};
use super::steady::steadily;
use super::{Stage, bodies};
use crate::command::Done;
use crate::container;
use crate::manifest;
use crate::problem::{Code, Problem};
use crate::registry::record::activity::Activity;
use crate::registry::record::emergency_plan::EmergencyPlanFiled;
use crate::registry::record::facility_day::FacilityDay;
use crate::registry::record::insurance::InsurancePolicy;
use crate::registry::{ledger, organisation, plan, record};
use crate::report;
use crate::round;
use crate::simulate::honest::date;
use crate::simulate::load::{Course, PaperKind};
use crate::simulate::plan::{Act, What};
use crate::simulate::units::kg;
use crate::simulate::waste::{FOOD, GREASE, WASTES};
use crate::simulate::world::{DAY, MINUTE, Sec};
use crate::wire::body;

/// Does an act at its time.
pub async fn perform(stage: &Stage<'_>, act: Act) -> Result<(), Problem> {
    let at = act.at;
    match act.what {
        What::Settle(party) => Box::pin(super::settle::settle(stage, party, at)).await,
        What::Paper(n) => paper(stage, n, at).await,
        What::Entry(n) => entry(stage, n, at).await,
        What::Boxes(n) => boxes(stage, n, at).await,
        What::Draft(n) => draft(stage, n, at).await,
        What::File(n) => file(stage, n, at).await,
        What::Amend(n) => amend(stage, n, at).await,
        What::Agree(n) => agree(stage, n, at).await,
        What::Cancel(n) => cancel(stage, n, at).await,
        What::Depart(n) => depart(stage, n, at).await,
        What::Breakdown(n) => breakdown(stage, n, at).await,
        What::Arrive(n) => {
            let load = &stage.plan.loads[n];
            let ctx = stage.as_party(stage.end_of(load), at)?;
            let id = stage.manifest(load.key)?;
            manifest::arrive(stage.app, &ctx, id, body(&arrival(load))).await.map(|_| ())
        }
        What::Receive(n) => {
            let load = &stage.plan.loads[n];
            let ctx = stage.as_party(stage.end_of(load), at)?;
            let boxes = stage.ids.borrow().boxes.get(&n).cloned().unwrap_or_default();
            let mut asked = receipt(load, &boxes);
            if let Some(area) = stage.party(stage.end_of(load))?.area_id {
                asked["storage_area_id"] = json!(area);
            }
            let id = stage.manifest(load.key)?;
            manifest::receive(stage.app, &ctx, id, body(&asked)).await.map(|_| ())
        }
        What::Treat(n) => {
            let load = &stage.plan.loads[n];
            let residues = load.treatment.as_ref().map(|one| one.residues.clone());
            let asked = completion(load, at, &residues.unwrap_or_default());
            let ctx = stage.as_party(stage.end_of(load), at)?;
            let id = stage.manifest(load.key)?;
            let complete = manifest::complete(stage.app, &ctx, id, body(&asked)).await;
            let accepted = load.items.iter().map(|item| item.accepted);
            complete.map(|_| stage.treated((stage.end_of(load), at), accepted))
        }
        What::Send(n) => send(stage, n, at).await,
        What::Home(n) => home(stage, n, at).await,
        What::TreatSent(n) => treat_sent(stage, n, at).await,
        What::PlanRound(n) => plan_round(stage, n, at).await,
        What::Call(n, call) => call_at(stage, (n, call), at).await,
        What::Confirm(n, call) => confirm(stage, (n, call), at).await,
        What::WeighIn(n) => weigh_in(stage, n, at).await,
        What::TreatRound(n) => treat_round(stage, n, at).await,
        What::Tell(n) => super::tell::tell(stage, n, at).await,
    }
}

async fn paper(stage: &Stage<'_>, n: usize, at: Sec) -> Result<(), Problem> {
    let paper = &stage.plan.papers[n];
    let (app, settled) = (stage.app, stage.party(paper.party)?);
    let ctx = &stage.as_party(paper.party, at)?;
    let mut asked = stage.told(paper, at);
    match paper.kind {
        PaperKind::Insurance => asked["organisation_id"] = json!(settled.organisation_id),
        PaperKind::Blacklist => {}
        _ => asked["site_id"] = json!(settled.site_id),
    }
    match paper.kind {
        PaperKind::Activity => {
            record::register::<Activity>(app, ctx, body(&asked)).await?;
        }
        PaperKind::Insurance => {
            record::register::<InsurancePolicy>(app, ctx, body(&asked)).await?;
        }
        PaperKind::EmergencyPlan => {
            record::register::<EmergencyPlanFiled>(app, ctx, body(&asked)).await?;
        }
        PaperKind::FacilityDay => {
            record::register::<FacilityDay>(app, ctx, body(&asked)).await?;
        }
        PaperKind::ManagementPlan => {
            plan::register(app, ctx, body(&asked)).await?;
        }
        PaperKind::Report => {
            report::submit(app, ctx, body(&asked)).await?;
        }
        PaperKind::Blacklist => {
            let ctx = &stage.as_system(at);
            organisation::change(app, ctx, settled.organisation_id, body(&asked)).await?;
        }
    }
    Ok(())
}

async fn entry(stage: &Stage<'_>, n: usize, at: Sec) -> Result<(), Problem> {
    let entry = &stage.plan.entries[n];
    let ctx = stage.as_party(entry.party, at)?;
    let asked = json!({
        "site_id": stage.party(entry.party)?.site_id, "kind": entry.kind,
        "waste_code": WASTES[entry.waste].code, "mass_kg": kg(entry.grams),
    });
    ledger::enter(stage.app, &ctx, body(&asked)).await.map(|_| ())
}

async fn boxes(stage: &Stage<'_>, n: usize, at: Sec) -> Result<(), Problem> {
    let load = &stage.plan.loads[n];
    let (site_id, ctx) = (stage.party(load.from)?.site_id, stage.as_party(load.from, at)?);
    let code = load.items.first().map_or("", |item| WASTES[item.waste].code);
    let one = |(filled, grams): &(Sec, i64)| {
        json!({"site_id": site_id, "waste_code": code, "kind": "medical_box",
            "mass_kg": kg(*grams),
            "stored_since": crate::clock::rfc3339(super::instant(*filled))})
    };
    let asked = json!({"containers": load.boxes.iter().map(one).collect::<Vec<_>>()});
    let done = container::register(stage.app, &ctx, body(&asked)).await?;
    if let Done::Written { output, .. } = done {
        let ids = output.containers.iter().map(|one| one.id).collect();
        stage.ids.borrow_mut().boxes.insert(n, ids);
    }
    Ok(())
}

/// Keeps a load as a draft.
async fn draft(stage: &Stage<'_>, n: usize, at: Sec) -> Result<(), Problem> {
    let load = &stage.plan.loads[n];
    let mut asked = stage.filing(load, &[])?;
    asked["draft"] = json!(true);
    let ctx = stage.as_party(load.from, at)?;
    manifest::save(stage.app, &ctx, asked.to_string().as_bytes()).await.map(|_| ())
}

/// Files a load; where its receiver has no room, at the next that takes such waste and is about
/// as far: vehicle and times are booked, and nobody drives ten hours to the neighbour. Else it
/// stays where it is.
async fn file(stage: &Stage<'_>, n: usize, at: Sec) -> Result<(), Problem> {
    let load = &stage.plan.loads[n];
    let boxes = stage.ids.borrow().boxes.get(&n).cloned().unwrap_or_default();
    let ctx = stage.as_party(load.from, at)?;
    let waste = load.items.first().map_or(0, |item| item.waste);
    let takes = |to: usize| stage.world.usual_trip(load.from, to);
    let others = stage.world.able(load.from, waste).into_iter();
    let as_far = (0.6 * takes(load.to))..(1.2 * takes(load.to));
    let others = others.filter(|one| *one != load.to && as_far.contains(&takes(*one)));
    let full = |problem: &Problem| {
        let codes = [Code::StorageFull, Code::CapacityExceeded];
        problem.faults().iter().any(|fault| codes.contains(&fault.code))
    };
    let mut outcome = Err(Problem::internal("there is no receiver"));
    for to in std::iter::once(load.to).chain(others) {
        let mut asked = stage.filing(load, &boxes)?;
        asked["receiver_site_id"] = json!(stage.party(to)?.site_id);
        let filing = async || manifest::file(stage.app, &ctx, body(&asked)).await;
        outcome = steadily(stage.app, filing).await.and_then(filing_id);
        if !outcome.as_ref().is_err_and(full) {
            if to != load.to {
                stage.ids.borrow_mut().rerouted.insert(load.key, to);
            }
            break;
        }
    }
    let mut ids = stage.ids.borrow_mut();
    if outcome.as_ref().is_err_and(full) {
        ids.stuck.entry(load.from).or_insert(at);
    }
    ids.manifests.insert(load.key, outcome?);
    Ok(())
}

async fn amend(stage: &Stage<'_>, n: usize, at: Sec) -> Result<(), Problem> {
    let load = &stage.plan.loads[n];
    let id = stage.manifest(load.key)?;
    let ctx = stage.as_party(load.from, at)?;
    let asked = json!({"changes": {"note": "联系人电话已更正"}, "reason": "wrong_data"});
    manifest::amend::propose(stage.app, &ctx, id, body(&asked)).await.map(|_| ())
}

/// Those whose consent it needs give it; where it needs none, there is nothing to agree to.
async fn agree(stage: &Stage<'_>, n: usize, at: Sec) -> Result<(), Problem> {
    let load = &stage.plan.loads[n];
    let id = stage.manifest(load.key)?;
    for (party, after) in [(load.carrier, 0), (stage.end_of(load), MINUTE)] {
        let ctx = stage.as_party(party, at + after)?;
        let agree = async || {
            let asked = body(&json!({}));
            Box::pin(manifest::amend::approve(stage.app, &ctx, (id, 1), asked.into())).await
        };
        // Which of them is asked, the rules of amendments say.
        let _ = steadily(stage.app, agree).await;
    }
    Ok(())
}

async fn cancel(stage: &Stage<'_>, n: usize, at: Sec) -> Result<(), Problem> {
    let load = &stage.plan.loads[n];
    let ctx = stage.as_party(load.from, at)?;
    let asked = body(&json!({"reason": "wrong_data", "reason_text": "信息有误，作废重填"}));
    manifest::cancel(stage.app, &ctx, stage.manifest(load.key)?, asked).await.map(|_| ())
}

/// What may not leave is called off, and lies there: nobody leaves it filed.
async fn depart(stage: &Stage<'_>, n: usize, at: Sec) -> Result<(), Problem> {
    let load = &stage.plan.loads[n];
    let (ctx, id) = (stage.as_party(load.carrier, at)?, stage.manifest(load.key)?);
    let depart = async || manifest::depart(stage.app, &ctx, id, body(&departure(load))).await;
    let left = steadily(stage.app, depart).await;
    if left.is_err() {
        let ctx = stage.as_party(load.from, at)?;
        let asked = json!({"reason": "vehicle"});
        let cancel = async || manifest::cancel(stage.app, &ctx, id, body(&asked)).await;
        let _ = steadily(stage.app, cancel).await;
        let mut ids = stage.ids.borrow_mut();
        ids.stuck.entry(load.from).or_insert(at);
        ids.manifests.remove(&load.key);
    }
    left.map(|_| ())
}

async fn breakdown(stage: &Stage<'_>, n: usize, at: Sec) -> Result<(), Problem> {
    let load = &stage.plan.loads[n];
    let ctx = stage.as_party(load.carrier, at)?;
    let asked = json!({"kind": "breakdown", "note": "车辆故障，等待救援"});
    let id = stage.manifest(load.key)?;
    manifest::incident(stage.app, &ctx, id, body(&asked)).await.map(|_| ())
}

/// What was refused goes back or on, on the vehicle that it came with.
async fn send(stage: &Stage<'_>, n: usize, at: Sec) -> Result<(), Problem> {
    let load = &stage.plan.loads[n];
    let (ctx, id) = (stage.as_party(stage.end_of(load), at)?, stage.manifest(load.key)?);
    let refused = load.items.iter().enumerate().filter(|(_, item)| item.refused > 0);
    let lines = refused.map(|(n, item)| json!({"line": n + 1, "mass_kg": kg(item.refused)}));
    let mut asked = json!({
        "planned_departure_on": date(at.div_euclid(DAY)), "legs": [stage.leg(load)?],
        "items": lines.collect::<Vec<_>>(), "depart_now": true,
    });
    let sent = if let Course::Forwarded(to, _) = load.course {
        asked["receiver_site_id"] = json!(stage.party(to)?.site_id);
        manifest::send_on(stage.app, &ctx, id, body(&asked)).await?
    } else {
        manifest::send_back(stage.app, &ctx, id, body(&asked)).await?
    };
    let sent = filing_id(sent)?;
    stage.ids.borrow_mut().sent.insert(n, sent);
    Ok(())
}

/// Who receives what was sent, its manifest, and its wastes with their grams.
type Sent = (usize, crate::ids::ManifestId, Vec<(usize, i64)>);

fn sent(stage: &Stage<'_>, n: usize) -> Result<Sent, Problem> {
    let load = &stage.plan.loads[n];
    let id = stage.ids.borrow().sent.get(&n).copied();
    let id = id.ok_or_else(|| Problem::internal("nothing was sent"))?;
    let party = if let Course::Forwarded(to, _) = load.course { to } else { load.from };
    let refused = load.items.iter().filter(|item| item.refused > 0);
    Ok((party, id, refused.map(|item| (item.waste, item.refused)).collect()))
}

async fn home(stage: &Stage<'_>, n: usize, at: Sec) -> Result<(), Problem> {
    let (party, id, items) = sent(stage, n)?;
    let ctx = stage.as_party(party, at)?;
    let arrive = async || manifest::arrive(stage.app, &ctx, id, body(&json!({}))).await;
    steadily(stage.app, arrive).await?;
    let mut lines = Vec::new();
    for (n, (_, grams)) in items.iter().enumerate() {
        lines.push(json!({"line": n + 1, "accepted_kg": kg(*grams), "refused_kg": 0}));
    }
    let asked = json!({"decision": "accept", "items": lines});
    let ctx = stage.as_party(party, at + 6 * MINUTE)?;
    let receive = async || manifest::receive(stage.app, &ctx, id, body(&asked)).await;
    steadily(stage.app, receive).await.map(|_| ())
}

async fn treat_sent(stage: &Stage<'_>, n: usize, at: Sec) -> Result<(), Problem> {
    let (party, id, items) = sent(stage, n)?;
    let ctx = stage.as_party(party, at)?;
    let line = |(n, (waste, grams)): (usize, &(usize, i64))| {
        json!({"line": n + 1, "method": WASTES[*waste].method, "mass_kg": kg(*grams),
            "completed_on": date(at.div_euclid(DAY))})
    };
    let lines: Vec<_> = items.iter().enumerate().map(line).collect();
    let done = manifest::complete(stage.app, &ctx, id, body(&json!({"treatments": lines}))).await;
    done.map(|_| stage.treated((party, at), items.iter().map(|item| item.1)))
}

async fn plan_round(stage: &Stage<'_>, n: usize, at: Sec) -> Result<(), Problem> {
    let round = &stage.plan.rounds[n];
    let (vehicle, driver) = stage.vehicle(round.vehicle)?;
    let mut stops = Vec::new();
    for call in &round.calls {
        let items = call.items.iter().map(|(waste, expected, _)| planned_item(*waste, *expected));
        stops.push(json!({
            "producer_site_id": stage.party(call.party)?.site_id,
            "items": items.collect::<Vec<_>>(),
        }));
    }
    let asked = json!({
        "stream": round.stream, "carrier_id": stage.party(round.carrier)?.organisation_id,
        "vehicle_id": vehicle, "driver_id": driver,
        "receiver_site_id": stage.party(round.to)?.site_id,
        "planned_on": date(round.weighed.div_euclid(DAY)), "stops": stops,
    });
    let ctx = stage.as_party(round.carrier, at)?;
    let done = round::plan(stage.app, &ctx, body(&asked)).await?;
    if let Done::Written { output, .. } = done {
        let mut ids = stage.ids.borrow_mut();
        ids.rounds.insert(n, output.id);
        for (call, stop) in round.calls.iter().zip(&output.round.stops) {
            ids.manifests.insert(call.key, stop.plan.manifest_id);
        }
    }
    Ok(())
}

async fn call_at(stage: &Stage<'_>, (n, call): (usize, usize), at: Sec) -> Result<(), Problem> {
    let (round, id) = (&stage.plan.rounds[n], stage.round(n)?);
    let one = &round.calls[call];
    let asked = if let Some(reason) = one.skipped {
        json!({"outcome": "skipped", "reason": "other", "reason_text": reason})
    } else {
        let mut items = Vec::new();
        for (n, (_, _, taken)) in one.items.iter().enumerate() {
            items.push(json!({"line": n + 1, "mass_kg": kg(*taken)}));
        }
        json!({"outcome": "collected", "items": items})
    };
    let ctx = stage.as_party(round.carrier, at)?;
    let stop = (id, call as i64 + 1);
    round::stop(stage.app, &ctx, stop, body(&asked)).await.map(|_| ())
}

/// The producer confirms what was taken.
async fn confirm(stage: &Stage<'_>, (n, call): (usize, usize), at: Sec) -> Result<(), Problem> {
    let id = stage.round(n)?;
    let ctx = stage.as_party(stage.plan.rounds[n].calls[call].party, at)?;
    let stop = (id, call as i64 + 1);
    round::confirm(stage.app, &ctx, stop, body(&json!({}))).await.map(|_| ())
}

async fn weigh_in(stage: &Stage<'_>, n: usize, at: Sec) -> Result<(), Problem> {
    let (round, id) = (&stage.plan.rounds[n], stage.round(n)?);
    let mut asked = json!({
        "gross_kg": kg(round.tare_g + round.net_g), "tare_kg": kg(round.tare_g),
    });
    if let Some(percent) = round.impurity_milli {
        asked["impurity_percent"] = kg(percent);
    }
    if let Some(degrees) = round.stored_mc {
        asked["storage_temp_c"] = kg(degrees);
    }
    let ctx = stage.as_party(round.to, at)?;
    round::weigh_in(stage.app, &ctx, id, body(&asked)).await.map(|_| ())
}

/// Food and grease are treated apart.
async fn treat_round(stage: &Stage<'_>, n: usize, at: Sec) -> Result<(), Problem> {
    let (round, id) = (&stage.plan.rounds[n], stage.round(n)?);
    let ctx = stage.as_party(round.to, at)?;
    let taken = |waste: usize| {
        let calls = round.calls.iter().filter(|call| call.skipped.is_none());
        calls.flat_map(|call| &call.items).any(|item| item.0 == waste)
    };
    let completed_on = date(at.div_euclid(DAY));
    if round.stream == "medical" {
        let asked = json!({"method": "Y11", "completed_on": completed_on});
        return round::complete(stage.app, &ctx, id, body(&asked)).await.map(|_| ());
    }
    for waste in [FOOD, GREASE] {
        if taken(waste) {
            let bodies::Kind { method, code } = bodies::kind(waste);
            let asked = json!({"method": method, "completed_on": completed_on, "waste_code": code});
            let complete = async || round::complete(stage.app, &ctx, id, body(&asked)).await;
            steadily(stage.app, complete).await?;
        }
    }
    Ok(())
}
