//! Evidence (证据): the time line of a manifest, and the package of it and its chain that a court can
//! read on paper and check without any server.
//!
//! All of it is a reading of bundles: `told` puts events into words, `page` sets them for print,
//! `package` puts pages, bundles, files and the key into one ZIP that is written as it is sent.

mod case_event;
mod case_package;
mod dossier;
mod events;
mod html;
mod package;
mod page;
mod readme;
mod timeline;
mod view;
mod words;
mod zip;

pub use case_event::{CaseEventView, case_event};
pub use case_package::case_package;
pub use dossier::{Dossier, dossier};
pub use package::{Package, package};
pub use page::page;
pub use timeline::{Entry, EntryKind, entries};
pub use view::{TimelineEntryView, TimelineView, timeline_view};
