//! The second walk: each subject's events in their order, judged one by one. Pure.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Datelike as _, Utc};
use uuid::Uuid;

use super::account_sums::Sums;
use super::body::{Body, number};
use super::finding::{Check, Finding, Findings};
use super::half_store::EventRow;
use super::made::Made;
use super::met::Met;
use super::numbers::Numbers;
use super::store::SUBJECTS;
use crate::custody::{Devices, Hash, Signing};
use crate::decision::{Implied, Subject, SubjectKind};
use crate::journal::signature::first_bad;
use crate::journal::{NO_PREV, leaf_hash};
use crate::problem::Text;
use crate::registry::ceilings;

/// The newest counter of each device key, by what was signed with it.
pub type Counters = HashMap<Uuid, i64>;

/// How many rows the chains make in each table.
pub type Counted = HashMap<&'static str, i64>;

/// A chain whose last event has been seen.
pub struct Ended {
    pub subject: Subject,
    /// Number of its events.
    pub version: i64,
    /// None where it is no hash.
    pub head: Option<Hash>,
    /// The year of the first event and when the last was recorded; none where one cannot be read.
    pub times: Option<(i16, DateTime<Utc>)>,
    pub number: Option<String>,
    /// The rows that must be stored; `None` where a broken chain makes nothing.
    pub rows: Option<Vec<Implied>>,
}

struct Open {
    subject: Subject,
    next_seq: i64,
    /// Of its newest event.
    position: i64,
    head: Option<Hash>,
    recorded_at: DateTime<Utc>,
    /// Of its first event.
    year: Option<i16>,
    is_readable: bool,
    number: Option<String>,
    /// `None` once an event could not follow: nothing is made of what comes after it.
    made: Option<Made>,
    /// Of what people sign: all of it, since a signature names what was seen before.
    events: Vec<EventRow>,
    is_signed: bool,
}

/// The walk: give it the events in the order of subject and `seq`.
#[derive(Default)]
pub struct Walk {
    open: Option<Open>,
    /// What the log says of device keys.
    devices: Arc<Devices>,
    /// The log's name; where it is not known, as the first event that is taken has it.
    origin: Option<String>,
    pub ended: Vec<Ended>,
    pub findings: Findings,
    pub sums: Sums,
    pub numbers: Numbers,
    pub counters: Counters,
    pub counted: Counted,
    /// The leaves of the events.
    pub met: Met,
    pub subjects: u64,
    pub manifests: u64,
}

impl Walk {
    /// A walk through events of one log, which says this of device keys; `met` has met nothing.
    pub fn of(origin: Option<String>, devices: Arc<Devices>, met: Met) -> Self {
        Self { devices, origin, met, ..Self::default() }
    }

    /// Both walks as one.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        if let (Some(one), Some(two)) = (&self.origin, &other.origin)
            && one != two
        {
            self.findings.add(Finding::new(Check::Chain, foreign(two)));
        }
        self.findings.extend(other.findings);
        self.sums.extend(other.sums);
        self.numbers.extend(other.numbers);
        other.counters.into_iter().for_each(|(key, counter)| self.count(key, counter));
        for (table, rows) in other.counted {
            *self.counted.entry(table).or_default() += rows;
        }
        self.met.extend(&other.met);
        self.subjects += other.subjects;
        self.manifests += other.manifests;
        self
    }

    pub fn take(&mut self, row: EventRow) {
        self.met.add(row.position, row.leaf());
        if self.open.as_ref().is_none_or(|open| open.subject.id != row.subject.id) {
            self.end();
            self.open = Some(Open {
                subject: row.subject,
                next_seq: 0,
                position: i64::MIN,
                head: Some(NO_PREV),
                recorded_at: DateTime::<Utc>::MIN_UTC,
                year: None,
                is_readable: true,
                number: None,
                made: Some(Made::of(row.subject.kind)),
                events: Vec::new(),
                is_signed: false,
            });
        }
        let Some(open) = &mut self.open else { return };
        for (check, text) in open.take(&row, &mut self.origin) {
            let finding = Finding::new(check, text).of(open.subject).at(row.position);
            self.findings.add(finding.numbered(open.number.as_deref()));
        }
        if matches!(open.subject.kind, SubjectKind::Manifest | SubjectKind::DeviceKey) {
            open.events.push(row);
        }
    }

    /// No event follows of the subject that is open.
    pub fn end(&mut self) {
        let Some(open) = self.open.take() else { return };
        self.subjects += 1;
        if let Some(wrong) = open.signatures() {
            self.findings.add(wrong.numbered(open.number.as_deref()));
        }
        for (position, signing) in open.signings() {
            self.count(signing.key_id, signing.counter);
            if let Some(wrong) = self.devices.wrong(position, &signing) {
                let finding = Finding::new(Check::Signature, wrong.text()).of(open.subject);
                self.findings.add(finding.at(position).numbered(open.number.as_deref()));
            }
        }
        if let (SubjectKind::Manifest, Some(number)) = (open.subject.kind, &open.number) {
            self.numbers.add(number);
        }
        let manifest = open.made.as_ref().and_then(Made::manifest);
        if let Some(manifest) = manifest {
            self.manifests += 1;
            self.sums.add(manifest);
        }
        if let Some(Made::Whole(data)) = &open.made {
            self.sums.limit(ceilings(open.subject.kind, data));
        }
        let rows = match open.made.as_ref().map(|made| made.rows(open.subject)) {
            None => None,
            Some(Ok(rows)) => Some(rows),
            Some(Err(why)) => {
                let finding = Finding::new(Check::Replay, unreadable(&why)).of(open.subject);
                self.findings.add(finding.numbered(open.number.as_deref()));
                None
            }
        };
        *self.counted.entry(SUBJECTS).or_default() += 1;
        for Implied { table, rows } in rows.iter().flatten() {
            *self.counted.entry(table.name).or_default() += rows.len() as i64;
        }
        let times = open.year.filter(|_| open.is_readable).map(|year| (year, open.recorded_at));
        let Open { subject, next_seq: version, head, number, .. } = open;
        self.ended.push(Ended { subject, version, head, times, number, rows });
    }

    fn count(&mut self, key: Uuid, counter: i64) {
        let newest = self.counters.entry(key).or_insert(counter);
        *newest = counter.max(*newest);
    }
}

