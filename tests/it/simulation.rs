//! A whole world against a small model: one step after the other, the answer foretold exactly, and
//! every counter, event and mass compared after each.
//!
//! `random_lives.rs` leads many lives at once and cannot say who wins; here nothing is left to the
//! scheduler, so a full licence, a stale version and a gram too much are foretold to the letter.
//! The program runs as a process of its own: it is killed in the middle of steps, answers are lost,
//! the clock jumps. What a step does hangs on its own seed and on the world it meets, so any part
//! of a run is a run: a failure is shrunk, and what is left of it is printed as one line for
//! `simulation/kept.txt`, whose lines are led again by every run.
//!
//! `LIANDAN_SEED=7` repeats a run, `LIANDAN_STEPS=1000000` leads more steps, `LIANDAN_SHRINK=0`
//! shows a failure at once.

mod acts;
mod agreed;
mod amend;
mod books;
mod check;
mod collect;
mod content;
mod follow;
mod graph;
mod lost;
mod model;
mod op;
mod plan;
mod play;
mod road;
mod round;
mod send;
mod stage;
mod trip;
mod way;

use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};
use op::Op;
use play::Play;

/// The worlds that are led when none is asked for: what landed is checked against the same lives as
/// the change before it. `LIANDAN_SEED` leads others, as a search for faults does.
const SEED: u64 = 450_195;
/// Steps of all worlds together.
const STEPS: usize = 10_000;
/// Steps of one world: it has a server and a database of its own.
const STEPS_A_WORLD: usize = 5_000;
/// Worlds side by side.
const AT_ONCE: usize = 2;
/// How long a failing run is shrunk, in seconds: whoever waits for it wants to see it soon.
const SHRINK_S: u64 = 90;

/// Runs that failed once: the steps that it took.
const KEPT: &str = include_str!("simulation/kept.txt");

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().unwrap())
}

#[tokio::test]
async fn a_world_is_as_the_model_foretells() {
    let seed = number("LIANDAN_SEED", SEED);
    let steps = number("LIANDAN_STEPS", STEPS as u64) as usize;
    let worlds = steps.div_ceil(STEPS_A_WORLD);
    let worlds = (0..worlds as u64).map(|n| lead(seed + n, steps.min(STEPS_A_WORLD)));
    let told: Vec<_> = stream::iter(worlds).buffer_unordered(AT_ONCE).collect().await;
    let wrong: Vec<String> = told.into_iter().filter_map(Result::err).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn what_failed_once_does_not_fail_again() {
    for line in KEPT.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()) {
        let ops = op::parse(line);
        if let Err(failure) = Play::lead(&ops).await {
            panic!("{line}\n{}", failure.what);
        }
    }
}

async fn lead(seed: u64, steps: usize) -> Result<(), String> {
    let ops = op::of_seed(seed, steps);
    let Err(failure) = Play::lead(&ops).await else { return Ok(()) };
    let mut least = ops[..=failure.step.min(ops.len() - 1)].to_vec();
    let mut what = failure.what;
    shrink(&mut least, &mut what).await;
    Err(format!(
        "LIANDAN_SEED={seed} LIANDAN_STEPS={steps}; shrunk to {} steps, to keep:\n{}\n{what}",
        least.len(),
        op::line(&least),
    ))
}

/// Leaves out ever smaller parts, as long as what is left still fails and there is time.
async fn shrink(ops: &mut Vec<Op>, what: &mut String) {
    let until = Instant::now() + Duration::from_secs(number("LIANDAN_SHRINK", SHRINK_S));
    let mut part = ops.len() / 2;
    while part > 0 && Instant::now() < until {
        let mut from = 0;
        while from < ops.len() && Instant::now() < until {
            let mut fewer = ops.clone();
            fewer.drain(from..ops.len().min(from + part));
            match Play::lead(&fewer).await {
                Err(failure) => {
                    fewer.truncate(failure.step + 1);
                    (*ops, *what) = (fewer, failure.what);
                }
                Ok(()) => from += part,
            }
        }
        part /= 2;
    }
}
