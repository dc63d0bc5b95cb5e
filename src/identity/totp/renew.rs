//! New recovery codes in the place of the old: some are used up, or the sheet was seen by somebody.

use super::enrol::{Enrolled, codes_of, in_force, own, run, show_both};
use crate::app::App;
use crate::ctx::Ctx;
use crate::identity::account::{self, AccountChange};
use crate::identity::store::{self, Account};
use crate::problem::Problem;
use crate::secret::Secret;
use crate::wire::{BoundedText, wire};

wire! {
    /// Both factors, for new recovery codes.
    pub struct RenewRecoveryCodes {
        pub password: Secret<String>,
        /// A code of the moment, or a recovery code.
        pub code: BoundedText<1, 32>,
    }
}

/// Gives new recovery codes; the old ones, used or not, are worth nothing from then on.
pub async fn renew(app: &App, ctx: &Ctx, asked: &RenewRecoveryCodes) -> Result<Enrolled, Problem> {
    let account = own(app, ctx).await?;
    let id = in_force(&account)?;
    show_both(app, ctx, &account, (&asked.password, asked.code.as_str())).await?;
    let (codes, hashes) = codes_of(app, id);
    let renewed = Enrolled { recovery_codes: codes };
    if ctx.validate_only {
        return Ok(renewed);
    }
    let read = async || {
        let account = own(app, ctx).await?;
        let old = store::recovery_hashes(&app.pool, id).await?;
        Ok((account, old))
    };
    let decide = |(now, old): &(Account, Vec<Vec<u8>>)| {
        // Switched off, or enrolled anew, since the factors were shown.
        if now.totp != Some(id) {
            return Err(Problem::busy());
        }
        let gone = old.iter().map(|hash| store::recovery_gone(id, hash));
        let rows = gone.chain(hashes.iter().map(|hash| store::recovery_row(id, hash))).collect();
        let change =
            AccountChange { after: now.clone(), keeps: None, rows, kind: "recovery_codes_renewed" };
        Ok(account::written(now, change, ctx))
    };
    run(app, ctx, read, decide).await?;
    Ok(renewed)
}
