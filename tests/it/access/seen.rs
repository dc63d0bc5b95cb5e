//! Who sees what of the estate.

/// Who sees the estate's thing of a kind.
pub fn seen_by(kind: &str) -> &'static [&'static str] {
    match kind {
        "organisations" | "sites" | "licences" => super::estate::EVERYBODY,
        "organisation-histories" => {
            &["corps", "division", "regiment", "neighbour", "health", "receiver"]
        }
        "vehicles" | "drivers" => {
            &["corps", "division", "regiment", "neighbour", "health", "carrier"]
        }
        "storage-areas" | "facility-days" | "co-disposal-facilities" | "licence-histories" => {
            super::table::WITH_RECEIVER
        }
        "waste-streams"
        | "management-plans"
        | "ledger-entries"
        | "containers"
        | "medical-sheets"
        | "activity"
        | "reports"
        | "emergency-plans-filed"
        | "site-histories"
        | "risk-sources" => &["corps", "division", "regiment", "health", "producer", "auditor"],
        "transfer-approvals" | "transfer-applications" => {
            &["corps", "division", "regiment", "health", "producer", "auditor", "receiver"]
        }
        "assessments" => &["corps"],
        "emergency-plans" => &["corps", "division", "health"],
        "api-keys" => &["corps", "health", "producer"],
        "webhooks" => &["producer"],
        "delegations" => &["corps", "division", "health", "producer", "auditor", "carrier"],
        "users" => &["corps", "division", "health", "producer", "auditor"],
        // Of kitchen and hazardous waste: health has no part in it.
        "manifests" | "inspections" | "collection-rounds" | "trips" => {
            &["corps", "division", "regiment", "producer", "auditor", "carrier", "receiver"]
        }
        // A case has no regiment.
        "anomalies" => &["corps", "division", "producer", "auditor"],
        "insurance-policies" | "producers" => {
            &["corps", "division", "regiment", "neighbour", "health", "producer", "auditor"]
        }
        "drafts" => &["producer", "auditor"],
        other => panic!("who sees {other}?"),
    }
}
