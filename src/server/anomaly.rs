//! `liandan anomaly rebuild`: evaluates the log anew; no server is opened.

use std::sync::Arc;

use super::StartError;
use super::private::{self, DATABASE};
use crate::anomaly::watch::Reference;
use crate::anomaly::{self, Progress, Rebuilt};
use crate::app::StartError as OpenError;
use crate::calendar::Calendar;
use crate::catalogue::Catalogue;
use crate::config::DemoHome;
use crate::db::private::PrivatePostgres;
use crate::db::{self, Pool};
use crate::mint::Mint;

/// Evaluates the log of the database at `url` anew, beside a server where one runs. Blocks.
pub fn rebuild_anomalies(url: &str, tell: &mut dyn FnMut(Progress)) -> Result<Rebuilt, StartError> {
    let catalogue = Catalogue::load().map_err(OpenError::from)?;
    let calendar = Calendar::load().map_err(OpenError::from)?;
    let reference = Arc::new(Reference { catalogue, calendar });
    actix_web::rt::System::new().block_on(async {
        let pool = Pool::new(url).map_err(|err| OpenError::Pool(err.to_string()))?;
        db::refuse_behind(&pool).await?;
        let rebuilt = Box::pin(anomaly::rebuild(&pool, reference, tell)).await;
        rebuilt.map_err(|problem| StartError::Refused(Box::new(problem)))
    })
}

/// The same of a demo's database, whose PostgreSQL is started for as long where it does not run.
/// Blocks.
pub fn rebuild_demo_anomalies(
    home: &DemoHome,
    tell: &mut dyn FnMut(Progress),
) -> Result<Rebuilt, StartError> {
    if let Some(url) = PrivatePostgres::running_app_url(&home.data_dir, DATABASE)? {
        return rebuild_anomalies(&url, tell);
    }
    let postgres = private::start(home, &Mint::random())?;
    let rebuilt = rebuild_anomalies(&postgres.app_url(DATABASE), tell);
    postgres.stop();
    rebuilt
}

/// Evaluates the log of a demo's or a world's database anew, and answers the cases. Blocks.
pub fn demo_anomalies(home: &DemoHome) -> Result<Vec<serde_json::Value>, StartError> {
    rebuild_demo_anomalies(home, &mut |_| {})?;
    let read = |url: &str| {
        actix_web::rt::System::new().block_on(async {
            let pool = Pool::new(url).map_err(|err| OpenError::Pool(err.to_string()))?;
            let found = anomaly::all_found(&pool).await;
            found.map_err(|problem| StartError::Refused(Box::new(problem)))
        })
    };
    if let Some(url) = PrivatePostgres::running_app_url(&home.data_dir, DATABASE)? {
        return read(&url);
    }
    let postgres = private::start(home, &Mint::random())?;
    let found = read(&postgres.app_url(DATABASE));
    postgres.stop();
    found
}
