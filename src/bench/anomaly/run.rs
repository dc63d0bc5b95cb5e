//! The parts in their order.

use clap::ValueEnum;

use super::{engine, rules};
use crate::bench::BenchError;
use crate::bench::filing::SERVER_MIB_MAX;
use crate::bench::meters::peak_mib;
use crate::bench::people::People;
use crate::bench::report::Report;
use crate::bench::world::World;

/// A part of the bench.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Part {
    Rules,
    Lag,
    Rebuild,
}

/// What is measured, and how much there is of everything.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Empty: all.
    pub only: Vec<Part>,
    /// Past manifests of the second figure, and of the log that is evaluated from zero.
    pub manifests: u64,
    /// Events a second, and for how many seconds.
    pub rate: u32,
    pub seconds: u64,
}

impl Asked {
    fn wants(&self, part: Part) -> bool {
        self.only.is_empty() || self.only.contains(&part)
    }

    /// Whether there has to be a server.
    pub fn is_served(&self) -> bool {
        self.wants(Part::Lag) || self.wants(Part::Rebuild)
    }
}

/// What needs no server.
pub fn alone(asked: &Asked, report: &Report) -> Result<(), BenchError> {
    report.begin();
    if asked.wants(Part::Rules) {
        rules::run(asked.manifests, report)?;
    }
    Ok(())
}

/// What does.
pub async fn served(
    world: &World,
    people: &People,
    asked: &Asked,
    report: &Report,
) -> Result<(), BenchError> {
    if asked.wants(Part::Lag) {
        engine::lag(world, people, (asked.rate, asked.seconds), report).await?;
    }
    if asked.wants(Part::Rebuild) {
        engine::rebuild(world, people, asked.manifests, report).await?;
    }
    report.memory(peak_mib(world.server.pid()), SERVER_MIB_MAX);
    Ok(())
}
