//! Three weeks of manifests: what the members send each other, day by day, on the sandbox clock.
//!
//! Most run through to the end. The last days leave some in every other state, with the honest
//! mess of real life: a scale that disagrees, a refused box, a cancelled trip, a draft.

use std::collections::BTreeSet;

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use futures_util::future::try_join_all;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};

use super::act::body;
use super::cast::What;
use super::loads::{Load, loads};
use super::registers::Settled;
use crate::app::App;
use crate::clock::legal_day;
use crate::command::Done;
use crate::ids::ManifestId;
use crate::manifest::{self, Stored};
use crate::problem::Problem;
use crate::registry::{Place, ledger};

/// How far a manifest goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Draft,
    Filed,
    Cancelled,
    InTransit,
    Arrived,
    Accepted,
    PartlyAccepted,
    Refused,
    Completed,
}

/// Minutes after the filing when a truck leaves.
const LEAVES: i64 = 35;
/// Minutes from arrival to receipt, and to treatment.
const RECEIVED: i64 = 20;
const TREATED: i64 = 470;
/// No trip ends on another day: the next morning's filings come first.
const DAY: i64 = 22 * 60;

/// What is done at an hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hour {
    File,
    Depart,
    Arrive,
    Receive,
    Complete,
}

/// Plays `days` days up to `present`, all trips of an hour side by side.
pub async fn live(
    app: &App,
    members: &[Settled],
    present: DateTime<Utc>,
    days: i64,
) -> Result<(), Problem> {
    for day in (1..=days).rev() {
        let morning = present - TimeDelta::days(day);
        let senders = members.iter().enumerate();
        let mut trips: Vec<Trip> = senders
            .flat_map(|(n, sender)| plan(members, (n, sender), day, legal_day(morning)))
            .collect();
        let minutes: BTreeSet<i64> =
            trips.iter().flat_map(Trip::hours).map(|(minute, _)| minute).collect();
        for minute in minutes {
            app.clock.set(morning + TimeDelta::minutes(minute));
            try_join_all(trips.iter_mut().map(|trip| trip.at(app, minute))).await?;
        }
    }
    Ok(())
}

/// One load on its way.
struct Trip<'a> {
    sender: &'a Settled,
    carrier: &'a Settled,
    receiver: &'a Settled,
    load: &'static Load,
    kg: i64,
    end: End,
    today: NaiveDate,
    tag: u64,
    /// Minutes after the filing when it comes.
    arrives: i64,
    /// Once it is filed.
    id: Option<ManifestId>,
}

/// What a sender sends on a day: kitchens and hospitals often, workshops now and then.
fn plan<'a>(
    members: &'a [Settled],
    (n, sender): (usize, &'a Settled),
    day: i64,
    today: NaiveDate,
) -> Vec<Trip<'a>> {
    let every = match sender.what {
        What::Hospital => 2,
        What::Restaurant | What::Canteen => 1,
        What::RepairShop | What::ChemicalPlant => 9,
        _ => return Vec::new(),
    };
    if (day + n as i64) % every != 0 {
        return Vec::new();
    }
    let tag = n as u64 * 1000 + day as u64;
    let mut chance = StdRng::seed_from_u64(tag);
    let all = loads(sender.what);
    // Seldom anything but what there is most of.
    let rare = chance.random_range(0..6) == 0;
    let load = &all[if rare { all.len() - 1 } else { 0 }];
    let kg = load.kg * chance.random_range(70..130) / 100;
    let near = |what| nearest(members, &sender.division, what);
    let (Some(carrier), Some(receiver)) = (near(What::Carrier), near(load.receiver)) else {
        return Vec::new();
    };
    let mut end = ending(day, chance.random_range(0..100));
    // Medical waste may not wait at its plant.
    if end == End::Accepted && load.stream == "medical" && day > 4 {
        end = End::Completed;
    }
    let arrives = arrival(sender.place, receiver.place, chance.random_range(90..115));
    vec![Trip { sender, carrier, receiver, load, kg, end, today, tag, arrives, id: None }]
}

/// The member of that kind in the same division, else the first of the list.
fn nearest<'a>(members: &'a [Settled], division: &str, what: What) -> Option<&'a Settled> {
    let of_kind = || members.iter().filter(move |member| member.what == what);
    of_kind().find(|member| member.division == division).or_else(|| of_kind().next())
}

/// When a truck comes that drives as trucks do: the road is longer than the crow's way by a third.
fn arrival(from: Place, to: Place, percent: i64) -> i64 {
    let east = (to.lon_e6 - from.lon_e6) as f64 / 1e6 * 83.0;
    let north = (to.lat_e6 - from.lat_e6) as f64 / 1e6 * 111.0;
    let minutes = 30.0 + east.hypot(north) * 1.3 / 55.0 * 60.0;
    (LEAVES + minutes as i64 * percent / 100).min(DAY - RECEIVED)
}

fn ending(day: i64, chance: i64) -> End {
    match (day, chance) {
        (1, 0..20) => End::Draft,
        (1, 20..60) => End::Filed,
        (1..=2, 0..70) => End::InTransit,
        (1..=3, _) => End::Arrived,
        (4..=6, 0..60) => End::Accepted,
        (_, 0..4) => End::Cancelled,
        (_, 4..9) => End::PartlyAccepted,
        (_, 9..11) => End::Refused,
        _ => End::Completed,
    }
}

