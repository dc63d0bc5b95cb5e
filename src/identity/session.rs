//! Signing in and out, and who a token's bearer is. All of it is wall time: a sandbox clock moves
//! no lock and no expiry.
//!
//! Nothing here tells which accounts exist: an unknown login costs the same hashing, is counted
//! and locked the same, and is answered as a wrong password is; so are a disabled user and a
//! closed organisation. A refresh token is good once: its second use means that somebody has a
//! copy, and ends the family for both.

use std::net::IpAddr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};

use super::asked::{LogIn, LogOut, Refresh};
use super::live::{Belief, Life};
use super::lockout::{self, Counters, Failures};
use super::sign_in::{self, ctx_of};
use super::store::{self, Account, NewSession, NewToken, OpenedSession, Refreshing};
use super::token::unauthorized;
use super::totp::{Factor, accept};
use super::user::{UserStatus, login_key};
use crate::app::App;
use crate::command::{self, Freshness};
use crate::ctx::Actor;
use crate::ids::{OrganisationId, SessionId};
use crate::limits::{ACCESS_TOKEN_S, ACCOUNT_FAILURES_MAX, REFRESH_TOKEN_S, SESSION_S};
use crate::problem::{Code, Problem, Text};
use crate::registry::Standing;
use crate::secret::Secret;

/// What a client gets for its password, or for its last refresh token.
#[derive(Debug)]
pub struct TokenPair {
    pub access_token: Secret<String>,
    pub refresh_token: Secret<String>,
    /// Seconds that the access token is good for.
    pub expires_in: i64,
}

/// Where a sign-in comes from.
pub struct Whence {
    /// The client's address, for lockout.
    pub address: Option<IpAddr>,
    /// What the client calls itself, for its owner to know it by.
    pub agent: Option<String>,
}

/// Signs in. Who has the password of an account with a second factor is told that one is wanted;
/// that alone neither counts nor forgives a failure. A wrong code counts as a wrong password does.
pub async fn log_in(app: &App, asked: &LogIn, whence: Whence) -> Result<TokenPair, Problem> {
    let login_key = login_key(asked.login.as_str());
    let counters = Counters::of(&login_key, whence.address);
    // Who is locked out is told at once and takes no turn from others.
    refuse_if_locked(app, &counters).await?;
    let account = store::account_by_login(&app.pool, &login_key).await?;
    let turn = app.identity.passwords.turn().await?;
    // Again: others failed while this one waited. The turn is held until its own failure counts.
    let failures = refuse_if_locked(app, &counters).await?;
    let kept = account.as_ref().map(|account| &account.password_hash);
    let is_right = turn.verify(&asked.password, kept).await?;
    let failed = Failed { counters: &counters, before: failures.account.len() };
    let admitted = match account {
        Some(account) if is_right && is_admitted(app, &account).await? => account,
        account => return Err(failed.note(app, account.as_ref(), invalid_credentials()).await),
    };
    let mut factor = None;
    if admitted.totp.is_some() {
        let typed = asked.totp.as_ref().map(|code| code.as_str().trim()).unwrap_or_default();
        if typed.is_empty() {
            return Err(totp_required());
        }
        factor = accept(app, &admitted, typed, app.clock.wall()).await?;
        if factor.is_none() {
            return Err(failed.note(app, Some(&admitted), invalid_totp()).await);
        }
    }
    drop(turn);
    store::forget_failures(&app.pool, &counters.account).await?;
    open(app, &admitted, factor, whence.agent).await
}

async fn refuse_if_locked(app: &App, counters: &Counters) -> Result<Failures, Problem> {
    let wall = app.clock.wall();
    let failures = store::failures(&app.pool, counters, wall).await?;
    lockout::judge(&failures, wall)?;
    Ok(failures)
}

/// A sign-in that failed, and how often its account had failed before.
struct Failed<'a> {
    counters: &'a Counters,
    before: usize,
}

impl Failed<'_> {
    /// Counts it. The one that locks an account is an event; nobody waits for that, so that time
    /// does not tell which accounts there are. Answers with `problem`.
    async fn note(&self, app: &App, account: Option<&Account>, problem: Problem) -> Problem {
        if let Err(fault) = store::record_failure(&app.pool, self.counters, app.clock.wall()).await
        {
            return fault;
        }
        if let Some(account) = account.filter(|_| self.before + 1 == ACCOUNT_FAILURES_MAX) {
            let ctx = ctx_of(app, Actor::system());
            if app.committer.post(sign_in::locked_out(account, &ctx)).is_err() {
                tracing::warn!(user.id = %account.user.id, "an account was locked, unrecorded");
            }
        }
        problem
    }
}

async fn is_admitted(app: &App, account: &Account) -> Result<bool, Problem> {
    let user = &account.user;
    Ok(user.status == UserStatus::Active && is_open(app, user.organisation_id).await?)
}

/// A suspended organisation still signs in: what is under way must be brought to an end.
async fn is_open(app: &App, id: OrganisationId) -> Result<bool, Problem> {
    let organisation = app.registers.organisation(&app.pool, id, Freshness::Fresh).await?;
    Ok(organisation.is_some_and(|organisation| organisation.status != Standing::Closed))
}

