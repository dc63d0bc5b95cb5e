//! One-time signing codes: the second person of a step signs with six digits that its own phone
//! shows (domain.md, "Countersigning").
//!
//! A code is of one user, for one step of one subject, for a few minutes, once. Six digits are few,
//! so a try is charged before the code is looked at, and after a handful of wrong ones the code is
//! dead; only the newest code of a user for a step counts. What is stored is keyed by the server's
//! secret: who reads the database cannot find the digits. That a code is used is written in the
//! commit of the signature it makes, so it signs once whoever else comes at the same time. All of
//! it is wall time.

use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use uuid::Uuid;

use super::device::Sealed;
use super::policy;
use super::store::signing_code as store;
use super::user::UserStatus;
use crate::app::App;
use crate::command::{self, Done, Freshness};
use crate::ctx::{Ctx, Role, Via};
use crate::decision::{Decision, Output, Row, Stamp, Subject, SubjectKind, Written};
use crate::ids::{OrganisationId, UserId};
use crate::limits::{SIGNING_CODE_S, SIGNING_CODES_MAX, SIGNING_CODES_WINDOW_S};
use crate::problem::{Code, Problem, Text};
use crate::registry::{Part, Standing};
use crate::secret::Secret;

/// What a code signs: a step of a subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Purpose {
    pub subject_id: Uuid,
    pub action: &'static str,
}

/// A code as its user is shown it, once.
#[derive(Debug)]
pub struct SigningCode {
    pub code: Secret<String>,
    pub expires_at: DateTime<Utc>,
}

/// By what somebody signs who is not signed in.
#[derive(Clone, Debug)]
enum Means {
    Code(Uuid),
    Device(Box<Sealed>),
}

/// Somebody whose code or whose device's signature was right.
#[derive(Clone, Debug)]
pub struct Signer {
    pub user_id: UserId,
    pub organisation_id: OrganisationId,
    role: Role,
    means: Means,
}

impl Signer {
    /// Who signs, as the event of the signature carries it.
    pub fn stamp(&self) -> Stamp {
        let stamp = Stamp {
            user_id: Some(self.user_id.uuid()),
            organisation_id: Some(self.organisation_id.uuid()),
            role: Some(self.role.as_str()),
            via: Via::OneTimeCode,
            api_key_id: None,
            on_behalf_of: Vec::new(),
            seal: None,
        };
        match &self.means {
            Means::Code(_) => stamp,
            Means::Device(sealed) => sealed.stamp(stamp),
        }
    }

    pub const fn plays(&self, part: Part) -> bool {
        policy::role_plays(self.role, part)
    }

    /// The code or the counter is used up: in the commit of what it signs.
    pub fn spend(&self, wall: DateTime<Utc>) -> Row {
        match &self.means {
            Means::Code(id) => store::spend_row(*id, wall),
            Means::Device(sealed) => sealed.spend(wall),
        }
    }

    /// The device's signature, where it is one.
    pub fn sealed(&self) -> Option<&Sealed> {
        match &self.means {
            Means::Code(_) => None,
            Means::Device(sealed) => Some(sealed),
        }
    }
}

/// Gives the caller a code, and makes its older ones for the same step worthless.
pub async fn issue(app: &App, ctx: &Ctx, purpose: Purpose) -> Result<Done<SigningCode>, Problem> {
    let user = ctx.actor.user_id;
    let code = digits(app.mint.bytes());
    let expires_at = ctx.wall + TimeDelta::seconds(SIGNING_CODE_S);
    let row = store::NewCode {
        id: app.mint.uuid(ctx.wall),
        user_id: user,
        purpose,
        hash: keyed(app, (user, purpose), &code)?,
        created_at: ctx.wall,
        expires_at,
    };
    let since = ctx.wall - TimeDelta::seconds(SIGNING_CODES_WINDOW_S);
    let read = async |_| store::given_out(&app.pool, user, since).await;
    let decide = |given_out: &Vec<DateTime<Utc>>| {
        if let Some(oldest) = given_out.get(SIGNING_CODES_MAX - 1) {
            return Err(too_many(*oldest - since));
        }
        let (row, code) = (row.row(), code.clone());
        let finish = move |_: &_| {
            let output = SigningCode { code: Secret::new(code.clone()), expires_at };
            let output = std::sync::Arc::new(output) as Output;
            let (events, rows, notices) = (Vec::new(), vec![row.clone()], Vec::new());
            Ok(Written { events, rows, notices, output })
        };
        let subject = Subject::new(SubjectKind::User, user.uuid());
        Ok(Decision::new(subject, ctx, 201, Box::new(finish)))
    };
    if !ctx.validate_only {
        store::forget_old(&app.pool, user, since).await?;
    }
    command::run(app, ctx, read, decide).await
}

