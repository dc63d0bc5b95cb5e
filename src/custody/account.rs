//! The readable account of a chain that was verified, in both languages. Pure.

use std::fmt::Write as _;

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use super::replay::Replayed;
use super::verify::Verified;
use crate::manifest::{Manifest, Status};
use crate::units::Grams;
use crate::wire::is_deceptive;

/// What each kind of event is called.
const KINDS: &[(&str, &str)] = &[
    ("filed", "填报"),
    ("departed", "起运"),
    ("handed_over", "交接"),
    ("stopped", "途中停留或换车"),
    ("incident", "途中事故"),
    ("arrived", "运抵"),
    ("received", "接收"),
    ("completed", "利用处置"),
    ("cancelled", "作废"),
    ("amendment_proposed", "提出更正"),
    ("amendment_approved", "同意更正"),
    ("amendment_rejected", "拒绝更正"),
    ("amendment_expired", "更正逾期失效"),
    ("countersigned", "补签"),
    ("unconfirmed", "产生单位逾期未确认"),
    ("return_filed", "退回联单已填报"),
    ("return_cancelled", "退回联单已作废"),
    ("forward_filed", "转送联单已填报"),
    ("forward_cancelled", "转送联单已作废"),
    ("sent_on", "转出"),
    ("sent_on_cancelled", "转出已作废"),
    ("attached", "附加文件"),
];

/// What a kind of event is called, in Chinese and in English.
pub fn event_word(kind: &str) -> (&'static str, String) {
    let known = KINDS.iter().find(|(word, _)| *word == kind);
    (known.map_or("", |(_, zh)| *zh), kind.replace('_', " "))
}

/// The same of a status.
pub fn status_word(of: Status) -> (&'static str, String) {
    (status(of), of.as_str().replace('_', " "))
}

const fn status(status: Status) -> &'static str {
    match status {
        Status::Draft => "草稿",
        Status::Filed => "已填报",
        Status::InTransit => "运输中",
        Status::Arrived => "已运抵",
        Status::Accepted => "已接受",
        Status::PartlyAccepted => "部分接受",
        Status::Refused => "已拒收",
        Status::Completed => "已完成",
        Status::Cancelled => "已作废",
    }
}

/// The account, a line each.
pub fn account(verified: &Verified) -> Vec<String> {
    let Verified { head, witnessed, older, replayed, attachments, .. } = verified;
    let log = format!("日志 log      {}  {} 条 entries", head.origin, head.size);
    let mut lines = match replayed {
        Some(replayed) => of_manifest(verified, replayed, log),
        None => of_other(verified, log),
    };
    lines.push(String::new());
    for (name, at) in witnessed {
        let at = at.to_rfc3339_opts(SecondsFormat::Secs, true);
        lines.push(format!("联署 cosigned by {name}  {at}"));
    }
    if let Some(size) = older {
        lines.push(format!("日志自 {size} 条以来只有追加。"));
        lines.push(format!("Since it had {size} entries the log was only added to."));
    }
    if let Some(count) = attachments {
        lines.push(format!("附件 {count} 个，均与事件所记哈希一致。"));
        lines.push(format!("Attachments: {count}, each with the hash that its event has."));
    }
    lines.extend(of_devices(verified));
    let (zh, en) = match replayed {
        Some(_) => (
            "未被改动；每一步都合规；质量平衡。",
            "Not altered; every step was allowed; masses add up.",
        ),
        None => ("未被改动。", "Not altered."),
    };
    lines.extend([zh.to_owned(), en.to_owned()]);
    let last = verified.bundle.events.len().saturating_sub(1);
    lines.push(format!(
        "事件 0 至 {last} 之间没有缺少；此后是否另有事件，存证包本身不能证明，请向日志或各方另取。"
    ));
    lines.push(format!(
        "None is missing from event 0 to {last}. Whether others came later a bundle cannot show: \
         ask the log, or the other parties, for a newer one."
    ));
    lines.iter().map(|line| shown(line)).collect()
}

/// Whether it was checked whose devices have signed, where some have.
fn of_devices(verified: &Verified) -> Vec<String> {
    let (zh, en) = match verified.devices {
        Some(count) => (
            format!("设备密钥 {count} 个，均已在日志中登记为签署人所有。"),
            format!("Device keys: {count}, each registered in the log for whoever signed."),
        ),
        None if verified.replayed.is_some() && verified.is_signed() => (
            "设备密钥属于何人未经核对（--devices）。".to_owned(),
            "Whose the device keys are was not checked: see --devices.".to_owned(),
        ),
        None => return Vec::new(),
    };
    vec![zh, en]
}

/// A line as it may be shown: what moves the cursor, ends the line, turns the direction of writing
/// or is not seen is spelt out, or whoever named a drum could write the verdict.
pub fn shown(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    for one in line.chars() {
        if one.is_control() || is_deceptive(one) {
            text.extend(one.escape_unicode());
        } else {
            text.push(one);
        }
    }
    text
}

