//! What a command decided, as data: what to lean on, move, number, append, write and tell.
//!
//! A `decide` function makes a [`Decision`]; only `db` turns it into a commit. What depends on the
//! lock (the number, the licence line that had room, the recorded time) is not known while
//! deciding, so the last step, [`Finish`], is a pure function from [`Settled`] to what is written.
//! It may run more than once and must have no effect of its own.

use std::any::Any;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::ctx::{Actor, Ctx, Via};
use crate::grant::{Behalf, KeyUse};
use crate::ids::{OrganisationId, hashed};
use crate::journal::signature::Seal;
use crate::problem::{Code, Problem};

mod join;
mod subject;

pub use subject::{Subject, SubjectKind};

pub use crate::row::{Cell, Implied, Row, Table, Type, Write, with_columns};

/// A subject as it was when it was read: if its version has moved, the fact is stale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guard {
    pub subject: Subject,
    pub version: i64,
}

/// What an account counts, in grams.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AccountKind {
    /// (licence, line, year): permitted, used, reserved.
    LicenceLine,
    /// (licence, `0`, year): what all lines hold together, and the limit that they share if any.
    LicenceShared,
    /// (site, waste code, 0): on hand by the ledger, and what filings have reserved of it.
    OnHand,
    /// (site, empty, 0): a receiver's storage: capacity, stored, on its way.
    SiteStorage,
    /// (storage area, empty, 0): capacity and what lies there.
    StorageArea,
    /// (approval, empty, 0): an approved cross-border mass.
    Approval,
    /// (management plan, waste code, 0): the mass planned to leave in the plan's year.
    PlanLine,
    /// (co-disposal facility, day, 0): what it takes of medical waste on a day of an emergency.
    CoDisposalDay,
}

impl AccountKind {
    /// The number in `account.kind`. Never reused.
    pub const fn number(self) -> i16 {
        self as i16 + 1
    }

    pub fn from_number(number: i16) -> Option<Self> {
        const ALL: [AccountKind; 8] = [
            AccountKind::LicenceLine,
            AccountKind::LicenceShared,
            AccountKind::OnHand,
            AccountKind::SiteStorage,
            AccountKind::StorageArea,
            AccountKind::Approval,
            AccountKind::PlanLine,
            AccountKind::CoDisposalDay,
        ];
        ALL.into_iter().find(|kind| kind.number() == number)
    }
}

/// One counter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub id: Uuid,
    pub kind: AccountKind,
    pub owner: Uuid,
    pub item: String,
    pub year: i16,
}

impl Account {
    /// The id is derived from what the account counts, so nobody has to look it up.
    pub fn new(kind: AccountKind, owner: Uuid, item: impl Into<String>, year: i32) -> Self {
        let (item, year) = (item.into(), i16::try_from(year).unwrap_or(0));
        let mut hash = Sha256::new();
        hash.update(kind.number().to_be_bytes());
        hash.update(owner.as_bytes());
        hash.update(year.to_be_bytes());
        hash.update(item.as_bytes());
        Self { id: hashed(hash), kind, owner, item, year }
    }
}

/// What an account holds, in grams. `limit` is what it may hold: permitted mass, mass on hand, a
/// capacity; `None` where nothing limits it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Balance {
    pub limit: Option<i64>,
    pub used: i64,
    pub reserved: i64,
    /// A policy let it pass its limit at least once; the excess is shown.
    pub lenient: bool,
}

impl Balance {
    /// What is left; negative when over, `None` where nothing limits it.
    pub fn left(&self) -> Option<i64> {
        self.limit.map(|limit| limit - self.used - self.reserved)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitChange {
    Keep,
    Set(Option<i64>),
    Add(i64),
}

/// What happens when an account has no room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// The move is refused.
    Enforce,
    /// The move passes, is flagged, and the account shows the excess.
    Warn,
}

/// A change of one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Post {
    pub account: Account,
    pub limit: LimitChange,
    pub used: i64,
    pub reserved: i64,
    pub policy: Policy,
}

/// Changes that go together. The first of `choices` whose posts all fit is taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    pub choices: Vec<Vec<Post>>,
    /// The code of the refusal when none fits.
    pub refusal: Code,
    /// The field that asked for it.
    pub pointer: String,
    /// What was asked for, in grams.
    pub asked: i64,
}

/// The counter that numbers come from: gap-free per prefix and year.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Serial {
    /// All that stands before the serial, year included: `20266601`, `C20266601`.
    pub prefix: String,
    /// Digits of the serial: 6 by Order 23 Art. 15, 8 for kitchen waste.
    pub digits: u8,
}

/// A chain that grows. `version` is the one read; `None` for a subject that must be new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Advance {
    pub subject: Subject,
    pub version: Option<i64>,
}

/// The idempotency record that goes with the commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRecord {
    pub organisation_id: OrganisationId,
    pub key: String,
    pub fingerprint: [u8; 32],
    /// The status of the first answer.
    pub status: i16,
    /// Wall time, for the 24 h that a key is kept.
    pub wall: DateTime<Utc>,
}

