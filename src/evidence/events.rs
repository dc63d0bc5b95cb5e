//! An event in words: what it tells beside who and when, a line each. Pure.

use serde_json::Value;

use super::words;
use crate::clock::rfc3339;
use crate::ids::ManifestId;
use crate::manifest::amend::{AmendmentApproved, AmendmentProposed, Parts};
use crate::manifest::{
    Attached, Completed, Departed, Filed, HandedOver, Happening, Incident, Linked, Received,
    Stopped,
};
use crate::problem::Text;
use crate::units::Grams;

fn kg(mass: Grams) -> String {
    format!("{} kg", mass.to_kg_text())
}

/// The number of a manifest, where it is known to whoever reads.
pub type NumberOf<'a> = &'a dyn Fn(ManifestId) -> Option<String>;

/// What an event tells.
pub fn told(happening: &Happening, number_of: NumberOf<'_>) -> Vec<Text> {
    match happening {
        Happening::Filed(data) => filed(data),
        Happening::Departed(data) => departed(data),
        Happening::HandedOver(data) => handed_over(data),
        Happening::Stopped(data) => stopped(data),
        Happening::Incident(data) => incident(data),
        Happening::Arrived(data) => {
            data.gross_g.iter().map(|mass| mass_line("毛重", "gross", *mass)).collect()
        }
        Happening::Received(data) => received(data),
        Happening::Completed(data) => completed(data),
        Happening::Cancelled(data) => vec![reason(&data.reason, data.reason_text.as_deref())],
        Happening::AmendmentProposed(data) => proposed(data),
        Happening::AmendmentApproved(data) => approved(data),
        Happening::AmendmentRejected(data) => {
            let mut lines = vec![amendment(data.n)];
            let why = data.reason.as_deref();
            lines.extend(why.map(|why| reason(why, data.reason_text.as_deref())));
            lines
        }
        Happening::AmendmentExpired(data) => {
            let cause = &data.cause;
            vec![amendment(data.n), Text::new(format!("原因：{cause}"), format!("cause: {cause}"))]
        }
        Happening::Countersigned(data) => {
            let party = words::party(&data.party);
            vec![Text::new(
                format!("以{}身份补签第 {} 号事件", party.zh, data.seq),
                format!("signs event {} as {}", data.seq, party.en),
            )]
        }
        Happening::Unconfirmed(data) => {
            let due = rfc3339(data.due_at);
            vec![Text::new(format!("确认期限 {due}"), format!("was to be confirmed by {due}"))]
        }
        Happening::ReturnFiled(data)
        | Happening::ReturnCancelled(data)
        | Happening::ForwardFiled(data)
        | Happening::ForwardCancelled(data)
        | Happening::SentOn(data)
        | Happening::SentOnCancelled(data) => linked(data, number_of),
        Happening::Attached(data) => vec![attached(data)],
    }
}

fn mass_line(zh: &str, en: &str, mass: Grams) -> Text {
    Text::new(format!("{zh} {}", kg(mass)), format!("{en} {}", kg(mass)))
}

fn reason(code: &str, text: Option<&str>) -> Text {
    let word = words::reason(code);
    let more = text.map(|text| format!(" {text}")).unwrap_or_default();
    Text::new(format!("原因：{}{more}", word.zh), format!("reason: {}{more}", word.en))
}

fn amendment(n: i64) -> Text {
    Text::new(format!("更正 {n}"), format!("amendment {n}"))
}

fn filed(data: &Filed) -> Vec<Text> {
    let number = &data.number;
    let mut lines = vec![Text::new(format!("编号 {number}"), format!("number {number}"))];
    for item in &data.items {
        let text = format!(
            "{} {} {} {} → {}",
            item.line,
            item.waste_code,
            item.name,
            kg(item.mass_g),
            item.method
        );
        lines.push(Text::new(text.clone(), text));
    }
    let warned = data.warnings.iter();
    lines.extend(
        warned.map(|one| Text::new(format!("提示：{}", one.zh), format!("warning: {}", one.en))),
    );
    lines
}

