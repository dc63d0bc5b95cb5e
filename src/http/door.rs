//! What an API key opens, by method and path: the first door, before any rule. A path that is not
//! listed is closed to keys, so that a new operation is one for people until somebody decides.
//!
//! Behind it `identity::policy` narrows what the key may sign as; here stand the registers, and
//! what no program should do: make users, keys and delegations, or touch somebody's own account.

use actix_web::http::Method;

use crate::grant::KeyScope;

use super::routes::API;

const READ: &[KeyScope] = &[KeyScope::Read];
const SIGN: &[KeyScope] = &[KeyScope::File, KeyScope::Carry, KeyScope::Receive];
const REGISTRY: &[KeyScope] = &[KeyScope::Registry];

/// Folders whose entries are kept by registrars, administrators and those who keep books.
const REGISTERS: &[&str] = &[
    "organisations",
    "sites",
    "storage-areas",
    "licences",
    "vehicles",
    "drivers",
    "waste-streams",
    "management-plans",
    "ledger-entries",
    "transfer-approvals",
    "transfer-applications",
    "activity",
    "insurance-policies",
    "emergency-plans-filed",
    "risk-sources",
    "facility-days",
    "co-disposal-facilities",
    "containers",
    "imports",
    "inspections",
    "capacity",
    "reports",
    "telemetry",
];

/// Problems that are sent to be solved.
const SOLVED: &[&str] = &["capacity/plans", "capacity/emergency-plans/comparison"];

/// Folders in which one signs as a party.
const SIGNED: &[&str] = &["manifests", "trips", "collection-rounds"];

/// The scopes of which a key needs one; `None` where keys may not go.
pub fn scopes_for(method: &Method, path: &str) -> Option<&'static [KeyScope]> {
    let below = path.strip_prefix(API)?.trim_start_matches('/');
    let folder = below.split('/').next().unwrap_or_default();
    let is_read = matches!(*method, Method::GET | Method::HEAD);
    match folder {
        "me" => (is_read && below == "me").then_some(READ),
        "auth" | "users" | "api-keys" | "sandbox" | "webhooks" | "subscriptions" | "notices" => {
            None
        }
        "delegations" => is_read.then_some(READ),
        // These write nothing.
        "capacity" if SOLVED.contains(&below) => Some(READ),
        _ if is_read => Some(READ),
        folder if REGISTERS.contains(&folder) => Some(REGISTRY),
        folder if SIGNED.contains(&folder) => Some(SIGN),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opens(method: &Method, path: &str) -> Vec<&'static str> {
        let scopes = scopes_for(method, &format!("{API}{path}")).unwrap_or_default();
        scopes.iter().map(|scope| scope.as_str()).collect()
    }

    #[test]
    fn reading_signing_and_keeping_registers_are_three_things() {
        let (get, post, patch) = (&Method::GET, &Method::POST, &Method::PATCH);
        assert_eq!(opens(get, "/manifests/x/events"), ["read"]);
        assert_eq!(opens(get, "/me"), ["read"]);
        assert_eq!(opens(post, "/manifests"), ["file", "carry", "receive"]);
        assert_eq!(opens(post, "/manifests/x/depart"), ["file", "carry", "receive"]);
        assert_eq!(opens(patch, "/vehicles/x"), ["registry"]);
    }

    #[test]
    fn what_is_peoples_own_and_what_nobody_decided_is_closed() {
        let none: [&str; 0] = [];
        let (get, post) = (&Method::GET, &Method::POST);
        for (method, path) in [
            (post, "/users"),
            (get, "/users"),
            (post, "/api-keys"),
            (get, "/api-keys"),
            (post, "/me/password"),
            (get, "/me/sessions"),
            (post, "/delegations"),
            (&Method::DELETE, "/delegations/x"),
            (post, "/something-new"),
            (post, "/sandbox/clock"),
            (get, "/webhooks"),
            (get, "/notices"),
        ] {
            assert_eq!(opens(method, path), none, "{method} {path}");
        }
    }
}
