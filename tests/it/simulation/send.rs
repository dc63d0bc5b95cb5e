//! Mass that goes on: refused mass back or to another receiver, and what was stored.

use rand::RngExt;
use serde_json::{Value, json};

use super::model::{Change, Item, Manifest, Source};
use super::op::{Kind, Op};
use super::plan::{Outcome, Planned, Planner, prepared};
use super::stage::{PLACES, RECEIVERS, WASTES};
use crate::random_lives::bodies::{day, kg, mass};

/// A part of what is there: mostly all of it.
fn part(planner: &mut Planner<'_>, there: i64) -> i64 {
    if planner.chance.random_bool(0.6) { there } else { planner.chance.random_range(1..=there) }
}

impl Planner<'_> {
    /// Refused mass leaves the place that refused it.
    pub(super) fn send(&mut self, kind: Kind, at: usize, origin: &Manifest) -> (Value, Outcome) {
        let mut items = Vec::new();
        let mut is_too_much = false;
        for (line, item) in origin.items.iter().enumerate() {
            if item.held() > 0 && self.chance.random_bool(0.7) {
                let over = self.chance.random_bool(0.04);
                is_too_much |= over;
                let mass = if over { item.held() + 1 } else { part(self, item.held()) };
                items.push(again(item, Source { at, line, mass }));
            }
        }
        if items.is_empty() {
            let line = origin.items.iter().position(|item| item.held() > 0).unwrap_or(0);
            let mass = origin.items[line].held().max(1);
            items.push(again(&origin.items[line], Source { at, line, mass }));
        }
        let goes_back = kind == Kind::Return;
        let other = if origin.to == RECEIVERS { RECEIVERS + 1 } else { RECEIVERS };
        let to = match self.chance.random_range(0..20) {
            _ if goes_back => origin.from,
            0 if origin.to >= RECEIVERS => origin.to,
            _ if origin.to < RECEIVERS => RECEIVERS + self.chance.random_range(0..2),
            _ => other,
        };
        let departs = self.chance.random_bool(0.4);
        let (first, ahead) = (self.chance.random_range(0..2), self.chance.random_range(0..4));
        let on = day(self.now + chrono::TimeDelta::days(ahead));
        let manifest = Manifest {
            kind: if goes_back { "return" } else { "forward" },
            ..prepared((origin.to, to), first, (origin.stream, on), items)
        };
        let asked = manifest.items.iter().map(|item| {
            let source = item.sources[0];
            json!({"line": source.line + 1, "mass_kg": kg(source.mass)})
        });
        let mut body = json!({"planned_departure_on": manifest.day, "depart_now": departs,
            "legs": [self.stage.leg(first)], "items": asked.collect::<Vec<_>>()});
        if !goes_back {
            body["receiver_site_id"] = json!(self.stage.sites.sites[to]);
        }
        if is_too_much || to == origin.to {
            return (body, Outcome::Refused(422, vec!["mass_balance", "invalid_value"]));
        }
        let mut outcome = self.filed(None, manifest);
        if let Outcome::Passes(_, change) = &mut outcome
            && departs
        {
            let Change { manifest: Some(new), books, events, .. } = &mut **change else {
                return (body, outcome);
            };
            new.move_out(books, &self.stage.sites);
            (new.status, new.version) = ("in_transit", 2);
            new.board();
            *events += 1;
        }
        (body, outcome)
    }

    /// What was accepted and stored goes on under a manifest of its own.
    pub(super) fn send_on(&mut self, op: Op) -> Option<Planned> {
        let from = RECEIVERS + self.chance.random_range(0..2);
        let mut stored = self.stored(from);
        let waste = match stored.len() {
            0 => return None,
            len => stored[self.chance.random_range(0..len)].1,
        };
        let stream = WASTES[waste].0;
        stored.retain(|(_, waste)| WASTES[*waste].0 == stream);
        let mut wrong = Vec::new();
        let mut items: Vec<Item> = Vec::new();
        for _ in 0..self.chance.random_range(1..=2) {
            let waste = stored[self.chance.random_range(0..stored.len())].1;
            let mut item = Item::new(waste, 0, false);
            for _ in 0..self.chance.random_range(1..=3) {
                let same: Vec<_> = stored.iter().filter(|(_, other)| *other == waste).collect();
                let mut source = same[self.chance.random_range(0..same.len())].0;
                source.mass = part(self, source.mass);
                let strays = self.chance.random_bool(0.03);
                let told = if strays { self.astray(&mut source, waste, from) } else { None };
                // One that goes astray may be a good one all the same, and there already.
                if item.sources.iter().any(|one| (one.at, one.line) == (source.at, source.line)) {
                    continue;
                }
                wrong.extend(told);
                item.sources.push(source);
            }
            item.shipped = item.sources.iter().map(|source| source.mass).sum();
            if self.chance.random_bool(0.15) {
                item.shipped += mass(&mut self.chance);
                item.produce = self.chance.random_bool(0.5);
                // Whoever only receives has nothing of its own to send.
                wrong.extend((!PLACES[from].produces).then_some("role_not_held"));
            }
            items.push(item);
        }
        let to = 2 * RECEIVERS + 1 - from;
        let (first, ahead) = (self.chance.random_range(0..2), self.chance.random_range(0..4));
        let on = day(self.now + chrono::TimeDelta::days(ahead));
        let manifest = prepared((from, to), first, (stream, on), items);
        let mut body = self.form(&manifest);
        body["external_id"] = json!(format!("{}-{}", op.n, op.seed));
        let request = Self::post(PLACES[from].login.to_owned(), "/manifests".into(), body);
        let outcome = if !wrong.is_empty() {
            Outcome::Refused(422, wrong)
        } else if self.is_short(&manifest) {
            Outcome::Refused(409, super::plan::FULL.to_vec())
        } else {
            self.filed(None, manifest)
        };
        Some((request, outcome))
    }

    /// What lies at a place, with its waste.
    fn stored(&self, place: usize) -> Vec<(Source, usize)> {
        let mut stored = Vec::new();
        for at in self.newest().filter(|at| self.model.manifests[*at].to == place) {
            let manifest = &self.model.manifests[at];
            for (line, item) in manifest.items.iter().enumerate() {
                let mass = manifest.stored(line);
                if mass > 0 {
                    stored.push((Source { at, line, mass }, item.waste));
                }
            }
        }
        stored
    }

    /// Another source, one that cannot be: how that is told.
    fn astray(&mut self, source: &mut Source, waste: usize, from: usize) -> Option<&'static str> {
        let newest = self.newest();
        let at = newest.start + self.chance.random_range(0..newest.len());
        let manifest = &self.model.manifests[at];
        // What came home is on the ledger as well, and may go on: `linked` tests it.
        if manifest.status.is_empty() || manifest.kind == "return" {
            return None;
        }
        (source.at, source.line) = (at, 0);
        let is_seen = manifest.status != "draft" && [manifest.from, manifest.to].contains(&from);
        if !is_seen {
            Some("unknown_reference")
        } else if manifest.to != from || !manifest.is_received() || manifest.items[0].waste != waste
        {
            Some("invalid_value")
        } else {
            None
        }
    }

    /// Whether more is asked of a line than is stored of it.
    fn is_short(&self, manifest: &Manifest) -> bool {
        let all = || manifest.items.iter().flat_map(|item| &item.sources);
        all().any(|one| {
            let same = all().filter(|other| (other.at, other.line) == (one.at, one.line));
            let asked: i64 = same.map(|source| source.mass).sum();
            asked > self.model.manifests[one.at].stored(one.line)
        })
    }
}

/// The item as it goes on from its source.
fn again(item: &Item, source: Source) -> Item {
    Item { sources: vec![source], ..Item::new(item.waste, source.mass, false) }
}
