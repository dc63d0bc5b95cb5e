//! Terms of the table of deadlines (`seeds/deadline_rules.csv`) that no other rule watches: a
//! reminder before, a case after.
//!
//! AL80 (reminders alone), AL81 (Order 23 Art. 18), AL82 (HJ 1259 5.2.3), AL83; AL84 is in
//! `applied.rs`. `soon.rs` reminds of what other rules find late, `periods.rs` of what is owed by
//! the year and its parts. The evidence names the row as `term`: people read its duty and its
//! source.

use chrono::{DateTime, Datelike, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::super::Watch;
use super::super::load::Load;
use super::super::seen::{Seen, What};
use super::super::timers::Timer;
use super::deadline::{GRACE, end_of};
use super::{applied, periods, soon, storage_age};
use crate::anomaly::finding::{About, Finding, Gone};
use crate::anomaly::param::Param;
use crate::anomaly::rule::RuleId;
use crate::clock::{legal_day, rfc3339};
use crate::ids::{ManifestId, SiteId};
use crate::manifest::{Filed, Happening, Received, Warning};
use crate::registry::{ManagementPlan, Standing};

/// What a site sent away that its plan does not have: since when, and of which year.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Misfit {
    pub since: DateTime<Utc>,
    pub year: i32,
    pub codes: Vec<String>,
    pub position: i64,
    /// Because the plan did not hold, whatever is in it.
    #[serde(default)]
    pub is_unheld: bool,
}

pub fn manifest(w: &mut Watch, load: &Load, seen: &Seen<'_>, happening: &Happening) {
    let id = load.id.uuid();
    match happening {
        Happening::Filed(filed) => {
            misfit(w, load, seen, filed);
            periods::filed(w, load);
        }
        Happening::Departed(_) if is_regulated(load) && !load.is_backfill => {
            let hours = w.param(Param::Al80InTransit, &load.from_division) as i64;
            let due = seen.occurred_at + TimeDelta::hours(hours);
            w.timers.set(Timer::ArriveSoon, id, due.max(seen.recorded_at + GRACE));
        }
        Happening::Arrived(_) => {
            w.timers.drop(Timer::ArriveSoon, id);
            arrived(w, load, seen);
        }
        Happening::Received(data) => {
            w.timers.drop(Timer::ArriveSoon, id);
            received(w, load, seen, data);
        }
        Happening::Cancelled(_) => w.timers.drop(Timer::ArriveSoon, id),
        _ => {}
    }
    soon::manifest(w, load, seen, happening);
    storage_age::manifest(w, load, seen, happening);
}

/// Order 23 counts for hazardous and medical waste; kitchen waste has its own terms.
fn is_regulated(load: &Load) -> bool {
    load.stream != "kitchen"
}

/// A register tells of something with a term.
pub fn see(w: &mut Watch, what: &What, seen: &Seen<'_>) {
    match what {
        What::Plan(entry) => fits(w, entry, seen),
        What::Application(entry) => applied::see(w, entry),
        What::Site(entry) => {
            periods::site(w, entry);
            soon::site(w, entry.id, seen.recorded_at);
        }
        What::Insurance(entry) => soon::insurance(w, entry.organisation_id),
        What::Driver(entry) => soon::driver(w, entry),
        _ => {}
    }
}

pub fn due(w: &mut Watch, timer: Timer, subject: Uuid) {
    match timer {
        Timer::ArriveSoon => under_way(w, ManifestId::of(subject)),
        Timer::WeighSoon | Timer::Weigh => weigh(w, timer, ManifestId::of(subject)),
        Timer::PlanFitsSoon | Timer::PlanFits => plan(w, timer, SiteId::of(subject)),
        Timer::StepSoon | Timer::Step => applied::due(w, timer, subject),
        Timer::Period => periods::due(w, subject),
        _ => soon::due(w, timer, subject),
    }
}

/// DL34: it left, and did not come for two days.
fn under_way(w: &mut Watch, id: ManifestId) {
    let Some(load) = w.loads.get(&id).cloned() else { return };
    let Some(departed_at) = load.departed_at.filter(|_| load.arrived_at.is_none()) else { return };
    let mut finding = w.of_carriers(80, &load);
    "DL34".clone_into(&mut finding.key);
    finding.evidence = json!({"term": "DL34", "departed_at": rfc3339(departed_at)});
    w.remind(finding);
}

/// DL02: what was found other than declared is told as it is recorded, so it was told late where
/// it was recorded late. The producer is told in either case.
fn received(w: &mut Watch, load: &Load, seen: &Seen<'_>, data: &Received) {
    weighed(w, load, seen);
    let is_as_declared = data.decision == "accept" && data.mismatches.is_empty();
    if is_as_declared || !is_regulated(load) || load.is_backfill {
        return;
    }
    let hours = w.param(Param::Al81Limit, &load.to_division);
    if seen.recorded_at - seen.occurred_at <= TimeDelta::minutes((hours * 60.0) as i64) {
        return;
    }
    let mut finding = w.of_receiver(81, load);
    finding.evidence = json!({
        "term": "DL02",
        "received_at": rfc3339(seen.occurred_at),
        "recorded_at": rfc3339(seen.recorded_at),
        "limit_hours": hours,
        "decision": data.decision,
        "mismatches": data.mismatches.len(),
    });
    w.raise(finding);
}

