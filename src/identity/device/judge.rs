//! Whether a signature is what it claims to be: a registered key's, of the person who is said to
//! sign, over the very command that was sent, never used before. Pure.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::asked::SignatureAsked;
use super::model::DeviceKey;
use super::register::not_signed;
use crate::decision::{Guard, Row, Stamp};
use crate::identity::store;
use crate::ids::UserId;
use crate::journal::signature::{BadStatement, PublicKey, Seal, Statement};
use crate::problem::{Code, Fault, Text};

/// What a signature is said to sign.
pub struct Claim<'a> {
    pub asked: &'a SignatureAsked,
    /// Where it stands in the request: `/signature`.
    pub at: &'static str,
    /// Whose it is said to be.
    pub user: UserId,
    pub action: &'static str,
    /// The subject's kind and id.
    pub subject: (&'static str, Uuid),
    /// The command's body in canonical form, in each way in which it may be signed.
    pub bodies: &'a [String],
    /// The time that the command itself claims, where it does.
    pub occurred_at: Option<DateTime<Utc>>,
}

/// A signature that was looked at and is good. Only this file makes one.
#[derive(Clone, Debug)]
pub struct Sealed {
    pub seal: Arc<Seal>,
    pub statement: Statement,
    key: DeviceKey,
    version: i64,
}

impl Sealed {
    /// The key as it was looked at: revoked in the same second, it is looked at again.
    pub const fn guard(&self) -> Guard {
        self.key.guard(self.version)
    }

    /// The counter is used up, in the commit of what it signs: of two at once one finds it.
    pub fn spend(&self, wall: DateTime<Utc>) -> Row {
        let to = self.statement.device_counter;
        store::spend_counter(self.key.id, (self.key.counter, to), wall)
    }

    /// The stamp of what is signed.
    pub fn stamp(&self, actor: Stamp) -> Stamp {
        actor.sealed(Arc::clone(&self.seal))
    }
}

/// Looks at a signature and the key that it names, with its version; `seen_at` is when the newest
/// event was recorded that the signer had seen, of whatever has events. Errors: every fault, each
/// at its field.
pub fn judge(
    claim: &Claim<'_>,
    (found, seen_at): (Option<&(DeviceKey, i64)>, Option<DateTime<Utc>>),
) -> Result<Sealed, Vec<Fault>> {
    let mut faults = Vec::new();
    let statement = Statement::parse(claim.asked.statement.as_str());
    let statement = match statement {
        Ok(statement) => Some(statement),
        Err(bad) => {
            faults.push(no_statement(&at(claim, "statement"), bad));
            None
        }
    };
    if let Some(statement) = &statement {
        faults.extend(says_the_same(claim, statement));
    }
    let Some((key, version)) = found.filter(|(key, _)| key.user_id == claim.user) else {
        faults.push(Fault::unknown_reference(at(claim, "key_id")));
        return Err(faults);
    };
    let seal = seal(claim, key, &mut faults);
    if let Some(statement) = &statement {
        faults.extend(is_in_force(claim, key, (statement, seen_at)));
    }
    match (seal, statement) {
        (Some(seal), Some(statement)) if faults.is_empty() => {
            Ok(Sealed { seal: Arc::new(seal), statement, key: key.clone(), version: *version })
        }
        _ => Err(faults),
    }
}

fn at(claim: &Claim<'_>, field: &str) -> String {
    format!("{}/{field}", claim.at)
}

/// The statement's members against the command.
fn says_the_same(claim: &Claim<'_>, statement: &Statement) -> Vec<Fault> {
    let (kind, id) = claim.subject;
    let time_differs = claim.occurred_at.is_some_and(|time| time != statement.occurred_at);
    let members = [
        ("action", statement.action != claim.action),
        ("subject", statement.subject != (kind.to_owned(), id)),
        ("body", !claim.bodies.contains(&statement.body)),
        ("occurred_at", time_differs),
    ];
    let wrong = members.into_iter().filter(|(_, differs)| *differs);
    wrong.map(|(member, _)| disagrees(&at(claim, "statement"), member)).collect()
}

/// The key and the value; `None` where the key that is told is another than the registered one.
fn seal(claim: &Claim<'_>, key: &DeviceKey, faults: &mut Vec<Fault>) -> Option<Seal> {
    let asked = claim.asked;
    if asked.alg != key.alg {
        let text = Text::new(
            format!("该密钥的算法为 {}。", key.alg),
            format!("This key signs with {}.", key.alg),
        );
        faults.push(Fault::new(Code::InvalidValue, at(claim, "alg"), text));
        return None;
    }
    let told = asked.public_key.as_ref();
    let told = told.map(|text| PublicKey::parse(asked.alg, text.as_str()));
    let same = |told: PublicKey| told.to_base64() == key.public_key;
    if told.is_some_and(|told| !told.is_ok_and(same)) {
        let text = Text::new("与登记的公钥不同。", "This is another key than the registered one.");
        faults.push(Fault::new(Code::InvalidValue, at(claim, "public_key"), text));
        return None;
    }
    let (statement, value) = (asked.statement.as_str(), asked.value.as_str());
    let registered = PublicKey::parse(key.alg, &key.public_key);
    if !registered.is_ok_and(|registered| registered.has_signed(statement.as_bytes(), value)) {
        faults.push(not_signed(at(claim, "value")));
        return None;
    }
    Some(Seal {
        statement: statement.to_owned(),
        alg: key.alg,
        key_id: key.id,
        public_key: key.public_key.clone(),
        value: value.to_owned(),
    })
}

/// The key was good when it is said to have signed, and when it signed at the earliest, which is
/// when what the signer had seen was recorded; and its counter grows.
fn is_in_force(
    claim: &Claim<'_>,
    key: &DeviceKey,
    (statement, seen_at): (&Statement, Option<DateTime<Utc>>),
) -> Vec<Fault> {
    let mut faults = Vec::new();
    let signed_later = seen_at.zip(key.good_until).is_some_and(|(seen_at, end)| seen_at > end);
    if signed_later || !key.was_good_at(statement.occurred_at) {
        let text = Text::new("该设备密钥已作废。", "This device key has been revoked.");
        faults.push(Fault::new(Code::RightWithdrawn, at(claim, "key_id"), text));
    }
    if statement.device_counter <= key.counter {
        let text = Text::new(
            format!("设备计数须大于 {}：此声明已用过，或晚于后签的声明上传。", key.counter),
            format!(
                "The device's counter must be greater than {}: this was used before, or a later \
                 one has come in first.",
                key.counter
            ),
        );
        let fault = Fault::new(Code::CounterUsed, at(claim, "statement"), text);
        faults.push(fault.with("device_counter", key.counter));
    }
    faults
}

/// The fault of a text that is no statement.
pub(super) fn no_statement(pointer: &str, bad: BadStatement) -> Fault {
    let text = Text::new(
        "不是规范的声明：应为 RFC 8785 规范 JSON，含 action、subject、after、body、occurred_at、\
         device_counter 六个成员。",
        format!("This is no statement: {bad}."),
    );
    Fault::new(Code::InvalidValue, pointer, text)
}

/// The fault of a statement that says something else than the command.
pub(super) fn disagrees(pointer: &str, member: &str) -> Fault {
    let text = Text::new(
        format!("声明的 {member} 与请求不符。"),
        format!("The statement's `{member}` is not that of the request."),
    );
    Fault::new(Code::StatementMismatch, pointer, text).with("member", member)
}
