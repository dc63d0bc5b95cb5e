//! The time line of a manifest (时间线): what happened, what was left out, what was due, who looked
//! at it on the road; by claimed time, and in the order of the chain where that is the same. Pure.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::dossier::Dossier;
use super::events::told;
use super::words;
use crate::custody::event_word;
use crate::inspection::InspectionView;
use crate::manifest::{DeadlineView, Gap, Manifest, evolve, read_event};
use crate::problem::{Lang, Problem, Text};
use crate::wire::api_enum;

api_enum! {
    /// What an entry is.
    pub enum EntryKind {
        /// Something that was done, with its event.
        Event = "event",
        /// A step that nobody took, or that its second person had not signed.
        Gap = "gap",
        /// The end of a term.
        Deadline = "deadline",
        /// A look at the roadside.
        Inspection = "inspection",
    }
}

/// Who did it, as the event has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Who {
    pub user_id: Option<String>,
    pub organisation_id: Option<String>,
    pub organisation: String,
    pub role: String,
    pub via: String,
    /// For whom it was signed by delegation.
    pub on_behalf_of: Vec<String>,
    /// What it was signed with, where a device has: algorithm and id of the key.
    pub key: Option<String>,
}

/// An entry of the time line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub kind: EntryKind,
    /// The event's kind, the step that is missing or due, what an inspector concluded.
    pub word: String,
    pub at: DateTime<Utc>,
    pub recorded_at: Option<DateTime<Utc>>,
    pub seq: Option<i64>,
    /// Position in the log.
    pub index: Option<u64>,
    pub title: Text,
    pub lines: Vec<Text>,
    pub who: Option<Who>,
    /// It was told later than what had happened after it.
    pub out_of_order: bool,
    /// Of a gap: nobody has closed it. Of a term: it is not met.
    pub open: bool,
}

/// All of them. Errors: `internal` where an event cannot be read, which replaying it excludes.
pub fn entries(dossier: &Dossier) -> Result<Vec<Entry>, Problem> {
    let mut all: Vec<Entry> = Vec::new();
    let mut state: Option<Manifest> = None;
    for (event, step) in dossier.events.iter().zip(&dossier.replayed.steps) {
        let stamped = read_event(&event.body)?;
        let before = state.as_ref().map_or_else(Vec::new, |manifest| manifest.gaps.clone());
        let after = evolve(state.take(), &stamped).map_err(Problem::internal)?;
        let kind = stamped.happening.kind();
        let (zh, en) = event_word(kind);
        let seq = step.body["seq"].as_i64();
        let entry = Entry {
            kind: EntryKind::Event,
            word: kind.to_owned(),
            at: stamped.occurred_at,
            recorded_at: Some(stamped.recorded_at),
            seq,
            index: Some(event.index),
            title: Text::new(zh, capitalised(&en)),
            lines: told(&stamped.happening, &|id| dossier.number(id)),
            who: Some(who(dossier, &step.body)),
            out_of_order: step.body["data"]["out_of_order"] == true,
            open: false,
        };
        // What was signed by both in one call has never been open.
        let closed = before.iter().filter(|gap| !after.gaps.contains(gap));
        let at_once: Vec<Entry> = closed.map(|found| gap(found, &entry, false)).collect();
        all.retain(|known| {
            let same = |one: &Entry| {
                (known.seq, &known.title, known.recorded_at)
                    == (one.seq, &one.title, one.recorded_at)
            };
            known.kind != EntryKind::Gap || !at_once.iter().any(same)
        });
        let new = after.gaps.iter().filter(|gap| !before.contains(gap));
        let gaps: Vec<Entry> = new
            .map(|found| gap(found, &entry, dossier.replayed.manifest.gaps.contains(found)))
            .collect();
        all.push(entry);
        all.extend(gaps);
        state = Some(after);
    }
    let [zh, en] = [Lang::Zh, Lang::En].map(|lang| dossier.deadlines(lang));
    all.extend(zh.iter().zip(en).filter_map(|(zh, en)| deadline(zh, en)));
    all.extend(dossier.looks.iter().filter_map(|look| inspection(dossier, look)));
    // Stable: what has one time stays in the order of the chain, gaps behind their events.
    all.sort_by_key(|entry| entry.at);
    Ok(all)
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    let Some(first) = letters.next() else { return String::new() };
    first.to_uppercase().chain(letters).collect()
}

