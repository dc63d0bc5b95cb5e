//! One's own sessions: which there are, and ending those that one does not know or need.

use super::account::{self, AccountChange};
use super::session;
use super::store::{self, Account, OpenSession};
use super::token::unauthorized;
use super::user::User;
use crate::app::App;
use crate::command;
use crate::ctx::Ctx;
use crate::ids::SessionId;
use crate::problem::Problem;

/// Those that are open, newest first.
pub async fn own_sessions(app: &App, ctx: &Ctx) -> Result<Vec<OpenSession>, Problem> {
    store::open_sessions(&app.pool, ctx.actor.user_id, ctx.wall).await
}

/// Ends one of them; 404 for what is none of one's own, or has ended.
pub async fn end_session(app: &App, ctx: &Ctx, id: SessionId) -> Result<(), Problem> {
    let open = own_sessions(app, ctx).await?;
    if open.iter().all(|one| one.id != id) {
        return Err(Problem::not_found());
    }
    if ctx.validate_only {
        return Ok(());
    }
    session::end(app, id, "ended", Some(&ctx.actor)).await
}

/// Ends all but the one that this is asked in: one event of the user.
pub async fn end_other_sessions(app: &App, ctx: &Ctx) -> Result<(), Problem> {
    let id = ctx.actor.user_id;
    let read = async |_| store::account(&app.pool, id).await?.ok_or_else(unauthorized);
    let decide = |now: &Account| {
        let after = Account { epoch: now.epoch + 1, ..now.clone() };
        let (keeps, rows) = (ctx.actor.session_id, Vec::new());
        Ok(account::written(now, AccountChange { after, keeps, rows, kind: "sessions_ended" }, ctx))
    };
    let ctx = &Ctx { key: None, ..ctx.clone() };
    command::run::<_, User>(app, ctx, read, decide).await?;
    app.identity.live.forget(id);
    Ok(())
}
