//! What the contract (api.md, domain.md) asks of any deployment, tried out over HTTP alone.
//!
//! `liandan conformance` runs a published list of [scenarios](all) against a sandbox and tells,
//! check by check, what it does right or wrong: an integrator learns how a server answers, another
//! deployment whether it answers as this one. It is written from the contract and knows no other
//! room: a fault that the server's own code shares with its tests would else be invisible.
//! `tests/it/tidy.rs` holds that.
//!
//! It brings its own parties: given the corps' regulator's login, it registers a producer, a
//! carrier, a receiver and a stranger with licence, vehicle and driver, so that what is there
//! already neither helps nor disturbs. What it makes stays: a sandbox is for that.

mod answer;
mod bodies;
mod client;
mod estate;
mod habits;
mod look;
mod masses;
mod report;
mod run;
mod scenario;
mod scenarios;
mod stage;
mod tls;
mod together;
mod uscc;

pub use client::Unplayable;
pub use estate::Account;
pub use report::{Check, Outcome, Report};
pub use run::{Settings, run};
pub use scenario::{Scenario, all, markdown};

#[cfg(test)]
mod tests;
