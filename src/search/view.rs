//! What was found, as the API shows it.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::wire::api_enum;

api_enum! {
    /// What kind of thing.
    pub enum SearchKind {
        Manifest = "manifest",
        Organisation = "organisation",
        Site = "site",
        Licence = "licence",
        Vehicle = "vehicle",
        Driver = "driver",
        Container = "container",
    }

    /// By what it was found: of a manifest also what rode with it, or who drove.
    pub enum SearchMatch {
        Number = "number",
        Uscc = "uscc",
        Name = "name",
        Plate = "plate",
        Driver = "driver",
        LicenceNo = "licence_no",
        Container = "container",
    }
}

/// Something that was found.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Hit {
    pub kind: SearchKind,
    pub matched: SearchMatch,
    pub id: Uuid,
    /// What it is known by: number, name, plate, code.
    pub label: String,
    /// Whose it is, or from whom to whom; empty where nobody's.
    pub detail: String,
    pub status: String,
    /// Of a manifest, where it leaves; of a site or organisation, where it is.
    #[schema(required)]
    pub division: Option<String>,
    /// Of a container, the manifest that it is on or was last on.
    #[schema(required)]
    pub manifest_id: Option<Uuid>,
    /// When a manifest was filed.
    #[schema(required)]
    pub filed_at: Option<DateTime<Utc>>,
}
