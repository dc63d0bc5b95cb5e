//! Kitchen waste: collected daily, as much as its seats or meals make, its grease with it, little
//! else in it.
//!
//! AL58, AL59, AL63; AL60 stands in `grease`.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, Days, NaiveDate, TimeDelta, Utc, Weekday};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::super::Watch;
use super::super::load::Load;
use super::super::seen::Seen;
use super::super::stats::forget;
use super::super::time::{Month, days_in, month_of, named};
use super::super::timers::Timer;
use super::deadline::end_of;
use super::grease;
use super::silence::{against_peers, between, did};
use crate::anomaly::finding::{About, Finding, Gone};
use crate::anomaly::param::Param;
use crate::anomaly::rule::RuleId;
use crate::calendar::Calendar;
use crate::clock::{legal_day, rfc3339};
use crate::ids::{RoundId, SiteId};
use crate::manifest::Happening;
use crate::registry::{LedgerEntry, LedgerKind, Site, Standing};
use crate::round;

/// A kitchen's collections.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Kitchen {
    pub first: Option<DateTime<Utc>>,
    pub last: Option<DateTime<Utc>>,
    /// Days of the last weeks on which somebody came.
    pub days: Vec<NaiveDate>,
    /// Grams a month: kitchen waste, and grease.
    pub months: BTreeMap<Month, (i64, i64)>,
    /// What lies there by its own ledger, in grams, and when it was last entered.
    pub heap_g: i64,
    pub entered: Option<DateTime<Utc>>,
    /// Days on which a round found it closed, the newest, and the last day that was missed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub closed: Vec<NaiveDate>,
    #[serde(default)]
    pub missed: Option<NaiveDate>,
}

/// The sites of a round's stops, by their numbers.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Stops {
    pub sites: BTreeMap<i64, SiteId>,
}

/// Days on which it was closed that are remembered.
const CLOSED: usize = 14;
/// Kinds of business that cook on working days alone.
const ON_WORKING_DAYS: [&str; 2] = ["canteen", "school_canteen"];

/// Weeks whose pattern counts.
const WEEKS: i64 = 4;
/// Days without a collection that a kitchen's own rest may take, before its pattern is known.
const REST_DAYS: i64 = 2;

pub fn manifest(w: &mut Watch, load: &Load, seen: &Seen<'_>, happening: &Happening) {
    if load.stream != "kitchen" {
        return;
    }
    match happening {
        Happening::Departed(_) => departed(w, load, seen),
        Happening::Received(data) => {
            if load.departed_at.is_none() {
                departed(w, load, seen);
            }
            let percent = data.impurity_mpercent.unwrap_or(0) as f64 / 1000.0;
            let limit = w.param(Param::Al63Impurity, &load.to_division);
            if percent > limit {
                let evidence = json!({"impurity_percent": percent, "limit_percent": limit});
                let mut finding = Finding { evidence, ..w.of_load(63, load) };
                // A round is weighed once, for all of its stops: one case.
                if let Some(round) = load.round {
                    finding.about = (About::Round, round.uuid());
                }
                w.raise(finding);
            }
        }
        _ => {}
    }
}

/// A stop that was skipped because nobody was there: nothing was cooked that day.
pub fn round(w: &mut Watch, id: RoundId, happening: &round::Happening, seen: &Seen<'_>) {
    use round::Happening as H;
    match happening {
        H::Planned(data) if data.stream == "kitchen" => {
            let sites = data.stops.iter().map(|stop| (stop.n, stop.producer_site_id)).collect();
            w.rounds.put(id, Stops { sites });
        }
        H::StopAdded(stop) => {
            if let Some(stops) = w.rounds.edit(&id) {
                stops.sites.insert(stop.n, stop.producer_site_id);
            }
        }
        H::Skipped(data) if data.reason == "closed" => {
            let site = w.rounds.get(&id).and_then(|stops| stops.sites.get(&data.n)).copied();
            if let Some(site) = site {
                closed(w, site, legal_day(seen.occurred_at));
            }
        }
        H::Completed(data) if data.is_final => {
            w.rounds.remove(&id);
        }
        H::Cancelled(_) => {
            w.rounds.remove(&id);
        }
        _ => {}
    }
}

