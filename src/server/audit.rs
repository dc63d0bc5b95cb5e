//! `liandan audit`: reads a database; no server is opened, nothing is written.

use super::StartError;
use super::private::{self, DATABASE};
use crate::audit::{self, Progress, Report, Trusted};
use crate::config::DemoHome;
use crate::db::private::PrivatePostgres;
use crate::mint::Mint;

/// Audits the database at `url`. Blocks.
pub fn audit(
    url: &str,
    trusted: Trusted,
    tell: &mut dyn FnMut(Progress),
) -> Result<Report, StartError> {
    Ok(actix_web::rt::System::new().block_on(audit::audit(url, trusted, tell))?)
}

/// Audits a demo's database, beside the demo where it runs; else its PostgreSQL is started for as
/// long. Blocks.
pub fn audit_demo(
    home: &DemoHome,
    trusted: Trusted,
    tell: &mut dyn FnMut(Progress),
) -> Result<Report, StartError> {
    if let Some(url) = PrivatePostgres::running_app_url(&home.data_dir, DATABASE)? {
        return audit(&url, trusted, tell);
    }
    let postgres = private::start(home, &Mint::random())?;
    let report = audit(&postgres.app_url(DATABASE), trusted, tell);
    postgres.stop();
    report
}
