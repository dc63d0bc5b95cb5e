//! A producer that does not confirm what a round's carrier filed for it is silent: that is recorded
//! when the period ends, on the round and as a gap of the manifest, and holds up nobody. It may
//! still sign afterwards; that it was late stays. Driven by the clock; of two processes that see
//! the same one due, the round's version lets one write.

use chrono::{DateTime, Utc};

use super::act::{self, Beside, Note};
use super::event::{Confirmed, Happening, Silent};
use super::evolve::Stop;
use super::store::{self, Stored};
use crate::app::App;
use crate::command::{self, Done};
use crate::ctx::{Actor, Ctx};
use crate::decision::Decision;
use crate::ids::RoundId;
use crate::limits::SILENT_AT_ONCE_MAX;
use crate::manifest::Owing;
use crate::problem::{Code, Problem, Text};

/// Records all silence that is due at `now`; answers on how many rounds.
pub async fn silence_due(app: &App, now: DateTime<Utc>) -> Result<usize, Problem> {
    let due = async || store::unconfirmed(&app.pool, now, SILENT_AT_ONCE_MAX).await;
    command::each_due(SILENT_AT_ONCE_MAX, due, async |id| record(app, id, now).await).await
}

/// A stop whose period is over, when that was, and what its producer owes.
type Due = (Stop, DateTime<Utc>, Owing);

async fn record(app: &App, id: RoundId, now: DateTime<Utc>) -> Result<(), Problem> {
    let ctx = Ctx::unasked(Actor::system(), (now, app.clock.wall()), "clock");
    let read = async |_| {
        let stored = act::visible(app, &ctx.actor, id).await?;
        let mut due = Vec::new();
        for stop in &stored.round.stops {
            let Some(end) = stop.confirm_by().filter(|end| *end <= now) else { continue };
            let owing = Owing::read(app, stop.plan.manifest_id).await?;
            due.push((stop.clone(), end, owing));
        }
        Ok((stored, due))
    };
    let decide = |(stored, due): &(Stored, Vec<Due>)| decided(&ctx, stored, due);
    command::run::<_, Stored>(app, &ctx, read, decide).await.map(|_: Done<Stored>| ())
}

fn decided(ctx: &Ctx, stored: &Stored, due: &[Due]) -> Result<Decision, Problem> {
    if due.is_empty() {
        let text = Text::new("没有到期的确认。", "Nothing is due any more.");
        return Err(Problem::new(Code::AlreadyDecided, text));
    }
    let (mut notes, mut parts): (Vec<Note>, Vec<Decision>) = Default::default();
    for (stop, end, owing) in due {
        let (n, manifest_id) = (stop.plan.n, stop.plan.manifest_id);
        if owing.is_signed() {
            // It has signed the manifest by itself: the round only learns of it.
            let (ahead, late, items) = (false, false, Vec::new());
            let confirmed = Confirmed { n, manifest_id, ahead, items, late };
            notes.push((Happening::Confirmed(confirmed), *end));
        } else {
            notes.push((Happening::Silent(Silent { n, manifest_id }), *end));
            parts.push(owing.is_silent(ctx, *end)?);
        }
    }
    let about = (stored.id, Some(&stored.round));
    Ok(act::write(ctx, about, notes, Beside::default(), 200)?.with(parts))
}
