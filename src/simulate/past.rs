//! What came before: a few weeks of the life of parties that are in the registers already, up to
//! the present, with a handful of frauds. It is what a demo begins with.

use std::cell::RefCell;

use chrono::{DateTime, Datelike, Utc};

use super::chance::Chance;
use super::fraud::{Deed, Frauds};
use super::play::{self, Ids, Progress, Settled, Stage, instant};
use super::world::{DAY, Home, Kind, Sec, Vehicle, World};
use super::{Label, cast, homes, honest};
use crate::app::App;
use crate::clock::legal_day;
use crate::ids::{DriverId, OrganisationId, SiteId, UserId, VehicleId};
use crate::problem::Problem;

/// The chance of a past: the same registers on the same day have the same.
const SEED: u64 = 2026;

/// Days of a past, at least: it begins with the month of that day.
const DAYS_MIN: i64 = 24;

/// How subtle its frauds are: they should be found within the weeks that there are.
const SUBTLETY: f64 = 0.15;

/// What a past has of fraud, one of each: such as shows within weeks.
const DEEDS: &[Deed] = &[
    Deed::Skimming,
    Deed::MedicalShort,
    Deed::KitchenShort,
    Deed::SlowTrip,
    Deed::Unloaded,
    Deed::LongStop,
    Deed::WrongHazard,
    Deed::WrongName,
    Deed::SameWeight,
    Deed::LateReceipt,
    Deed::LatePickup,
    Deed::PlantStorage,
    Deed::WarmStore,
    Deed::NoFiling,
    Deed::Impurity,
    Deed::KitchenGaps,
    Deed::Instant,
];

/// What somebody in the registers is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Calling {
    Hospital { beds: i64 },
    Restaurant { seats: i64 },
    Canteen { seats: i64 },
    RepairShop,
    ChemicalPlant,
    Carrier,
    MedicalPlant,
    KitchenPlant,
    Recycler,
    Incinerator,
}

/// Somebody in the registers, with one site.
#[derive(Clone, Debug)]
pub struct Member {
    pub calling: Calling,
    pub name: String,
    /// Number of its division.
    pub division: String,
    /// Longitude and latitude of its site, degrees.
    pub place: (f64, f64),
    pub organisation_id: OrganisationId,
    pub site_id: SiteId,
    /// Who acts for it.
    pub user_id: UserId,
    /// Of a carrier.
    pub fleet: Vec<Truck>,
}

