//! Deadlines of a manifest: left, came, confirmed, treated, sent on, each by its day.
//!
//! AL07 (Order 23 Art. 18), AL08 (Art. 20), AL31 and AL39 (Code Art. 535), AL49 (GB 39707-2020
//! 5.4.6), AL74 (licence measures Art. 20), AL79.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use serde_json::json;

use super::super::Watch;
use super::super::load::Load;
use super::super::seen::Seen;
use super::super::time::days;
use super::super::timers::Timer;
use super::stove;
use crate::anomaly::finding::{About, Gone};
use crate::anomaly::param::Param;
use crate::anomaly::rule::{RuleId, Severity};
use crate::clock::{beijing, legal_day, rfc3339};
use crate::ids::ManifestId;
use crate::manifest::Happening;
use crate::registry::LicenceKind;

/// Steps that were taken offline come one after the other: none is late before the next had the
/// time to come.
pub const GRACE: TimeDelta = TimeDelta::hours(1);

/// All that a manifest may have.
const TIMERS: [Timer; 9] = [
    Timer::Depart,
    Timer::Arrive,
    Timer::ReceiveSoon,
    Timer::Receive,
    Timer::PlantStorage,
    Timer::Treat,
    Timer::StoredSoon,
    Timer::Stored,
    Timer::SendOn,
];

/// The first instant after a Beijing day.
pub fn end_of(day: NaiveDate) -> DateTime<Utc> {
    let next = day.checked_add_days(Days::new(1)).unwrap_or(day);
    let midnight = next.and_hms_opt(0, 0, 0).unwrap_or_default();
    let local = midnight.and_local_timezone(beijing()).single();
    local.map_or(DateTime::<Utc>::MAX_UTC, |time| time.to_utc())
}

fn is_regulated(load: &Load) -> bool {
    load.stream != "kitchen"
}

pub fn manifest(w: &mut Watch, load: &Load, seen: &Seen<'_>, happening: &Happening) {
    let id = load.id.uuid();
    match happening {
        Happening::Filed(_) if is_regulated(load) && !load.is_backfill => {
            let days = w.param(Param::Al79Limit, &load.from_division) as u64;
            let first = legal_day(load.filed_at).max(load.planned_on);
            let last = first.checked_add_days(Days::new(days)).unwrap_or(first);
            w.timers.set(Timer::Depart, id, end_of(last).max(seen.recorded_at + GRACE));
        }
        Happening::Departed(_) => left(w, load, Gone::CameLate),
        Happening::Arrived(_) => {
            left(w, load, Gone::CameLate);
            arrived(w, load, seen);
        }
        Happening::Received(_) => {
            left(w, load, Gone::CameLate);
            received(w, load, seen);
        }
        Happening::Completed(_) | Happening::SentOn(_) if load.untreated_g() == 0 => over(w, load),
        Happening::Cancelled(_) => {
            left(w, load, Gone::Corrected);
            for timer in TIMERS {
                w.timers.drop(timer, id);
            }
        }
        _ => {}
    }
}

fn left(w: &mut Watch, load: &Load, reason: Gone) {
    w.timers.drop(Timer::Depart, load.id.uuid());
    w.clear(RuleId(79), (About::Manifest, load.id.uuid()), "", reason);
}

/// The working days of a receipt, from the day on which the load came.
fn due_after(w: &Watch, from: DateTime<Utc>, param: Param, division: &str) -> DateTime<Utc> {
    let days = w.param(param, division) as u32;
    end_of(w.reference.calendar.add_working_days(legal_day(from), days))
}

fn arrived(w: &mut Watch, load: &Load, seen: &Seen<'_>) {
    if !is_regulated(load) || load.is_backfill || load.received_at.is_some() {
        return;
    }
    let id = load.id.uuid();
    let soon = due_after(w, seen.occurred_at, Param::Al07Warn, &load.to_division);
    let due = due_after(w, seen.occurred_at, Param::Al07Limit, &load.to_division);
    w.timers.set(Timer::ReceiveSoon, id, soon.max(seen.recorded_at + GRACE));
    w.timers.set(Timer::Receive, id, due.max(seen.recorded_at + GRACE));
}

