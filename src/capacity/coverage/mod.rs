//! Coverage with medical facilities (医疗废物处置设施覆盖): which divisions have a compliant one that
//! runs, who is nearest to those that have none, and which institutions nobody has come to in time.
//! `cover.rs` tells the whole of it.

mod cover;
mod facts;
mod shown;
mod store;

pub use cover::{CoverageQuery, coverage};
pub use shown::CoverageView;
pub use store::{LoggedDay, last_days};