fn closed(w: &mut Watch, site: SiteId, day: NaiveDate) {
    let kitchen = w.kitchens.entry(site);
    kitchen.closed.push(day);
    if kitchen.closed.len() > CLOSED {
        kitchen.closed.remove(0);
    }
    // It was told after the day had been missed.
    if kitchen.missed == Some(day)
        && let Some(last) = kitchen.last
    {
        let key = named(month_of(last));
        w.clear(RuleId(58), (About::Site, site.uuid()), &key, Gone::Normal);
    }
}

fn is_grease(code: &str) -> bool {
    matches!(code, "CY-02" | "CY-03")
}

fn departed(w: &mut Watch, load: &Load, seen: &Seen<'_>) {
    let (site, at) = (load.from_site, seen.occurred_at);
    let day = legal_day(at);
    let kitchen = w.kitchens.entry(site);
    kitchen.first.get_or_insert(at);
    let key = kitchen.last.map(|last| named(month_of(last)));
    kitchen.last = kitchen.last.max(Some(at));
    if kitchen.days.last() != Some(&day) {
        kitchen.days.push(day);
    }
    kitchen.days.retain(|one| (day - *one).num_days() <= WEEKS * 7 + 7);
    let month = kitchen.months.entry(month_of(at)).or_default();
    for item in &load.items {
        if is_grease(&item.code) {
            month.1 += item.mass_g;
        } else {
            month.0 += item.mass_g;
        }
    }
    forget(&mut kitchen.months, 26);
    kitchen.heap_g = 0;
    let last = kitchen.last.unwrap_or(at);
    if let Some(key) = key {
        w.clear(RuleId(58), (About::Site, site.uuid()), &key, Gone::CameLate);
    }
    let due = next_due(w, site, last);
    w.timers.set(Timer::Pickup, site.uuid(), due.max(seen.recorded_at));
}

/// A day after the last collection, when the hours and that day are over.
fn next_due(w: &Watch, site: SiteId, last: DateTime<Utc>) -> DateTime<Utc> {
    let hours = w.param(Param::Al58Limit, &w.division(site));
    let after = last + TimeDelta::minutes((hours * 60.0) as i64);
    end_of(legal_day(after)).max(after)
}

pub fn ledger(w: &mut Watch, entry: &LedgerEntry, _seen: &Seen<'_>) {
    if entry.kind == LedgerKind::Produced
        && entry.waste_code.starts_with("CY-")
        && let Some(kitchen) = w.kitchens.edit(&entry.site_id)
    {
        kitchen.heap_g += entry.mass_g.0;
        kitchen.entered = kitchen.entered.max(Some(entry.occurred_at));
    }
}

/// Nobody came for a day.
pub fn due(w: &mut Watch, site: SiteId) {
    let Some(kitchen) = w.kitchens.get(&site).cloned() else { return };
    let Some(entry) = w.sites.get(&site).filter(|site| site.status == Standing::Active) else {
        return;
    };
    let Some(last) = kitchen.last else { return };
    let calendar = &w.reference.calendar;
    let on_working_days = rests_at_weekends(&kitchen, calendar)
        || entry.business.as_deref().is_some_and(|kind| ON_WORKING_DAYS.contains(&kind));
    let now = w.now();
    let missed = legal_day(now).checked_sub_days(Days::new(1)).unwrap_or_default();
    let keeps_books = kitchen.entered.is_some_and(|entered| now - entered < TimeDelta::days(14));
    let holiday = calendar.special(missed).is_some_and(|day| !day.is_working_day);
    let is_off = is_day_off(&kitchen, missed, calendar);
    w.timers.set(Timer::Pickup, site.uuid(), now + TimeDelta::days(1));
    if (keeps_books && kitchen.heap_g == 0)
        || is_off
        || kitchen.closed.contains(&missed)
        || (on_working_days && holiday)
    {
        return;
    }
    w.kitchens.entry(site).missed = Some(missed);
    let Some(mut finding) = w.of_site(58, site, "kitchen") else { return };
    finding.key = named(month_of(last));
    finding.evidence = json!({
        "last_collected_at": rfc3339(last), "hours": (now - last).num_hours(),
        "limit_hours": w.param(Param::Al58Limit, &w.division(site)),
    });
    w.raise(finding);
}