fn received(w: &mut Watch, load: &Load, seen: &Seen<'_>) {
    let (id, about) = (load.id.uuid(), (About::Manifest, load.id.uuid()));
    w.timers.drop(Timer::ReceiveSoon, id);
    w.timers.drop(Timer::Receive, id);
    if let Some(arrived_at) = load.arrived_at.filter(|_| is_regulated(load)) {
        let due = due_after(w, arrived_at, Param::Al07Limit, &load.to_division);
        if seen.occurred_at >= due && !w.is_raised(RuleId(7), about, "") {
            let finding = late_receipt(w, load, arrived_at);
            w.raise(finding);
        }
        // A receipt that was in time, and was told late, ends it as well.
        let reason = if seen.occurred_at >= due { Gone::CameLate } else { Gone::Corrected };
        w.clear(RuleId(7), about, "", reason);
    }
    if load.is_backfill && is_regulated(load) {
        let due = due_after(w, seen.occurred_at, Param::Al08Limit, &load.to_division);
        if seen.recorded_at >= due {
            let mut finding = w.of_receiver(8, load);
            finding.evidence = json!({
                "transfer_ended_at": rfc3339(seen.occurred_at),
                "due_at": rfc3339(due),
                "entered_at": rfc3339(seen.recorded_at),
            });
            w.raise(finding);
        }
    }
    if is_regulated(load) && load.accepted_g() > 0 && !load.is_return() {
        held(w, load, seen);
    }
}

/// What was accepted has to be treated, or sent on.
fn held(w: &mut Watch, load: &Load, seen: &Seen<'_>) {
    let id = load.id.uuid();
    let at = seen.occurred_at;
    let later = seen.recorded_at + GRACE;
    let limit = |w: &Watch, param| w.param(param, &load.to_division);
    if load.stream == "medical" {
        let quick = load.items.iter().any(|item| spoils(&item.code) && item.accepted_g > 0);
        if quick {
            // The store's device may tell otherwise than the receipt: it is asked as often.
            let from = load.arrived_at.unwrap_or(at);
            let due = from + TimeDelta::hours(limit(w, Param::Al49Ge5c) as i64);
            w.timers.set(Timer::PlantStorage, id, due.max(later));
        }
    }
    let treat = at + days(limit(w, Param::Al39Warn));
    let soon = at + days(limit(w, Param::Al31OperatorWarn));
    let year = at + days(limit(w, Param::Al31OperatorLimit));
    w.timers.set(Timer::Treat, id, treat.max(later));
    w.timers.set(Timer::StoredSoon, id, soon.max(later));
    w.timers.set(Timer::Stored, id, year.max(later));
    let collected = load.items.iter().any(|item| {
        let licence = item.licence.and_then(|(licence, _)| w.licences.get(&licence));
        licence.is_some_and(|licence| licence.kind == LicenceKind::Collection)
    });
    if collected {
        let due = due_after(w, at, Param::Al74Limit, &load.to_division);
        w.timers.set(Timer::SendOn, id, due.max(later));
    }
}

/// Degrees from which on a store is no cold one.
const WARM: f64 = 5.0;

/// How long it may lie at the plant, by the temperature that was told at its receipt and by what
/// the store's own device says: whichever is warmer.
fn plant_limit(w: &Watch, load: &Load, from: DateTime<Utc>) -> (Param, Option<f64>) {
    let told = load.storage_temp_mc.map(|temp| temp as f64 / 1000.0);
    let measured = stove::measured(w, load.to_site, from);
    let is_warm = [told, measured].into_iter().flatten().any(|celsius| celsius >= WARM);
    (if is_warm { Param::Al49Ge5c } else { Param::Al49Lt5c }, measured)
}

