//! Switching one's second factor on (begin, then confirm with a code) and off.
//!
//! What is begun is no event: it is a secret that nobody relies on. Confirming and switching off
//! are events of the user. Confirming ends the sessions that were opened without the factor, all
//! but the one that it is done in.

use super::accept::accept;
use super::code::{base32, otpauth_url, plain, recovery_codes, recovery_hash, step_of};
use crate::app::App;
use crate::command;
use crate::ctx::Ctx;
use crate::identity::account::{self, AccountChange};
use crate::identity::own_password::{Guess, count, guess};
use crate::identity::store::{self, Account};
use crate::identity::token::unauthorized;
use crate::identity::user::User;
use crate::ids::TotpId;
use crate::problem::{Code, Fault, Problem, Text};
use crate::secret::Secret;
use crate::wire::{BoundedText, wire};

wire! {
    /// The code that shows that one's device has the secret.
    pub struct ConfirmTotp {
        pub code: BoundedText<1, 32>,
    }

    /// Both factors, to switch the second off.
    pub struct DisableTotp {
        pub password: Secret<String>,
        /// A code of the moment, or a recovery code.
        pub code: BoundedText<1, 32>,
    }
}

/// A secret that is shown once.
pub struct Begun {
    pub secret: Secret<String>,
    pub otpauth_url: Secret<String>,
}

/// The second factor is on.
pub struct Enrolled {
    pub recovery_codes: Vec<Secret<String>>,
}

pub struct TotpState {
    pub enabled: bool,
    pub recovery_codes_left: i64,
}

pub async fn own(app: &App, ctx: &Ctx) -> Result<Account, Problem> {
    store::account(&app.pool, ctx.actor.user_id).await?.ok_or_else(unauthorized)
}

pub async fn state(app: &App, ctx: &Ctx) -> Result<TotpState, Problem> {
    let account = own(app, ctx).await?;
    let recovery_codes_left = match account.totp {
        Some(id) => store::recovery_codes_left(&app.pool, id).await?,
        None => 0,
    };
    Ok(TotpState { enabled: account.totp.is_some(), recovery_codes_left })
}

/// A new secret, which takes the place of one that was begun before and never confirmed.
pub async fn begin(app: &App, ctx: &Ctx) -> Result<Begun, Problem> {
    let account = own(app, ctx).await?;
    refuse_if_on(&account)?;
    let secret = Secret::new(app.mint.bytes::<20>());
    if !ctx.validate_only {
        let id = TotpId::of(app.mint.uuid(ctx.wall));
        let sealed = app.identity.seal.seal(account.user.id, &secret, app.mint.bytes())?;
        store::begin_totp(&app.pool, (id, account.user.id), &sealed, ctx.wall).await?;
    }
    Ok(Begun {
        secret: Secret::new(base32(secret.reveal())),
        otpauth_url: Secret::new(otpauth_url(secret.reveal(), &account.user.login)),
    })
}

/// The device has the secret: from now on a code is asked for.
pub async fn confirm(app: &App, ctx: &Ctx, asked: &ConfirmTotp) -> Result<Enrolled, Problem> {
    let account = own(app, ctx).await?;
    refuse_if_on(&account)?;
    let begun = store::begun_totp(&app.pool, account.user.id).await?;
    let secret = begun.as_ref().and_then(|(id, sealed)| {
        let secret = app.identity.seal.open(account.user.id, sealed)?;
        Some((*id, secret))
    });
    let code = plain(asked.code.as_str());
    let step = secret
        .as_ref()
        .and_then(|(id, secret)| step_of(secret.reveal(), &code, ctx.wall).map(|step| (*id, step)));
    let Some((id, step)) = step else { return Err(wrong_code("/code").into()) };
    let (codes, hashes) = codes_of(app, id);
    if ctx.validate_only {
        return Ok(Enrolled { recovery_codes: codes });
    }
    if !store::spend_step(&app.pool, id, step).await? {
        return Err(wrong_code("/code").into());
    }
    let decide = |now: &Account| {
        refuse_if_on(now)?;
        let user = User { second_factor: true, ..now.user.clone() };
        let after = Account { user, totp: Some(id), epoch: now.epoch + 1, ..now.clone() };
        let rows = hashes.iter().map(|hash| store::recovery_row(id, hash)).collect();
        let keeps = ctx.actor.session_id;
        Ok(account::written(
            now,
            AccountChange { after, keeps, rows, kind: "second_factor_on" },
            ctx,
        ))
    };
    run(app, ctx, async || own(app, ctx).await, decide).await?;
    Ok(Enrolled { recovery_codes: codes })
}

