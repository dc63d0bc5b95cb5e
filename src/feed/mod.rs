//! The change feed: the journal in its own order, as far as the caller may see it.
//!
//! Must hold: once a number was served, nothing that the caller may see appears below it later. It
//! does because positions are dense and in commit order: a reader that sees one sees all below.
//! One request looks at a bounded part of the log, wherever the caller stands in it: somebody with
//! few events in a long log is moved on through it by short or empty pages.

mod look;
mod shown;
mod wait;

use std::time::Duration;

use tokio::time::Instant;

use crate::app::App;
use crate::ctx::Ctx;
use crate::journal;
use crate::limits::FEED_WAIT_S_MAX;
use crate::problem::{Code, Fault, Problem, Text};
use crate::wire::{PageLimit, Whole, wire};

pub use shown::{ChangePage, ChangeView, SubjectView};
pub use wait::Waiting;

/// The largest whole number that every JSON reader keeps exact.
const SEQUENCE_MAX: i64 = (1 << 53) - 1;

wire! {
    /// Where to read on in the change feed, and how long to wait for more.
    pub struct ChangesQuery {
        /// `next_after` of the answer before. 0 or absent: from the beginning.
        pub after: Option<Whole<0, SEQUENCE_MAX>>,
        pub limit: PageLimit = PageLimit::default(),
        /// Seconds to wait for something new at the end of the log. 0 or absent: do not wait.
        pub wait: Option<Whole<0, { FEED_WAIT_S_MAX as i64 }>>,
    }
}

/// A page of the feed.
pub struct Found {
    pub page: ChangePage,
    /// Time has passed since the request was admitted: whether its caller still may see is to be
    /// asked again.
    pub has_waited: bool,
}

/// What the caller may see after a number, in order; at the end of the log, what comes while it
/// waits.
pub async fn changes(app: &App, ctx: &Ctx, asked: &ChangesQuery) -> Result<Found, Problem> {
    let wait = asked.wait.map_or(0, Whole::get);
    let until = Instant::now() + Duration::from_secs(wait.unsigned_abs());
    // Before the first look: what is committed after it is heard.
    let mut waiter = wait::Waiter::new(app, until);
    let from = asked.after.map_or(0, Whole::get);
    let mut at = from;
    loop {
        let looked = look::look(app, ctx, at, asked.limit).await?;
        if looked.next_after == from && looked.data.is_empty() {
            refuse_what_was_never_given(app, from).await?;
        }
        let is_done = wait == 0 || !looked.data.is_empty() || !looked.is_at_end;
        at = looked.next_after;
        if is_done || !waiter.waits_for_more_than(at).await? {
            let page = ChangePage { data: looked.data, next_after: at };
            return Ok(Found { page, has_waited: waiter.has_waited });
        }
    }
}

/// A number beyond the end of the log is not ours (or of a log that was restored from an older
/// copy): to wait for it would silently pass over all that comes before it.
async fn refuse_what_was_never_given(app: &App, after: i64) -> Result<(), Problem> {
    if after == 0 || after <= journal::size(&app.pool).await? {
        return Ok(());
    }
    let text = Text::new(
        "变更流还没有到这个序号，请原样使用 next_after。",
        "The feed has not come to this number: use `next_after` as it was given.",
    );
    Err(Fault::new(Code::InvalidValue, "/query/after", text).into())
}