fn departed(data: &Departed) -> Vec<Text> {
    let mut lines = Vec::new();
    lines.extend(data.loaded_g.map(|mass| mass_line("装载", "loaded", mass)));
    let plate = data.plate.as_ref();
    lines.extend(plate.map(|it| Text::new(format!("改用车辆 {it}"), format!("on vehicle {it}"))));
    lines
}

fn handed_over(data: &HandedOver) -> Vec<Text> {
    let leg = &data.to_leg;
    let (name, plate) = (&leg.carrier_name, &leg.plate);
    let mut lines = vec![Text::new(format!("交给 {name} {plate}"), format!("to {name} {plate}"))];
    if data.added {
        lines.push(Text::new("填报时未计划的运输段", "a leg that was not planned when filed"));
    }
    lines
}

fn stopped(data: &Stopped) -> Vec<Text> {
    let words = data.reason_text.as_deref().unwrap_or(&data.reason);
    let mut lines = vec![Text::new(format!("原因：{words}"), format!("reason: {words}"))];
    if let Some(change) = &data.change {
        let (plate, moved, left) = (&change.to_plate, kg(change.moved_g), kg(change.remaining_g));
        lines.push(Text::new(
            format!("换到 {plate}：转移 {moved}，原车留 {left}"),
            format!("over to {plate}: {moved} moved, {left} stays"),
        ));
    }
    lines
}

fn incident(data: &Incident) -> Vec<Text> {
    let word = words::incident(&data.kind);
    let mut lines = vec![Text::new(
        format!("{}：{}", word.zh, data.note),
        format!("{}: {}", word.en, data.note),
    )];
    for lost in &data.items {
        let (line, mass) = (lost.line, kg(lost.lost_g));
        lines.push(Text::new(
            format!("第 {line} 项灭失 {mass}"),
            format!("line {line}: {mass} lost"),
        ));
    }
    let told = data.reported_to.as_ref();
    lines.extend(told.map(|to| Text::new(format!("已报告 {to}"), format!("reported to {to}"))));
    lines
}

fn received(data: &Received) -> Vec<Text> {
    let mut lines = vec![words::decision(&data.decision)];
    for item in &data.items {
        let (line, accepted, refused) = (item.line, kg(item.accepted_g), kg(item.refused_g));
        let difference = kg(item.difference_g);
        let why = item.reason.as_deref().map(|why| reason(why, item.reason_text.as_deref()));
        let more = |pick: fn(&Text) -> &String, mark: &str| {
            why.as_ref().map(|why| format!("{mark}{}", pick(why))).unwrap_or_default()
        };
        lines.push(Text::new(
            format!(
                "第 {line} 项：接受 {accepted}，拒收 {refused}，差异 {difference}{}",
                more(|text| &text.zh, "；")
            ),
            format!(
                "line {line}: {accepted} accepted, {refused} refused, difference {difference}{}",
                more(|text| &text.en, "; ")
            ),
        ));
    }
    lines.extend(data.gross_g.map(|mass| mass_line("毛重", "gross", mass)));
    lines.extend(data.tare_g.map(|mass| mass_line("皮重", "tare", mass)));
    for one in &data.mismatches {
        let (line, field, found) = (one.line, words::mismatch(&one.field), &one.found);
        lines.push(Text::new(
            format!("第 {line} 项{}不符：{found}", field.zh),
            format!("line {line}: {} is not as filed: {found}", field.en),
        ));
    }
    if data.late {
        lines.push(Text::new("逾期接收", "late"));
    }
    if data.analysis_pending {
        lines.push(Text::new("检测结果待定", "analysis pending"));
    }
    lines
}

fn completed(data: &Completed) -> Vec<Text> {
    let mut lines: Vec<Text> = Vec::new();
    for one in &data.treatments {
        let (line, method, mass, on) = (one.line, &one.method, kg(one.mass_g), one.completed_on);
        lines.push(Text::new(
            format!("第 {line} 项：{method} {mass}，完成于 {on}"),
            format!("line {line}: {method} {mass}, completed on {on}"),
        ));
    }
    for one in &data.residues {
        let (code, mass) = (&one.waste_code, kg(one.mass_g));
        lines.push(Text::new(format!("残余物 {code} {mass}"), format!("residue {code} {mass}")));
    }
    for one in &data.products {
        let (kind, mass) = (&one.kind, kg(one.mass_g));
        lines.push(Text::new(format!("产品 {kind} {mass}"), format!("product {kind} {mass}")));
    }
    if data.is_final {
        lines.push(Text::new("全部处理完毕", "all of it is treated"));
    }
    lines
}

