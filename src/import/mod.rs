//! Files of rows into the registers (and paper manifests after an outage): CSV and workbooks.
//!
//! A row is mapped to the body of the API's own command and goes through the same function: the
//! rules, rights, events and refusals are those of one request, told by line and column. In
//! [`ImportMode::AllOrNothing`] every row is decided and the whole is one commit; in
//! [`ImportMode::GoodRows`] each row is a command of its own and the others go on.
//!
//! A file may be sent again: what is there already with the same content is left as it is.

mod cells;
mod columns;
mod csv;
mod entries;
mod kinds;
mod place;
mod records;
mod references;
mod report;
mod run;
mod same;
mod serial;
mod store;
mod table;
mod verbs;
mod xlsx;

pub use columns::Column;
pub use kinds::{ImportMode, Kind, columns_of};
pub use report::{Report, RowFault};
pub use run::{Order, import, may_import};
pub use table::{Row, Table, read};
pub use xlsx::unreadable;

use crate::export::csv_headings;
use crate::problem::Lang;

/// An empty file of this kind: its headings, as CSV for spreadsheets.
pub fn template(kind: Kind, lang: Lang) -> Vec<u8> {
    csv_headings(columns_of(kind).iter().map(|column| column.heading(lang)))
}