async fn open(
    app: &App,
    account: &Account,
    factor: Option<Factor>,
    agent: Option<String>,
) -> Result<TokenPair, Problem> {
    let wall = app.clock.wall();
    let session = NewSession {
        id: SessionId::of(app.mint.uuid(wall)),
        user_id: account.user.id,
        epoch: account.epoch,
        created_at: wall,
        expires_at: wall + TimeDelta::seconds(SESSION_S),
        agent,
    };
    let (refresh_token, token) = new_refresh_token(app, wall, session.expires_at);
    store::sweep_sessions(&app.pool, account.user.id, wall).await?;
    let actor = account.user.actor(session.id);
    let ctx = ctx_of(app, actor.clone());
    let decide = |(): &()| Ok(sign_in::opened(&session, &token, factor, &ctx));
    command::run::<(), ()>(app, &ctx, async |_| Ok(()), decide).await?;
    pair(app, &actor, refresh_token, wall)
}

fn new_refresh_token(
    app: &App,
    wall: DateTime<Utc>,
    session_ends: DateTime<Utc>,
) -> (Secret<String>, NewToken) {
    let token = Secret::new(URL_SAFE_NO_PAD.encode(app.mint.bytes::<32>()));
    let expires_at = session_ends.min(wall + TimeDelta::seconds(REFRESH_TOKEN_S));
    let hash = hash_of(&token);
    (token, NewToken { hash, expires_at })
}

fn hash_of(token: &Secret<String>) -> [u8; 32] {
    Sha256::digest(token.reveal().as_bytes()).into()
}

fn pair(
    app: &App,
    actor: &Actor,
    refresh_token: Secret<String>,
    wall: DateTime<Utc>,
) -> Result<TokenPair, Problem> {
    let access_token = app.identity.tokens.issue(actor, wall)?;
    Ok(TokenPair { access_token, refresh_token, expires_in: ACCESS_TOKEN_S })
}

/// What a refresh token is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Worth {
    Good,
    /// Used before: somebody has a copy.
    Reused,
    /// Run out, or its session has ended, or its user may not sign in any more.
    Nothing,
}

fn worth(of: &Refreshing, wall: DateTime<Utc>) -> Worth {
    if of.spent_at.is_some() {
        return Worth::Reused;
    }
    let lives = of.ended_at.is_none()
        && wall < of.token_expires_at
        && wall < of.session_expires_at
        && of.epoch == of.account.epoch
        && of.account.user.status == UserStatus::Active;
    if lives { Worth::Good } else { Worth::Nothing }
}

/// A new pair for the last refresh token of a session.
pub async fn refresh(app: &App, asked: &Refresh) -> Result<TokenPair, Problem> {
    let wall = app.clock.wall();
    let hash = hash_of(&asked.refresh_token);
    let found = store::refreshing(&app.pool, &hash).await?.ok_or_else(unauthorized)?;
    match worth(&found, wall) {
        Worth::Good => {}
        Worth::Reused => return Err(end_family(app, found.session).await),
        Worth::Nothing => return Err(unauthorized()),
    }
    let user = &found.account.user;
    if !is_open(app, user.organisation_id).await? {
        return Err(unauthorized());
    }
    let (next, token) = new_refresh_token(app, wall, found.session_expires_at);
    if !store::rotate(&app.pool, &hash, &token, found.session, wall).await? {
        return Err(end_family(app, found.session).await);
    }
    pair(app, &user.actor(found.session), next, wall)
}

async fn end_family(app: &App, session: SessionId) -> Problem {
    match end(app, session, "token_reused", None).await {
        Ok(()) => token_reused(),
        Err(problem) => problem,
    }
}

/// Signs out the session that the request was made in or, without one, that of a refresh token. A
/// token that names no session has nothing to end, which is what was asked for.
pub async fn log_out(app: &App, actor: Option<&Actor>, asked: &LogOut) -> Result<(), Problem> {
    if let Some(session) = actor.and_then(|actor| actor.session_id) {
        return end(app, session, "logout", actor).await;
    }
    let token = asked.refresh_token.as_ref().ok_or_else(unauthorized)?;
    match store::family_of(&app.pool, &hash_of(token)).await? {
        Some(session) => end(app, session, "logout", None).await,
        None => Ok(()),
    }
}