fn proposed(data: &AmendmentProposed) -> Vec<Text> {
    let mut lines = vec![amendment(data.n), reason(&data.reason, data.reason_text.as_deref())];
    lines.extend(changes(&data.before, &data.changes));
    let needs = words::all(data.needs.iter().map(|need| &need.party), words::party);
    if !data.needs.is_empty() {
        lines.push(Text::new(
            format!("须经{}同意", needs.zh),
            format!("needs the consent of {}", needs.en),
        ));
    }
    lines
}

fn approved(data: &AmendmentApproved) -> Vec<Text> {
    let mut lines = vec![amendment(data.n)];
    if data.is_final {
        lines.push(Text::new("自此生效", "holds from here on"));
        lines.extend(changes(&data.before, &data.changes));
    } else {
        lines.push(Text::new("尚待其他方同意", "others are still to consent"));
    }
    lines
}

/// Both versions of what an amendment changes, in the words of the events.
fn changes(before: &Parts, after: &Parts) -> Vec<Text> {
    let (mut was, mut is) = (Vec::new(), Vec::new());
    leaves("", &Value::Object(before.clone()), &mut was);
    leaves("", &Value::Object(after.clone()), &mut is);
    let old = |path: &str| was.iter().find(|(known, _)| known == path).map(|(_, text)| text);
    let change = |(path, new): &(String, String)| {
        let old = old(path).map_or("-", String::as_str);
        (old != new).then(|| {
            let text = format!("{}: {old} → {new}", path.trim_end_matches("_g"));
            Text::new(text.clone(), text)
        })
    };
    is.iter().filter_map(change).collect()
}

/// Each value with its place: `items.1.mass_g`; items go by their line, legs by their number.
fn leaves(path: &str, value: &Value, found: &mut Vec<(String, String)>) {
    let below =
        |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, one)| leaves(&below(name), one, found));
        }
        Value::Array(all) => {
            for (n, one) in all.iter().enumerate() {
                let own = one.get("line").or_else(|| one.get("n")).and_then(Value::as_i64);
                leaves(&below(&own.unwrap_or(n as i64 + 1).to_string()), one, found);
            }
        }
        Value::String(text) => found.push((path.to_owned(), text.clone())),
        // Events have grams; people read kilograms.
        Value::Number(grams) if path.ends_with("_g") => {
            let mass = grams.as_i64().map_or_else(|| grams.to_string(), |mass| kg(Grams(mass)));
            found.push((path.to_owned(), mass));
        }
        other => found.push((path.to_owned(), other.to_string())),
    }
}

fn linked(data: &Linked, number_of: NumberOf<'_>) -> Vec<Text> {
    let id = number_of(data.manifest_id).unwrap_or_else(|| data.manifest_id.to_string());
    let mut lines = vec![Text::new(format!("联单 {id}"), format!("manifest {id}"))];
    for item in &data.items {
        let (line, mass) = (item.line, kg(item.mass_g));
        lines.push(Text::new(format!("第 {line} 项 {mass}"), format!("line {line}: {mass}")));
    }
    lines
}

fn attached(data: &Attached) -> Text {
    let word = words::attachment(&data.kind);
    let (name, hash) = (&data.name, &data.sha256);
    Text::new(
        format!("{}：{name}（SHA-256 {hash}）", word.zh),
        format!("{}: {name} (SHA-256 {hash})", word.en),
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_amendment_shows_both_versions_by_line() {
        let parts = |value: Value| value.as_object().cloned().unwrap();
        let before =
            parts(json!({"items": [{"line": 2, "mass_g": 800, "name": "a"}], "note": "x"}));
        let after = parts(json!({"items": [{"line": 2, "mass_g": 900, "name": "a"}], "note": "y"}));
        let lines: Vec<String> = changes(&before, &after).into_iter().map(|one| one.en).collect();
        assert_eq!(
            lines,
            ["items.2.line: 2 → 2", "items.2.mass: 0.8 kg → 0.9 kg", "note: x → y"][1..]
        );
    }
}
