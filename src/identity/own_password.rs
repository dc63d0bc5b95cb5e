//! A new password for oneself (`POST /me/password`), and every other place where somebody who is
//! signed in shows the password again. It is guessed at no more often than at the door.

use super::account::{self, AccountChange};
use super::asked::ChangePassword;
use super::lockout::{self, Counters};
use super::password::{Password, Turn, weakness};
use super::store::{self, Account};
use super::token;
use super::user::{User, login_key};
use crate::app::App;
use crate::command;
use crate::ctx::Ctx;
use crate::problem::{Code, Fault, Problem, Text};

/// What a password shown again came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guess {
    Right,
    Wrong,
}

/// Whether it is the account's password; 429 where it is guessed at too often. A wrong one counts.
pub async fn guess(
    app: &App,
    account: &Account,
    turn: &Turn<'_>,
    typed: &Password,
) -> Result<Guess, Problem> {
    let wall = app.clock.wall();
    lockout::judge(&store::failures(&app.pool, &counters(account), wall).await?, wall)?;
    if turn.verify(typed, Some(&account.password_hash)).await? {
        return Ok(Guess::Right);
    }
    count(app, account).await?;
    Ok(Guess::Wrong)
}

/// Counts a failure that was not the password's.
pub async fn count(app: &App, account: &Account) -> Result<(), Problem> {
    store::record_failure(&app.pool, &counters(account), app.clock.wall()).await
}

fn counters(account: &Account) -> Counters {
    Counters::of(&login_key(&account.user.login), None)
}

/// A new password for oneself: one's other sessions end, and a temporary one is done with.
pub async fn change_password(app: &App, ctx: &Ctx, asked: &ChangePassword) -> Result<(), Problem> {
    let id = ctx.actor.user_id;
    let account = store::account(&app.pool, id).await?.ok_or_else(token::unauthorized)?;
    let turn = app.identity.passwords.turn().await?;
    let guess = guess(app, &account, &turn, &asked.current_password).await?;
    Problem::unless_empty(faults(&account, asked, guess))?;
    let hash = turn.hash(&asked.new_password).await?;
    drop(turn);
    // The key is not kept: a repeat no longer knows the current password.
    let ctx = &Ctx { key: None, ..ctx.clone() };
    let read = async |_| store::account(&app.pool, id).await?.ok_or_else(token::unauthorized);
    let decide = |now: &Account| {
        if now.password_hash != account.password_hash {
            return Err(Problem::busy());
        }
        let user = User { must_change_password: false, ..now.user.clone() };
        let password_hash = hash.clone();
        let after = Account { user, password_hash, epoch: now.epoch + 1, ..now.clone() };
        let (keeps, rows) = (ctx.actor.session_id, Vec::new());
        Ok(account::written(
            now,
            AccountChange { after, keeps, rows, kind: "password_changed" },
            ctx,
        ))
    };
    command::run::<_, User>(app, ctx, read, decide).await?;
    app.identity.live.forget(id);
    Ok(())
}

fn faults(account: &Account, asked: &ChangePassword, guess: Guess) -> Vec<Fault> {
    let mut faults = Vec::new();
    if guess == Guess::Wrong {
        let text = Text::new("当前密码不对。", "This is not the current password.");
        faults.push(Fault::new(Code::InvalidValue, "/current_password", text));
    }
    faults.extend(weakness(&asked.new_password, &login_key(&account.user.login), "/new_password"));
    if asked.new_password == asked.current_password {
        let text = Text::new("新密码与当前密码相同。", "The new password is the current one.");
        faults.push(Fault::new(Code::WeakPassword, "/new_password", text));
    }
    faults
}
