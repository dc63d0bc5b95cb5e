//! Labels for a list: which serials are wanted, and the last step that gives them out.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::label::LabelLayout;
use super::register::{Draft, Facts, Registered};
use super::store::{self, Label, Serials};
use crate::decision::{EventDraft, Serial, Settled, Stamp, Written};
use crate::problem::{Code, Fault, Problem, Text};
use crate::registry::{self, Entry, LedgerEntry};

/// By the key of the label: how far the counter is, and what was taken by hand.
pub type ByHand = HashMap<String, Serials>;

/// The serials wanted: one for each label without a code, and one for each that a caller has taken
/// by hand on the way there.
pub fn numbers(drafts: &[Draft], facts: &Facts, layout: &LabelLayout) -> (Vec<Serial>, ByHand) {
    let mut wanted: HashMap<String, (i64, i64)> = HashMap::new();
    let mut numbers = Vec::new();
    let mut by_hand: ByHand = facts.serials.clone();
    for draft in drafts {
        if let Some(serial) = draft.given {
            by_hand.entry(draft.labelled.key()).or_default().by_hand.insert(serial);
        }
    }
    for draft in drafts.iter().filter(|draft| draft.given.is_none()) {
        let key = draft.labelled.key();
        let known = by_hand.get(&key);
        let start = known.map_or(0, |serials| serials.last);
        let (at, _) = wanted.entry(key.clone()).or_insert((start, 0));
        let digits = u8::try_from(layout.serial_digits()).unwrap_or(u8::MAX);
        loop {
            *at += 1;
            numbers.push(Serial { prefix: store::counter(&key), digits });
            if known.is_none_or(|serials| !serials.by_hand.contains(at)) {
                break;
            }
        }
    }
    (numbers, by_hand)
}

/// The pure last step: gives the labels their serials, and writes.
pub struct Finish {
    pub drafts: Vec<Draft>,
    pub layout: LabelLayout,
    pub by_hand: ByHand,
    /// Which moves are of storage areas, with the pointer to the first container in it.
    pub area_moves: Vec<(usize, String)>,
    pub actor: Stamp,
    /// When it was registered.
    pub now: DateTime<Utc>,
}

impl Finish {
    pub fn write(&self, settled: &Settled) -> Result<Written, Problem> {
        let mut free = self.free(settled);
        let (mut events, mut rows) = (Vec::new(), Vec::new());
        let mut containers = Vec::with_capacity(self.drafts.len());
        for draft in &self.drafts {
            let mut container = draft.container.clone();
            let key = draft.labelled.key();
            let serial = match draft.given {
                Some(serial) => serial,
                // A preview has no numbers, and shows no code.
                None if settled.numbers.is_empty() => 1,
                None => {
                    let serials = free.get_mut(&key).and_then(VecDeque::pop_front);
                    // Others have taken serials meanwhile, up to one taken by hand.
                    let serial = serials.ok_or_else(Problem::busy)?;
                    container.code = self.layout.code(&draft.labelled, serial);
                    serial
                }
            };
            events.push(EventDraft {
                subject: container.subject(),
                kind: "registered",
                occurred_at: self.now,
                actor: self.actor.clone(),
                data: serde_json::to_value(&container).map_err(Problem::internal)?,
            });
            let label = Label { key, serial, by_hand: draft.given.is_some() };
            rows.push(store::insert(&container, label)?);
            let recorded_at = settled.recorded_at;
            rows.extend(
                draft.entry.as_ref().map(|entry| {
                    registry::ledger_row(&LedgerEntry { recorded_at, ..entry.clone() })
                }),
            );
            containers.push(container);
        }
        let warnings = self.warnings(settled);
        let output = Arc::new(Registered { containers, warnings });
        Ok(Written { events, rows, notices: Vec::new(), output })
    }

    /// The serials that the counters gave and nobody has taken by hand, in order.
    fn free(&self, settled: &Settled) -> HashMap<String, VecDeque<i64>> {
        let mut free: HashMap<String, VecDeque<i64>> = HashMap::new();
        for number in &settled.numbers {
            let at = number.len().saturating_sub(self.layout.serial_digits());
            let Some((prefix, serial)) = number.split_at_checked(at) else { continue };
            let key = prefix.strip_prefix('L').unwrap_or(prefix);
            let Ok(serial) = serial.parse::<i64>() else { continue };
            let taken = self.by_hand.get(key).is_some_and(|one| one.by_hand.contains(&serial));
            if !taken {
                free.entry(key.to_owned()).or_default().push_back(serial);
            }
        }
        free
    }

    fn warnings(&self, settled: &Settled) -> Vec<Fault> {
        let full = |at: usize| settled.excess.get(at).copied().unwrap_or(false);
        let warn = |(_, pointer): &(usize, String)| {
            let text = Text::new("超出贮存能力，已记录。", "More than this area may hold.");
            Fault::new(Code::Other, pointer.clone(), text)
        };
        self.area_moves.iter().filter(|(at, _)| full(*at)).map(warn).collect()
    }
}
