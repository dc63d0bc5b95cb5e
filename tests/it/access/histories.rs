//! Histories: of the private registers as the entries themselves, of the public ones to those who
//! see the whole of what it belongs to.

use super::case::{Case, Kind::One, case};
use crate::support::Cast;

pub const CASES: &[Case] = &[
    case("GET /api/v1/organisations/{id}/history", One("organisation-histories")),
    case("GET /api/v1/sites/{id}/history", One("site-histories")),
    case("GET /api/v1/licences/{id}/history", One("licence-histories")),
    case("GET /api/v1/storage-areas/{id}/history", One("storage-areas")),
    case("GET /api/v1/vehicles/{id}/history", One("vehicles")),
    case("GET /api/v1/drivers/{id}/history", One("drivers")),
    case("GET /api/v1/waste-streams/{id}/history", One("waste-streams")),
    case("GET /api/v1/management-plans/{id}/history", One("management-plans")),
    case("GET /api/v1/transfer-approvals/{id}/history", One("transfer-approvals")),
    case("GET /api/v1/transfer-applications/{id}/history", One("transfer-applications")),
    case("GET /api/v1/activity/{id}/history", One("activity")),
    case("GET /api/v1/co-disposal-facilities/{id}/history", One("co-disposal-facilities")),
    case("GET /api/v1/facility-days/{id}/history", One("facility-days")),
    case("GET /api/v1/risk-sources/{id}/history", One("risk-sources")),
    case("GET /api/v1/emergency-plans-filed/{id}/history", One("emergency-plans-filed")),
    case("GET /api/v1/insurance-policies/{id}/history", One("insurance-policies")),
];

/// What is open to all, and whose history is not.
pub fn things(cast: &Cast) -> Vec<(&'static str, String)> {
    vec![
        ("organisation-histories", cast.receiver_id.clone()),
        ("site-histories", cast.producer_site.clone()),
        ("licence-histories", cast.licence.clone()),
    ]
}
