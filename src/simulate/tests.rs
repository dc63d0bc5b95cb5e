//! Plans: the same seed gives the same, and an honest world has no fraud in it.

use super::*;

fn order(seed: u64, fraud_rate: f64) -> Order {
    Order { seed, divisions: 2, days: 120, fraud_rate, subtlety: 0.3 }
}

fn plan_of(order: &Order) -> (World, Plan, Vec<Planned>) {
    planned(order, &Catalogue::load().unwrap(), &Calendar::load().unwrap())
}

#[test]
fn the_same_seed_gives_the_same_plan_and_another_another() {
    let (world, plan, labels) = plan_of(&order(1, 0.1));
    assert_eq!((world, plan.clone(), labels.clone()), plan_of(&order(1, 0.1)));
    let (_, other, _) = plan_of(&order(2, 0.1));
    assert_ne!(plan, other);
    assert!(labels.iter().any(|label| !label.honest));
}

#[test]
fn an_honest_world_has_no_fraud_and_keeps_its_vehicles_apart() {
    let (world, plan, labels) = plan_of(&order(3, 0.0));
    assert!(labels.iter().all(|label| label.honest));
    for vehicle in 0..world.vehicles.len() {
        let mut trips: Vec<_> = plan
            .loads
            .iter()
            .filter(|one| one.vehicle == vehicle)
            .filter(|one| !matches!(one.course, load::Course::Cancelled(_)))
            .map(|one| (one.departs.at, one.arrives.at))
            .collect();
        trips.sort_unstable();
        let overlaps = trips.windows(2).filter(|pair| pair[1].0 < pair[0].1).count();
        assert_eq!(overlaps, 0, "vehicle {vehicle}");
    }
}

#[test]
fn nothing_leaves_before_it_is_filed_or_is_received_before_it_arrives() {
    let (_, plan, _) = plan_of(&order(4, 0.1));
    assert!(plan.loads.len() > 500);
    for one in &plan.loads {
        let told = [one.departs.told, one.arrives.told, one.received.told];
        assert!(one.filed <= told[0] && told[0] <= told[1] && told[1] <= told[2], "{one:?}");
        assert!(one.items.iter().all(|item| item.grams > 0 && item.accepted >= 0), "{one:?}");
    }
}

#[test]
fn devices_tell_of_the_way_in_order_and_not_before_it_is_driven() {
    let (world, plan, _) = plan_of(&order(5, 0.1));
    assert!(plan.told.len() > 300);
    for told in &plan.told {
        assert!(told.spots.windows(2).all(|pair| pair[0].at < pair[1].at), "{told:?}");
        let load = plan.loads.iter().find(|one| Some(one.key) == told.load);
        if let Some(load) = load {
            let times = load.departs.at..=load.arrives.at;
            assert!(told.spots.iter().all(|spot| times.contains(&spot.at)), "{load:?}");
            assert_eq!(world.vehicles[load.vehicle].class, "hazardous");
        }
    }
    for act in &plan.acts {
        if let plan::What::Tell(n) = act.what {
            assert!(plan.told[n].spots.iter().all(|spot| spot.at <= act.at));
        }
    }
}

/// What a steered division sends to one plant while it is steered, and had sent there before.
fn steered_percent(seed: u64) -> (i64, i64) {
    let order = Order { seed, divisions: 4, days: 300, fraud_rate: 0.01, subtlety: 0.3 };
    let (world, plan, labels) = plan_of(&order);
    let label = labels.iter().find(|label| label.fraud == "concentration").unwrap();
    let (carrier, recyclers) = (label.parties[0], world.of(|kind| kind == world::Kind::Recycler));
    assert!(label.from >= 90 * world::DAY, "{}", label.from);
    let to = label.parties.iter().find(|one| recyclers.contains(one)).unwrap();
    let percent = |is_then: &dyn Fn(i64) -> bool| {
        let sent = plan.loads.iter().filter(|one| {
            is_then(one.departs.at)
                && world.parties[one.from].kind.is_works()
                && world.parties[one.from].division == world.parties[carrier].division
                && recyclers.contains(&one.to)
        });
        let (there, all) =
            sent.fold((0, 0), |(there, all), one| (there + i64::from(one.to == *to), all + 1));
        there * 100 / all.max(1)
    };
    let steered = label.from..=label.to - 3 * world::DAY;
    (percent(&|at| at < label.from), percent(&|at| steered.contains(&at)))
}

#[test]
fn a_flow_that_is_steered_goes_to_one_plant_from_several() {
    for seed in [1, 202, 203] {
        let (before, then) = steered_percent(seed);
        assert!(before < 40 && then > 85, "seed {seed}: {before} {then}");
    }
}
