//! The demo's logins: printed at start, written by `--accounts-file` (api.md, "The command line").

use serde::{Deserialize, Serialize};

use crate::ids::{OrganisationId, SiteId};

/// One password for all: a demo listens on the loopback address and holds nothing real.
pub const PASSWORD: &str = "Xpcc-Liandan-2026";

/// One login.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Account {
    pub organisation: String,
    pub role: String,
    pub login: String,
    pub password: String,
    pub organisation_id: OrganisationId,
    pub site_ids: Vec<SiteId>,
}
