//! The operations of evidence, as the table has those of all others.

use super::case::{Case, Kind::Ask, Kind::One, case, change};
use super::table::INSPECTORS;

pub const CASES: &[Case] = &[
    case("GET /api/v1/manifests/{id}/attachments", One("manifests")),
    case("GET /api/v1/manifests/{id}/attachments/{sha256}", One("manifests")),
    change(
        "POST /api/v1/manifests/{id}/attachments",
        "manifests",
        &["producer", "carrier", "receiver"],
        "{}",
    ),
    case("GET /api/v1/manifests/{id}/timeline", One("manifests")),
    case("GET /api/v1/manifests/{id}/evidence", One("manifests")),
    // Of nothing, so that all are answered alike; who finds what is in evidence/search.rs.
    case("GET /api/v1/audit/search", Ask { may: INSPECTORS, query: "q=not-there" }),
    case(
        "GET /api/v1/audit/reads",
        Ask {
            may: &["corps", "health"],
            query: "manifest_id=01a20000-0000-7000-8000-000000000000",
        },
    ),
];
