//! A few weeks of life for a demo, through the real commands, and who may sign in to it.

use serde::Serialize;
use uuid::Uuid;

use crate::app::App;
use crate::problem::Problem;

/// A login of the demo, as `--accounts-file` writes it (api.md, "The command line").
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Account {
    pub organisation: String,
    pub role: String,
    pub login: String,
    pub password: String,
    pub organisation_id: Uuid,
    pub site_ids: Vec<Uuid>,
}

/// Fills an empty database, or finds the demo that is there already; answers its logins either way.
#[expect(clippy::unused_async, reason = "the seeding itself comes with the commands it needs")]
pub async fn seed(_app: &App) -> Result<Vec<Account>, Problem> {
    Ok(Vec::new())
}
