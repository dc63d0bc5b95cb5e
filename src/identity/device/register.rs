//! Registering a device's public key for oneself (`POST /me/device-keys`). The new key signs its
//! own registration: whoever has not its private half cannot, and what it signed for one user is
//! good for no other.

use std::sync::Arc;

use chrono::TimeDelta;

use super::asked::RegisterDeviceKey;
use super::model::{DeviceKey, DeviceKeyStatus};
use crate::app::App;
use crate::command::{self, Done};
use crate::ctx::Ctx;
use crate::decision::{Decision, EventDraft, Output, Stamp, Written};
use crate::identity::policy;
use crate::identity::store;
use crate::ids::DeviceKeyId;
use crate::journal::signature::{PublicKey, Seal, Statement};
use crate::limits::{DEVICE_KEY_MINUTES_MAX, DEVICE_KEYS_EVER_MAX, DEVICE_KEYS_MAX};
use crate::problem::{Code, Fault, Findings, Problem, Text};
use crate::wire::Asked;

/// How many keys the user has that still sign, and how many it ever had.
type Kept = (i64, i64);

pub async fn register(
    app: &App,
    ctx: &Ctx,
    asked: Asked<RegisterDeviceKey>,
) -> Result<Done<DeviceKey>, Problem> {
    policy::require(!policy::is_system(&ctx.actor))?;
    let asked = match asked {
        Ok(asked) => asked,
        Err(problem) => return command::refuse(app, ctx, problem).await,
    };
    let id = DeviceKeyId::of(app.mint.uuid(ctx.now));
    let read = async |_| store::count_device_keys(&app.pool, ctx.actor.user_id).await;
    command::run(app, ctx, read, |kept| decide(*kept, &asked, id, ctx)).await
}

/// All rules of registering.
fn decide(
    (active, ever): Kept,
    asked: &RegisterDeviceKey,
    id: DeviceKeyId,
    ctx: &Ctx,
) -> Result<Decision, Problem> {
    let mut findings = Findings::new();
    if active >= DEVICE_KEYS_MAX || ever >= DEVICE_KEYS_EVER_MAX {
        let text = Text::new(
            format!("有效设备密钥最多 {DEVICE_KEYS_MAX} 个，累计最多 {DEVICE_KEYS_EVER_MAX} 个。"),
            format!(
                "At most {DEVICE_KEYS_MAX} device keys at a time, and {DEVICE_KEYS_EVER_MAX} in \
                 all: revoke some that are not used."
            ),
        );
        findings.refuse(Fault::new(Code::InUse, "/public_key", text));
    }
    let key = public_key(asked, &mut findings);
    let statement = statement(asked, ctx, &mut findings);
    if let Some(key) = &key
        && !key.has_signed(asked.signature.statement.as_str().as_bytes(), value(asked))
    {
        findings.refuse(not_signed("/signature/value"));
    }
    findings.settle()?;
    let (Some(key), Some(statement)) = (key, statement) else {
        return Err(Problem::internal("a registration without a key or a statement"));
    };
    let seal = Seal {
        statement: asked.signature.statement.as_str().to_owned(),
        alg: asked.alg,
        key_id: id,
        public_key: key.to_base64(),
        value: value(asked).to_owned(),
    };
    let registered = DeviceKey {
        id,
        organisation_id: ctx.actor.organisation_id,
        user_id: ctx.actor.user_id,
        name: asked.name.as_str().to_owned(),
        alg: asked.alg,
        public_key: key.to_base64(),
        status: DeviceKeyStatus::Active,
        created_at: ctx.now,
        good_until: None,
        counter: statement.device_counter,
        last_used_at: None,
    };
    let stamp = Stamp::from(&ctx.actor).sealed(Arc::new(seal));
    let event = EventDraft {
        subject: registered.subject(),
        kind: "device_key_registered",
        occurred_at: statement.occurred_at,
        actor: stamp,
        data: registered.recorded(),
    };
    Ok(written(registered, event, None, ctx))
}

fn value(asked: &RegisterDeviceKey) -> &str {
    asked.signature.value.as_str()
}

fn public_key(asked: &RegisterDeviceKey, findings: &mut Findings) -> Option<PublicKey> {
    match PublicKey::parse(asked.alg, asked.public_key.as_str()) {
        Ok(key) => Some(key),
        Err(bad) => {
            let text = Text::new(
                "不是此算法的公钥：应为 raw 或 SPKI 的 Base64。",
                format!("No public key of this algorithm, raw or SPKI in base64: {bad}."),
            );
            findings.refuse(Fault::new(Code::InvalidValue, "/public_key", text));
            None
        }
    }
}

/// The statement, if it is one that registers this key for this user now.
fn statement(asked: &RegisterDeviceKey, ctx: &Ctx, findings: &mut Findings) -> Option<Statement> {
    let pointer = "/signature/statement";
    let statement = match Statement::parse(asked.signature.statement.as_str()) {
        Ok(statement) => statement,
        Err(bad) => {
            findings.refuse(super::judge::no_statement(pointer, bad));
            return None;
        }
    };
    let user = ctx.actor.user_id.uuid();
    let (alg, key) = (asked.alg.as_str(), serde_json::json!(asked.public_key.as_str()));
    let body = format!("{{\"alg\":\"{alg}\",\"public_key\":{key}}}");
    let mut differs = |is_so: bool, member: &str| {
        if is_so {
            findings.refuse(super::judge::disagrees(pointer, member));
        }
    };
    differs(statement.action != "register", "action");
    differs(statement.subject != ("user".to_owned(), user), "subject");
    differs(statement.after.is_some(), "after");
    differs(statement.body != body, "body");
    let off = (ctx.now - statement.occurred_at).abs();
    if off > TimeDelta::minutes(DEVICE_KEY_MINUTES_MAX) {
        let text = Text::new(
            format!("声明的时间与现在相差超过 {DEVICE_KEY_MINUTES_MAX} 分钟。"),
            format!("The statement is more than {DEVICE_KEY_MINUTES_MAX} minutes from now."),
        );
        findings.refuse(Fault::new(Code::OutOfRange, pointer, text));
    }
    Some(statement)
}

/// The fault of a value that is not the key's.
pub(super) fn not_signed(pointer: impl Into<String>) -> Fault {
    let text =
        Text::new("签名与公钥、声明不符。", "This is not the key's signature of the statement.");
    Fault::new(Code::SignatureInvalid, pointer, text)
}

/// The decision that leaves the key as it is here: a new one where none was read.
pub(super) fn written(
    key: DeviceKey,
    event: EventDraft,
    read_at: Option<i64>,
    ctx: &Ctx,
) -> Decision {
    let subject = key.subject();
    let row = match read_at {
        None => store::insert_device_key(&key),
        Some(_) => store::end_device_key(&key),
    };
    let output = Arc::new(key);
    let finish = move |_: &_| {
        let output = Arc::clone(&output) as Output;
        let (events, rows) = (vec![event.clone()], vec![row.clone()]);
        Ok(Written { events, rows, notices: Vec::new(), output })
    };
    let status = if read_at.is_none() { 201 } else { 204 };
    let mut decision = Decision::new(subject, ctx, status, Box::new(finish));
    decision.advance(subject, read_at);
    decision
}
