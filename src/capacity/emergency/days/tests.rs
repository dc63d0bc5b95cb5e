//! Courses that a pencil finds.

use super::*;

fn at(lon: f64) -> Place {
    Place { lon, lat: 0.0 }
}

fn institution(lon: f64, daily_g: i64, waiting_g: i64) -> Institution {
    let division = format!("{lon:02.0}");
    Institution { division, place: at(lon), daily_g, waiting_g }
}

fn plant(lon: f64, priority: i64, daily_g: i64, first_day: usize) -> Plant {
    Plant { place: at(lon), priority, daily_g, first_day }
}

fn emergency(days: usize, institutions: &[Institution], plants: &[Plant]) -> Emergency {
    let (institutions, plants) = (institutions.to_vec(), plants.to_vec());
    Emergency { days, collected_within: 1, treated_within: 1, institutions, plants }
}

fn course(emergency: &Emergency) -> Course {
    emergency.course(&|| true).unwrap()
}

/// Grams by plant.
fn by_plant(course: &Course, plant: usize) -> i64 {
    course.treated.iter().filter(|one| one.plant == plant).map(|one| one.grams).sum()
}

#[test]
fn who_has_room_treats_it_all_in_time() {
    let course = course(&emergency(5, &[institution(1.0, 10, 0)], &[plant(2.0, 0, 10, 0)]));
    assert_eq!((course.broken, course.untreated), (vec![], BTreeMap::new()));
    assert_eq!(course.made_g, [10; 5]);
    assert_eq!(course.treated.iter().map(|one| one.grams).sum::<i64>(), 50);
    assert!(course.treated.iter().all(|one| !one.is_late));
}

/// The list is used where medical plants are full, first before second, however far.
#[test]
fn the_list_is_asked_last_and_in_its_order() {
    let plants = [plant(90.0, 1, 4, 0), plant(1.0, 2, 100, 0), plant(40.0, 0, 5, 0)];
    let emergency = emergency(1, &[institution(1.0, 30, 0)], &plants);
    let course = course(&emergency);
    // Three days: the day it is made on and two more.
    assert_eq!([2, 0, 1].map(|plant| by_plant(&course, plant)), [15, 12, 3]);
    assert!(course.broken.is_empty());
}

/// Five kilograms a day against ten: half is too late on the day after the next, and what is not
/// treated by the end never is.
#[test]
fn what_does_not_fit_breaks_its_limit_and_goes_later_or_never() {
    let course = course(&emergency(4, &[institution(1.0, 10, 0)], &[plant(2.0, 0, 5, 0)]));
    // Days 0 to 5, five each.
    assert_eq!(by_plant(&course, 0), 30);
    assert_eq!(course.untreated, BTreeMap::from([("01".to_owned(), 10)]));
    let broken: i64 = course.broken.iter().map(|one| one.grams).sum();
    let late: i64 = course.treated.iter().filter(|one| one.is_late).map(|one| one.grams).sum();
    assert_eq!(broken, 10 + late);
    assert!(course.broken.iter().all(|one| one.day >= 2), "{:?}", course.broken);
}

/// A plant that needs notice is of no use before, and what waits is the first to be too late.
#[test]
fn notice_takes_its_days() {
    let plants = [plant(2.0, 1, 100, 2)];
    let course = course(&emergency(3, &[institution(1.0, 10, 7)], &plants));
    // What waited had to be treated by day 1, and is on day 2.
    assert_eq!(course.broken, [Broken { day: 1, division: "01".to_owned(), grams: 7 }]);
    let late: Vec<_> = course.treated.iter().filter(|one| one.is_late).collect();
    assert_eq!(late.len(), 1);
    assert_eq!((late[0].day, late[0].grams), (2, 7));
    assert!(course.untreated.is_empty());
    assert!(course.treated.iter().all(|one| one.day >= 2));
}

#[test]
fn nothing_is_made_of_nothing() {
    let none = course(&emergency(2, &[], &[]));
    assert_eq!((none.treated, none.broken), (vec![], vec![]));
    let nowhere = course(&emergency(2, &[institution(1.0, 3, 0)], &[]));
    assert_eq!(nowhere.untreated, BTreeMap::from([("01".to_owned(), 6)]));
}
