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
use super::live::Belief;
use super::lockout::{self, Counters};
use super::store::{self, Account, NewSession, NewToken, Refreshing};
use super::token::unauthorized;
use super::user::{UserStatus, login_key};
use crate::app::App;
use crate::command::Freshness;
use crate::ctx::Actor;
use crate::ids::{OrganisationId, SessionId};
use crate::limits::{ACCESS_TOKEN_S, REFRESH_TOKEN_S, SESSION_S};
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

/// Signs in. `address` is the client's.
pub async fn log_in(
    app: &App,
    asked: &LogIn,
    address: Option<IpAddr>,
) -> Result<TokenPair, Problem> {
    let login_key = login_key(asked.login.as_str());
    let counters = Counters::of(&login_key, address);
    // Who is locked out is told at once and takes no turn from others.
    refuse_if_locked(app, &counters).await?;
    let account = store::account_by_login(&app.pool, &login_key).await?;
    let turn = app.identity.passwords.turn().await?;
    // Again: others failed while this one waited. The turn is held until its own failure counts.
    refuse_if_locked(app, &counters).await?;
    let kept = account.as_ref().map(|account| &account.password_hash);
    let is_right = turn.verify(&asked.password, kept).await?;
    let admitted = match account {
        Some(account) if is_right && is_admitted(app, &account).await? => account,
        _ => {
            store::record_failure(&app.pool, &counters, app.clock.wall()).await?;
            return Err(invalid_credentials());
        }
    };
    drop(turn);
    store::forget_failures(&app.pool, &counters.account).await?;
    open(app, &admitted).await
}

async fn refuse_if_locked(app: &App, counters: &Counters) -> Result<(), Problem> {
    let wall = app.clock.wall();
    lockout::judge(&store::failures(&app.pool, counters, wall).await?, wall)
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

async fn open(app: &App, account: &Account) -> Result<TokenPair, Problem> {
    let wall = app.clock.wall();
    let session = NewSession {
        id: SessionId::of(app.mint.uuid(wall)),
        user_id: account.user.id,
        epoch: account.epoch,
        created_at: wall,
        expires_at: wall + TimeDelta::seconds(SESSION_S),
    };
    let (refresh_token, token) = new_refresh_token(app, wall, session.expires_at);
    let ticket = app.identity.live.ticket();
    store::open(&app.pool, &session, &token).await?;
    app.identity.live.learn(&ticket, session.id, account.user.id, true, wall);
    pair(app, &account.user.actor(session.id), refresh_token, wall)
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
    match end(app, session, "token_reused").await {
        Ok(()) => token_reused(),
        Err(problem) => problem,
    }
}

/// Signs out the session that the request was made in or, without one, that of a refresh token. A
/// token that names no session has nothing to end, which is what was asked for.
pub async fn log_out(app: &App, actor: Option<&Actor>, asked: &LogOut) -> Result<(), Problem> {
    if let Some(session) = actor.and_then(|actor| actor.session_id) {
        return end(app, session, "logout").await;
    }
    let token = asked.refresh_token.as_ref().ok_or_else(unauthorized)?;
    match store::family_of(&app.pool, &hash_of(token)).await? {
        Some(session) => end(app, session, "logout").await,
        None => Ok(()),
    }
}

async fn end(app: &App, session: SessionId, reason: &'static str) -> Result<(), Problem> {
    store::end(&app.pool, session, reason, app.clock.wall()).await?;
    app.identity.live.end(session);
    Ok(())
}

/// Who bears this access token, and whom it may sign for. Asks the database at most every ten
/// seconds a session.
pub async fn authenticate(app: &App, token: &str) -> Result<Actor, Problem> {
    let wall = app.clock.wall();
    let (mut actor, session) = app.identity.tokens.verify(token, wall)?;
    match app.identity.live.belief(session, wall) {
        Belief::Alive => {}
        Belief::Dead => return Err(unauthorized()),
        Belief::Ask(ticket) => {
            let lives = store::lives(&app.pool, session, actor.user_id, wall).await?;
            app.identity.live.learn(&ticket, session, actor.user_id, lives, wall);
            if !lives {
                return Err(unauthorized());
            }
        }
    }
    actor.grants.hold(app.identity.mandates.of(app, actor.organisation_id).await?);
    Ok(actor)
}

fn invalid_credentials() -> Problem {
    let detail = Text::new("账号或密码错误。", "Wrong login or password.");
    Problem::new(Code::InvalidCredentials, detail)
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
            version: 1,
        };
        Refreshing {
            account: Account { user, password_hash: PasswordHash("x".into()), epoch: 2 },
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
