//! liandan (联单): electronic transfer manifests for hazardous, medical and kitchen waste.
//!
//! The map, one line a room; `ARCHITECTURE.md` has the streets between them.

/// What every request needs, made once at start.
pub mod anomaly;
pub mod app;
pub mod audit;
/// Load figures beside pgbench's.
pub mod bench;
/// Files by their hash.
pub mod blob;
/// Working days of the yearly calendar.
pub mod calendar;
/// What was produced against what can be treated.
pub mod capacity;
/// The national list and the tables beside it, and what they ask of an item.
pub mod catalogue;
/// The command line.
pub mod cli;
/// Time, injected.
pub mod clock;
/// Read, decide, commit: the one way in.
pub mod command;
/// Settings, checked once.
pub mod config;
/// Any deployment held to the contract, over HTTP alone.
pub mod conformance;
/// Labelled packages.
pub mod container;
/// Who asks, when, in which request.
pub mod ctx;
/// The log that anyone can check.
pub mod custody;
/// The database: a private PostgreSQL, its roles.
pub mod db;
/// What a command decided, as data.
pub mod decision;
/// The demo world: a few weeks of life to look at.
pub mod demo;
/// Time lines, and what a court is given.
pub mod evidence;
/// Lists as tables.
pub mod export;
/// The change feed.
pub mod feed;
/// What an actor has beside its role.
pub mod grant;
/// HTTP: the only room that knows actix.
pub mod http;
/// Who may sign in, and who may do what where.
pub mod identity;
/// One id type a noun.
pub mod ids;
/// Files of rows into the registers.
pub mod import;
/// The roadside, and looks at it.
pub mod inspection;
/// Events, chains, canonical JSON.
pub mod journal;
/// Every bound, with its reason.
pub mod limits;
/// Manifests: from draft to treatment.
pub mod manifest;
/// Where ids and secrets come from.
pub mod mint;
/// Who is told of what: webhooks, mail, the console.
pub mod notify;
/// HTTP as a client.
pub mod outbound;
/// The lists, a page at a time.
pub mod pages;
/// Refusals and faults.
pub mod problem;
/// Who looked at what.
pub mod reads;
/// Organisations, sites, licences, vehicles, drivers.
pub mod registry;
/// Reports of ledgers, and plans against what was done.
pub mod report;
/// Collection rounds: many stops, one weighing.
pub mod round;
/// Rows of tables, as data.
pub mod row;
/// A clock that may be moved.
pub mod sandbox;
/// The regulators' search.
pub mod search;
/// What never reaches a log.
pub mod secret;
/// Reference data in the binary, read with file and line.
pub mod seeds;
/// Start, serve, stop.
pub mod server;
/// A year from a seed, with labelled fraud.
pub mod simulate;
/// The log and the metrics.
pub mod telemetry;
pub mod track;
/// Trips: several manifests on one vehicle.
pub mod trip;
/// Grams and kilograms.
pub mod units;
/// Strict JSON in, typed values out.
pub mod wire;
/// Other instances' logs, watched and cosigned.
pub mod witness;
