//! Checking a bundle offline: no server, no database, no clock (custody.md, "The bundle").
//!
//! What is checked, in this order: the form, the checkpoint's signature, the witnesses that are
//! asked for, that the log only grew, each event's place in the log, the chain, and what it means.
//! The first thing that is wrong is named, and nothing after it: what follows a forgery is not
//! worth a word.

use serde::Deserialize;
use serde_json::Value;

use chrono::{DateTime, Utc};

use super::bundle::{BundleEvent, CustodyBundle, FORMAT};
use super::cosignature::WitnessKey;
use super::devices::Signing;
use super::keys::VerifierKey;
use super::merkle::{Hash, empty_root, extends, includes};
use super::note::{Checkpoint, SignedNote, hash};
use super::plausible::misshapen;
use super::replay::{Replayed, replay};
use crate::decision::SubjectKind;
use crate::journal::signature::first_bad;
use crate::journal::{BODY_BYTES_MAX, Break, first_break, is_canonical, leaf_hash};
use crate::problem::Text;

/// The first thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{at}: {} {}", .text.zh, .text.en)]
pub struct Wrong {
    /// JSON pointer into the bundle; `consistent-with` or `consistency` for what was given beside.
    pub at: String,
    pub text: Text,
}

impl Wrong {
    fn new(at: impl Into<String>, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { at: at.into(), text: Text::new(zh, en) }
    }
}

/// What is given to be checked.
pub struct Given<'a> {
    /// A bundle, JSON.
    pub bundle: &'a str,
    /// Whom to believe, got from elsewhere.
    pub keys: &'a [VerifierKey],
    /// Witnesses each of whom must have cosigned the checkpoint.
    pub witnesses: &'a [WitnessKey],
    /// An older checkpoint of the log, and the proof that the bundle's log begins with it.
    pub older: Option<Older<'a>>,
}

pub struct Older<'a> {
    /// A signed note.
    pub checkpoint: &'a str,
    /// As `GET /custody/proof/consistency` answers, JSON.
    pub proof: &'a str,
}

/// A bundle in which nothing is wrong.
pub struct Verified {
    pub bundle: CustodyBundle,
    pub head: Checkpoint,
    /// The witnesses that were asked for, and when each cosigned.
    pub witnessed: Vec<(String, DateTime<Utc>)>,
    /// Entries of the older log that it was shown to go on from.
    pub older: Option<u64>,
    /// What became of it, of a manifest.
    pub replayed: Option<Replayed>,
    /// Files that were asked for and found as they were attached.
    pub attachments: Option<usize>,
    /// Device keys that were asked for and shown to be the signers'.
    pub devices: Option<usize>,
}

impl Verified {
    /// Whether a device has signed any of it.
    pub fn is_signed(&self) -> bool {
        self.bundle.events.iter().any(|event| Signing::of(&event.body).is_some())
    }
}

/// Checks all there is to check.
pub fn verify(given: &Given<'_>) -> Result<Verified, Wrong> {
    let bundle = CustodyBundle::read(given.bundle).map_err(|err| {
        let (zh, en) = ("文件不是存证包", "The file is no bundle");
        Wrong::new("", format!("{zh}：{err}。"), format!("{en}: {err}."))
    })?;
    if bundle.format != FORMAT {
        let format = &bundle.format;
        let zh = format!("不认识的格式：{format:?}。");
        return Err(Wrong::new("/format", zh, format!("An unknown format: {format:?}.")));
    }
    let head = head("/checkpoint", &bundle.checkpoint, given.keys)?;
    let witnessed = witnessed(&bundle.checkpoint, given.witnesses)?;
    let older = given.older.as_ref().map(|older| grown(older, &head, given.keys)).transpose()?;
    if bundle.events.is_empty() {
        return Err(Wrong::new("/events", "没有事件。", "There are no events."));
    }
    for (n, event) in bundle.events.iter().enumerate() {
        placed(n, event, &head)?;
    }
    chained(&bundle, &head)?;
    // What a manifest's events mean is replayed; those of other subjects stand for themselves.
    let replayed = match SubjectKind::parse(&bundle.subject.kind) {
        None => {
            let kind = &bundle.subject.kind;
            let zh = format!("不认识的对象种类：{kind:?}。");
            let en = format!("An unknown kind of subject: {kind:?}.");
            return Err(Wrong::new("/subject/kind", zh, en));
        }
        Some(SubjectKind::Manifest) => {
            let bodies = bundle.events.iter().map(|event| event.body.as_str());
            let wrong =
                |(n, text): (usize, Text)| Wrong { at: format!("/events/{n}/body/data"), text };
            Some(replay(bodies).map_err(wrong)?)
        }
        Some(_) => None,
    };
    Ok(Verified { bundle, head, witnessed, older, replayed, attachments: None, devices: None })
}

