//! What is due on a manifest: rows of `seeds/deadline_rules.csv` whose clock a manifest's own steps
//! start.
//!
//! The row says how long, by which article and how certain that is; the table here says which
//! recorded step starts the clock and which one ends it. A rule whose start no step records is not
//! here (the tests name each with its reason): nothing is ever due by a guess. Pure.

use chrono::{DateTime, Days, Months, NaiveDate, TimeDelta, Utc};

use super::evolve::Manifest;
use super::shape::{DeadlineState, DeadlineView};
use super::status::Status;
use crate::calendar::Calendar;
use crate::catalogue::{Catalogue, DeadlineRule, MedicalCategory, WasteCode};
use crate::clock::{legal_day, rfc3339};
use crate::problem::Lang;
use crate::units::Grams;

/// The end of a term.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Term {
    /// The whole Beijing day still counts.
    Day(NaiveDate),
    Instant(DateTime<Utc>),
}

/// What has become of a duty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    Open,
    Done(DateTime<Utc>),
    /// Whether it was done is no matter of the manifest's steps: nothing is claimed.
    NotRecorded,
}

/// A thing that is due on a manifest.
#[derive(Clone, Copy, Debug)]
pub struct Due<'c> {
    pub rule: &'c DeadlineRule,
    /// The step that ends it, or a word for what no step is: `inform`, `disinfect`, `backfill`.
    pub action: &'static str,
    pub term: Term,
    pub end: End,
    /// Counted through a year whose arrangement of working days is not published.
    pub is_provisional: bool,
}

type Time = DateTime<Utc>;

/// Which step starts a rule's clock and which ends it.
struct Clock {
    rule: &'static str,
    action: &'static str,
    start: fn(&Manifest, &Catalogue) -> Option<Time>,
    end: fn(&Manifest, &Catalogue) -> End,
}

const CLOCKS: &[Clock] = &[
    Clock { rule: "DL01", action: "receive", start: arrived, end: until_received },
    Clock { rule: "DL02", action: "inform", start: mismatched, end: until_entered },
    Clock { rule: "DL04", action: "backfill", start: ended_on_paper, end: until_entered },
    Clock { rule: "DL19", action: "depart", start: stored, end: until_gone },
    Clock { rule: "DL33", action: "depart", start: filed, end: until_gone_or_void },
    Clock { rule: "DL34", action: "arrive", start: departed, end: until_there },
    Clock { rule: "DL36", action: "depart", start: stored, end: until_gone },
    Clock { rule: "DL38", action: "complete", start: kept_warm, end: until_treated },
    Clock { rule: "DL39", action: "complete", start: kept_cold, end: until_treated },
    Clock { rule: "DL41", action: "disinfect", start: received, end: not_recorded },
    Clock { rule: "DL50", action: "receive", start: arrived, end: until_received },
];

/// GB 39707 5.4.6: from here on a plant's store counts as warm; thousandths of a degree.
const WARM_MC: i64 = 5_000;

/// What is due, what is over and what was met: open duties first, the nearest before the others.
pub fn deadlines<'c>(
    manifest: &Manifest,
    catalogue: &'c Catalogue,
    calendar: &Calendar,
) -> Vec<Due<'c>> {
    let read = |clock: &Clock| due(clock, manifest, (catalogue, calendar));
    let mut all: Vec<Due<'c>> = CLOCKS.iter().filter_map(read).collect();
    if manifest.status == Status::Cancelled {
        // The waste stays where it is, and another manifest will answer for it.
        all.retain(|due| due.end != End::Open);
    }
    all.sort_by_key(|due| (matches!(due.end, End::Done(_)), due.term.day(), due.term.instant()));
    all
}

/// Whether a receipt at `time` is later than the rule of its stream says: a case, never a refusal.
pub fn is_late_receipt(
    manifest: &Manifest,
    time: Time,
    (catalogue, calendar): (&Catalogue, &Calendar),
) -> bool {
    let mut all = deadlines(manifest, catalogue, calendar).into_iter();
    all.any(|due| due.action == "receive" && due.term.is_over(time))
}