/// On this day of the week it is closed: a kitchen that rests on Sundays. Four weeks show it; in
/// the first of them a day of the week on which nobody ever came may be one, as long as it is no
/// more than a weekend. One that is seldom collected at all has no such day. Weekends on which all
/// work, and holidays, show nothing.
fn is_day_off(kitchen: &Kitchen, day: NaiveDate, calendar: &Calendar) -> bool {
    let Some(first) = kitchen.first.map(legal_day) else { return false };
    let in_weeks = |one: &&NaiveDate| (day - **one).num_days() <= WEEKS * 7 && **one < day;
    let days: Vec<&NaiveDate> = kitchen.days.iter().filter(in_weeks).collect();
    let is_same = |one: &NaiveDate| one.weekday() == day.weekday();
    if days.iter().any(|one| is_same(one) && calendar.special(**one).is_none()) {
        return false;
    }
    if (day - first).num_days() < WEEKS * 7 {
        return days.iter().any(|one| (day - **one).num_days() <= REST_DAYS);
    }
    days.len() as i64 >= 4 * WEEKS
}

/// It has been collected for a week, and at no weekend: it keeps holidays as well.
fn rests_at_weekends(kitchen: &Kitchen, calendar: &Calendar) -> bool {
    let is_weekend = |one: &&NaiveDate| {
        matches!(one.weekday(), Weekday::Sat | Weekday::Sun) && calendar.special(**one).is_none()
    };
    kitchen.days.len() >= 4 && !kitchen.days.iter().any(|one| is_weekend(&one))
}

/// The month before, by seats or meals, and its grease.
pub fn month(w: &mut Watch, site: SiteId) {
    let Some(entry) = w.sites.get(&site).filter(|site| site.status == Standing::Active).cloned()
    else {
        return;
    };
    let Some(kitchen) = w.kitchens.get(&site).cloned() else { return };
    let month = month_of(w.now()) - 1;
    let whole = kitchen.first.is_some_and(|first| month_of(first) < month);
    let Some((waste, grease)) = kitchen.months.get(&month).copied().filter(|_| whole) else {
        return;
    };
    per_seat(w, &entry, month, waste as f64 / 1000.0);
    grease::month(w, &entry, month, (waste, grease));
}

fn per_seat(w: &mut Watch, site: &Site, month: Month, kg: f64) {
    let business = site.business.clone().unwrap_or_default();
    let ids: &[&str] = match business.as_str() {
        "restaurant" => &["GC14", "GC15"],
        "hotel" => &["GC15"],
        "fast_food" => &["GC16"],
        "canteen" => &["GC12"],
        "school_canteen" => &["GC13"],
        _ => return,
    };
    let rows: Vec<_> = ids.iter().filter_map(|id| w.reference.catalogue.coefficient(id)).collect();
    let by_meal = rows.iter().any(|row| &*row.unit == "kg/meal");
    let (Some(low), Some(high)) = (
        rows.iter().filter_map(|row| row.low).reduce(f64::min),
        rows.iter().filter_map(|row| row.high).reduce(f64::max),
    ) else {
        return;
    };
    let meals = did(w, site.id, month, "meals");
    let seats = site.seats.map(|seats| seats as f64 * days_in(month));
    let amount = if by_meal { meals } else { seats };
    let Some(amount) = amount.filter(|amount| *amount > 0.0) else { return };
    let rate = kg / amount;
    let widen = w.param(Param::Al59Widen, &site.division) / 100.0;
    let size = if site.seats.unwrap_or(0) < 100 { "small" } else { "large" };
    let kind = format!("kitchen {business} {size}");
    let peers = against_peers(w, &kind, site.id, rate);
    let far = peers.is_some_and(|peers| peers.is_far_below(rate));
    let (lower, upper) = (low * (1.0 - widen) * 0.95, high * (1.0 + widen) * 1.05);
    if between(rate, lower, upper) && !far {
        w.clear(RuleId(59), (About::Site, site.id.uuid()), "", Gone::Normal);
        return;
    }
    let Some(mut finding) = w.of_site(59, site.id, "kitchen") else { return };
    finding.evidence = json!({
        "month": named(month), "kg": kg.round(),
        "per": if by_meal { "meal" } else { "seat_and_day" }, "amount": amount.round(),
        "kg_each": (rate * 1000.0).round() / 1000.0, "low": low, "high": high,
        "peers_median": peers.map(|peers| (peers.median * 1000.0).round() / 1000.0),
    });
    w.raise(finding);
}
