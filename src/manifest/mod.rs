//! Manifests (转移联单): their life from draft to treatment, decided by rules and kept as events.

mod act;
mod admit;
mod arrive;
mod asked;
mod cancel;
mod complete;
mod depart;
mod draft_store;
mod draft_view;
mod drafts;
mod event;
mod evolve;
mod facts;
mod file;
mod form;
mod ledger;
mod list;
mod mended;
mod moves;
mod policy;
mod preflight;
mod receive;
mod status;
mod store;
mod tell;
mod view;

pub use act::{sees, visible};
pub use arrive::arrive;
pub use asked::*;
pub use cancel::cancel;
pub use complete::complete;
pub use depart::depart;
pub use draft_store::{find as find_draft, list as list_drafts};
pub use draft_view::{AnyManifest, DraftView, draft_view};
pub use drafts::{Draft, delete, file_saved, is_draft, patch, save};
pub use event::*;
pub use evolve::{At, Gap, IllegalEvent, Manifest, Progress, evolve, fold};
pub use file::file;
pub use list::{ManifestFilter, page};
pub use mended::with_the_rest;
pub use preflight::{Preflight, try_out};
pub use receive::receive;
pub use status::{Action, Party, Status, TRANSITIONS, Transition, open_to};
pub use store::{EventRow, Stored, as_of, by_id, by_number, events, read_event};
pub use view::{
    EventView, Look, ManifestView, TransitionView, WarningView, accounts, allowed, view,
};
