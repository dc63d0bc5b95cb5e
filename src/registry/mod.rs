//! Organisations, sites, licences, vehicles, drivers: who may take part, and with what.

mod cache;
mod model;
mod store;

pub use cache::{Known, Registers};
pub use model::{
    Driver, Licence, LicenceKind, LicenceLine, LicenceStatus, Organisation, Part, Place, Site,
    SiteKind, Standing, Vehicle,
};