/// A vehicle with its usual driver: its class, and what it may load in grams.
pub type Truck = (&'static str, i64, VehicleId, DriverId);

/// The instant at which the past of a present begins: a month's beginning, in Beijing.
pub fn beginning(present: DateTime<Utc>) -> DateTime<Utc> {
    instant(first_day(present) * DAY)
}

fn first_day(present: DateTime<Utc>) -> i64 {
    let before = honest::date(today(present) - DAYS_MIN);
    today(present) - DAYS_MIN - i64::from(before.day0())
}

fn today(present: DateTime<Utc>) -> i64 {
    (legal_day(present) - honest::date(0)).num_days()
}

/// Plays the past of these members; the clock must be held and is left at the present. Answers
/// what is wrong in it.
pub async fn past(
    app: &App,
    members: &[Member],
    present: DateTime<Utc>,
    tell: &mut dyn FnMut(Progress),
) -> Result<Vec<Label>, Problem> {
    let ends = (present - instant(0)).num_seconds();
    let (first, days) = (first_day(present), today(present) + 1);
    let homes = homes(&app.catalogue, usize::MAX);
    let (world, ids) = world(members, homes, (first, days, ends));
    let frauds = Frauds::of(&world, DEEDS, SUBTLETY);
    let (plan, planned) = honest::plan_to_go_on(&world, &app.calendar, frauds);
    app.clock.set(instant(first * DAY));
    let stage = Stage { app, world: &world, plan: &plan, ids: RefCell::new(ids) };
    let played = Box::pin(play::play(&stage, tell)).await?;
    if let Some(refusal) = played.refusals.first() {
        tracing::warn!(refused = played.refused, first = %refusal, "acts of the past were refused");
    }
    Ok(stage.labels(&planned))
}

/// The world of these members. A carrier is three of them, one a class of its vehicles.
fn world(
    members: &[Member],
    homes: Vec<Home>,
    (first, days, ends): (i64, i64, Sec),
) -> (World, Ids) {
    let (parties, vehicles) = (Vec::new(), Vec::new());
    let mut world = World { seed: SEED, first, days, ends, homes, parties, vehicles };
    let mut ids = Ids::default();
    for member in members {
        let Some(division) = world.homes.iter().position(|home| home.number == member.division)
        else {
            continue;
        };
        let (organisation_id, site_id) = (member.organisation_id, member.site_id);
        let user_id = member.user_id;
        let settled = Settled { organisation_id, site_id, user_id, area_id: None };
        for (kind, size) in kinds(member.calling) {
            let n = world.parties.len();
            let mut chance = Chance::of(&[SEED, 1, n as u64]);
            let named = (member.name.clone(), first);
            let what = (division, kind, size);
            world.parties.push(cast::party_at(member.place, what, named, &mut chance));
            ids.parties.insert(n, settled);
            for (class, rated_g, vehicle_id, driver_id) in &member.fleet {
                if cast::CLASSES.get(size as usize) != Some(class) {
                    continue;
                }
                ids.vehicles.insert(world.vehicles.len(), (*vehicle_id, *driver_id));
                let tare_g = rated_g * 6 / 10 / 20_000 * 20_000;
                world.vehicles.push(Vehicle { carrier: n, class, rated_g: *rated_g, tare_g });
            }
        }
    }
    cast::tie(&mut world);
    (world, ids)
}

/// Kinds and sizes that a member has in a world.
fn kinds(calling: Calling) -> Vec<(Kind, i64)> {
    let carrier = (0..3).map(|class| (Kind::Carrier, class));
    match calling {
        Calling::Hospital { beds } => vec![(Kind::Tertiary, beds)],
        Calling::Restaurant { seats } => vec![(Kind::Restaurant, seats)],
        // Each seat is sat on twice.
        Calling::Canteen { seats } => vec![(Kind::Canteen, 2 * seats)],
        Calling::RepairShop => vec![(Kind::RepairShop, 24)],
        Calling::ChemicalPlant => vec![(Kind::Chemical, 50)],
        Calling::Carrier => carrier.collect(),
        Calling::MedicalPlant => vec![(Kind::MedicalPlant, 0)],
        Calling::KitchenPlant => vec![(Kind::KitchenPlant, 0)],
        Calling::Recycler => vec![(Kind::Recycler, 0)],
        Calling::Incinerator => vec![(Kind::Incinerator, 0)],
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::super::load::Course;
    use super::super::plan::What;
    use super::*;
    use crate::calendar::Calendar;
    use crate::catalogue::Catalogue;

    fn member(n: u64, division: &str, calling: Calling) -> Member {
        let id = |kind: u64| Uuid::from_u64_pair(kind, n);
        let fleet = (0..3).zip(cast::CLASSES).map(|(class, name)| {
            let (vehicle, driver) = (VehicleId::of(id(10 + class)), DriverId::of(id(20 + class)));
            (name, 8_000_000, vehicle, driver)
        });
        let far = n as f64 / 40.0;
        Member {
            calling,
            name: format!("单位{n}"),
            division: division.to_owned(),
            place: (80.0 + far, 41.0),
            organisation_id: OrganisationId::of(id(1)),
            site_id: SiteId::of(id(2)),
            user_id: UserId::of(id(3)),
            fleet: if calling == Calling::Carrier { fleet.collect() } else { Vec::new() },
        }
    }

    fn members() -> Vec<Member> {
        let callings = [
            Calling::Hospital { beds: 300 },
            Calling::Restaurant { seats: 160 },
            Calling::Canteen { seats: 200 },
            Calling::RepairShop,
            Calling::ChemicalPlant,
            Calling::Carrier,
            Calling::MedicalPlant,
            Calling::KitchenPlant,
            Calling::Recycler,
            Calling::Incinerator,
        ];
        let all = ["01", "02", "03", "04", "05"]
            .into_iter()
            .flat_map(|home| callings.map(|what| (home, what)));
        (0..).zip(all).map(|(n, (home, what))| member(n, home, what)).collect()
    }

    #[test]
    fn a_past_begins_with_a_month() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        assert_eq!(beginning(at("2026-12-01T02:00:00Z")), at("2026-10-31T16:00:00Z"));
        assert_eq!(beginning(at("2026-12-24T17:00:00Z")), at("2026-11-30T16:00:00Z"));
        assert_eq!(beginning(at("2027-01-10T00:00:00Z")), at("2026-11-30T16:00:00Z"));
    }

    #[test]
    fn nothing_is_under_way_at_the_end_but_what_is_left_open() {
        let present: DateTime<Utc> = "2026-12-01T06:30:00Z".parse().unwrap();
        let ends = (present - instant(0)).num_seconds();
        let catalogue = Catalogue::load().unwrap();
        let span = (first_day(present), today(present) + 1, ends);
        let (world, ids) = world(&members(), homes(&catalogue, 5), span);
        assert_eq!((world.parties.len(), ids.parties.len()), (60, 60));
        let frauds = Frauds::of(&world, DEEDS, SUBTLETY);
        let calendar = Calendar::load().unwrap();
        let (plan, labels) = honest::plan_to_go_on(&world, &calendar, frauds);
        assert!(labels.iter().filter(|label| !label.honest).count() > 8, "{labels:?}");
        assert!(plan.acts.iter().all(|act| (span.0 * DAY..ends).contains(&act.at)));
        let done = |n: usize, what: fn(usize) -> What| {
            let wanted = what(n);
            plan.acts.iter().any(|act| act.what == wanted)
        };
        let mut left = [0; 5];
        for (n, load) in plan.loads.iter().enumerate() {
            let state = match load.course {
                Course::Draft => 0,
                Course::Cancelled(_) => continue,
                Course::Through
                    if load.items[0].refused > 0 && load.received.told > ends - 3 * 3600 =>
                {
                    4
                }
                _ if !done(n, What::File) || done(n, What::Receive) => continue,
                _ if done(n, What::Arrive) => 3,
                _ if done(n, What::Depart) => 2,
                _ => 1,
            };
            left[state] += 1;
            assert_ne!(world.parties[load.from].division, 0);
        }
        assert!(left.iter().all(|count| (1..=4).contains(count)), "{left:?}");
    }
}
