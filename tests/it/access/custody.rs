//! The operations of the log and of proofs, as the table has those of all others.

use super::case::{Case, Kind::Ask, Kind::One, Kind::Open, case};
use super::table::INSPECTORS;

const PUBLIC_LOG: &str = "hashes and signatures, which tell nothing to who has not the events";

pub const CASES: &[Case] = &[
    case("GET /api/v1/custody/checkpoint", Open(PUBLIC_LOG)),
    case("GET /api/v1/custody/key", Open(PUBLIC_LOG)),
    case("GET /api/v1/custody/keys", Open(PUBLIC_LOG)),
    case("GET /api/v1/custody/proof/consistency", Open(PUBLIC_LOG)),
    case("GET /api/v1/custody/tile/{level}/{tile}", Open(PUBLIC_LOG)),
    case("GET /api/v1/custody/tile/entries/{tile}", Ask { may: INSPECTORS, query: "" }),
    case("GET /api/v1/manifests/{id}/custody", One("manifests")),
    case("GET /api/v1/manifests/{id}/events/{seq}/proof", One("manifests")),
];
