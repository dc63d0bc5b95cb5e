//! The cast of a world: what each division has, who works with whom, and how large all must be.

use super::chance::Chance;
use super::waste::{
    ACID, ASH, BATTERIES, BOTTOMS, CARBON, CATALYST, DROSS, ENGINE_OIL, FOOD, GREASE, OIL, RAGS,
    TAR,
};
use super::world::{DAY, Flow, Home, Kind, Party, Vehicle, World, place};

/// What the vehicles of a carrier of size 0, 1 and 2 may load.
pub const CLASSES: [&str; 3] = ["medical", "kitchen", "hazardous"];

/// A tonne in grams.
const TONNE: i64 = 1_000_000;

/// Builds the world of a seed.
pub fn world(seed: u64, homes: Vec<Home>, days: i64) -> World {
    let (parties, vehicles) = (Vec::new(), Vec::new());
    let mut world = World { seed, first: 0, days, ends: days * DAY, homes, parties, vehicles };
    for division in 0..world.homes.len() {
        let mut chance = Chance::of(&[seed, 1, division as u64]);
        for (kind, name, size) in members(division, &mut chance) {
            let party = party(&world, division, (kind, name, size), &mut chance);
            world.parties.push(party);
        }
    }
    farms(&mut world);
    newcomer(&mut world);
    fleets(&mut world);
    tie(&mut world);
    turns(&mut world);
    world
}

/// Who works with whom, and how large receivers must be for it.
pub fn tie(world: &mut World) {
    ties(world);
    sizes(world);
}

/// What a division has: kind, name and size.
fn members(division: usize, chance: &mut Chance) -> Vec<(Kind, String, i64)> {
    let mut all = vec![
        (Kind::Carrier, "洁运医废运输公司".to_owned(), 0),
        (Kind::Carrier, "绿源餐厨收运公司".to_owned(), 1),
        (Kind::Carrier, "安达危货运输公司".to_owned(), 2),
        (Kind::MedicalPlant, "医疗废物处置中心".to_owned(), 0),
        (Kind::KitchenPlant, "餐厨垃圾处理厂".to_owned(), 0),
        (Kind::Recycler, "再生资源公司".to_owned(), 0),
        (Kind::Secondary, "医院".to_owned(), chance.whole(140, 260)),
        (Kind::Primary, "团场医院".to_owned(), chance.whole(30, 70)),
        (Kind::Primary, "第二团场医院".to_owned(), chance.whole(25, 60)),
        (Kind::Coking, "焦化厂".to_owned(), chance.whole(500, 900)),
        (Kind::BatteryPoint, "蓄电池收集网点".to_owned(), chance.whole(2, 4)),
    ];
    if division.is_multiple_of(2) {
        all.push((Kind::Tertiary, "总医院".to_owned(), chance.whole(380, 620)));
        all.push((Kind::Chemical, "化工厂".to_owned(), chance.whole(60, 140)));
        all.push((Kind::Incinerator, "危险废物焚烧中心".to_owned(), 0));
    } else {
        all.push((Kind::Aluminium, "电解铝厂".to_owned(), chance.whole(90, 160)));
        all.push((Kind::Pvc, "聚氯乙烯厂".to_owned(), chance.whole(150, 320)));
        all.push((Kind::Landfill, "危险废物填埋场".to_owned(), 0));
    }
    for n in 1..=3 {
        all.push((Kind::Clinic, format!("社区卫生站{n}"), chance.whole(4, 15)));
        all.push((Kind::RepairShop, format!("汽车修理厂{n}"), chance.whole(10, 30)));
    }
    for n in 1..=4 {
        all.push((Kind::Restaurant, format!("大漠餐厅{n}"), chance.whole(60, 280)));
    }
    for n in 1..=2 {
        all.push((Kind::Canteen, format!("机关食堂{n}"), chance.whole(250, 700)));
    }
    all.push((Kind::Farm, "养殖场".to_owned(), 0));
    all
}

