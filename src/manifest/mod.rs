//! Manifests (转移联单): their life from draft to treatment, decided by rules and kept as events.

mod act;
mod admit;
pub mod amend;
mod arrive;
mod asked;
mod attach;
mod behalf;
/// Many filings in one request.
pub mod bulk;
mod bulk_store;
mod cancel;
mod complete;
mod containers;
mod crew;
mod deadlines;
mod depart;
mod draft_store;
mod draft_view;
mod drafts;
mod event;
mod event_store;
mod evolve;
mod facts;
mod feed_store;
mod file;
mod form;
mod implied;
mod incident_store;
#[cfg(test)]
mod interleavings;
mod ledger;
mod linked;
mod list;
mod load;
mod log_view;
mod mended;
mod moves;
/// Numbers of manifests.
mod number;
mod opened;
mod opened_store;
mod origin;
mod party_rows;
mod policy;
mod preflight;
mod receive;
/// Which plates and drivers have had it.
mod ridden;
mod sealed;
mod shape;
/// The monthly sheet of medical waste.
mod sheet;
mod sheet_store;
mod sight;
mod signed;
mod status;
mod store;
mod table_store;
mod tell;
mod together;
mod transport;
mod turn;
mod un_number;
mod view;

pub use act::claimed_since;
use act::{Step, admit_filed, filed, no_such_line, write};
pub use admit::{Wording, leg_right, planned_day, stored_later, transport_was_free};
pub use amend::{expire_due, was_replaced};
pub use arrive::arrive;
pub use asked::*;
pub use attach::{
    AttachFile, Attached, AttachmentKind, AttachmentView, FileName, FileSent, attach, attachment,
    attachments,
};
pub use behalf::SignedFor;
pub use cancel::cancel;
pub use complete::{Licences, complete};
pub use containers::container;
pub use crew::{Crew, crew, crew_faults};
pub use depart::{depart, place};
pub use draft_store::{
    find as find_draft, find_all as find_drafts, list as list_drafts, new_row as draft_row,
};
pub use draft_view::{AnyManifest, DraftView, draft_view};
pub use drafts::{Draft, delete, file_saved, is_draft, patch, save};
pub use event::*;
pub use event_store::{EventRow, as_of, event, events, read_event, stamped};
pub use evolve::{At, Gap, IllegalEvent, Manifest, Progress, begun, evolve, evolve_in_place, fold};
use facts::Place;
pub use facts::{Facts, LegFacts, LegIds};
pub use feed_store::{as_they_stood, seen_among};
use file::Scene;
pub use file::{Scene as FilingScene, file, may_file};
pub use implied::{Hold, booked, holds, implied_rows};
pub use linked::{
    Bond, ChainView, ForwardManifest, Kind, LimboView, Link, Linked, LinkedItem, ReturnManifest,
    Source, SourceAsked, SourceView, Standings, chain, send_back, send_on, standings,
};
pub use list::{ManifestFilter, page, streams};
pub use load::load_items;
pub use log_view::{EventView, TransitionView};
use mended::with_more;
pub use mended::{Content, with_the_rest};
pub use number::number_parts;
pub use origin::{Onto, Origin};
pub use preflight::{Preflight, try_out};
pub use receive::{GateFacts, receive};
pub use ridden::History as Ridden;
use shape::RefusedView;
pub use shape::{DeadlineView, ManifestView, PartyView, WarningView};
pub use sheet::{MEDICAL_TITLE, MonthlySheet, MonthlySheets, monthly_sheets};
use sight::regulates_end;
pub use sight::{as_readable, readable, sees, visible};
pub use signed::{Said, Signable};
pub use status::{Action, Party, Status, TRANSITIONS, Transition, open_to};
pub use store::{Head, Stored, by_id, by_ids, by_number, draft_filed as draft_gone, heads};
pub use table_store::{BETWEEN_CELLS, TableRow, table_page};
pub use together::{Mover, ToFile, arrives, departs, is_received, is_treated};
pub use transport::*;
pub use un_number::UnNumber;
use view::party as party_view;
pub use view::{Look, accounts, allowed, view, warnings};
