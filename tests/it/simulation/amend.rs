//! Amendments: proposed by one side, agreed to or not by the other; corrected by the authority.

use rand::RngExt;
use serde_json::{Value, json};

use super::agreed::{Amendment, Edit};
use super::books::Full;
use super::model::{Change, Manifest, Shows};
use super::op::Kind;
use super::plan::{FULL, Outcome, Planned, Planner, Request};
use super::stage::{CORPS, PEOPLE, PLACES, WASTES};
use crate::random_lives::bodies::{day, kg, mass};

/// How many of a manifest may wait, and how many there may be in all.
const OPEN_MAX: usize = 10;
const ALL_MAX: i64 = 100;

impl Planner<'_> {
    fn edits(&mut self, manifest: &Manifest) -> Vec<Edit> {
        let line = self.chance.random_range(0..manifest.items.len());
        let shipped = manifest.items[line].shipped;
        let mass = match self.chance.random_range(0..10) {
            0 => shipped,
            1 | 2 => mass(&mut self.chance),
            _ => self.chance.random_range(1..=shipped + shipped / 2),
        };
        let far = if self.chance.random_bool(0.2) { 60 } else { 0 };
        let ahead = chrono::TimeDelta::days(far + self.chance.random_range(0..4));
        let day = Edit::Day(day(self.now + ahead));
        let note = Edit::Note(format!("更正 {}", self.chance.random_range(0..5)));
        let mass = Edit::Mass(line, mass);
        match self.chance.random_range(0..8) {
            0 => vec![day],
            1 => vec![note],
            2 => vec![mass, day],
            3 => vec![note, day],
            _ => vec![mass],
        }
    }

    /// The same of what carries others' mass: now and then another waste is told of it.
    fn edits_of_carried(&mut self, manifest: &Manifest) -> Vec<Edit> {
        if self.chance.random_bool(0.8) {
            return self.edits(manifest);
        }
        let carried = |line: &usize| !manifest.items[*line].sources.is_empty();
        let lines: Vec<usize> = (0..manifest.items.len()).filter(carried).collect();
        let line = lines[self.chance.random_range(0..lines.len())];
        vec![Edit::Code(line, self.chance.random_range(0..WASTES.len()))]
    }

    pub(super) fn propose(
        &mut self,
        at: usize,
        manifest: &Manifest,
        who: &str,
    ) -> (Value, Outcome) {
        let carries = manifest.is_carried_on();
        let edits = if carries { self.edits_of_carried(manifest) } else { self.edits(manifest) };
        let body = json!({"changes": changes(&edits), "reason": "wrong_data"});
        let edits = manifest.changing(&edits);
        if manifest.status == "draft" {
            return (body, Outcome::Refused(409, vec!["illegal_transition"]));
        }
        let corrects = who == CORPS;
        let mut content = Vec::new();
        content.extend(edits.is_empty().then_some("invalid_value"));
        let many = manifest.open.len() >= OPEN_MAX || manifest.amendments >= ALL_MAX;
        content.extend(many.then_some("too_long"));
        content.extend(manifest.is_below_lost(&edits).then_some("mass_balance"));
        if !content.is_empty() {
            return (body, Outcome::Refused(422, content));
        }
        let mut other = Vec::new();
        let sealed = |edit: &Edit| {
            if corrects {
                manifest.is_received() && edit.is_booked()
            } else {
                manifest.is_closed(edit)
            }
        };
        other.extend(edits.iter().any(sealed).then_some("field_sealed"));
        other.extend(edits.iter().any(|edit| manifest.is_anothers(edit)).then_some("in_use"));
        let (own, others): (Vec<&Amendment>, Vec<_>) = manifest
            .open
            .iter()
            .filter(|open| open.meets(&edits))
            .partition(|open| corrects || open.by == who);
        other.extend((!others.is_empty()).then_some("amendment_open"));
        let mut books = self.model.books.clone();
        let lawful = other.is_empty();
        let amended = lawful.then(|| manifest.amended(&edits, &mut books, &self.stage.sites));
        let Some(Ok(amended)) = amended else {
            other.extend(FULL);
            return (body, Outcome::Refused(409, other));
        };
        let superseded: Vec<i64> = own.iter().map(|open| open.n).collect();
        let n = manifest.amendments + 1;
        let mut after = if corrects { amended } else { manifest.clone() };
        after.amendments = n;
        after.open.retain(|open| !superseded.contains(&open.n));
        let mut events = superseded.len() as i64 + 1;
        let status = if corrects {
            events += 1;
            "approved"
        } else {
            books = self.model.books.clone();
            let ends = [manifest.from, manifest.to].map(|place| PLACES[place].login.to_owned());
            let needs = ends.into_iter().filter(|login| login != who).collect();
            let (by, approved) = (who.to_owned(), Vec::new());
            after.open.push(Amendment { n, by, needs, approved, edits, expires_at: None });
            "proposed"
        };
        after.version = manifest.version + events;
        let shows = Shows::Amendment { n, status };
        let change = Change { shows, events, ..Change::one(Some(at), after, books) };
        (body, Outcome::Passes(201, Box::new(change)))
    }

    /// Somebody answers an amendment.
    pub(super) fn answer(&mut self, kind: Kind) -> Option<Planned> {
        let waits = |at: &usize| !self.model.manifests[*at].open.is_empty();
        let waiting: Vec<usize> = self.newest().filter(waits).collect();
        if waiting.is_empty() {
            return None;
        }
        let at = waiting[self.chance.random_range(0..waiting.len())];
        let manifest = self.model.manifests[at].clone();
        let open = &manifest.open[self.chance.random_range(0..manifest.open.len())];
        let astray = self.chance.random_bool(0.05);
        let n = if astray { self.chance.random_range(0..=manifest.amendments + 1) } else { open.n };
        let who = if self.chance.random_bool(0.1) {
            PEOPLE[self.chance.random_range(0..PEOPLE.len())].to_owned()
        } else {
            open.needs[self.chance.random_range(0..open.needs.len())].clone()
        };
        let if_match = match self.chance.random_range(0..12) {
            0 => Some(manifest.version),
            1 => Some(manifest.version + 1),
            _ => None,
        };
        let (verb, body) = match kind {
            Kind::Approve => ("approve", json!({})),
            _ => ("reject", json!({"reason": "other"})),
        };
        let path = format!("/manifests/{}/amendments/{n}/{verb}", manifest.id);
        let request = Request { if_match, ..Self::post(who.clone(), path, body) };
        let outcome = match refused(&manifest, n, &who, if_match) {
            Some((status, code)) => Outcome::Refused(status, vec![code]),
            None => self.answered(kind, at, (&manifest, n), &who),
        };
        Some((request, outcome))
    }

    fn answered(
        &self,
        kind: Kind,
        at: usize,
        (manifest, n): (&Manifest, i64),
        who: &str,
    ) -> Outcome {
        let mut books = self.model.books.clone();
        let mut after = manifest.clone();
        let place = manifest.open.iter().position(|open| open.n == n).unwrap();
        let mut open = after.open.remove(place);
        open.needs.retain(|need| need != who);
        open.approved.push(who.to_owned());
        let status = if kind == Kind::Reject {
            "rejected"
        } else if !open.needs.is_empty() {
            after.open.insert(place, open);
            "proposed"
        } else if manifest.is_below_lost(&open.edits) {
            return Outcome::Refused(422, vec!["mass_balance"]);
        } else {
            match after.amended(&open.edits, &mut books, &self.stage.sites) {
                Ok(amended) => after = amended,
                Err(Full) => return Outcome::Refused(409, FULL.to_vec()),
            }
            "approved"
        };
        after.version += 1;
        let shows = Shows::Amendment { n, status };
        let change = Change { shows, ..Change::one(Some(at), after, books) };
        Outcome::Passes(200, Box::new(change))
    }
}