fn unreadable(why: &str) -> Text {
    Text::new(format!("事件内容无法解读：{why}。"), format!("The event cannot be read: {why}."))
}

impl Open {
    /// The first signature of the chain that is none of what its event says.
    fn signatures(&self) -> Option<Finding> {
        if !self.is_signed {
            return None;
        }
        let (n, bad) = first_bad(self.events.iter().map(EventRow::body))?;
        let text = Text::new(
            format!("设备签名无效，或与事件不符：{bad}。"),
            format!("What a device signed is not what the event says: {bad}."),
        );
        let finding = Finding::new(Check::Signature, text).of(self.subject);
        Some(match self.events.get(n) {
            Some(event) => finding.at(event.position),
            None => finding,
        })
    }

    /// What devices have signed of it, with the places in the log.
    fn signings(&self) -> Vec<(i64, Signing)> {
        let events = self.events.iter().filter(|_| self.is_signed);
        events.filter_map(|event| Some((event.position, Signing::of(event.body())?))).collect()
    }

    /// Judges one event; everything that is wrong with it.
    fn take(&mut self, row: &EventRow, origin: &mut Option<String>) -> Vec<(Check, Text)> {
        let mut wrong = Vec::new();
        let text = row.body();
        if leaf_hash(text) != row.leaf() {
            wrong.push((Check::Log, altered()));
        }
        let body: Result<Body<'_>, _> = serde_json::from_str(text);
        let (prev, seq) =
            (std::mem::replace(&mut self.head, row.leaf().try_into().ok()), self.next_seq);
        self.next_seq = row.seq + 1;
        let body = match body {
            Ok(body) => body,
            Err(why) => {
                (self.made, self.is_readable) = (None, false);
                wrong.push((Check::Chain, unreadable(&why.to_string())));
                return wrong;
            }
        };
        self.is_signed |= body.is_signed();
        let year = *self.year.get_or_insert_with(|| year_of(body.recorded_at));
        if let Some(column) = body.other_column(row, year) {
            wrong.push((Check::Chain, other_column(column)));
        }
        if row.seq != seq {
            wrong.push((Check::Chain, skipped(seq, row.seq)));
        } else if prev.is_none_or(|prev| !is_hex_of(&body.prev, &prev)) {
            wrong.push((Check::Chain, unlinked()));
        }
        if row.position <= self.position {
            wrong.push((Check::Chain, before()));
        }
        self.position = row.position;
        if body.recorded_at < self.recorded_at {
            wrong.push((Check::Chain, earlier()));
        }
        self.recorded_at = body.recorded_at;
        if *origin.get_or_insert_with(|| body.origin.to_string()) != body.origin || body.v != 1 {
            wrong.push((Check::Chain, foreign(&body.origin)));
        }
        let recorded = body.recorded();
        let made = self.made.take().map(|made| made.after(&recorded, self.subject));
        match made {
            None => {}
            Some(Ok(made)) => self.made = Some(made),
            Some(Err(why)) => wrong.push((Check::Replay, illegal(&why))),
        }
        if self.number.is_none() {
            let manifest = self.made.as_ref().and_then(Made::manifest);
            let told = manifest.map(|manifest| manifest.filed.number.clone());
            self.number = told.or_else(|| number(recorded.data));
        }
        wrong
    }
}

fn year_of(time: DateTime<Utc>) -> i16 {
    i16::try_from(time.year()).unwrap_or(0)
}

fn is_hex_of(text: &str, bytes: &Hash) -> bool {
    let mut digits = [0; 64];
    hex::encode_to_slice(bytes, &mut digits).is_ok() && text.as_bytes() == digits
}

fn altered() -> Text {
    Text::new(
        "事件正文与其哈希不符：已被改动。",
        "The event is not what was hashed: it was altered.",
    )
}

fn other_column(column: &str) -> Text {
    Text::new(
        format!("列 {column} 与事件正文不符。"),
        format!("Column {column} says something else than the event."),
    )
}

fn skipped(wanted: i64, found: i64) -> Text {
    Text::new(
        format!("链条缺少事件：应为第 {wanted} 个，却是第 {found} 个。"),
        format!("Events are missing from the chain: {wanted} was next, {found} follows."),
    )
}

fn unlinked() -> Text {
    Text::new(
        "事件的 prev 不是前一事件的哈希。",
        "The event does not name the one before it (prev).",
    )
}

fn earlier() -> Text {
    Text::new("记录时间早于前一事件。", "It was recorded before the event that it follows.")
}

fn before() -> Text {
    Text::new(
        "在日志中位于它所接的事件之前。",
        "It stands in the log before the event that it follows.",
    )
}

fn foreign(origin: &str) -> Text {
    Text::new(
        format!("事件属于另一日志：{origin}。"),
        format!("The event is of another log: {origin}."),
    )
}

fn illegal(why: &str) -> Text {
    Text::new(
        format!("该事件不能跟在前面的事件之后：{why}。"),
        format!("The event cannot follow the ones before it: {why}."),
    )
}
