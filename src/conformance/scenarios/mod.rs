//! The scenarios, one file a heading of the contract. What they check is in their words.

#![expect(
    clippy::unnecessary_wraps,
    reason = "a scenario may stop where what it stands on is missing, whether or not this one does"
)]

mod amendments;
mod bulk;
mod chain;
mod clock;
mod containers;
mod drafts;
mod errors;
mod feed;
mod filing;
mod formats;
mod grants;
mod idempotency;
mod identity;
mod imports;
mod linked;
mod lists;
mod lives;
mod receipt;
mod refusals;
mod registry;
mod roadside;
mod rounds;
mod tenants;
mod transitions;
mod versions;
mod way;

use super::estate::ARRIVAL;
use super::scenario::Scenario;

/// In the order in which they are played. The clock is last: it moves the others' day.
pub static GROUPS: &[&[&Scenario]] = &[
    &[&ARRIVAL],
    identity::ALL,
    errors::ALL,
    registry::ALL,
    filing::ALL,
    refusals::ALL,
    drafts::ALL,
    idempotency::ALL,
    versions::ALL,
    lives::ALL,
    way::ALL,
    receipt::ALL,
    linked::ALL,
    amendments::ALL,
    transitions::ALL,
    lists::ALL,
    formats::ALL,
    bulk::ALL,
    containers::ALL,
    rounds::ALL,
    tenants::ALL,
    feed::ALL,
    chain::ALL,
    roadside::ALL,
    grants::ALL,
    imports::ALL,
    clock::ALL,
];