fn party(
    world: &World,
    division: usize,
    (kind, name, size): (Kind, String, i64),
    chance: &mut Chance,
) -> Party {
    let home = &world.homes[division];
    let far = match kind {
        Kind::Restaurant | Kind::Canteen | Kind::Carrier | Kind::Clinic => 0.12,
        Kind::MedicalPlant | Kind::KitchenPlant => 0.18,
        Kind::Primary => 0.4,
        _ => 0.3,
    };
    let at = place(home, far, chance);
    let labels_boxes = kind == Kind::Primary && name == "团场医院";
    let named = (format!("{}{name}", home.name), 0);
    Party { labels_boxes, ..party_at(at, (division, kind, size), named, chance) }
}

/// A party at a place, in the registers from a day on.
pub fn party_at(
    (lon, lat): (f64, f64),
    (division, kind, size): (usize, Kind, i64),
    (name, born): (String, i64),
    chance: &mut Chance,
) -> Party {
    Party {
        kind,
        name,
        division,
        lon,
        lat,
        size,
        level: chance.between(0.88, 1.18),
        born,
        flows: Vec::new(),
        carriers: Vec::new(),
        rated_daily_g: 0,
        storage_g: 0,
        annual_g: 0,
        switches: None,
        shut: None,
        growth: chance.between(0.95, 1.12),
        labels_boxes: false,
    }
}

/// Farms lie apart from everybody else: two kilometres at least.
fn farms(world: &mut World) {
    for n in world.of(|kind| kind == Kind::Farm) {
        let mut chance = Chance::of(&[world.seed, 4, n as u64]);
        for _ in 0..200 {
            let one = &world.parties[n];
            let others = world.parties.iter().enumerate().filter(|(other, _)| *other != n);
            let near = |other: &Party| {
                (other.lon - one.lon).abs() < 0.03 && (other.lat - one.lat).abs() < 0.02
            };
            if !others.into_iter().any(|(_, other)| near(other)) {
                break;
            }
            let (lon, lat) = place(&world.homes[one.division], 0.16, &mut chance);
            (world.parties[n].lon, world.parties[n].lat) = (lon, lat);
        }
    }
}

/// An honest producer that begins in mid-year.
fn newcomer(world: &mut World) {
    let mut chance = Chance::of(&[world.seed, 2]);
    let born = world.days / 2;
    if born < 30 || world.homes.is_empty() {
        return;
    }
    let named = (Kind::RepairShop, "新开汽修厂".to_owned(), 18);
    let mut party = party(world, 0, named, &mut chance);
    party.born = born;
    world.parties.push(party);
}

fn fleets(world: &mut World) {
    for (carrier, party) in world.parties.iter().enumerate() {
        if party.kind != Kind::Carrier {
            continue;
        }
        let (class, rated): (&str, &[i64]) = match party.size {
            0 => ("medical", &[1500, 1500, 3000]),
            1 => ("kitchen", &[5000, 8000]),
            _ => ("hazardous", &[3000, 5000, 10_000, 18_000, 18_000]),
        };
        world.vehicles.extend(rated.iter().map(|kg| Vehicle {
            carrier,
            class,
            rated_g: kg * 1000,
            tare_g: (kg * 6 / 10 + 2000) / 20 * 20 * 1000,
        }));
    }
}

/// What each produces a day, by the coefficients of seeds/generation_coefficients.csv.
fn flows(kind: Kind, size: i64, level: f64) -> Vec<(usize, f64, i64)> {
    let size = size as f64;
    let kg = |kilograms: f64| kilograms * 1000.0 * level;
    match kind {
        Kind::RepairShop => vec![
            (ENGINE_OIL, kg(4.0 * size), 24),
            (BATTERIES, kg(2.6 * size), 35),
            (RAGS, kg(0.5 * size), 60),
        ],
        Kind::BatteryPoint => vec![(BATTERIES, kg(120.0 * size), 9)],
        Kind::Coking => vec![(TAR, kg(size), 8)],
        Kind::Chemical => vec![
            (ACID, kg(6.0 * size), 12),
            (BOTTOMS, kg(3.0 * size), 18),
            (CARBON, kg(0.9 * size), 40),
        ],
        Kind::Aluminium => vec![(DROSS, kg(15.0 * size), 6), (OIL, kg(0.5 * size), 30)],
        Kind::Pvc => vec![(CATALYST, kg(1.2 * size), 28)],
        Kind::Restaurant => {
            let food = if size >= 150.0 { 0.85 } else { 0.5 } * size;
            vec![(FOOD, kg(food), 1), (GREASE, kg(food * 0.03), 6)]
        }
        Kind::Canteen => vec![(FOOD, kg(0.12 * size), 1), (GREASE, kg(0.12 * 0.03 * size), 6)],
        _ => Vec::new(),
    }
}