/// Some hours after it came to the plant: too long for how warm it is there, or not yet.
fn stored_long(w: &mut Watch, load: &Load) {
    let Some(from) = load.arrived_at.or(load.received_at) else { return };
    let now = w.now();
    let (param, measured) = plant_limit(w, load, from);
    let hours = |w: &Watch, param| TimeDelta::hours(w.param(param, &load.to_division) as i64);
    let due = from + hours(w, param);
    if now < due {
        let again = (now + hours(w, Param::Al49Ge5c)).min(due);
        w.timers.set(Timer::PlantStorage, load.id.uuid(), again);
        return;
    }
    let mut finding = w.of_receiver(49, load);
    finding.evidence = json!({
        "arrived_at": rfc3339(from), "untreated_kg": load.untreated_g() as f64 / 1000.0,
        "storage_celsius": load.storage_temp_mc.map(|temp| temp as f64 / 1000.0),
        "measured_celsius": measured.map(|celsius| (celsius * 10.0).round() / 10.0),
        "hours": (now - from).num_hours(),
        "limit_hours": w.param(param, &load.to_division),
    });
    w.raise(finding);
}

/// Infectious, sharps, pathological: the hours of GB 39707 are theirs.
fn spoils(code: &str) -> bool {
    matches!(code, "841-001-01" | "841-002-01" | "841-003-01")
}

/// All of it is treated or gone.
fn over(w: &mut Watch, load: &Load) {
    let about = (About::Manifest, load.id.uuid());
    for timer in TIMERS {
        w.timers.drop(timer, load.id.uuid());
    }
    for rule in [31, 39, 49, 74] {
        w.clear(RuleId(rule), about, "", Gone::Remedied);
    }
}

fn late_receipt(
    w: &Watch,
    load: &Load,
    arrived_at: DateTime<Utc>,
) -> crate::anomaly::finding::Finding {
    let due = due_after(w, arrived_at, Param::Al07Limit, &load.to_division);
    let mut finding = w.of_receiver(7, load);
    finding.evidence = json!({
        "arrived_at": rfc3339(arrived_at),
        "due_at": rfc3339(due),
        "working_days": w.param(Param::Al07Limit, &load.to_division),
    });
    finding
}

pub fn due(w: &mut Watch, timer: Timer, id: ManifestId) {
    let Some(load) = w.loads.get(&id).cloned() else { return };
    let kg = load.untreated_g() as f64 / 1000.0;
    let received_at = load.received_at.map(rfc3339);
    match timer {
        Timer::Depart => {
            let mut finding = w.of_producer(79, &load);
            finding.evidence = json!({
                "filed_at": rfc3339(load.filed_at),
                "planned_departure_on": load.planned_on,
                "limit_days": w.param(Param::Al79Limit, &load.from_division),
            });
            w.raise(finding);
        }
        Timer::ReceiveSoon => {
            if let Some(arrived_at) = load.arrived_at {
                let finding = late_receipt(w, &load, arrived_at);
                w.remind(finding);
            }
        }
        Timer::Receive => {
            if let Some(arrived_at) = load.arrived_at {
                let finding = late_receipt(w, &load, arrived_at);
                w.raise(finding);
            }
        }
        Timer::Arrive => super::pace::overdue(w, &load),
        Timer::PlantStorage if kg > 0.0 => stored_long(w, &load),
        Timer::Treat | Timer::Stored | Timer::SendOn if kg > 0.0 => {
            let (rule, param) = match timer {
                Timer::Treat => (39, Param::Al39Warn),
                Timer::Stored => (31, Param::Al31OperatorLimit),
                _ => (74, Param::Al74Limit),
            };
            if rule == 31 {
                w.clear(RuleId(39), (About::Manifest, id.uuid()), "", Gone::Superseded);
            }
            let mut finding = w.of_receiver(rule, &load);
            finding.evidence = json!({
                "received_at": received_at,
                "untreated_kg": kg,
                "limit_days": w.param(param, &load.to_division),
            });
            w.raise(finding);
        }
        Timer::StoredSoon if kg > 0.0 => {
            let mut finding = w.of_receiver(31, &load);
            finding.severity = Severity::Info;
            finding.evidence = json!({"received_at": received_at, "untreated_kg": kg});
            w.remind(finding);
        }
        _ => {}
    }
}