/// What the lock decided.
#[derive(Clone, Debug)]
pub struct Settled {
    /// The numbers taken, in the order they were wanted; none in a preview.
    pub numbers: Vec<String>,
    /// For each move, which of its choices had room.
    pub picks: Vec<usize>,
    /// For each move, whether a `Warn` policy let it pass a limit.
    pub excess: Vec<bool>,
    /// The accounts touched, as they stand after the moves.
    pub balances: Vec<(Uuid, Balance)>,
    /// Never earlier than the event before it on any subject that grows.
    pub recorded_at: DateTime<Utc>,
}

impl Settled {
    pub fn balance(&self, account: Uuid) -> Option<Balance> {
        self.balances.iter().find(|(id, _)| *id == account).map(|(_, balance)| *balance)
    }
}

/// An event before its place in chain and log is known.
#[derive(Clone, Debug, PartialEq)]
pub struct EventDraft {
    pub subject: Subject,
    pub kind: &'static str,
    pub occurred_at: DateTime<Utc>,
    pub actor: Stamp,
    /// Everything the command recorded: integers, strings, booleans, lists and objects only.
    pub data: Value,
}

/// Who acted, as events carry it. For the system all ids are null.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    pub user_id: Option<Uuid>,
    pub organisation_id: Option<Uuid>,
    pub role: Option<&'static str>,
    pub via: Via,
    /// The key, where it acted by one: the user is then who made the key.
    pub api_key_id: Option<Uuid>,
    /// For whom it was signed, by delegation; the organisation is then that of the signer.
    pub on_behalf_of: Vec<Behalf>,
    /// What a device of its own has signed of it: the event's `signature`.
    pub seal: Option<Arc<Seal>>,
}

impl Stamp {
    /// The program itself.
    pub const fn system() -> Self {
        Self {
            user_id: None,
            organisation_id: None,
            role: None,
            via: Via::System,
            api_key_id: None,
            on_behalf_of: Vec::new(),
            seal: None,
        }
    }

    /// The same, signed by a device of the user's.
    #[must_use]
    pub fn sealed(self, seal: Arc<Seal>) -> Self {
        Self { via: Via::DeviceKey, seal: Some(seal), ..self }
    }

    #[must_use]
    pub fn for_others(self, on_behalf_of: Vec<Behalf>) -> Self {
        Self { on_behalf_of, ..self }
    }
}

impl From<&Actor> for Stamp {
    fn from(actor: &Actor) -> Self {
        if actor.via == Via::System {
            return Self::system();
        }
        Self {
            user_id: Some(actor.user_id.uuid()),
            organisation_id: Some(actor.organisation_id.uuid()),
            role: Some(actor.role.as_str()),
            via: actor.via,
            api_key_id: actor.grants.api_key.as_ref().map(|key| key.id.uuid()),
            on_behalf_of: Vec::new(),
            seal: None,
        }
    }
}

/// Something to tell somebody: one row of the outbox, in the same commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    pub kind: &'static str,
    /// None: whoever subscribed and may see it.
    pub recipient: Option<OrganisationId>,
    pub subject: Subject,
    /// Which of the decision's events it is about.
    pub event: usize,
}

/// What a settled decision writes.
pub struct Written {
    pub events: Vec<EventDraft>,
    pub rows: Vec<Row>,
    pub notices: Vec<Notice>,
    /// What the use case answers with.
    pub output: Output,
}

pub type Output = Arc<dyn Any + Send + Sync>;

/// The pure last step of a decision.
pub type Finish = Box<dyn Fn(&Settled) -> Result<Written, Problem> + Send + Sync>;

/// What a command decided.
pub struct Decision {
    /// What the answer is about.
    pub subject: Subject,
    /// Business time of the command.
    pub now: DateTime<Utc>,
    pub guards: Vec<Guard>,
    pub advances: Vec<Advance>,
    pub moves: Vec<Move>,
    /// The numbers wanted: one for each manifest that is filed.
    pub numbers: Vec<Serial>,
    pub key: Option<KeyRecord>,
    pub finish: Finish,
}

impl Decision {
    /// A decision about `subject` whose first answer has `status`.
    pub fn new(subject: Subject, ctx: &Ctx, status: i16, finish: Finish) -> Self {
        let key = ctx.key.as_ref().map(|key| KeyRecord {
            organisation_id: ctx.actor.organisation_id,
            key: key.key.clone(),
            fingerprint: key.fingerprint,
            status,
            wall: ctx.wall,
        });
        Self {
            subject,
            now: ctx.now,
            // A key that was revoked meanwhile writes nothing, in whatever process.
            guards: ctx.actor.grants.api_key.iter().map(KeyUse::guard).collect(),
            advances: Vec::new(),
            moves: Vec::new(),
            numbers: Vec::new(),
            key,
            finish,
        }
    }

    /// Nothing is to be changed, as it was read: answered, and no event is left.
    pub fn unchanged(read: Guard, ctx: &Ctx, status: i16, output: Output) -> Self {
        let finish = move |_: &_| {
            let output = Arc::clone(&output);
            Ok(Written { events: Vec::new(), rows: Vec::new(), notices: Vec::new(), output })
        };
        let mut decision = Self::new(read.subject, ctx, status, Box::new(finish));
        decision.lean_on([read]);
        decision
    }

    pub fn lean_on(&mut self, guards: impl IntoIterator<Item = Guard>) {
        self.guards.extend(guards);
    }

    /// The chain of `subject` grows from the version that was read.
    pub fn advance(&mut self, subject: Subject, version: Option<i64>) {
        self.advances.push(Advance { subject, version });
    }
}