/// The user whose code this is; `None` for a wrong, dead, used or run-out one, and for who may not
/// sign (any more). A wrong try counts.
pub async fn signer(
    app: &App,
    purpose: Purpose,
    (user, code): (UserId, &str),
) -> Result<Option<Signer>, Problem> {
    let wall = app.clock.wall();
    let Some(tried) = store::try_newest(&app.pool, (user, purpose), wall).await? else {
        return Ok(None);
    };
    let is_right = is_hash_of(app, (user, purpose), (code, &tried.hash))?;
    if !is_right {
        return Ok(None);
    }
    store::give_back_a_try(&app.pool, tried.id).await?;
    able(app, user, Means::Code(tried.id)).await
}

/// The user whose device has signed; `None` for who may not sign (any more).
pub async fn sealer(app: &App, user: UserId, sealed: Sealed) -> Result<Option<Signer>, Problem> {
    able(app, user, Means::Device(Box::new(sealed))).await
}

/// The user, where it is active and its organisation not closed.
async fn able(app: &App, user: UserId, means: Means) -> Result<Option<Signer>, Problem> {
    let Some(found) = super::store::user(&app.pool, user).await? else { return Ok(None) };
    let organisation_id = found.organisation_id;
    let employer = app.registers.organisation(&app.pool, organisation_id, Freshness::Fresh).await?;
    let is_open = employer.is_some_and(|one| one.status != Standing::Closed);
    let signer = Signer { user_id: user, organisation_id, role: found.rights.role, means };
    Ok(Some(signer).filter(|_| is_open && found.status == UserStatus::Active))
}

/// Whether nobody has used the code since. A device's counter is looked for by the commit.
pub async fn is_unused(app: &App, signer: &Signer) -> Result<bool, Problem> {
    match &signer.means {
        Means::Code(id) => store::is_unused(&app.pool, *id).await,
        Means::Device(_) => Ok(true),
    }
}

/// Six digits out of random bits; the bias of one part in 10^13 helps nobody.
fn digits(random: [u8; 8]) -> String {
    format!("{:06}", u64::from_be_bytes(random) % 1_000_000)
}

type Mac256 = Hmac<Sha256>;

fn mac(app: &App, (user, purpose): (UserId, Purpose), code: &str) -> Result<Mac256, Problem> {
    let key = app.config.token_secret.reveal();
    let mut mac = <Mac256 as KeyInit>::new_from_slice(key).map_err(Problem::internal)?;
    mac.update(b"signing code\n");
    mac.update(user.uuid().as_bytes());
    mac.update(purpose.subject_id.as_bytes());
    mac.update(purpose.action.as_bytes());
    mac.update(b"\n");
    mac.update(code.as_bytes());
    Ok(mac)
}

fn keyed(app: &App, of: (UserId, Purpose), code: &str) -> Result<[u8; 32], Problem> {
    Ok(mac(app, of, code)?.finalize().into_bytes().into())
}

/// Compared in constant time.
fn is_hash_of(
    app: &App,
    of: (UserId, Purpose),
    (code, hash): (&str, &[u8]),
) -> Result<bool, Problem> {
    Ok(mac(app, of, code)?.verify_slice(hash).is_ok())
}

fn too_many(wait: TimeDelta) -> Problem {
    let seconds = wait.num_seconds() + 1;
    let detail = Text::new(
        format!("索取签名码过于频繁，请 {seconds} 秒后再试。"),
        format!("Too many signing codes; try again in {seconds} seconds."),
    );
    let mut problem = Problem::new(Code::TooManyRequests, detail);
    problem.retry_after_s = u32::try_from(seconds).ok();
    problem
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_six_digits_whatever_the_chance() {
        assert_eq!(digits([0; 8]), "000000");
        assert_eq!(digits([255; 8]), "551615");
        assert_eq!(digits(42u64.to_be_bytes()), "000042");
    }
}
