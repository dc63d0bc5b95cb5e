//! Takes readings, line by line, and shows them.
//!
//! Lines of one vehicle or site that come together make a batch and one commit. A line that is
//! wrong harms no other. Who owns the vehicle or site tells of it; its regulators see it.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Days, TimeDelta, Utc};
use uuid::Uuid;

use super::asked::{NewReading, ReadingKind, TelemetryQuery};
use super::model::{Batch, Reading, contents_of, id_of};
use super::store;
use crate::app::App;
use crate::command::{self, Done, Freshness};
use crate::ctx::{Actor, Ctx};
use crate::decision::{Decision, EventDraft, Guard, Stamp, Subject, SubjectKind, Written};
use crate::identity::policy;
use crate::ids::OrganisationId;
use crate::journal::frozen;
use crate::limits::{AHEAD_MINUTES_MAX, READINGS_SHOWN_MAX};
use crate::problem::{Code, Fault, Problem, Text};
use crate::registry::{Part, Place};
use crate::wire::{Asked, Decimal, asked};

/// Readings may be told this long afterwards: a phone that was out of reach.
const BEHIND_DAYS_MAX: u64 = 30;

/// What became of a line: the batch that it is in.
#[derive(Debug)]
pub struct Taken {
    /// None where nothing was written (`validate_only`).
    pub outcome: Result<Option<Uuid>, Problem>,
}

/// What a reading is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum About {
    Vehicle(Uuid),
    Site(Uuid),
}

impl About {
    const fn id(self) -> Uuid {
        match self {
            Self::Vehicle(id) | Self::Site(id) => id,
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Vehicle(_) => "vehicle",
            Self::Site(_) => "site",
        }
    }

    const fn pointer(self) -> &'static str {
        match self {
            Self::Vehicle(_) => "/vehicle_id",
            Self::Site(_) => "/site_id",
        }
    }
}

/// Whose it is, and where.
struct Owner {
    organisation_id: OrganisationId,
    division: String,
    guard: Guard,
}

/// Whoever could never tell anything is refused before the lines are looked at.
pub fn may_tell(actor: &Actor) -> Result<(), Problem> {
    let plays = |part| policy::role_plays(actor.role, part);
    policy::require(plays(Part::Carrier) || plays(Part::Receiver) || plays(Part::Producer))
}

/// Takes a group of lines; one answer each, in their order.
pub async fn take(app: &App, ctx: &Ctx, lines: &[&[u8]]) -> Vec<Taken> {
    let mut outcomes: Vec<Option<Result<Option<Uuid>, Problem>>> = Vec::new();
    let mut groups: BTreeMap<About, Vec<(usize, Reading)>> = BTreeMap::new();
    for (n, line) in lines.iter().enumerate() {
        match asked::<NewReading>(line).and_then(|asked: Asked<NewReading>| asked) {
            Ok(new) => match reading(&new, ctx) {
                Ok((about, reading)) => {
                    groups.entry(about).or_default().push((n, reading));
                    outcomes.push(None);
                }
                Err(problem) => outcomes.push(Some(Err(problem))),
            },
            Err(problem) => outcomes.push(Some(Err(problem))),
        }
    }
    for (about, mut group) in groups {
        group.sort_by_key(|(_, reading)| reading.at);
        let readings: Vec<Reading> = group.iter().map(|(_, reading)| reading.clone()).collect();
        let outcome = keep(app, ctx, about, &readings).await;
        for (n, _) in group {
            if let Some(place) = outcomes.get_mut(n) {
                *place = Some(outcome.clone());
            }
        }
    }
    let none = || Err(Problem::internal("a reading without an answer"));
    outcomes.into_iter().map(|one| Taken { outcome: one.unwrap_or_else(none) }).collect()
}

fn reading(new: &NewReading, ctx: &Ctx) -> Result<(About, Reading), Problem> {
    let mut faults: Vec<Fault> = in_time(new.at, ctx).into_iter().collect();
    let mut must = |there: bool, pointer: &str| {
        if !there {
            let text = Text::new("这类读数须有此项。", "A reading of this kind needs it.");
            faults.push(Fault::new(Code::Required, pointer, text));
        }
    };
    let about = match new.kind {
        ReadingKind::Position => {
            must(new.vehicle_id.is_some(), "/vehicle_id");
            must(new.location.is_some(), "/location");
            new.vehicle_id.map(|id| About::Vehicle(id.uuid()))
        }
        ReadingKind::StorageTemperature | ReadingKind::Furnace => {
            must(new.site_id.is_some(), "/site_id");
            must(new.celsius.is_some(), "/celsius");
            new.site_id.map(|id| About::Site(id.uuid()))
        }
    };
    Problem::unless_empty(faults)?;
    let about = about.ok_or_else(|| Problem::internal("a reading of nothing"))?;
    let place =
        new.location.map(|at| Place { lon_e6: i64::from(at.lon_e6), lat_e6: i64::from(at.lat_e6) });
    let reading = Reading {
        kind: new.kind.as_str().to_owned(),
        at: new.at,
        place,
        speed_milli: new.speed_kmh.map(Decimal::milli),
        load_g: new.load_kg.map(|mass| mass.grams().0),
        celsius_milli: new.celsius.map(Decimal::milli),
        feeding: new.feeding,
    };
    Ok((about, reading))
}