/// As answers show them.
pub fn shown(dues: &[Due<'_>], now: Time, lang: Lang) -> Vec<DeadlineView> {
    let show = |due: &Due<'_>| DeadlineView {
        rule: due.rule.rule_id.to_string(),
        action: due.action.to_owned(),
        due_on: due.term.day(),
        due_at: due.term.instant().map(rfc3339),
        source: due.rule.legal_source.to_string(),
        certainty: due.rule.certainty.to_string(),
        obligation: match lang {
            Lang::Zh => due.rule.obligation_zh.to_string(),
            Lang::En => due.rule.obligation_en.to_string(),
        },
        sense: due.rule.sense.to_string(),
        state: due.state(now),
        met_at: match due.end {
            End::Done(time) => Some(rfc3339(time)),
            End::Open | End::NotRecorded => None,
        },
        provisional: due.is_provisional,
    };
    dues.iter().map(show).collect()
}

impl Due<'_> {
    pub fn state(&self, now: Time) -> DeadlineState {
        match self.end {
            End::Open if self.term.is_over(now) => DeadlineState::Over,
            End::Open => DeadlineState::Running,
            End::Done(time) if self.term.is_over(time) => DeadlineState::Late,
            End::Done(_) => DeadlineState::Met,
            End::NotRecorded => DeadlineState::NotRecorded,
        }
    }
}

impl Term {
    fn day(self) -> NaiveDate {
        match self {
            Self::Day(day) => day,
            Self::Instant(time) => legal_day(time),
        }
    }

    const fn instant(self) -> Option<Time> {
        match self {
            Self::Day(_) => None,
            Self::Instant(time) => Some(time),
        }
    }

    fn is_over(self, time: Time) -> bool {
        match self {
            Self::Day(day) => legal_day(time) > day,
            Self::Instant(end) => time > end,
        }
    }
}

fn due<'c>(
    clock: &Clock,
    manifest: &Manifest,
    (catalogue, calendar): (&'c Catalogue, &Calendar),
) -> Option<Due<'c>> {
    let start = (clock.start)(manifest, catalogue)?;
    let rule = catalogue.deadline_rule(clock.rule)?;
    if !rule.stream.split(';').any(|stream| stream == manifest.filed.stream) {
        return None;
    }
    let term = term(rule, start, calendar)?;
    let is_provisional = &*rule.unit == "working_day" && calendar.is_provisional(term.day());
    let end = (clock.end)(manifest, catalogue);
    Some(Due { rule, action: clock.action, term, end, is_provisional })
}

/// The end of the rule's term that began at `start`. Days that must not be exceeded are counted
/// from the hour (the table's «2 days, use 48 h»), all others from the day after.
fn term(rule: &DeadlineRule, start: Time, calendar: &Calendar) -> Option<Term> {
    let n: u32 = rule.value.parse().ok()?;
    let day = legal_day(start);
    let hours = |hours: u32| start.checked_add_signed(TimeDelta::hours(i64::from(hours)));
    match (&*rule.unit, &*rule.sense) {
        ("working_day", _) => Some(Term::Day(calendar.add_working_days(day, n))),
        ("hour", _) => hours(n).map(Term::Instant),
        ("day", "not_more_than") => hours(n.checked_mul(24)?).map(Term::Instant),
        ("day", _) => day.checked_add_days(Days::new(u64::from(n))).map(Term::Day),
        ("year", _) => day.checked_add_months(Months::new(n.checked_mul(12)?)).map(Term::Day),
        _ => None,
    }
}

#[expect(clippy::unnecessary_wraps, reason = "one shape for all starts")]
const fn filed(manifest: &Manifest, _: &Catalogue) -> Option<Time> {
    Some(manifest.filed_at)
}

fn departed(manifest: &Manifest, _: &Catalogue) -> Option<Time> {
    manifest.departed.as_ref().map(|step| step.occurred_at)
}

fn arrived(manifest: &Manifest, _: &Catalogue) -> Option<Time> {
    manifest.arrived.as_ref().map(|step| step.occurred_at)
}

fn received(manifest: &Manifest, _: &Catalogue) -> Option<Time> {
    manifest.received.as_ref().map(|step| step.occurred_at)
}

fn mismatched(manifest: &Manifest, _: &Catalogue) -> Option<Time> {
    let received = manifest.received.as_ref()?;
    (!received.data.mismatches.is_empty()).then_some(received.occurred_at)
}