/// What is refused before the rules of filing are asked.
fn refused(
    manifest: &Manifest,
    n: i64,
    who: &str,
    if_match: Option<i64>,
) -> Option<(u16, &'static str)> {
    let is_end = [manifest.from, manifest.to].iter().any(|place| PLACES[*place].login == who);
    let carries = [0, 1].iter().any(|n| manifest.legs[*n] && who == format!("carrier{n}"));
    let open = manifest.open.iter().find(|open| open.n == n);
    let is_asked = open.is_some_and(|open| open.needs.iter().any(|need| need == who));
    let has_consented = open.is_some_and(|open| open.approved.iter().any(|one| one == who));
    if (!is_end && !carries) || n < 1 || n > manifest.amendments {
        Some((404, "not_found"))
    } else if !is_asked && !has_consented && open.is_some() {
        Some((403, "forbidden"))
    } else if if_match.is_some_and(|version| version != manifest.version) {
        Some((412, "stale_version"))
    } else if open.is_none() || has_consented {
        Some((409, "already_decided"))
    } else {
        None
    }
}

fn changes(edits: &[Edit]) -> Value {
    let mut changes = json!({});
    for edit in edits {
        match edit {
            Edit::Mass(line, mass) => {
                changes["items"] = json!([{"line": line + 1, "mass_kg": kg(*mass)}]);
            }
            Edit::Code(line, waste) => {
                changes["items"] = json!([{"line": line + 1, "waste_code": WASTES[*waste].1}]);
            }
            Edit::Day(day) => changes["planned_departure_on"] = json!(day),
            Edit::Note(note) => changes["note"] = json!(note),
        }
    }
    changes
}
