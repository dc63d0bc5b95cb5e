//! `liandan simulate`: a private PostgreSQL, a held clock, a seeded mint, and the files of a world.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use super::private::{DATABASE, prepare, start_with};
use super::{StartError, log_key};
use crate::app::App;
use crate::clock::Clock;
use crate::config::{DemoHome, Serving};
use crate::custody;
use crate::db::private::PrivatePostgres;
use crate::db::{self, sandbox_clock};
use crate::mint::Mint;
use crate::simulate::{self, Label, Order, Progress, Simulated};

/// What a simulation is started with.
pub struct Simulation {
    pub serving: Serving,
    /// Its folder is the world's.
    pub home: DemoHome,
    pub order: Order,
    /// Where the journal is written to, line by line.
    pub events: Option<PathBuf>,
}

/// Plays a world into a folder, whose database is made anew. Blocks.
pub fn simulate(
    asked: &Simulation,
    tell: &mut dyn FnMut(Progress),
) -> Result<Simulated, StartError> {
    // A world is made again in minutes: it need not survive a loss of power while it is made.
    let postgres = start_with(&asked.home, &Mint::random(), false)?;
    let played = actix_web::rt::System::new().block_on(play(asked, &postgres, tell));
    postgres.stop();
    played
}

async fn play(
    asked: &Simulation,
    postgres: &PrivatePostgres,
    tell: &mut dyn FnMut(Progress),
) -> Result<Simulated, StartError> {
    prepare(postgres, true).await?;
    db::migrate(&postgres.migrate_url(DATABASE))?;
    let order = &asked.order;
    let parts = (Clock::held(simulate::instant(0)), Mint::seeded(order.seed));
    let url = postgres.app_socket_url(DATABASE);
    let mut config = asked.serving.config.clone();
    // Another key for each world, since one never signs two logs, and by chance, whatever the seed.
    log_key::or_of_demo(&mut config, &asked.home.data_dir, (true, &Mint::random()))?;
    let (app, drain) = App::open(config, parts, &url)?;
    let world = Box::pin(simulate::simulate(&app, order, tell)).await;
    let world = world.map_err(StartError::Simulate)?;
    // Signed for when it is done: whoever takes it up finds a log that an audit lets pass.
    while custody::grow(&app).await.map_err(StartError::Simulate)? {}
    write(&asked.home.data_dir, &world).map_err(writing)?;
    if let Some(path) = &asked.events {
        let mut file = BufWriter::new(File::create(path).map_err(writing)?);
        simulate::dump(&app.pool, &mut file).await.map_err(StartError::Simulate)?;
        file.flush().map_err(writing)?;
    }
    let shift = simulate::end(order) - app.clock.wall();
    sandbox_clock::advance(&app.pool, shift).await.map_err(StartError::Clock)?;
    drop(app);
    drain.wait().await;
    Ok(world)
}

pub(super) fn writing(reason: std::io::Error) -> StartError {
    StartError::Io { doing: "write the world", reason }
}

/// `labels.ndjson`: what is wrong in a world, a line each.
pub(super) fn write_labels(folder: &Path, labels: &[Label]) -> std::io::Result<()> {
    let mut file = BufWriter::new(File::create(folder.join("labels.ndjson"))?);
    for label in labels {
        writeln!(file, "{}", serde_json::to_string(label)?)?;
    }
    file.flush()
}

/// `labels.ndjson` and `world.json`.
fn write(folder: &Path, world: &Simulated) -> std::io::Result<()> {
    write_labels(folder, &world.labels)?;
    std::fs::write(folder.join("world.json"), serde_json::to_string_pretty(world)? + "\n")
}
