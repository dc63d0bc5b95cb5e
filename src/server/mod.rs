//! The running program: what it is opened on, how it listens, and how it stops.

mod anomaly;
mod audit;
mod bundle;
mod clock;
mod error;
mod export;
mod http;
mod import;
mod lifecycle;
mod log_key;
mod open;
mod private;
mod production;
mod signals;
mod simulate;
mod sweep;
mod user;
mod witness;

pub use anomaly::{demo_anomalies, rebuild_anomalies, rebuild_demo_anomalies};
pub use audit::{audit, audit_demo};
pub use error::StartError;
pub use export::{ExportOrder, Exported, ExportedFile, Progress, export_all};
pub use http::{Listening, listen};
pub use import::import_file;
pub use lifecycle::Ended;
pub use log_key::write_key;
pub use private::{DATABASE, Demo, demo};
pub use production::{BootstrapUrls, Production, bootstrap, migrate, serve};
pub use simulate::{Simulation, simulate};
pub use user::{NewUser, create_user};
pub use witness::{WitnessOrder, pull_once, witness};