impl Trip<'_> {
    /// What it does when, as far as a day goes.
    fn hours(&self) -> [(i64, Hour); 5] {
        [
            (0, Hour::File),
            (LEAVES, Hour::Depart),
            (self.arrives, Hour::Arrive),
            (self.arrives + RECEIVED, Hour::Receive),
            ((self.arrives + TREATED).min(DAY), Hour::Complete),
        ]
    }

    /// Does what this trip does at this minute, if it goes so far.
    async fn at(&mut self, app: &App, minute: i64) -> Result<(), Problem> {
        for (at, hour) in self.hours() {
            if at == minute {
                self.act(app, hour).await?;
            }
        }
        Ok(())
    }

    async fn act(&mut self, app: &App, hour: Hour) -> Result<(), Problem> {
        match (hour, self.id) {
            (Hour::File, _) => self.file(app).await,
            (Hour::Depart, Some(id)) => self.depart(app, id).await,
            (Hour::Arrive, Some(id)) if self.end != End::InTransit => self.arrive(app, id).await,
            (Hour::Receive, Some(id)) if !matches!(self.end, End::InTransit | End::Arrived) => {
                self.receive(app, id).await
            }
            (Hour::Complete, Some(id)) if self.end == End::Completed => {
                self.complete(app, id).await
            }
            _ => Ok(()),
        }
    }

    async fn file(&mut self, app: &App) -> Result<(), Problem> {
        let producer = self.sender.head.ctx(app);
        let request = self.request();
        if self.end == End::Draft {
            let mut draft = request;
            draft["draft"] = json!(true);
            manifest::save(app, &producer, draft.to_string().as_bytes()).await?;
            return Ok(());
        }
        let produced = json!({
            "site_id": self.sender.site_id, "kind": "produced", "waste_code": self.load.code,
            "mass_kg": self.kg,
        });
        ledger::enter(app, &producer, body(&produced)).await?;
        let id = id_of(manifest::file(app, &producer, body(&request)).await?)?;
        if self.end == End::Cancelled {
            let reason = body(&json!({"reason": "not_needed", "reason_text": "车辆临时维修"}));
            manifest::cancel(app, &producer, id, reason).await?;
        } else if self.end != End::Filed {
            self.id = Some(id);
        }
        Ok(())
    }

    async fn depart(&self, app: &App, id: ManifestId) -> Result<(), Problem> {
        let departed = body(&json!({"loaded_kg": self.kg}));
        manifest::depart(app, &self.carrier.head.ctx(app), id, departed).await?;
        Ok(())
    }

    async fn arrive(&self, app: &App, id: ManifestId) -> Result<(), Problem> {
        let arrived = body(&json!({"gross_kg": 6000 + self.kg}));
        manifest::arrive(app, &self.receiver.head.ctx(app), id, arrived).await?;
        Ok(())
    }

    async fn receive(&self, app: &App, id: ManifestId) -> Result<(), Problem> {
        let (decision, accepted, refused) = self.found();
        let mut item = json!({"line": 1, "accepted_kg": accepted, "refused_kg": refused});
        if refused > 0 {
            item["reason"] = json!("damaged");
        }
        let received = json!({
            "decision": decision, "gross_kg": 6000 + self.kg, "tare_kg": 6000, "items": [item],
        });
        manifest::receive(app, &self.receiver.head.ctx(app), id, body(&received)).await?;
        Ok(())
    }

    async fn complete(&self, app: &App, id: ManifestId) -> Result<(), Problem> {
        let (_, accepted, _) = self.found();
        let done = json!({"treatments": [{
            "line": 1, "method": self.load.method, "mass_kg": accepted,
            "completed_on": legal_day(app.clock.now()),
        }]});
        manifest::complete(app, &self.receiver.head.ctx(app), id, body(&done)).await?;
        Ok(())
    }

    /// Decision, accepted and refused kilograms: scales disagree by a little.
    fn found(&self) -> (&'static str, i64, i64) {
        match self.end {
            End::Refused => ("refuse", 0, self.kg),
            End::PartlyAccepted => ("partial", self.kg - self.kg / 4, self.kg / 4),
            _ if self.tag.is_multiple_of(7) => ("accept", self.kg - 1, 0),
            _ => ("accept", self.kg, 0),
        }
    }

    fn request(&self) -> Value {
        let fleet = self.carrier.fleet.iter().find(|(class, _, _)| *class == self.load.stream);
        let (vehicle, driver) = fleet.map(|(_, vehicle, driver)| (vehicle, driver)).unzip();
        let tomorrow = self.today.checked_add_days(Days::new(1));
        let waits = tomorrow.filter(|_| self.end == End::Filed);
        let planned = waits.unwrap_or(self.today);
        json!({
            "stream": self.load.stream,
            "producer_site_id": self.sender.site_id,
            "receiver_site_id": self.receiver.site_id,
            "legs": [{
                "carrier_id": self.carrier.organisation_id, "vehicle_id": vehicle,
                "driver_id": driver,
            }],
            "planned_departure_on": planned,
            "items": [self.load.item(self.kg)],
            "external_id": format!("DEMO-{}", self.tag),
        })
    }
}

fn id_of(done: Done<Stored>) -> Result<ManifestId, Problem> {
    match done {
        Done::Written { output, .. } | Done::Previewed { output, .. } => Ok(output.id),
        Done::Replayed(_) => Err(Problem::internal("a demo filing has no idempotency key")),
    }
}