/// Who works with whom.
fn ties(world: &mut World) {
    for n in 0..world.parties.len() {
        let party = &world.parties[n];
        let (kind, division) = (party.kind, party.division);
        let class = match kind {
            _ if kind.is_hospital() || kind == Kind::Clinic => 0,
            _ if kind.is_kitchen() => 1,
            _ => 2,
        };
        let mut carriers = world.of(|kind| kind == Kind::Carrier);
        carriers.retain(|one| world.parties[*one].size == class);
        carriers.sort_by_key(|one| world.parties[*one].division.abs_diff(division));
        carriers.truncate(2);
        let made = flows(kind, party.size, party.level).into_iter();
        let made: Vec<Flow> = made
            .map(|(waste, daily_g, every)| Flow { waste, daily_g, to: world.able(n, waste), every })
            .collect();
        let party = &mut world.parties[n];
        (party.carriers, party.flows) = (carriers, made);
    }
}

/// How much comes to each receiver in a day, on average.
fn inflow(world: &World, receiver: usize) -> f64 {
    let division = world.parties[receiver].division;
    let kind = world.parties[receiver].kind;
    let mut sum = 0.0;
    for party in &world.parties {
        if kind == Kind::MedicalPlant && party.division == division {
            let beds = if party.kind.is_hospital() { party.size as f64 } else { 0.0 };
            sum += beds * 700.0 + 3_000.0;
        }
        for flow in &party.flows {
            if let Some(place) = flow.to.iter().position(|one| *one == receiver) {
                sum += flow.daily_g * if place == 0 { 0.8 } else { 0.25 };
            }
        }
    }
    sum
}

fn sizes(world: &mut World) {
    for n in 0..world.parties.len() {
        let kind = world.parties[n].kind;
        if !kind.is_receiver() {
            continue;
        }
        // What is burnt elsewhere ends in the landfill.
        let ash = if kind == Kind::Landfill { 2.5 * TONNE as f64 } else { 0.0 };
        let daily = inflow(world, n) + ash;
        let largest = match kind {
            Kind::MedicalPlant => 2 * TONNE,
            Kind::KitchenPlant => 6 * TONNE,
            _ => 20 * TONNE,
        };
        let party = &mut world.parties[n];
        party.rated_daily_g = ((2.2 * daily) as i64).max(largest) / 10_000 * 10_000;
        party.storage_g = ((70.0 * daily) as i64).max(8 * largest) / 100_000 * 100_000;
        party.annual_g = ((3.0 * daily * 366.0) as i64).max(300 * largest / 4);
    }
}

/// Honest turns of the year: a shutdown, a switch of carriers.
fn turns(world: &mut World) {
    let mut chance = Chance::of(&[world.seed, 3]);
    let days = world.days;
    if days < 90 {
        return;
    }
    let shutting = world.of(|kind| matches!(kind, Kind::Aluminium | Kind::Chemical));
    if let Some(one) = chance.pick(&shutting) {
        let from = chance.whole(days / 4, days / 2);
        world.parties[*one].shut = Some((from, from + 13));
    }
    let switching = world.of(|kind| kind == Kind::RepairShop);
    if let Some(one) = chance.pick(&switching)
        && let Some(other) = world.parties[*one].carriers.get(1).copied()
    {
        world.parties[*one].switches = Some((chance.whole(days / 3, 2 * days / 3), other));
    }
}

/// Ash of an incinerator goes to the nearest landfills.
pub fn landfills(world: &World, from: usize) -> Vec<usize> {
    world.able(from, ASH)
}
