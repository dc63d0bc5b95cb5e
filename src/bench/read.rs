//! `liandan bench read`: one manifest by id and by number, and pages of a filtered list, among few
//! manifests and among many.
//!
//! By id it is compared with pgbench's own select of one row; the others with themselves: what one
//! reads must not get slower because there is more.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::BenchError;
use super::api::{self, Api, Login};
use super::baseline::{self, Measured};
use super::filing::{self, Plan, SERVER_MIB_MAX};
use super::fill::{self, Copies};
use super::latency::Spread;
use super::load::GoRound;
use super::meters::peak_mib;
use super::people::People;
use super::report::{Compared, Goal, Line, Report, progress};
use super::world::World;

/// Connections that read single manifests, and clients of pgbench's select.
const READERS: usize = 32;
/// Connections that read pages: people turn them.
const PAGERS: usize = 4;
/// Rows of the small world.
const FEW: u64 = 10_000;
/// Requests that a connection goes round.
const REQUESTS: usize = 400;

/// A kind of reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Id,
    Number,
    FirstPage,
    DeepPage,
}

impl Kind {
    const ALL: [Self; 4] = [Self::Id, Self::Number, Self::FirstPage, Self::DeepPage];

    const fn name(self) -> &'static str {
        match self {
            Self::Id => "read_id",
            Self::Number => "read_number",
            Self::FirstPage => "list_first",
            Self::DeepPage => "list_deep",
        }
    }
}

/// Measures among few, fills, and measures among `rows`.
pub async fn run(
    world: &World,
    people: &People,
    (plan, rows): (&Plan, u64),
    report: &Report,
) -> Result<(), BenchError> {
    filing::one_each(world, people).await?;
    baseline::make_select_tables(&world.target)?;
    fill::fill(world, 0, FEW.min(rows)).await?;
    report.begin();
    let few = measure(world, people, plan, FEW.min(rows)).await?;
    fill::fill(world, FEW.min(rows), rows).await?;
    let many = measure(world, people, plan, rows).await?;
    for (rows, found, before) in [(FEW.min(rows), &few, None), (rows, &many, Some(&few))] {
        for (n, one) in found.iter().enumerate() {
            report.line(&one.line(rows, before.and_then(|few| few.get(n))));
        }
    }
    report.memory(peak_mib(world.server.pid()), SERVER_MIB_MAX);
    Ok(())
}

/// What one kind of reading came to.
struct Found {
    kind: Kind,
    rate: f64,
    spread: Spread,
    baseline: Option<Measured>,
}

async fn measure(
    world: &World,
    people: &People,
    plan: &Plan,
    rows: u64,
) -> Result<Vec<Found>, BenchError> {
    let copies = fill::copies(world, rows, REQUESTS as u64).await?;
    let mut all = Vec::new();
    for kind in Kind::ALL {
        let name = format!("{}_{rows}", kind.name());
        if !plan.wants(kind.name()) {
            continue;
        }
        let before = baseline_of(world, plan, kind)?;
        progress(&name);
        let mut scripts = scripts(world, people, kind, &copies).await?;
        let figures = filing::drive_counted(world, &mut scripts, plan, &name).await?;
        let after = baseline_of(world, plan, kind)?;
        let (rate, spread) = figures.rate_and_spread();
        let baseline = before.zip(after).map(|(before, after)| before.mean(after));
        all.push(Found { kind, rate, spread, baseline });
    }
    Ok(all)
}

fn baseline_of(world: &World, plan: &Plan, kind: Kind) -> Result<Option<Measured>, BenchError> {
    if kind != Kind::Id {
        return Ok(None);
    }
    progress("baseline: pgbench's own select of one row");
    baseline::selects(&world.target, READERS, plan.seconds).map(Some)
}

/// Producers read their own manifests; the corps' regulator reads lists.
async fn scripts(
    world: &World,
    people: &People,
    kind: Kind,
    copies: &Copies,
) -> Result<Vec<GoRound>, BenchError> {
    let single = matches!(kind, Kind::Id | Kind::Number);
    let mut scripts = Vec::new();
    for connection in 0..if single { READERS } else { PAGERS } {
        let login: &Login =
            if single { &people.producers[connection].login } else { &world.regulator };
        let token = Api::sign_in(world.server.address, login).await?.token;
        let paths = if single { paths(kind, connection, copies) } else { pages(kind, copies)? };
        let request = |path: &String| api::request("GET", path, &token, &[], "");
        // Each connection begins elsewhere, so that they do not walk in step.
        let at = connection * 37;
        scripts.push(GoRound::new(paths.iter().map(request).collect(), at));
    }
    Ok(scripts)
}

fn paths(kind: Kind, connection: usize, copies: &Copies) -> Vec<String> {
    let own = copies.sample.iter().skip(connection).step_by(copies.templates.max(1));
    let path = |(id, number): &(String, String)| match kind {
        Kind::Number => format!("/manifests/by-number/{number}"),
        Kind::Id | Kind::FirstPage | Kind::DeepPage => format!("/manifests/{id}"),
    };
    own.map(path).collect()
}

/// Every division's filed manifests of one code: the first page, or one with nine tenths above it.
fn pages(kind: Kind, copies: &Copies) -> Result<Vec<String>, BenchError> {
    let key = serde_json::to_vec(&copies.deep).map_err(|err| BenchError::Own(err.to_string()))?;
    let cursor = URL_SAFE_NO_PAD.encode(key);
    let tail = if kind == Kind::DeepPage { format!("&cursor={cursor}") } else { String::new() };
    let page = |division: usize| {
        format!(
            "/manifests?division={division:02}&status=filed&waste_code=900-249-08&limit=50{tail}"
        )
    };
    Ok((1..=super::people::DIVISIONS).map(page).collect())
}

impl Found {
    fn line(&self, rows: u64, few: Option<&Self>) -> Line {
        let ms = |time: Duration| time.as_secs_f64() * 1e3;
        let by_pgbench = self.baseline.map(|baseline| Compared {
            baseline: baseline.rate,
            baseline_ms: baseline.latency_ms,
            ratio: self.rate / baseline.rate,
            goal: Goal::AtLeast(0.3),
        });
        let by_few = few.filter(|_| self.baseline.is_none()).map(|few| Compared {
            baseline: few.rate,
            baseline_ms: ms(few.spread.p99),
            ratio: ms(self.spread.p99) / ms(few.spread.p99),
            goal: Goal::AtMost(1.5),
        });
        Line {
            name: format!("{}_{rows}", self.kind.name()),
            rate: self.rate,
            spread: self.spread,
            compared: by_pgbench.or(by_few),
            cpu: None,
        }
    }
}
