//! `liandan demo`: everything on one machine, nothing to set up.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use super::say;
use crate::config::{DemoHome, Environment, Serving};
use crate::db::private;
use crate::demo::Account;
use crate::mint::Mint;
use crate::server::{self, Demo, Ended, StartError};
use crate::telemetry::start_log;

/// Start a demo: a private database with demo data, and the server on 127.0.0.1:8080.
///
/// Its clock is a sandbox's: it can be moved forward. Ctrl-C stops it; the data stays.
#[derive(Debug, Default, PartialEq, Eq, clap::Args)]
// Its options stand beside those of the program, whose group has the same name.
#[group(skip)]
pub(super) struct Arguments {
    /// Folder of the private database.
    #[arg(long, value_name = "FOLDER")]
    data_dir: Option<PathBuf>,
    /// Address and port to listen on.
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// Forget the demo's data and begin again.
    #[arg(long)]
    reset: bool,
    /// Write the demo's logins to this file, as JSON.
    #[arg(long, value_name = "FILE")]
    accounts_file: Option<PathBuf>,
}

pub(super) fn run(environment: &Environment, asked: Arguments) -> Result<Ended, StartError> {
    // A line a request would push the logins off the screen.
    start_log(environment.text("LIANDAN_LOG"), "warn")?;
    let mut serving = Serving::for_demo(environment, &Mint::random())?;
    if let Some(listen) = asked.listen {
        serving.listen = listen;
        if environment.text("LIANDAN_PUBLIC_URL").is_none() {
            serving.config.notify.public_url = format!("http://{listen}");
        }
    }
    let home = DemoHome::of(environment, asked.data_dir, private::is_root()?)?;
    let demo = Demo { serving, home, reset: asked.reset };
    server::demo(&demo, |accounts, addresses| {
        if let Some(file) = &asked.accounts_file {
            write_accounts(file, accounts)?;
        }
        tell(accounts, addresses);
        Ok(())
    })
}

fn write_accounts(file: &Path, accounts: &[Account]) -> Result<(), StartError> {
    let text = serde_json::to_string_pretty(accounts).map_err(std::io::Error::other);
    text.and_then(|text| std::fs::write(file, text + "\n"))
        .map_err(|reason| StartError::Io { doing: "write the accounts file", reason })
}

fn tell(accounts: &[Account], addresses: &[SocketAddr]) {
    for account in accounts {
        let Account { organisation, role, login, password, .. } = account;
        say(&format!("{login:<24} {password:<20} {role:<20} {organisation}"));
    }
    for address in addresses {
        say(&format!("http://{address}        the API: http://{address}/docs/"));
    }
    say("Ctrl-C stops it.");
}