/// Ends a session, once: what ended it first stays written. `by` is nobody where a token did it.
pub async fn end(
    app: &App,
    session: SessionId,
    reason: &'static str,
    by: Option<&Actor>,
) -> Result<(), Problem> {
    let ctx = ctx_of(app, by.cloned().unwrap_or_else(Actor::system));
    let read = async |_: Freshness| store::opened_session(&app.pool, session).await;
    let Some(found) = read(Freshness::Fresh).await? else { return Ok(()) };
    if found.version.is_none() {
        // Of a time when sessions had no events.
        store::end(&app.pool, session, reason, ctx.wall).await?;
    } else if found.ended_at.is_none() {
        let decide = |found: &Option<OpenedSession>| {
            let open = found.as_ref().filter(|found| found.ended_at.is_none());
            let open = open.ok_or_else(Problem::not_found)?;
            let version = open.version.unwrap_or(0);
            Ok(sign_in::ended((session, version), &open.account, reason, &ctx))
        };
        match command::run::<Option<OpenedSession>, ()>(app, &ctx, read, decide).await {
            // Somebody else has ended it meanwhile, which is what was asked for.
            Err(problem) if problem.code() == Code::NotFound => {}
            done => {
                done?;
            }
        }
    }
    app.identity.live.end(session);
    Ok(())
}

/// Who bears this access token, and whom it may sign for. Asks the database at most every ten
/// seconds a session.
pub async fn authenticate(app: &App, token: &str) -> Result<Actor, Problem> {
    let wall = app.clock.wall();
    let (mut actor, session) = app.identity.tokens.verify(token, wall)?;
    let life = match app.identity.live.belief(session, wall) {
        Belief::Known(life) => life,
        Belief::Ask(ticket) => {
            let life = store::life(&app.pool, session, actor.user_id, wall).await?;
            app.identity.live.learn(&ticket, session, actor.user_id, life, wall);
            life
        }
    };
    match life {
        Life::Alive => {}
        Life::MustChangePassword => actor.grants.must_change_password = true,
        Life::Dead => return Err(unauthorized()),
    }
    actor.grants.hold(app.identity.mandates.of(app, actor.organisation_id).await?);
    Ok(actor)
}

fn invalid_credentials() -> Problem {
    let detail = Text::new("账号或密码错误。", "Wrong login or password.");
    Problem::new(Code::InvalidCredentials, detail)
}

fn totp_required() -> Problem {
    let detail = Text::new(
        "该账号已启用两步验证，请同时提供验证器当前的六位数（totp）。",
        "This account has a second factor: send the six digits of the moment as `totp` too.",
    );
    Problem::new(Code::TotpRequired, detail)
}

fn invalid_totp() -> Problem {
    let detail = Text::new(
        "两步验证码错误或已用过。",
        "The second factor's code is wrong or was used before.",
    );
    Problem::new(Code::InvalidTotp, detail)
}

fn token_reused() -> Problem {
    let detail = Text::new(
        "该刷新令牌已被使用过；为安全起见会话已结束，请重新登录。",
        "This refresh token was used before; for safety the session has ended. Sign in again.",
    );
    Problem::new(Code::TokenReused, detail)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::ctx::Role;
    use crate::identity::password::PasswordHash;
    use crate::identity::user::{Rights, User};
    use crate::ids::UserId;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_780_000_000 + seconds, 0).unwrap()
    }

    fn refreshing() -> Refreshing {
        let user = User {
            id: UserId::of(Uuid::from_bytes([1; 16])),
            organisation_id: OrganisationId::of(Uuid::from_bytes([2; 16])),
            login: "x".into(),
            rights: Rights { role: Role::Reader, agency: None, division: None, regiment: None },
            status: UserStatus::Active,
            created_at: at(0),
            second_factor: false,
            must_change_password: false,
            version: 1,
        };
        let password_hash = PasswordHash("x".into());
        let account = Account { user, password_hash, epoch: 2, key_epoch: 0, totp: None };
        Refreshing {
            account,
            session: SessionId::of(Uuid::from_bytes([3; 16])),
            epoch: 2,
            session_expires_at: at(1000),
            ended_at: None,
            token_expires_at: at(100),
            spent_at: None,
        }
    }

    #[test]
    fn a_refresh_token_is_good_until_its_last_second_and_its_sessions() {
        assert_eq!(worth(&refreshing(), at(99)), Worth::Good);
        assert_eq!(worth(&refreshing(), at(100)), Worth::Nothing);
        let short = Refreshing { session_expires_at: at(50), ..refreshing() };
        assert_eq!(worth(&short, at(49)), Worth::Good);
        assert_eq!(worth(&short, at(50)), Worth::Nothing);
    }

    #[test]
    fn an_ended_session_an_older_epoch_and_a_disabled_user_are_worth_nothing() {
        let ended = Refreshing { ended_at: Some(at(1)), ..refreshing() };
        assert_eq!(worth(&ended, at(2)), Worth::Nothing);
        assert_eq!(worth(&Refreshing { epoch: 1, ..refreshing() }, at(2)), Worth::Nothing);
        let mut disabled = refreshing();
        disabled.account.user.status = UserStatus::Disabled;
        assert_eq!(worth(&disabled, at(2)), Worth::Nothing);
    }

    #[test]
    fn a_spent_token_is_a_reuse_whatever_else_holds() {
        let spent = Refreshing { spent_at: Some(at(1)), ..refreshing() };
        assert_eq!(worth(&spent, at(2)), Worth::Reused);
        let late = Refreshing { ended_at: Some(at(1)), ..spent };
        assert_eq!(worth(&late, at(5000)), Worth::Reused);
    }
}
