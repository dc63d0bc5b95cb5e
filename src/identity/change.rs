//! Changing a user (`PATCH /users/{id}`) and one's own password (`POST /me/password`).
//!
//! Whatever changes rights, standing or password raises the user's epoch in the same commit, which
//! ends its sessions everywhere; who changes its own password keeps the session it does it in. An
//! administrator changes neither its own role nor its own standing, so that no organisation locks
//! itself out by a slip.

use std::sync::Arc;

use super::asked::{ChangePassword, ChangeUser};
use super::lockout::{self, Counters};
use super::password::{Password, PasswordHash, weakness};
use super::store::{self, Account};
use super::user::{Rights, User, login_key, rights, role_faults};
use super::{policy, token};
use crate::app::App;
use crate::command::{self, Done, Freshness};
use crate::ctx::{Actor, Ctx, Role};
use crate::decision::{Decision, EventDraft, Guard, Output, Written};
use crate::ids::UserId;
use crate::problem::{Code, Fault, Problem, Text};
use crate::registry::{Known, Organisation};
use crate::wire::{Asked, Change, Patch, mended};

/// What changing a user depends on.
pub struct Facts {
    account: Option<Account>,
    organisation: Option<Known<Organisation>>,
}

/// An administrator, or the corps regulator, changes a user. `bytes` still say in part what a body
/// that cannot be read wants: 403 goes before 422.
pub async fn change(
    app: &App,
    ctx: &Ctx,
    id: UserId,
    asked: Asked<ChangeUser>,
    bytes: &[u8],
) -> Result<Done<User>, Problem> {
    let read = async |freshness| read(app, id, freshness).await;
    let rest = if asked.is_err() { mended(bytes) } else { None };
    let asked = (asked, rest);
    let mut hash = None;
    if let Ok(ChangeUser { password: Change::Set(password), .. }) = &asked.0 {
        // Hashing costs: it is only done for what would be written.
        decide(&read(Freshness::Fresh).await?, &asked, None, ctx)?;
        hash = Some(app.identity.passwords.hash(password).await?);
    }
    let done =
        command::run(app, ctx, read, |facts| decide(facts, &asked, hash.as_ref(), ctx)).await;
    app.identity.live.forget(id);
    done
}

async fn read(app: &App, id: UserId, freshness: Freshness) -> Result<Facts, Problem> {
    let account = store::account(&app.pool, id).await?;
    let organisation = match &account {
        Some(account) => {
            let of = account.user.organisation_id;
            app.registers.organisation(&app.pool, of, freshness).await?
        }
        None => None,
    };
    Ok(Facts { account, organisation })
}

/// All rules of changing a user, in the order of api.md: 404, 403, 412, 422.
fn decide(
    facts: &Facts,
    (asked, rest): &(Asked<ChangeUser>, Option<ChangeUser>),
    hash: Option<&PasswordHash>,
    ctx: &Ctx,
) -> Result<Decision, Problem> {
    let account = facts.account.as_ref().ok_or_else(Problem::not_found)?;
    let organisation = facts.organisation.as_ref().ok_or_else(Problem::not_found)?;
    let user = &account.user;
    let actor = &ctx.actor;
    let sees = policy::sees_user(actor, user.organisation_id, &organisation.division);
    policy::allow(sees, policy::makes_user(actor, user.organisation_id, user.rights.role))?;
    if let Some(wanted) = asked.as_ref().ok().or(rest.as_ref()) {
        refuse_beyond_rights(actor, user, wanted)?;
    }
    ctx.expect_version(user.version)?;
    let asked = asked.as_ref().map_err(Clone::clone)?;
    let after = changed(account, organisation, asked, hash)?;
    if is_same(account, &after, asked) {
        return Ok(unchanged(user, ctx));
    }
    let mut decision = written(account, after, None, "user_changed", ctx);
    decision.lean_on([organisation.guard]);
    Ok(decision)
}

/// A new password is a change even where it is the old one: sessions end.
fn is_same(before: &Account, after: &Account, asked: &ChangeUser) -> bool {
    let (before, after) = (&before.user, &after.user);
    asked.password == Change::Keep
        && (&before.rights, before.status) == (&after.rights, after.status)
}

/// A patch that changes nothing is answered, and leaves no event.
fn unchanged(user: &User, ctx: &Ctx) -> Decision {
    let output = Arc::new(user.clone());
    let finish = move |_: &_| {
        let output = Arc::clone(&output) as Output;
        Ok(Written { events: Vec::new(), rows: Vec::new(), notices: Vec::new(), output })
    };
    let mut decision = Decision::new(user.subject(), ctx, 200, Box::new(finish));
    decision.lean_on([Guard { subject: user.subject(), version: user.version }]);
    decision
}

/// What 403 stands for beside the user itself: a role beyond one's own reach, and oneself.
fn refuse_beyond_rights(actor: &Actor, user: &User, asked: &ChangeUser) -> Result<(), Problem> {
    if let Change::Set(role) = asked.role {
        policy::require(policy::makes_user(actor, user.organisation_id, role))?;
    }
    let is_self = !policy::is_system(actor) && actor.user_id == user.id;
    let changes_standing = asked.role != Change::Keep || asked.status != Change::Keep;
    if is_self && changes_standing {
        let text = Text::new(
            "不能更改自己的角色或状态，请由另一位管理员操作。",
            "Nobody changes their own role or status; another administrator must do it.",
        );
        return Err(Problem::new(Code::Forbidden, text));
    }
    Ok(())
}

