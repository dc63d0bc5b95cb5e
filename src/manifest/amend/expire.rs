//! Amendments that nobody answered in time: they come to nothing, and the regulators of both ends
//! are told. Driven by the clock; two processes that see the same one due cannot both end it,
//! because the manifest's version is expected by the commit itself.

use chrono::{DateTime, Utc};

use super::write::{Done, Writing, expired};
use crate::app::App;
use crate::command;
use crate::ctx::{Actor, Ctx};
use crate::identity;
use crate::ids::ManifestId;
use crate::limits::EXPIRED_AT_ONCE_MAX;
use crate::manifest::event::Happening;
use crate::manifest::store::{self, Stored};
use crate::problem::{Code, Problem};

/// Ends all that is due at `now`; answers how many manifests that were.
pub async fn expire_due(app: &App, now: DateTime<Utc>) -> Result<usize, Problem> {
    let due = async || store::amendments_due(&app.pool, now, EXPIRED_AT_ONCE_MAX).await;
    command::each_due(EXPIRED_AT_ONCE_MAX, due, async |id| expire(app, id, now).await).await
}

async fn expire(app: &App, id: ManifestId, now: DateTime<Utc>) -> Result<(), Problem> {
    let ctx = Ctx::unasked(Actor::system(), (now, app.clock.wall()), "clock");
    let read = async |_| {
        let stored = store::by_id(&app.pool, id).await?.ok_or_else(Problem::not_found)?;
        let filed = &stored.manifest.filed;
        let divisions = [&*filed.producer.division, &*filed.receiver.division];
        let regulators = identity::regulators_of(&app.pool, &divisions).await?;
        Ok((stored, regulators))
    };
    let decide = |(stored, regulators): &(Stored, Vec<_>)| {
        let amendments = stored.manifest.amendments.open.iter();
        let due: Vec<_> =
            amendments.filter(|open| open.expires_at.is_some_and(|end| end <= now)).collect();
        let Some(first) = due.first() else {
            let text = crate::problem::Text::new("没有到期的更正。", "Nothing is due any more.");
            return Err(Problem::new(Code::AlreadyDecided, text));
        };
        let happenings: Vec<Happening> = due.iter().map(|open| expired(open, "time")).collect();
        let writing = Writing {
            stored: stored.clone(),
            happenings,
            n: first.n,
            effect: None,
            notice: "amendment_expired",
            regulators: regulators.clone(),
            occurred_at: first.expires_at.unwrap_or(now),
            seal: None,
        };
        writing.decision(&ctx, 200)
    };
    command::run::<_, Done>(app, &ctx, read, decide).await.map(|_| ())
}