/// A checkpoint, believed.
fn head(at: &str, note: &str, keys: &[VerifierKey]) -> Result<Checkpoint, Wrong> {
    let head = Checkpoint::believed(note, keys).map_err(|bad| {
        Wrong::new(at, format!("检查点的签名不可信（{bad}）。"), format!("Its signature: {bad}."))
    })?;
    head.ok_or_else(|| {
        Wrong::new(
            at,
            "签名的文字不是该日志的检查点。",
            "What is signed is no checkpoint of the log.",
        )
    })
}

/// Each of these witnesses has cosigned the checkpoint; says when.
fn witnessed(note: &str, witnesses: &[WitnessKey]) -> Result<Vec<(String, DateTime<Utc>)>, Wrong> {
    let unread = |bad: super::note::BadNote| {
        Wrong::new("/checkpoint", format!("检查点不可读：{bad}。"), format!("It: {bad}."))
    };
    let signed = SignedNote::parse(note).map_err(unread)?;
    let each = witnesses.iter().map(|witness| {
        let name = witness.name();
        let wrong = |zh: &str, en: &str| {
            let (zh, en) = (format!("见证方 {name} {zh}"), format!("The witness {name} {en}"));
            Wrong::new("/checkpoint", zh, en)
        };
        match witness.cosigned(&signed) {
            Ok(Some(at)) => Ok((name.to_owned(), at)),
            Ok(None) => {
                let zh = "没有联署此检查点：新检查点十余秒后才有联署，请重新取存证包。";
                let en = "has not cosigned this checkpoint. A new one is cosigned within seconds: \
                          take a new bundle.";
                Err(wrong(zh, en))
            }
            Err(_) => Err(wrong("的联署无效。", "is named by a cosignature that is not right.")),
        }
    });
    each.collect()
}

#[derive(Deserialize)]
struct Grown {
    from: u64,
    to: u64,
    proof: Vec<String>,
}

/// The log is shown to begin with the older one; answers with the size of that.
fn grown(older: &Older<'_>, head: &Checkpoint, keys: &[VerifierKey]) -> Result<u64, Wrong> {
    const OLD: &str = "consistent-with";
    const PROOF: &str = "consistency";
    let old = self::head(OLD, older.checkpoint, keys)?;
    if old.origin != head.origin || old.size > head.size {
        let zh = format!("旧检查点（{} 条）不是此日志较早的检查点。", old.size);
        let en = format!("It is no earlier checkpoint of this log: {} entries.", old.size);
        return Err(Wrong::new(OLD, zh, en));
    }
    let unread = |reason: String| {
        let zh = format!("不是一致性证明：{reason}。");
        Wrong::new(PROOF, zh, format!("It is no consistency proof: {reason}."))
    };
    let proof: Grown = serde_json::from_str(older.proof).map_err(|err| unread(err.to_string()))?;
    let hashes = decoded(&proof.proof).ok_or_else(|| unread("base64".to_owned()))?;
    if (proof.from, proof.to) != (old.size, head.size) {
        let (from, to) = (proof.from, proof.to);
        return Err(unread(format!("{from} -> {to}, not {} -> {}", old.size, head.size)));
    }
    let holds = if old.size == 0 {
        // Every log begins with nothing.
        hashes.is_empty() && old.root == empty_root()
    } else {
        extends(&hashes, (old.size, &old.root), (head.size, &head.root))
    };
    if holds {
        return Ok(old.size);
    }
    let zh = "日志不是旧日志的延续：历史被改动过，或证明被改动过。";
    let en = "The log does not go on from the older one: history was changed, or the proof was.";
    Err(Wrong::new(PROOF, zh, en))
}

fn decoded(hashes: &[String]) -> Option<Vec<Hash>> {
    hashes.iter().map(|text| hash(text)).collect()
}

