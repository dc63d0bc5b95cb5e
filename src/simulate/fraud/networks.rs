//! Networks: oil that goes round among recyclers, or to and fro between two, and a carrier that the
//! regulator puts on the blacklist while loads are on their way.

use serde_json::json;

use super::schemes::{Scheme, steered};
use super::table::Deed;
use crate::simulate::chance::Chance;
use crate::simulate::honest::Planner;
use crate::simulate::load::{Course, Entry, Item, Load, Paper, PaperKind};
use crate::simulate::waste::{OIL, packages};
use crate::simulate::world::{DAY, HOUR, Kind, MINUTE};

pub fn day(planner: &mut Planner, scheme: &mut Scheme, day: i64, chance: &mut Chance) {
    match scheme.deed {
        Deed::Cycle => {
            let members = circle(planner, scheme.party, scheme.scale(3.0, 4.4).round() as usize);
            let every = scheme.scale(6.0, 13.0) as i64;
            hands_on(planner, scheme, &members, (day, every), chance);
        }
        Deed::PingPong => {
            let members = circle(planner, scheme.party, 2);
            let every = scheme.scale(5.0, 12.0) as i64;
            hands_on(planner, scheme, &members, (day, every), chance);
        }
        Deed::Blacklisted => blacklisted(planner, scheme, day, chance),
        Deed::Concentration => concentrated(planner, scheme, day),
        _ => {}
    }
}

/// The nearest recyclers, the scheme's own first.
fn circle(planner: &Planner, first: usize, count: usize) -> Vec<usize> {
    let mut all = planner.world.of(|kind| kind == Kind::Recycler);
    all.sort_by(|a, b| {
        planner.world.road_km(first, *a).total_cmp(&planner.world.road_km(first, *b))
    });
    all.truncate(count.max(2));
    all
}

/// One hands on to the next, as often as that.
fn hands_on(
    planner: &mut Planner,
    scheme: &mut Scheme,
    members: &[usize],
    (day, every): (i64, i64),
    chance: &mut Chance,
) {
    let since = day - scheme.days.0;
    if since % every != 0 || members.len() < 2 || day + 4 > scheme.days.1 {
        return;
    }
    let turn = (since / every) as usize;
    let (from, to) = (members[turn % members.len()], members[(turn + 1) % members.len()]);
    let grams = 20_000 * chance.whole(160, 420);
    let division = planner.world.parties[from].division;
    let carriers = planner.world.of(|kind| kind == Kind::Carrier).into_iter();
    let own = carriers.filter(|one| planner.world.parties[*one].size == 2);
    let Some(carrier) =
        own.min_by_key(|one| planner.world.parties[*one].division.abs_diff(division))
    else {
        return;
    };
    let wanted = day * DAY + 10 * HOUR + chance.whole(0, 3 * HOUR);
    let Some(ride) = planner.book((carrier, "hazardous"), (from, grams), wanted, chance) else {
        return;
    };
    let made = Entry { party: from, kind: "brought_in", waste: OIL, grams, occurred: None };
    planner.plan.entry(ride.1 - 4 * HOUR, made);
    let item = Item {
        waste: OIL,
        grams,
        packages: packages(OIL, grams),
        accepted: grams,
        refused: 0,
        stored_since: None,
    };
    let mut load = planner.load((from, to, carrier), vec![item], ride, chance);
    planner.gate(&mut load, chance);
    load.course = Course::Through;
    planner.away(load.vehicle, load.trip());
    planner.treat(&mut load, chance);
    scheme.label.touch(load.key, (load.filed, load.received.told));
    scheme.label.parties = members.to_vec();
    planner.plan.load(load);
}

/// On the scheme's first day that has a load of the carrier on the road.
fn blacklisted(planner: &mut Planner, scheme: &mut Scheme, day: i64, chance: &mut Chance) {
    if scheme.label.to > 0 {
        return;
    }
    let carrier = scheme.party;
    let riding = planner.plan.loads.iter().rev().take(4000).find(|one| {
        let arrives = one.arrives.told;
        let is_today = arrives.div_euclid(DAY) == day && one.departs.told < arrives - HOUR / 2;
        one.carrier == carrier && is_today && one.course == Course::Through && !one.on_paper
    });
    let Some(load) = riding else { return };
    let (key, until) = (load.key, load.received.told.min(load.arrives.told + 3 * HOUR));
    let at = load.arrives.told - chance.whole(5, 20) * MINUTE;
    let mut paper = |at, listed: bool| {
        let body = json!({"blacklisted": listed});
        planner.plan.paper(at, Paper { party: carrier, kind: PaperKind::Blacklist, body });
    };
    paper(at, true);
    paper(until + 10 * MINUTE, false);
    scheme.label.touch(key, (at, until.max(at + DAY)));
}

/// A division's loads go to one receiver: told by what its producers sent there.
fn concentrated(planner: &Planner, scheme: &mut Scheme, day: i64) {
    let division = planner.world.parties[scheme.party].division;
    let is_steered = |load: &Load| {
        let waste = load.items.first().map(|item| item.waste);
        waste.and_then(|waste| steered(planner.world, division, waste)) == Some(load.to)
    };
    let today = planner.plan.loads.iter().rev().take(400);
    let sent = today.filter(|one| {
        one.departs.at.div_euclid(DAY) == day
            && planner.world.parties[one.from].division == division
            && planner.kind(one.from).is_works()
            && is_steered(one)
    });
    for one in sent {
        scheme.label.touch(one.key, (one.filed, one.received.told));
        if !scheme.label.parties.contains(&one.to) {
            scheme.label.parties.push(one.to);
        }
    }
}