/// A transfer on paper is over with receipt or refusal (facts.md: our reading).
fn ended_on_paper(manifest: &Manifest, catalogue: &Catalogue) -> Option<Time> {
    manifest.filed.backfill.as_ref()?;
    received(manifest, catalogue)
}

/// The oldest of the load decides.
fn stored(manifest: &Manifest, _: &Catalogue) -> Option<Time> {
    manifest.filed.items.iter().filter_map(|item| item.stored_since).min()
}

fn kept_warm(manifest: &Manifest, catalogue: &Catalogue) -> Option<Time> {
    let hours = |category: &MedicalCategory| category.plant_storage_hours_ge_5c;
    kept(manifest, |mc| mc >= WARM_MC, catalogue, hours)
}

fn kept_cold(manifest: &Manifest, catalogue: &Catalogue) -> Option<Time> {
    let hours = |category: &MedicalCategory| category.plant_storage_hours_lt_5c;
    kept(manifest, |mc| mc < WARM_MC, catalogue, hours)
}

/// The plant's clock runs from arrival, and only the receipt tells how warm the store is.
fn kept(
    manifest: &Manifest,
    is_so: impl Fn(i64) -> bool,
    catalogue: &Catalogue,
    hours: impl Fn(&MedicalCategory) -> Option<u32>,
) -> Option<Time> {
    let mc = manifest.received.as_ref()?.data.storage_temp_mc?;
    let (accepted, _) = perishable(manifest, catalogue, hours);
    (is_so(mc) && accepted.0 > 0).then(|| arrived(manifest, catalogue))?
}

/// Accepted mass of the categories that have a limit of hours at the plant, and their lines.
fn perishable(
    manifest: &Manifest,
    catalogue: &Catalogue,
    hours: impl Fn(&MedicalCategory) -> Option<u32>,
) -> (Grams, Vec<i64>) {
    let has_hours = |code: &str| {
        let code = WasteCode::parse(code).ok()?;
        hours(catalogue.medical_category(code)?)
    };
    let pairs = manifest.filed.items.iter().zip(&manifest.progress);
    let pairs = pairs.filter(|(item, _)| has_hours(&item.waste_code).is_some());
    let (masses, lines): (Vec<Grams>, Vec<i64>) =
        pairs.map(|(item, progress)| (progress.accepted_g, item.line)).unzip();
    (masses.into_iter().sum(), lines)
}

fn until_gone(manifest: &Manifest, catalogue: &Catalogue) -> End {
    let gone = departed(manifest, catalogue).or_else(|| there(manifest, catalogue));
    gone.map_or(End::Open, End::Done)
}

fn until_gone_or_void(manifest: &Manifest, catalogue: &Catalogue) -> End {
    let void = manifest.cancelled.as_ref().map(|step| step.occurred_at);
    void.map_or_else(|| until_gone(manifest, catalogue), End::Done)
}

fn until_there(manifest: &Manifest, catalogue: &Catalogue) -> End {
    there(manifest, catalogue).map_or(End::Open, End::Done)
}

fn there(manifest: &Manifest, catalogue: &Catalogue) -> Option<Time> {
    arrived(manifest, catalogue).or_else(|| received(manifest, catalogue))
}

fn until_received(manifest: &Manifest, catalogue: &Catalogue) -> End {
    received(manifest, catalogue).map_or(End::Open, End::Done)
}

/// The paper is entered when its last step is on record, whatever day that step claims; and with
/// that the producer and the authority are told what was found (`notify/statutory.rs`).
fn until_entered(manifest: &Manifest, _: &Catalogue) -> End {
    manifest.received.as_ref().map_or(End::Open, |step| End::Done(step.recorded_at))
}

fn until_treated(manifest: &Manifest, catalogue: &Catalogue) -> End {
    let hours = |category: &MedicalCategory| category.plant_storage_hours_ge_5c;
    let (accepted, lines) = perishable(manifest, catalogue, hours);
    let mut treated = Grams::ZERO;
    for step in &manifest.completed {
        let of_these = step.data.treatments.iter().filter(|one| lines.contains(&one.line));
        treated = treated + of_these.map(|one| one.mass_g).sum();
        if treated >= accepted {
            return End::Done(step.occurred_at);
        }
    }
    End::Open
}

const fn not_recorded(_: &Manifest, _: &Catalogue) -> End {
    End::NotRecorded
}

#[cfg(test)]
mod tests;
