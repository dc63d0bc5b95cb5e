//! Where in the log stands what cases rest on that come of no single event: of a silence the last
//! entry, pickup or receipt, and the registration of who is silent; of a month's sum its newest
//! entries; of a party that was withdrawn the register's entry that says so.
//!
//! Of each kind the newest few positions are kept, by the site, organisation or entry that they
//! are of. What a rule has named itself stays; this is added where its table has it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::Watch;
use super::seen::{Seen, What};
use crate::anomaly::finding::Finding;
use crate::ids::ManifestId;
use crate::manifest::Happening;

/// What an event is to a site, an organisation or an entry of a register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trace {
    /// Its entry in the register, and changes of that.
    Registered,
    /// An entry of its ledger, by hand or by a filing.
    Entered,
    /// A load that left it.
    Left,
    /// A load that it took.
    Took,
    /// What it treated.
    Treated,
    Planned,
    Reported,
    /// Bed-days, meals, output.
    Did,
    Insured,
    EmergencyPlan,
}

/// Positions by what they are, oldest first.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Traces {
    pub by_kind: BTreeMap<Trace, Vec<i64>>,
}

/// Positions of a kind that are kept: enough to see a pattern, and little to store again with each
/// event.
const KEPT: usize = 8;

/// What the rules rest on that name no event, or not all of them.
const RESTS_ON: &[(u8, &[Trace])] = &[
    (32, &[Trace::Entered]),
    (33, &[Trace::Entered, Trace::Took]),
    (34, &[Trace::Entered, Trace::Did]),
    (35, &[Trace::Entered, Trace::Did]),
    (36, &[Trace::Entered, Trace::Did]),
    (38, &[Trace::Did]),
    (40, &[Trace::Registered, Trace::Planned, Trace::Entered]),
    (41, &[Trace::Registered, Trace::Reported, Trace::Entered]),
    (42, &[Trace::Registered, Trace::Entered]),
    (47, &[Trace::Entered, Trace::Left]),
    (48, &[Trace::Registered, Trace::Left, Trace::Entered]),
    (50, &[Trace::Registered]),
    (51, &[Trace::Left, Trace::Did]),
    (52, &[Trace::Registered, Trace::Left, Trace::Entered]),
    (58, &[Trace::Registered, Trace::Left]),
    (59, &[Trace::Registered, Trace::Left, Trace::Did]),
    (60, &[Trace::Left]),
    (68, &[Trace::Took]),
    (70, &[Trace::Treated, Trace::Entered]),
    (75, &[Trace::Left]),
    (76, &[Trace::Entered, Trace::Left]),
    (77, &[Trace::Registered, Trace::Insured]),
    (78, &[Trace::Registered, Trace::EmergencyPlan, Trace::Entered]),
];

/// Rules that hold a load against the registers: they rest on the entries that they name.
const HOLD_AGAINST_REGISTERS: &[u8] = &[11, 12, 26, 27, 73];

/// Remembers where an event stands, before the rules look at it.
pub fn see(w: &mut Watch, seen: &Seen<'_>) {
    let of = match &seen.what {
        What::Manifest(id, happening) => return carried(w, *id, happening, seen.position),
        What::Ledger(entry) => (entry.site_id.uuid(), Trace::Entered),
        What::Organisation(entry) => (entry.id.uuid(), Trace::Registered),
        What::Site(entry) => (entry.id.uuid(), Trace::Registered),
        What::Licence(entry) => (entry.id.uuid(), Trace::Registered),
        What::Vehicle(entry) => (entry.id.uuid(), Trace::Registered),
        What::Driver(entry) => (entry.id.uuid(), Trace::Registered),
        What::Plan(entry) => (entry.site_id.uuid(), Trace::Planned),
        What::Report(entry) => (entry.site_id.uuid(), Trace::Reported),
        What::Activity(entry) => (entry.site_id.uuid(), Trace::Did),
        What::FacilityDay(entry) => (entry.site_id.uuid(), Trace::Did),
        What::Insurance(entry) => (entry.organisation_id.uuid(), Trace::Insured),
        What::EmergencyPlan(entry) => (entry.site_id.uuid(), Trace::EmergencyPlan),
        What::Round(..)
        | What::StorageArea(_)
        | What::Approval(_)
        | What::Application(_)
        | What::Setting(_)
        | What::Readings(..)
        | What::Other => return,
    };
    w.note(of.0, of.1, seen.position);
}

fn carried(w: &mut Watch, id: ManifestId, happening: &Happening, position: i64) {
    if let Happening::Filed(filed) = happening {
        if filed.items.iter().any(|item| item.produce) {
            w.note(filed.producer_site_id.uuid(), Trace::Entered, position);
        }
        return;
    }
    let Some(load) = w.loads.get(&id) else { return };
    let (from, to, has_left) = (load.from_site.uuid(), load.to_site.uuid(), load.departed_at);
    match happening {
        Happening::Departed(_) => w.note(from, Trace::Left, position),
        Happening::Received(_) => {
            if has_left.is_none() {
                w.note(from, Trace::Left, position);
            }
            w.note(to, Trace::Took, position);
        }
        Happening::Completed(_) => w.note(to, Trace::Treated, position),
        _ => {}
    }
}

impl Watch {
    fn note(&mut self, subject: Uuid, trace: Trace, position: i64) {
        let all = self.traces.entry(subject).by_kind.entry(trace).or_default();
        if all.last() != Some(&position) {
            all.push(position);
        }
        if all.len() > KEPT {
            all.remove(0);
        }
    }

    fn traced(&self, subject: Uuid, trace: Trace) -> &[i64] {
        let traces = self.traces.get(&subject);
        traces.and_then(|one| one.by_kind.get(&trace)).map(Vec::as_slice).unwrap_or_default()
    }

    /// Adds to a finding what it rests on beside the events that its rule named.
    pub(super) fn prove(&self, finding: &mut Finding) {
        let rule = finding.rule.0;
        let mut more: Vec<i64> = Vec::new();
        // What a rule of a site found on one manifest is proven by that.
        let table = RESTS_ON.iter().filter(|(id, _)| *id == rule && finding.proofs.is_empty());
        for (_, traces) in table {
            for trace in *traces {
                more.extend(self.traced(finding.about.1, *trace));
            }
        }
        if HOLD_AGAINST_REGISTERS.contains(&rule) {
            let mut entries = vec![finding.about.1];
            named(&finding.evidence, &mut entries);
            for entry in entries {
                more.extend(self.traced(entry, Trace::Registered).last());
            }
        }
        finding.proofs.extend(more);
        finding.proofs.sort_unstable();
        finding.proofs.dedup();
    }
}

/// The ids that evidence names.
fn named(evidence: &Value, found: &mut Vec<Uuid>) {
    let members = evidence.as_object().into_iter().flatten();
    let ids = members.filter(|(name, _)| name.ends_with("_id"));
    found.extend(ids.filter_map(|(_, id)| id.as_str()?.parse::<Uuid>().ok()));
}
