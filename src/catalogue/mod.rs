//! The catalogue (名录): what waste there is, and what the tables ask of one item of a manifest.
//!
//! Reference data of `seeds/` is embedded, parsed once by [`Catalogue::load`] and never changed;
//! editions carry their days of validity, so that a manifest is judged by the list that held
//! (list 2021, Order 15; Code Art. 535; GB 18597; medical regulations). Everything here is pure:
//! no database, no clock. Rules take plain values and push into [`crate::problem::Findings`].

mod code;
mod coded;
mod containers;
mod edition;
mod exemption;
mod hazard;
mod incompatible;
mod load;
mod load_rules;
mod lookup;
mod reactivity;
mod rule_pack;
/// What the tables ask of an item.
pub mod rules;
mod search;
mod tables;
mod view;
mod view_words;
mod waste_set;
mod words;

pub use crate::seeds::SeedError as CatalogueError;
pub use code::{Category, NotAWasteCode, WasteCode};
pub use coded::UnknownWord;
pub use containers::{ContainerRating, ContainerTable};
pub use edition::{Edition, Waste};
pub use exemption::{CodeScope, Exemption, Stages};
pub use hazard::{Hazard, HazardLogic, Hazards, ListedHazards};
pub use incompatible::{IncompatiblePair, IncompatibleTable, LoadItem, Together};
pub use lookup::{Catalogue, Known};
pub use reactivity::{Groups, ReactivityGroup, ReactivityTable};
pub use rule_pack::RulePack;
pub use search::{Found, Search};
pub use tables::{
    Coefficient, CollectionWaste, DeadlineRule, Division, FocusWaste, FormRow, HazardRow,
    KitchenWaste, Limit, ManifestField, MedicalCategory, MethodRow, OrganisationKind, Packaging,
};
pub use view::{EditionView, ExemptionView, WasteView};
pub use view_words::{DivisionView, FormView, HazardView, LocationView, MethodView, PackagingView};
pub use waste_set::WasteSet;
pub use words::{Form, Method, MethodGroup, PackagingKind, Stream};
