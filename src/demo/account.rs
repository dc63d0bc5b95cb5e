//! The demo's logins: printed at start, written by `--accounts-file` (api.md, "The command line").

use serde::Serialize;
use uuid::Uuid;

/// One login.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Account {
    pub organisation: String,
    pub role: String,
    pub login: String,
    pub password: String,
    pub organisation_id: Uuid,
    pub site_ids: Vec<Uuid>,
}
