//! The arguments of `liandan bench`, and what each of its commands does.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::BenchError;
use super::anomaly::{self, Asked};
use super::bulk;
use super::capacity;
use super::chain;
use super::custody::{self, Sizes};
use super::export;
use super::filing::{self, Plan};
use super::fill::ROWS_MAX;
use super::people::People;
use super::read;
use super::report::{Report, progress};
use super::round;
use super::steps;
use super::world::{Place, World};
use crate::clock::{Clock, legal_day};

/// Measure this program beside pgbench, on a private PostgreSQL of its own.
///
/// For figures that mean anything: a release build, and nothing else running on the machine.
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    Filing(FilingArguments),
    Read(ReadArguments),
    Steps(StepsArguments),
    Round(RoundArguments),
    Bulk(BulkArguments),
    Export(ExportArguments),
    Chain(ChainArguments),
    Capacity(CapacityArguments),
    Anomaly(AnomalyArguments),
    Custody(CustodyArguments),
}

/// File manifests over HTTP: alone, spread over the prefectures, and all in one.
#[derive(Debug, Args)]
struct FilingArguments {
    #[command(flatten)]
    common: Common,
    /// Run only these: alone_1, spread_32, spread_128, hot_32, hot_128.
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    only: Vec<String>,
}

/// Read manifests over HTTP, among few and among many: by id, by number, pages of a list.
#[derive(Debug, Args)]
struct ReadArguments {
    #[command(flatten)]
    common: Common,
    /// Manifests in the large world, copied from a few that were really filed.
    #[arg(long, default_value_t = ROWS_MAX,
          value_parser = clap::value_parser!(u64).range(10_000..=ROWS_MAX))]
    rows: u64,
    /// Run only these: read_id, read_number, list_first, list_deep.
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    only: Vec<String>,
}

/// Call every command of a manifest's life, beside the filings that it begins with.
#[derive(Debug, Args)]
struct StepsArguments {
    #[command(flatten)]
    common: Common,
    /// Calls of each command.
    #[arg(long, default_value_t = 20_000, value_parser = clap::value_parser!(u32).range(128..))]
    count: u32,
    /// Show only these: depart, arrive, receive, complete, cancel.
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    only: Vec<String>,
}

/// Drive collection rounds of sixty stops, and time each of their calls.
#[derive(Debug, Args)]
struct RoundArguments {
    #[command(flatten)]
    common: Common,
    /// Rounds.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    count: u32,
}

/// File many manifests in a few requests, beside the same over 128 connections.
#[derive(Debug, Args)]
struct BulkArguments {
    #[command(flatten)]
    common: Common,
    /// Lines of all requests together.
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u64).range(1000..))]
    lines: u64,
}

/// Read the whole list as CSV, beside COPY TO of the same query.
#[derive(Debug, Args)]
struct ExportArguments {
    #[command(flatten)]
    common: Common,
    /// Manifests, copied from a few that were really filed.
    #[arg(long, default_value_t = 200_000,
          value_parser = clap::value_parser!(u64).range(10_000..=ROWS_MAX))]
    rows: u64,
}

/// Follow waste through chains of ten hops and a thousand sources, both ways.
#[derive(Debug, Args)]
struct ChainArguments {
    #[command(flatten)]
    common: Common,
    /// Manifests, copied from a few that were really filed, all of them in such chains.
    #[arg(long, default_value_t = ROWS_MAX,
          value_parser = clap::value_parser!(u64).range(50_000..=ROWS_MAX))]
    rows: u64,
}

/// Plan for five hundred sites and sixty facilities, and assess a year over long ledgers.
#[derive(Debug, Args)]
struct CapacityArguments {
    #[command(flatten)]
    common: Common,
    /// Entries of the ledgers.
    #[arg(long, default_value_t = 10_000_000,
          value_parser = clap::value_parser!(u64).range(10_000..=50_000_000))]
    entries: u64,
}

/// Show a log to all rules: on one core after few manifests and after many, in a server at a steady
/// rate, and the whole of it from zero.
#[derive(Debug, Args)]
struct AnomalyArguments {
    #[command(flatten)]
    common: Common,
    /// Past manifests of the second figure, and of the log that is evaluated from zero.
    #[arg(long, default_value_t = 1_000_000,
          value_parser = clap::value_parser!(u64).range(40_000..=50_000_000))]
    manifests: u64,
    /// Events a second that the server is driven at.
    #[arg(long, default_value_t = 1_000,
          value_parser = clap::value_parser!(u32).range(1..=100_000))]
    rate: u32,
    /// Run only these.
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    only: Vec<anomaly::Part>,
}