/// The event is what was logged at its index.
fn placed(n: usize, event: &BundleEvent, head: &Checkpoint) -> Result<(), Wrong> {
    if event.index >= head.size {
        let (index, size) = (event.index, head.size);
        let zh = format!("第 {index} 条不在检查点的 {size} 条之内。");
        let en = format!("Entry {index} is beyond the checkpoint's {size}.");
        return Err(Wrong::new(format!("/events/{n}/index"), zh, en));
    }
    let proof = decoded(&event.proof).ok_or_else(|| {
        let en = "They are not 32 bytes each in base64.";
        Wrong::new(format!("/events/{n}/proof"), "证明不是 32 字节的 base64。", en)
    })?;
    let leaf = leaf_hash(&event.body);
    if includes(&proof, (event.index, &leaf), (head.size, &head.root)) {
        return Ok(());
    }
    let zh = format!("事件 {n} 与日志第 {} 条不符：内容、序号或证明被改动过。", event.index);
    let en = format!(
        "Event {n} is not entry {} of the log: its body, its index or its proof was changed.",
        event.index
    );
    Err(Wrong::new(format!("/events/{n}"), zh, en))
}

/// The events are one subject's chain of this log, whole from its beginning.
fn chained(bundle: &CustodyBundle, head: &Checkpoint) -> Result<(), Wrong> {
    let bodies = || bundle.events.iter().map(|event| event.body.as_str());
    for (n, text) in bodies().enumerate() {
        let wrong = |name: &str, zh: &str, en: &str| {
            Err(Wrong::new(format!("/events/{n}/body{name}"), zh, en))
        };
        let Ok(body) = serde_json::from_str::<Value>(text) else {
            return wrong("", "不是 JSON。", "It is not JSON.");
        };
        if text.len() > BODY_BYTES_MAX {
            let en = "It is longer than an event can be: 65,535 bytes.";
            return wrong("", "长于事件的上限 65535 字节。", en);
        }
        if !is_canonical(text, &body) {
            return wrong(
                "",
                "不是规范 JSON（RFC 8785）。",
                "It is not canonical JSON (RFC 8785).",
            );
        }
        if body["v"] != 1 {
            return wrong("/v", "不认识的事件版本。", "A version of events that is not known.");
        }
        if let Some(member) = misshapen(&body) {
            let en = "No member of an event, or not in its form.";
            return wrong(&format!("/{member}"), "不是事件的成员，或形式不符。", en);
        }
        if body["origin"] != *head.origin {
            return wrong("/origin", "事件属于另一日志。", "It is an event of another log.");
        }
        let subject = &body["subject"];
        if subject["kind"] != *bundle.subject.kind || subject["id"] != bundle.subject.id.to_string()
        {
            return wrong("/subject", "事件属于另一对象。", "It is an event of another subject.");
        }
    }
    let broken = first_break(bodies());
    let broken = broken.map(|it| (it.clone(), words(&it)));
    match broken {
        None => in_order(bundle).and_then(|()| signed(bundle)),
        Some((it, (n, name, zh))) => {
            Err(Wrong::new(format!("/events/{n}/body/{name}"), zh, format!("The chain: {it}.")))
        }
    }
}

fn words(broken: &Break) -> (usize, &'static str, &'static str) {
    match broken {
        Break::NotJson(n) => (*n, "", "不是 JSON。"),
        Break::Seq(n) => (*n, "seq", "链的序号不连续：缺少事件，或被调换。"),
        Break::Prev(n) => (*n, "prev", "没有接在前一事件之后：缺少事件，或被替换。"),
        Break::Time(n) => (*n, "recorded_at", "记录时间早于前一事件。"),
    }
}

/// What devices signed is what the events say.
fn signed(bundle: &CustodyBundle) -> Result<(), Wrong> {
    let bodies = bundle.events.iter().map(|event| event.body.as_str());
    let Some((n, bad)) = first_bad(bodies) else { return Ok(()) };
    let zh = "设备签名无效，或与事件不符。";
    Err(Wrong::new(format!("/events/{n}/body/signature"), zh, format!("The signature: {bad}.")))
}

/// What was recorded later stands later in the log.
fn in_order(bundle: &CustodyBundle) -> Result<(), Wrong> {
    let pairs = bundle.events.windows(2).enumerate();
    let mut back = pairs.filter(|(_, pair)| pair[0].index >= pair[1].index);
    let Some((n, _)) = back.next() else { return Ok(()) };
    let zh = "事件在日志中的次序与链不符。";
    let en = "It stands before the event that it follows.";
    Err(Wrong::new(format!("/events/{}/index", n + 1), zh, en))
}