fn of_manifest(verified: &Verified, replayed: &Replayed, log: String) -> Vec<String> {
    let bundle = &verified.bundle;
    let filed = &replayed.manifest.filed;
    let mut lines = vec![
        format!("联单 manifest {}  {}", filed.number, bundle.subject.id),
        log,
        format!("移出 from     {}", party(&filed.producer.name, &filed.producer.uscc)),
        format!("接受 to       {}", party(&filed.receiver.name, &filed.receiver.uscc)),
        String::new(),
    ];
    for (event, step) in bundle.events.iter().zip(&replayed.steps) {
        let text = |name: &str| step.body[name].as_str().unwrap_or_default();
        let kind = text("kind");
        let (zh, _) = event_word(kind);
        let (seq, status_zh, status_en) = (&step.body["seq"], status(step.status), step.status);
        lines.push(format!(
            "{seq:>3}  {}  {zh} {kind} → {status_zh} {}  #{}",
            text("occurred_at"),
            status_en.as_str(),
            event.index,
        ));
        lines.push(format!("     {}", signer(&step.body["actor"])));
    }
    lines.push(String::new());
    lines.extend(masses(&replayed.manifest));
    lines
}

/// Each event with what it says, as it was hashed.
fn of_other(verified: &Verified, log: String) -> Vec<String> {
    let subject = &verified.bundle.subject;
    let mut lines = vec![format!("对象 subject  {}  {}", subject.kind, subject.id), log];
    lines.push(String::new());
    for (event, body) in verified.bundle.events.iter().zip(bodies(verified)) {
        let text = |name: &str| body[name].as_str().unwrap_or_default();
        let (seq, at, kind) = (&body["seq"], text("occurred_at"), text("kind"));
        lines.push(format!("{seq:>3}  {at}  {kind}  #{}", event.index));
        lines.push(format!("     {}", signer(&body["actor"])));
        lines.push(format!("     {}", body["data"]));
    }
    lines
}

fn bodies(verified: &Verified) -> Vec<Value> {
    let events = verified.bundle.events.iter();
    events.map(|event| serde_json::from_str(&event.body).unwrap_or_default()).collect()
}

fn party(name: &str, uscc: &str) -> String {
    format!("{name}  {uscc}")
}

fn signer(actor: &Value) -> String {
    let text = |name: &str| actor[name].as_str().unwrap_or("-");
    let (role, via, who) = (text("role"), text("via"), text("organisation_id"));
    let mut line = format!("签署 by {role} ({via})  单位 organisation {who}");
    for one in actor["on_behalf_of"].as_array().into_iter().flatten() {
        let other = one["organisation_id"].as_str().unwrap_or("-");
        // Writing to a String cannot fail.
        let _ = write!(line, "  代 for {other}");
    }
    line
}

/// The masses of each line, in kilograms.
fn masses(manifest: &Manifest) -> Vec<String> {
    let line = |item: &crate::manifest::Item| {
        let index = usize::try_from(item.line - 1).unwrap_or(usize::MAX);
        let progress = manifest.progress.get(index).copied().unwrap_or_default();
        let kg = |mass: Grams| mass.to_kg_text();
        let stored = manifest.stored_g(item.line).unwrap_or(Grams::ZERO);
        format!(
            "{} {} {}  交运 shipped {}  接受 accepted {}  拒收 refused {}  灭失 lost {}  \
             处置 treated {}  转出 sent on {}  在库 stored {} kg",
            item.line,
            item.waste_code,
            item.name,
            kg(item.mass_g),
            kg(progress.accepted_g),
            kg(progress.refused_g),
            kg(progress.lost_g),
            kg(progress.treated_g),
            kg(manifest.sent_on_g(item.line)),
            kg(stored),
        )
    };
    manifest.filed.items.iter().map(line).collect()
}

/// The account for programs. `number` and `status` are a manifest's.
pub fn account_json(verified: &Verified) -> Value {
    let Verified { bundle, head, witnessed, older, replayed, attachments, devices } = verified;
    let steps = replayed.as_ref().map_or(&[][..], |replayed| replayed.steps.as_slice());
    let event = |(n, (event, body)): (usize, (&super::BundleEvent, Value))| {
        let mut told = json!({"seq": body["seq"], "index": event.index, "kind": body["kind"],
            "occurred_at": body["occurred_at"]});
        if let Some(step) = steps.get(n) {
            told["status"] = json!(step.status.as_str());
        }
        told
    };
    let events = bundle.events.iter().zip(bodies(verified)).enumerate();
    let events: Vec<Value> = events.map(event).collect();
    let witness = |(name, at): &(String, DateTime<Utc>)| {
        let at = at.to_rfc3339_opts(SecondsFormat::Secs, true);
        json!({"name": name, "cosigned_at": at})
    };
    let witnesses: Vec<Value> = witnessed.iter().map(witness).collect();
    let mut told = json!({
        "verified": true, "subject": bundle.subject,
        "origin": head.origin, "log_size": head.size, "consistent_with": older,
        "witnesses": witnesses, "attachments": attachments, "devices": devices,
        "events": events,
    });
    if let Some(replayed) = replayed {
        told["number"] = json!(replayed.manifest.filed.number);
        told["status"] = json!(replayed.manifest.status.as_str());
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_stays_on_its_line() {
        assert_eq!(shown("联单 manifest 1  \u{2014}"), "联单 manifest 1  \u{2014}");
        let forged = "油\n有误 wrong\u{1b}[2J\u{202e}\u{200b}\u{2028}";
        let told = "油\\u{a}有误 wrong\\u{1b}[2J\\u{202e}\\u{200b}\\u{2028}";
        assert_eq!(shown(forged), told);
    }
}
