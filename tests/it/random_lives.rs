//! Random lives of manifests, many at once, and what must hold after each and of them all.
//!
//! What counts as failure: an answer that the model of a life (`life.rs`) does not foretell, and
//! any invariant broken: masses conserved to the gram, chains whole, the fold of the events is the
//! row and the answer, numbers gap-free, every counter equal to what the events add up to, no
//! enforced one over its limit. What chance is left: lives run at once on shared accounts, so which
//! of two meets a full licence differs from run to run; each life's own choices do not.
//!
//! A failure prints its seed: `LIANDAN_SEED=7 cargo test --test it random_lives` leads the same
//! lives again. `LIANDAN_LIVES=1000` leads more of them.

use std::collections::BTreeMap;
use std::io::Write;

use chrono::TimeDelta;
use futures_util::{StreamExt, stream};

use crate::audit;
use crate::matrix::{Move, TABLE};
use crate::support::World;

pub mod bodies;
mod books;
pub mod chain;
mod life;
pub mod stage;
pub mod way;

use life::Life;
use stage::{People, Stage};

/// The steps that a life takes; what is amended is told in two.
fn steps() -> impl Iterator<Item = &'static Move> {
    TABLE.iter().filter(|row| !matches!(row.0, "amend" | "return" | "forward"))
}

/// Lives when nothing else is asked for: some ten seconds in a debug build.
const LIVES: u64 = 60;
/// Led at once.
const AT_ONCE: usize = 8;
/// Lives between two sign-ins: an access token lasts 15 minutes of wall time.
const LIVES_A_SIGN_IN: u64 = 300;
/// The days of all lives together: they go over the turn of the year.
const DAYS: i64 = 60;

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().unwrap())
}

#[tokio::test]
async fn random_lives_leave_the_books_balanced() {
    let seed = number("LIANDAN_SEED", rand::random_range(0..1_000_000));
    let lives = number("LIANDAN_LIVES", LIVES);
    let wrong = run(seed, lives).await;
    assert!(wrong.is_empty(), "LIANDAN_SEED={seed} LIANDAN_LIVES={lives}\n{}", wrong.join("\n"));
}

async fn run(seed: u64, lives: u64) -> Vec<String> {
    let world = World::start().await;
    let count = i64::try_from(lives).unwrap();
    let stage = Stage::set(&world, count).await;
    let db = world.database.superuser().await;
    let minutes = (TimeDelta::days(DAYS).num_minutes() / (count * 4)).max(1);
    let (mut wrong, mut accounts, mut answers) = (Vec::new(), Vec::new(), Vec::new());
    let mut from = 0;
    while from < lives && wrong.is_empty() {
        let to = lives.min(from + LIVES_A_SIGN_IN);
        let people = People::sign_in(&world).await;
        let (world, stage, people, db) = (&world, &stage, &people, &db);
        let led = stream::iter(from..to).map(async |n| {
            let mut life = Life::new((world, stage, people), (seed, n), minutes);
            life.lead().await;
            let mut wrong = std::mem::take(&mut life.wrong);
            let mut account = None;
            if let Some(id) = life.id.as_deref().filter(|_| life.status != "draft") {
                let (broken, told) = chain::check(db, Some(&people.corps), id).await;
                wrong.extend(broken);
                account = Some(told);
            }
            if !wrong.is_empty() {
                wrong.push(format!("life {n}:\n  {}", life.told.join("\n  ")));
            }
            (wrong, account, life.answers)
        });
        let led: Vec<_> = led.buffer_unordered(AT_ONCE).collect().await;
        for (broken, account, told) in led {
            wrong.extend(broken);
            accounts.extend(account);
            answers.extend(told);
        }
        wrong.extend(books::check(db, stage, people, &accounts).await);
        from = to;
    }
    world.publish().await;
    wrong.extend(audit::told(&audit::of(&world.database.app_url()).await));
    show(seed, lives, &answers);
    if wrong.is_empty() && accounts.len() * 3 < usize::try_from(lives).unwrap() {
        wrong.push(format!("only {} manifests came of {lives} lives", accounts.len()));
    }
    wrong
}

/// What was met, for whoever asked for a number of lives.
fn show(seed: u64, lives: u64, answers: &[(&'static str, u16)]) {
    let mut counts = BTreeMap::new();
    for answer in answers {
        *counts.entry(answer).or_insert(0) += 1;
    }
    if std::env::var_os("LIANDAN_LIVES").is_some() {
        let told = format!("seed {seed}: {lives} lives, {} answers: {counts:?}\n", answers.len());
        std::io::stderr().write_all(told.as_bytes()).unwrap();
    }
}
