//! The demo's logins: printed at start, written by `--accounts-file` (api.md, "The command line").

use serde::Serialize;
use uuid::Uuid;

/// One password for all: a demo listens on the loopback address and holds nothing real.
pub const PASSWORD: &str = "Xpcc-Liandan-2026";

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