/// DL50: a kitchen load that came is confirmed and weighed within a day.
fn arrived(w: &mut Watch, load: &Load, seen: &Seen<'_>) {
    if is_regulated(load) || load.is_backfill || load.received_at.is_some() {
        return;
    }
    let later = seen.recorded_at + GRACE;
    for (timer, param) in [(Timer::WeighSoon, Param::Al83Warn), (Timer::Weigh, Param::Al83Limit)] {
        let hours = w.param(param, &load.to_division) as i64;
        let due = seen.occurred_at + TimeDelta::hours(hours);
        w.timers.set(timer, load.id.uuid(), due.max(later));
    }
}

fn weighed(w: &mut Watch, load: &Load, seen: &Seen<'_>) {
    let Some(arrived_at) = load.arrived_at.filter(|_| !is_regulated(load)) else { return };
    let (id, about) = (load.id.uuid(), (About::Manifest, load.id.uuid()));
    w.timers.drop(Timer::WeighSoon, id);
    w.timers.drop(Timer::Weigh, id);
    let hours = w.param(Param::Al83Limit, &load.to_division) as i64;
    if seen.occurred_at - arrived_at > TimeDelta::hours(hours)
        && !w.is_raised(RuleId(83), about, "")
    {
        let finding = not_weighed(w, load, arrived_at);
        w.raise(finding);
    }
    w.clear(RuleId(83), about, "", Gone::CameLate);
}

fn not_weighed(w: &Watch, load: &Load, arrived_at: DateTime<Utc>) -> Finding {
    let mut finding = w.of_receiver(83, load);
    finding.evidence = json!({
        "term": "DL50",
        "arrived_at": rfc3339(arrived_at),
        "limit_hours": w.param(Param::Al83Limit, &load.to_division),
    });
    finding
}

fn weigh(w: &mut Watch, timer: Timer, id: ManifestId) {
    let Some(load) = w.loads.get(&id).cloned() else { return };
    let Some(arrived_at) = load.arrived_at.filter(|_| load.received_at.is_none()) else { return };
    let finding = not_weighed(w, &load, arrived_at);
    if timer == Timer::Weigh {
        w.raise(finding);
    } else {
        w.remind(finding);
    }
}

/// DL17: the filing was warned that the plan does not have it. The first since the plan was last
/// changed counts.
fn misfit(w: &mut Watch, load: &Load, seen: &Seen<'_>, filed: &Filed) {
    let warned = filed.warnings.iter().any(|one| one.code == "outside_plan");
    if load.stream != "hazardous" || !warned || w.misfits.get(&load.from_site).is_some() {
        return;
    }
    let day = legal_day(load.filed_at);
    let codes = load.items.iter().map(|item| item.code.clone()).collect();
    let (since, position) = (load.filed_at, seen.position);
    let unheld = |one: &Warning| one.code == "outside_plan" && one.pointer == "/management_plan_id";
    let is_unheld = filed.warnings.iter().any(unheld);
    let year = day.year();
    w.misfits.put(load.from_site, Misfit { since, year, codes, position, is_unheld });
    let later = seen.recorded_at + GRACE;
    for (timer, param) in
        [(Timer::PlanFitsSoon, Param::Al82Warn), (Timer::PlanFits, Param::Al82Limit)]
    {
        let days = w.param(param, &load.from_division) as u32;
        let due = end_of(w.reference.calendar.add_working_days(day, days));
        w.timers.set(timer, load.from_site.uuid(), due.max(later));
    }
}

/// A plan was filed, changed or reviewed. A verdict alters no line: it settles only what was
/// outside the plan because that did not hold.
fn fits(w: &mut Watch, entry: &ManagementPlan, seen: &Seen<'_>) {
    let Some(misfit) = w.misfits.get(&entry.site_id) else { return };
    let is_it =
        i64::from(misfit.year) <= entry.year && (seen.kind != "reviewed" || misfit.is_unheld);
    if entry.status != Standing::Active || entry.review.is_returned() || !is_it {
        return;
    }
    let site = entry.site_id.uuid();
    w.misfits.remove(&entry.site_id);
    w.timers.drop(Timer::PlanFitsSoon, site);
    w.timers.drop(Timer::PlanFits, site);
    w.clear(RuleId(82), (About::Site, site), "", Gone::CameLate);
}

fn plan(w: &mut Watch, timer: Timer, site: SiteId) {
    let Some(misfit) = w.misfits.get(&site).cloned() else { return };
    let Some(mut finding) = w.of_site(82, site, "hazardous") else { return };
    finding.proofs = vec![misfit.position];
    finding.evidence = json!({
        "term": "DL17",
        "outside_plan_since": rfc3339(misfit.since),
        "waste_codes": misfit.codes,
        "limit_working_days": w.param(Param::Al82Limit, &w.division(site)),
    });
    if timer == Timer::PlanFits {
        w.raise(finding);
    } else {
        w.remind(finding);
    }
}
