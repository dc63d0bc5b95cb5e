//! The roadside: what rides on a plate now, with its proof state, or an attestation that nothing
//! does; and inspections, the record that somebody looked.

/// What the change feed needs of inspections.
pub mod feed;
mod inspect;
mod list;
mod model;
mod roadside;
mod roadside_view;
mod store;
mod view;

pub use inspect::{NewInspection, inspect, inspection};
pub use list::{InspectionFilter, page};
pub use model::{Asked, Finding, Found, Inspection, InspectionFindingKind, InspectionOutcome};
pub use roadside::{Look, Riding, RoadsideQuery, look};
pub use roadside_view::{
    AttestationView, DriverSeenView, ProofView, RidingView, RoadsideView, roadside_view,
};
pub use store::insert as row;
pub use view::{InspectedManifestView, InspectionFindingView, InspectionView, inspection_view};
