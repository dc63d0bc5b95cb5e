//! Changing a user (`PATCH /users/{id}`): rights, standing, a new password, a lost second factor.
//!
//! Whatever changes rights, standing or password raises the user's epochs in the same commit, which
//! ends its sessions and its personal API keys everywhere. An administrator changes neither its own
//! role nor its own standing, and leans on still being one as it takes another's away: so the last
//! administrator of an organisation cannot be removed by its own people, not even by two who remove
//! each other at once. The corps' regulator can, and appoints the next.

use std::sync::Arc;

use super::account::{self, AccountChange};
use super::asked::ChangeUser;
use super::password::{PasswordHash, weakness};
use super::policy;
use super::store::{self, Account};
use super::user::{Rights, User, UserStatus, login_key, rights, role_faults};
use crate::app::App;
use crate::command::{self, Done, Freshness};
use crate::ctx::{Actor, Ctx, Role};
use crate::decision::{Decision, Guard};
use crate::ids::UserId;
use crate::problem::{Code, Fault, Problem, Text};
use crate::registry::{Known, Organisation};
use crate::wire::{Asked, Change, Patch, mended};

/// What changing a user depends on.
pub struct Facts {
    account: Option<Account>,
    organisation: Option<Known<Organisation>>,
    /// Who changes it, as it is now; the system is nobody.
    changer: Option<User>,
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
    let read = async |freshness| read(app, ctx, id, freshness).await;
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
    app.identity.keys.forget_of(id);
    done
}

async fn read(app: &App, ctx: &Ctx, id: UserId, freshness: Freshness) -> Result<Facts, Problem> {
    let account = store::account(&app.pool, id).await?;
    let organisation = match &account {
        Some(account) => {
            let of = account.user.organisation_id;
            app.registers.organisation(&app.pool, of, freshness).await?
        }
        None => None,
    };
    let changer = store::user(&app.pool, ctx.actor.user_id).await?;
    Ok(Facts { account, organisation, changer })
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
    let after = changed(account, organisation, (asked, hash), ctx)?;
    if is_same(account, &after, asked) {
        return Ok(unchanged(user, ctx));
    }
    let guard = still_administers(facts, account, &after, ctx)?;
    let kind = "user_changed";
    let change = AccountChange { after, keeps: None, rows: Vec::new(), kind };
    let mut decision = account::written(account, change, ctx);
    decision.lean_on([organisation.guard]);
    decision.lean_on(guard);
    Ok(decision)
}

/// Whoever takes an administrator away is one still, and leans on it.
fn still_administers(
    facts: &Facts,
    before: &Account,
    after: &Account,
    ctx: &Ctx,
) -> Result<Option<Guard>, Problem> {
    let is_admin =
        |user: &User| user.rights.role == Role::Admin && user.status == UserStatus::Active;
    if !is_admin(&before.user) || is_admin(&after.user) || policy::is_system(&ctx.actor) {
        return Ok(None);
    }
    let changer = facts.changer.as_ref().filter(|one| one.status == UserStatus::Active);
    let changer = changer.filter(|one| one.rights.role == ctx.actor.role);
    let changer = changer.ok_or_else(Problem::forbidden)?;
    Ok(Some(Guard { subject: changer.subject(), version: changer.version }))
}

/// A new password is a change even where it is the old one: sessions end.
fn is_same(before: &Account, after: &Account, asked: &ChangeUser) -> bool {
    let (before, after) = (&before.user, &after.user);
    asked.password == Change::Keep
        && (&before.rights, before.status) == (&after.rights, after.status)
        && before.second_factor == after.second_factor
}

/// A patch that changes nothing is answered, and leaves no event.
fn unchanged(user: &User, ctx: &Ctx) -> Decision {
    let read = Guard { subject: user.subject(), version: user.version };
    Decision::unchanged(read, ctx, 200, Arc::new(user.clone()))
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
    (asked, hash): (&ChangeUser, Option<&PasswordHash>),
    ctx: &Ctx,
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
    if asked.second_factor == Change::Set(true) {
        let text =
            Text::new("两步验证只能由本人启用。", "Only the user switches its second factor on.");
        faults.push(Fault::new(Code::InvalidValue, "/second_factor", text));
    }
    Problem::unless_empty(faults)?;
    let rights = rights.ok_or_else(|| Problem::internal("rights refused without a fault"))?;
    let status = asked.status.clone().apply(user.status);
    let ends_sessions =
        rights != user.rights || status != user.status || asked.password != Change::Keep;
    let drops_factor = asked.second_factor == Change::Set(false);
    let totp = before.totp.filter(|_| !drops_factor);
    // A password that somebody else knows is good for one thing: to be changed.
    let is_reset = asked.password != Change::Keep && ctx.actor.user_id != user.id;
    Ok(Account {
        user: User {
            rights,
            status,
            second_factor: totp.is_some(),
            must_change_password: user.must_change_password || is_reset,
            version: user.version + 1,
            ..user.clone()
        },
        password_hash: hash.unwrap_or(&before.password_hash).clone(),
        epoch: before.epoch + i32::from(ends_sessions),
        key_epoch: before.key_epoch + i32::from(ends_sessions),
        totp,
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