/// The account after the change.
fn changed(
    before: &Account,
    organisation: &Organisation,
    asked: &ChangeUser,
    hash: Option<&PasswordHash>,
) -> Result<Account, Problem> {
    let user = &before.user;
    let mut faults = Vec::new();
    let role = asked.role.clone().apply(user.rights.role);
    if role != user.rights.role {
        faults.extend(role_faults(role, organisation));
    }
    let wanted = rights(wanted_rights(role, user, asked), organisation);
    let rights = wanted.map_err(|more| faults.extend(more)).ok();
    if let Change::Set(password) = &asked.password {
        faults.extend(weakness(password, &login_key(&user.login), "/password"));
    }
    Problem::unless_empty(faults)?;
    let rights = rights.ok_or_else(|| Problem::internal("rights refused without a fault"))?;
    let status = asked.status.clone().apply(user.status);
    let ends_sessions =
        rights != user.rights || status != user.status || asked.password != Change::Keep;
    Ok(Account {
        user: User { rights, status, version: user.version + 1, ..user.clone() },
        password_hash: hash.unwrap_or(&before.password_hash).clone(),
        epoch: before.epoch + i32::from(ends_sessions),
    })
}

/// What is not mentioned stays, as far as the new role has it.
fn wanted_rights(role: Role, user: &User, asked: &ChangeUser) -> Rights {
    let kept = |has: bool, value: &Option<String>| if has { value.clone() } else { None };
    let in_division = matches!(role, Role::DivisionRegulator | Role::RegimentRegulator);
    let in_regiment = role == Role::RegimentRegulator;
    let agency = if role.is_regulator() { user.rights.agency } else { None };
    Rights {
        role,
        agency: asked.agency.clone().apply(agency),
        division: text(&asked.division).apply(kept(in_division, &user.rights.division)),
        regiment: text(&asked.regiment).apply(kept(in_regiment, &user.rights.regiment)),
    }
}

fn text<const MIN: usize, const MAX: usize>(
    patch: &Patch<crate::wire::BoundedText<MIN, MAX>>,
) -> Patch<String> {
    match patch {
        Patch::Keep => Patch::Keep,
        Patch::Clear => Patch::Clear,
        Patch::Set(text) => Patch::Set(text.as_str().to_owned()),
    }
}

/// A new password for oneself. The current one is guessed at no more often than at the door.
pub async fn change_password(app: &App, ctx: &Ctx, asked: &ChangePassword) -> Result<(), Problem> {
    let id = ctx.actor.user_id;
    let account = store::account(&app.pool, id).await?.ok_or_else(token::unauthorized)?;
    let is_right = is_current(app, &account, &asked.current).await?;
    Problem::unless_empty(password_faults(&account, asked, is_right))?;
    let hash = app.identity.passwords.hash(&asked.new).await?;
    // The key is not kept: a repeat no longer knows the current password.
    let ctx = &Ctx { key: None, ..ctx.clone() };
    let read = async |_| store::account(&app.pool, id).await?.ok_or_else(token::unauthorized);
    let decide = |now: &Account| {
        if now.password_hash != account.password_hash {
            return Err(Problem::busy());
        }
        let user = User { version: now.user.version + 1, ..now.user.clone() };
        let after = Account { user, password_hash: hash.clone(), epoch: now.epoch + 1 };
        Ok(written(now, after, ctx.actor.session_id, "password_changed", ctx))
    };
    command::run::<_, User>(app, ctx, read, decide).await?;
    app.identity.live.forget(id);
    Ok(())
}

async fn is_current(app: &App, account: &Account, typed: &Password) -> Result<bool, Problem> {
    let counters = Counters::of(&login_key(&account.user.login), None);
    let turn = app.identity.passwords.turn().await?;
    let wall = app.clock.wall();
    lockout::judge(&store::failures(&app.pool, &counters, wall).await?, wall)?;
    let is_right = turn.verify(typed, Some(&account.password_hash)).await?;
    if !is_right {
        store::record_failure(&app.pool, &counters, wall).await?;
    }
    Ok(is_right)
}

fn password_faults(account: &Account, asked: &ChangePassword, is_right: bool) -> Vec<Fault> {
    let mut faults = Vec::new();
    if !is_right {
        let text = Text::new("当前密码不对。", "This is not the current password.");
        faults.push(Fault::new(Code::InvalidValue, "/current", text));
    }
    faults.extend(weakness(&asked.new, &login_key(&account.user.login), "/new"));
    if asked.new == asked.current {
        let text = Text::new("新密码与当前密码相同。", "The new password is the current one.");
        faults.push(Fault::new(Code::WeakPassword, "/new", text));
    }
    faults
}

/// The row as it is after, its event, and the one session that goes on.
fn written(
    before: &Account,
    after: Account,
    keeps: Option<crate::ids::SessionId>,
    kind: &'static str,
    ctx: &Ctx,
) -> Decision {
    let subject = after.user.subject();
    let event = EventDraft {
        subject,
        kind,
        occurred_at: ctx.now,
        actor: (&ctx.actor).into(),
        data: after.user.recorded(),
    };
    let finish = move |_: &_| {
        let mut rows = vec![store::update_row(&after)];
        rows.extend(keeps.map(|session| store::session_row(session, after.epoch)));
        Ok(Written {
            events: vec![event.clone()],
            rows,
            notices: Vec::new(),
            output: Arc::new(after.user.clone()) as Output,
        })
    };
    let mut decision = Decision::new(subject, ctx, 200, Box::new(finish));
    decision.advance(subject, Some(before.user.version));
    decision
}