/// Switches it off, with both factors.
pub async fn disable(app: &App, ctx: &Ctx, asked: &DisableTotp) -> Result<(), Problem> {
    let account = own(app, ctx).await?;
    in_force(&account)?;
    show_both(app, ctx, &account, (&asked.password, asked.code.as_str())).await?;
    if ctx.validate_only {
        return Ok(());
    }
    let decide = |now: &Account| {
        let user = User { second_factor: false, ..now.user.clone() };
        let after = Account { user, totp: None, ..now.clone() };
        let (keeps, rows) = (None, Vec::new());
        Ok(account::written(
            now,
            AccountChange { after, keeps, rows, kind: "second_factor_off" },
            ctx,
        ))
    };
    run(app, ctx, async || own(app, ctx).await, decide).await
}

/// The enrolment in force: else there is nothing to switch off or to renew.
pub fn in_force(account: &Account) -> Result<TotpId, Problem> {
    account.totp.ok_or_else(|| {
        let text = Text::new("尚未启用两步验证。", "The second factor is not on.");
        Problem::new(Code::IllegalTransition, text)
    })
}

/// Both factors once more. They are guessed at no more often than at the door.
pub async fn show_both(
    app: &App,
    ctx: &Ctx,
    account: &Account,
    (password, code): (&Secret<String>, &str),
) -> Result<(), Problem> {
    let turn = app.identity.passwords.turn().await?;
    if guess(app, account, &turn, password).await? == Guess::Wrong {
        let text = Text::new("密码不对。", "This is not the password.");
        return Err(Fault::new(Code::InvalidValue, "/password", text).into());
    }
    if accept(app, account, code, ctx.wall).await?.is_none() {
        count(app, account).await?;
        return Err(wrong_code("/code").into());
    }
    Ok(())
}

/// New recovery codes of an enrolment, and what is stored of them.
pub fn codes_of(app: &App, id: TotpId) -> (Vec<Secret<String>>, Vec<[u8; 32]>) {
    let codes = recovery_codes(&app.mint);
    let hashes = codes.iter().map(|code| recovery_hash(id, &plain(code.reveal()))).collect();
    (codes, hashes)
}

/// Writes a change of one's own account that `read` is decided on.
pub async fn run<F>(
    app: &App,
    ctx: &Ctx,
    read: impl AsyncFn() -> Result<F, Problem>,
    decide: impl Fn(&F) -> Result<crate::decision::Decision, Problem>,
) -> Result<(), Problem> {
    // The key is not kept: what is answered is shown once.
    let ctx = &Ctx { key: None, ..ctx.clone() };
    command::run::<_, User>(app, ctx, async |_| read().await, decide).await?;
    app.identity.live.forget(ctx.actor.user_id);
    Ok(())
}

fn refuse_if_on(account: &Account) -> Result<(), Problem> {
    if account.totp.is_none() {
        return Ok(());
    }
    let text = Text::new("两步验证已启用。", "The second factor is on already.");
    Err(Problem::new(Code::IllegalTransition, text))
}

fn wrong_code(pointer: &str) -> Fault {
    let text = Text::new(
        "验证码不对或已用过；请输入验证器当前的六位数。",
        "The code is wrong or was used; enter the six digits of the moment.",
    );
    Fault::new(Code::InvalidValue, pointer, text)
}
