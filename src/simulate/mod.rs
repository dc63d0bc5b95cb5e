//! The simulator: a year of the corps from a seed, played through the same commands as the API
//! uses, with labelled fraud in it (anomaly.md, "How good").
//!
//! `world` and `cast` say who there is, `honest` plans what they do, `fraud` changes it, `play`
//! does it on the sandbox clock, `label` writes down what is wrong and `score` holds cases
//! against that. Everything up to `play` is pure: the same seed gives the same plan, and the play
//! gives it the same ids.

mod cast;
mod chance;
mod dump_store;
mod fraud;
mod honest;
mod label;
mod load;
mod past;
mod plan;
mod play;
mod score;
#[cfg(test)]
mod tests;
mod units;
mod waste;
mod world;

use std::cell::RefCell;

use serde::Serialize;

use crate::app::App;
use crate::calendar::Calendar;
use crate::catalogue::Catalogue;
use crate::mint::within;
use crate::problem::Problem;

pub use dump_store::{count, dump};
pub use label::Label;
pub use past::{Calling, Member, Truck, beginning, past};
pub use play::{Progress, instant};
pub use score::{Case, Counted, Score, score};

use fraud::Frauds;
use label::Planned;
use plan::Plan;
use play::{Ids, Stage};
use world::{DAY, Home, World};

/// One password for all who can sign in to a world: it listens on the loopback address and holds
/// nothing real.
pub const PASSWORD: &str = "Xpcc-Liandan-2026";

/// What is to be simulated.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Order {
    pub seed: u64,
    /// The first so many.
    pub divisions: usize,
    pub days: i64,
    /// How many of those who could commit a fraud do.
    pub fraud_rate: f64,
    /// 0: blatant; 1: as subtle as it can be and still do harm.
    pub subtlety: f64,
}

/// A world that was played: what `world.json` tells.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Simulated {
    #[serde(flatten)]
    pub order: Order,
    pub parties: usize,
    pub manifests: usize,
    pub events: i64,
    pub acts: usize,
    /// Acts that the program refused, and the first of them in words.
    pub refused: usize,
    pub refusals: Vec<String>,
    pub frauds: usize,
    pub lapses: usize,
    #[serde(skip)]
    pub labels: Vec<Label>,
}

/// The instant at which a world of so many days ends.
pub fn end(order: &Order) -> chrono::DateTime<chrono::Utc> {
    instant(order.days * DAY)
}

/// The divisions that a world is of.
fn homes(catalogue: &Catalogue, count: usize) -> Vec<Home> {
    let first = catalogue.divisions().iter().take(count);
    let home = |row: &crate::catalogue::Division| Home {
        number: row.division_no.to_string(),
        name: row.division_zh.to_string(),
        // Divisions without a city are administered from the prefecture they lie in.
        region: row.gbt2260_code.as_deref().unwrap_or(&row.neighbour_prefecture_code).to_owned(),
        lon: row.seat_lon,
        lat: row.seat_lat,
    };
    first.map(home).collect()
}

/// Plans a world. Pure.
fn planned(
    order: &Order,
    catalogue: &Catalogue,
    calendar: &Calendar,
) -> (World, Plan, Vec<Planned>) {
    let world = cast::world(order.seed, homes(catalogue, order.divisions), order.days);
    let frauds = Frauds::draw(&world, order.fraud_rate, order.subtlety);
    let (plan, labels) = honest::plan(&world, calendar, frauds);
    (world, plan, labels)
}

/// Plays a world into an empty database. The clock must be held and is left at the world's end.
pub async fn simulate(
    app: &App,
    order: &Order,
    tell: &mut dyn FnMut(Progress),
) -> Result<Simulated, Problem> {
    let (world, plan, labels) = planned(order, &app.catalogue, &app.calendar);
    app.clock.set(instant(0));
    let ids = RefCell::new(Ids::default());
    let stage = Stage { app, world: &world, plan: &plan, ids };
    let seed = chance::mixed(&[order.seed, 69]);
    within(seed, Box::pin(play::regulators(&stage))).await?;
    let played = Box::pin(play::play(&stage, tell)).await?;
    app.clock.set(end(order));
    let manifests = stage.ids.borrow().manifests.len();
    let labels = stage.labels(&labels);
    let lapses = labels.iter().filter(|one| one.honest).count();
    Ok(Simulated {
        order: *order,
        parties: world.parties.len(),
        manifests,
        events: count(&app.pool).await?,
        acts: played.acts,
        refused: played.refused,
        refusals: played.refusals,
        frauds: labels.len() - lapses,
        lapses,
        labels,
    })
}
