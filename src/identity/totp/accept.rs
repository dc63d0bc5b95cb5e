//! Whether a second factor is right: a code of the moment, or a recovery code; each is good once.

use chrono::{DateTime, Utc};

use super::code::{looks_like_digits, plain, recovery_hash, step_of};
use crate::app::App;
use crate::identity::store::{self, Account};
use crate::problem::Problem;
use crate::wire::api_enum;

api_enum! {
    /// By what a second factor was shown.
    pub enum Factor { Totp = "totp", RecoveryCode = "recovery_code" }
}

/// Spends the code. `None`: it is wrong, spent, or there is no second factor to be right.
pub async fn accept(
    app: &App,
    account: &Account,
    typed: &str,
    wall: DateTime<Utc>,
) -> Result<Option<Factor>, Problem> {
    let Some(id) = account.totp else { return Ok(None) };
    let typed = plain(typed);
    if !looks_like_digits(&typed) {
        let hash = recovery_hash(id, &typed);
        let spent = store::spend_recovery_code(&app.pool, id, &hash, wall).await?;
        return Ok(spent.then_some(Factor::RecoveryCode));
    }
    let Some(sealed) = store::sealed_secret(&app.pool, id).await? else { return Ok(None) };
    let Some(secret) = app.identity.seal.open(account.user.id, &sealed) else {
        tracing::error!(user.id = %account.user.id, "a second factor was sealed with another key");
        return Ok(None);
    };
    let Some(step) = step_of(secret.reveal(), &typed, wall) else { return Ok(None) };
    let spent = store::spend_step(&app.pool, id, step).await?;
    Ok(spent.then_some(Factor::Totp))
}
