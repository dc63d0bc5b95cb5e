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
    on_demo(home, |url| rebuild_anomalies(url, tell))
}

/// Evaluates the log of a demo's or a world's database anew, and answers the cases. Blocks.
pub fn demo_anomalies(home: &DemoHome) -> Result<Vec<serde_json::Value>, StartError> {
    on_demo(home, |url| {
        rebuild_anomalies(url, &mut |_| {})?;
        actix_web::rt::System::new().block_on(async {
            let pool = Pool::new(url).map_err(|err| OpenError::Pool(err.to_string()))?;
            let found = anomaly::all_found(&pool).await;
            found.map_err(|problem| StartError::Refused(Box::new(problem)))
        })
    })
}

fn on_demo<T>(
    home: &DemoHome,
    act: impl FnOnce(&str) -> Result<T, StartError>,
) -> Result<T, StartError> {
    if let Some(url) = PrivatePostgres::running_app_url(&home.data_dir, DATABASE)? {
        return act(&url);
    }
    let postgres = private::start(home, &Mint::random())?;
    let done = act(&postgres.app_url(DATABASE));
    postgres.stop();
    done
}