fn in_time(at: DateTime<Utc>, ctx: &Ctx) -> Option<Fault> {
    if at > ctx.now + TimeDelta::minutes(AHEAD_MINUTES_MAX) {
        let text = Text::new(
            format!("时间最多可比现在晚 {AHEAD_MINUTES_MAX} 分钟。"),
            format!("At most {AHEAD_MINUTES_MAX} minutes ahead of now."),
        );
        return Some(Fault::new(Code::NotYet, "/at", text));
    }
    let earliest = ctx.now.checked_sub_days(Days::new(BEHIND_DAYS_MAX))?;
    (at < earliest).then(|| {
        let text = Text::new(
            format!("时间最多可比现在早 {BEHIND_DAYS_MAX} 天。"),
            format!("At most {BEHIND_DAYS_MAX} days ago."),
        );
        Fault::new(Code::OccurredTooEarly, "/at", text)
    })
}

async fn owner(app: &App, about: About, freshness: Freshness) -> Result<Option<Owner>, Problem> {
    let site = match about {
        About::Vehicle(id) => {
            let id = crate::ids::VehicleId::of(id);
            let vehicle = app.registers.vehicle(&app.pool, id, freshness).await?;
            let Some(vehicle) = vehicle else { return Ok(None) };
            let owner = vehicle.organisation_id;
            let of = app.registers.organisation(&app.pool, owner, freshness).await?;
            return Ok(of.map(|organisation| Owner {
                organisation_id: owner,
                division: organisation.division.clone(),
                guard: vehicle.guard,
            }));
        }
        About::Site(id) => {
            let id = crate::ids::SiteId::of(id);
            app.registers.site(&app.pool, id, freshness).await?
        }
    };
    Ok(site.map(|site| Owner {
        organisation_id: site.organisation_id,
        division: site.division.clone(),
        guard: site.guard,
    }))
}

/// One batch: its event, and its row. What is there already is answered as it was.
async fn keep(
    app: &App,
    ctx: &Ctx,
    about: About,
    readings: &[Reading],
) -> Result<Option<Uuid>, Problem> {
    let (content, content_sha256) = frozen(&readings)?;
    let id = id_of(about.id(), &content);
    let read = async |freshness| {
        let owner = owner(app, about, freshness).await?;
        let known = store::known(&app.pool, &[id]).await?;
        Ok((owner, !known.is_empty()))
    };
    let decide = |(owner, is_known): &(Option<Owner>, bool)| {
        let own = |owner: &&Owner| policy::belongs_to(&ctx.actor, owner.organisation_id);
        let owner = owner.as_ref().filter(own);
        let owner = owner.ok_or_else(|| Fault::unknown_reference(about.pointer()))?;
        let subject = Subject::new(SubjectKind::Track, id);
        let output = Arc::new(id);
        if *is_known {
            return Ok(Decision::unchanged(Guard { subject, version: 1 }, ctx, 201, output));
        }
        let (Some(first), Some(last)) = (readings.first(), readings.last()) else {
            return Err(Problem::internal("a batch of nothing"));
        };
        let batch = Batch {
            id,
            about: about.word().to_owned(),
            about_id: about.id(),
            organisation_id: owner.organisation_id,
            division: owner.division.clone(),
            first_at: first.at,
            last_at: last.at,
            count: i32::try_from(readings.len()).unwrap_or(i32::MAX),
            content_sha256: content_sha256.clone(),
        };
        let event = EventDraft {
            subject,
            kind: "told",
            occurred_at: last.at.min(ctx.now),
            actor: Stamp::from(&ctx.actor),
            data: serde_json::to_value(&batch).map_err(Problem::internal)?,
        };
        let row = store::insert(&batch, &content);
        let finish = move |_: &_| {
            let (events, rows) = (vec![event.clone()], vec![row.clone()]);
            Ok(Written { events, rows, notices: Vec::new(), output: Arc::clone(&output) as _ })
        };
        let mut decision = Decision::new(subject, ctx, 201, Box::new(finish));
        decision.lean_on([owner.guard]);
        decision.advance(subject, None);
        Ok(decision)
    };
    match command::run::<_, Uuid>(app, ctx, read, decide).await? {
        Done::Written { .. } | Done::Replayed(_) => Ok(Some(id)),
        Done::Previewed { .. } => Ok(None),
    }
}

/// Readings of a vehicle or a site in a span, in the order of their times: for its owner and the
/// regulators of the place.
pub async fn readings(
    app: &App,
    ctx: &Ctx,
    asked: &TelemetryQuery,
) -> Result<Vec<Reading>, Problem> {
    let about = match (asked.vehicle_id, asked.site_id) {
        (Some(id), None) => About::Vehicle(id.uuid()),
        (None, Some(id)) => About::Site(id.uuid()),
        _ => {
            let text = Text::new(
                "vehicle_id 与 site_id 须填且仅填一项。",
                "Exactly one of vehicle_id and site_id.",
            );
            return Err(Problem::at(Code::InvalidValue, "/vehicle_id", text));
        }
    };
    let owner = owner(app, about, Freshness::Fresh).await?.ok_or_else(Problem::not_found)?;
    let sees = policy::belongs_to(&ctx.actor, owner.organisation_id)
        || policy::regulates(&ctx.actor, &owner.division);
    policy::allow(sees, true)?;
    let span = (asked.from, asked.to);
    let contents =
        store::of_subject(&app.pool, about.id(), span, READINGS_SHOWN_MAX as i64).await?;
    let mut all = Vec::new();
    for content in &contents {
        let within = |one: &Reading| asked.from <= one.at && one.at < asked.to;
        all.extend(contents_of(content)?.into_iter().filter(within));
    }
    all.sort_by_key(|one| one.at);
    if all.len() > READINGS_SHOWN_MAX {
        let text = Text::new(
            format!("超过 {READINGS_SHOWN_MAX} 条读数，请缩小时间范围。"),
            format!("More than {READINGS_SHOWN_MAX} readings: ask for a shorter span."),
        );
        return Err(Problem::at(Code::OutOfRange, "/to", text));
    }
    Ok(all)
}