fn who(dossier: &Dossier, body: &Value) -> Who {
    let (actor, signature) = (&body["actor"], &body["signature"]);
    let text = |name: &str| actor[name].as_str().map(str::to_owned);
    let others = actor["on_behalf_of"].as_array().into_iter().flatten();
    let others = others.filter_map(|one| one["organisation_id"].as_str());
    let organisation_id = text("organisation_id");
    Who {
        user_id: text("user_id"),
        organisation: organisation_id.as_deref().map(|id| dossier.name(id)).unwrap_or_default(),
        organisation_id,
        role: text("role").unwrap_or_default(),
        via: text("via").unwrap_or_default(),
        on_behalf_of: others.map(|id| dossier.name(id)).collect(),
        key: signature["alg"]
            .as_str()
            .zip(signature["key_id"].as_str())
            .map(|(alg, id)| format!("{alg} {id}")),
    }
}

fn gap(gap: &Gap, event: &Entry, open: bool) -> Entry {
    let (step, party) = (words::step(&gap.step), words::party(&gap.missing));
    let severity = words::severity(&gap.severity);
    let title = match gap.seq {
        Some(_) => Text::new(
            format!("缺签：{}，{}", step.zh, party.zh),
            format!("Not signed: {} by the {}", step.en, party.en),
        ),
        None => Text::new(
            format!("缺少步骤：{}，{}", step.zh, party.zh),
            format!("Left out: {} by the {}", step.en, party.en),
        ),
    };
    let closed =
        if open { ("至今未补", "still open") } else { ("后已补签", "closed later") };
    Entry {
        kind: EntryKind::Gap,
        word: gap.step.clone(),
        at: event.at,
        recorded_at: event.recorded_at,
        seq: gap.seq,
        index: None,
        title,
        lines: vec![Text::new(
            format!("程度：{}；{}", severity.zh, closed.0),
            format!("severity: {}; {}", severity.en, closed.1),
        )],
        who: None,
        out_of_order: false,
        open,
    }
}

/// The end of a term; of a day, its last moment in Beijing.
fn deadline(zh: &DeadlineView, en: &DeadlineView) -> Option<Entry> {
    let instant = zh.due_at.as_deref().and_then(|text| text.parse().ok());
    let at = instant.or_else(|| {
        let next = zh.due_on.succ_opt()?.and_hms_opt(0, 0, 0)?;
        let midnight = next.and_local_timezone(crate::clock::beijing()).single()?;
        Some(midnight.with_timezone(&Utc) - chrono::TimeDelta::milliseconds(1))
    })?;
    let (step, state) = (words::step(&zh.action), words::state(zh.state.as_str()));
    let mut lines = vec![Text::new(zh.obligation.clone(), en.obligation.clone())];
    lines.push(Text::new(
        format!("依据：{}（{}）", zh.source, zh.rule),
        format!("source: {} ({})", en.source, en.rule),
    ));
    if zh.provisional {
        lines.push(Text::new("工作日安排尚未公布，日期可能变动", "may still move: provisional"));
    }
    Some(Entry {
        kind: EntryKind::Deadline,
        word: zh.action.clone(),
        at,
        recorded_at: None,
        seq: None,
        index: None,
        title: Text::new(
            format!("期限：{}（{}）", step.zh, state.zh),
            format!("Due: {} ({})", step.en, state.en),
        ),
        lines,
        who: None,
        out_of_order: false,
        open: matches!(zh.state.as_str(), "running" | "over"),
    })
}

fn inspection(dossier: &Dossier, look: &InspectionView) -> Option<Entry> {
    let outcome = words::outcome(look.outcome.as_str());
    let mut lines = Vec::new();
    for one in &look.findings {
        let word = words::finding(one.kind.as_str());
        let note = one.note.as_deref().map(|note| format!(" {note}")).unwrap_or_default();
        lines.push(Text::new(format!("{}{note}", word.zh), format!("{}{note}", word.en)));
    }
    lines.extend(
        look.note
            .iter()
            .filter(|note| !note.is_empty())
            .map(|note| Text::new(format!("记录：{note}"), format!("note: {note}"))),
    );
    let organisation_id = look.organisation_id.to_string();
    Some(Entry {
        kind: EntryKind::Inspection,
        word: look.outcome.as_str().to_owned(),
        at: look.occurred_at.parse().ok()?,
        recorded_at: None,
        seq: None,
        index: None,
        title: Text::new(
            format!("路检：{}", outcome.zh),
            format!("Looked at on the road: {}", outcome.en),
        ),
        lines,
        who: Some(Who {
            user_id: None,
            organisation: dossier.name(&organisation_id),
            organisation_id: Some(organisation_id),
            role: look.agency.clone(),
            via: String::new(),
            on_behalf_of: Vec::new(),
            key: None,
        }),
        out_of_order: false,
        open: false,
    })
}