/// Audit a long log, prove manifests from a longer one, and file while the tree grows.
#[derive(Debug, Args)]
struct CustodyArguments {
    #[command(flatten)]
    common: Common,
    /// Events of the log that is audited: manifests led through their whole lives over HTTP.
    #[arg(long, default_value_t = 1_000_000,
          value_parser = clap::value_parser!(u64).range(10_000..=10_000_000))]
    events: u64,
    /// Events of the log that bundles are read from, beside one of 10,000.
    #[arg(long, default_value_t = 10_000_000,
          value_parser = clap::value_parser!(u64).range(10_000..=20_000_000))]
    large: u64,
    /// Run only these: bundle, tree, audit.
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    only: Vec<String>,
}

#[derive(Debug, Args)]
struct Common {
    /// Seconds that are counted, of each run and each baseline.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=3600))]
    seconds: u64,
    /// Seconds before them that are not.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u64).range(0..=3600))]
    warm_up: u64,
    /// A line of JSON a figure.
    #[arg(long)]
    json: bool,
    /// Folder for the database, on the disk to be measured; else one in the system's folder for
    /// temporary files, removed at the end.
    #[arg(long, value_name = "FOLDER")]
    data_dir: Option<PathBuf>,
}

impl Common {
    fn plan(&self, only: &[String]) -> (Plan, Report) {
        let (warm_up_s, seconds) = (self.warm_up, self.seconds);
        (Plan { warm_up_s, seconds, only: only.to_vec() }, Report::new(self.json))
    }
}

/// Runs a bench to its end.
pub fn run(asked: &Arguments) -> Result<(), BenchError> {
    match &asked.what {
        What::Filing(asked) => {
            let (plan, report) = asked.common.plan(&asked.only);
            in_a_world(&asked.common, async |world, people| {
                filing::run(world, people, &plan, &report).await
            })
        }
        What::Steps(asked) => {
            let report = Report::new(asked.common.json);
            in_a_world(&asked.common, async |world, people| {
                steps::run(world, people, (asked.count as usize, &asked.only), &report).await
            })
        }
        What::Round(asked) => {
            let report = Report::new(asked.common.json);
            in_a_world(&asked.common, async |world, people| {
                round::run(world, people, asked.count as usize, &report).await
            })
        }
        What::Bulk(asked) => {
            let (plan, report) = asked.common.plan(&[]);
            in_a_world(&asked.common, async |world, people| {
                bulk::run(world, people, (&plan, asked.lines), &report).await
            })
        }
        What::Export(asked) => {
            let report = Report::new(asked.common.json);
            in_a_world(&asked.common, async |world, people| {
                export::run(world, people, asked.rows, &report).await
            })
        }
        What::Chain(asked) => {
            let (plan, report) = asked.common.plan(&[]);
            in_a_world(&asked.common, async |world, people| {
                chain::run(world, people, (&plan, asked.rows), &report).await
            })
        }
        What::Capacity(asked) => {
            let report = Report::new(asked.common.json);
            in_a_world(&asked.common, async |world, _| {
                capacity::run(world, asked.entries, &report).await
            })
        }
        What::Anomaly(asked) => watch(asked),
        What::Custody(asked) => {
            let (plan, report) = asked.common.plan(&asked.only);
            let sizes = Sizes { audited: asked.events, large: asked.large };
            in_a_world(&asked.common, async |world, people| {
                custody::run(world, people, (&plan, sizes), &report).await
            })
        }
        What::Read(asked) => {
            let (plan, report) = asked.common.plan(&asked.only);
            in_a_world(&asked.common, async |world, people| {
                read::run(world, people, (&plan, asked.rows), &report).await
            })
        }
    }
}

fn watch(asked: &AnomalyArguments) -> Result<(), BenchError> {
    let AnomalyArguments { common, manifests, rate, only } = asked;
    let (report, seconds) = (Report::new(common.json), common.seconds);
    let asked = Asked { only: only.clone(), manifests: *manifests, rate: *rate, seconds };
    anomaly::alone(&asked, &report)?;
    if !asked.is_served() {
        return Ok(());
    }
    in_a_world(common, async |world, people| anomaly::served(world, people, &asked, &report).await)
}

/// Makes a world with people in it. One thread: the generator is to cost little.
fn in_a_world(
    common: &Common,
    measure: impl AsyncFnOnce(&World, &People) -> Result<(), BenchError>,
) -> Result<(), BenchError> {
    progress("starting PostgreSQL and the server");
    let place = Place::prepare(common.data_dir.as_deref())?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let world = World::start(place).await?;
        progress("making organisations, sites, licences, ledgers, users");
        let day = legal_day(Clock::wall_clock().now()).to_string();
        let people = People::make(world.server.address, &world.regulator, day).await?;
        measure(&world, &people).await
    })
}
