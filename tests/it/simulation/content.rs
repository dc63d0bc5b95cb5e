//! What a step says, and what comes of it where it may be taken.

use rand::RngExt;
use serde_json::{Value, json};

use super::books::Full;
use super::model::{Change, Manifest};
use super::op::Kind;
use super::plan::{Outcome, Planner};
use super::stage::WASTES;
use crate::random_lives::bodies::{day, kg};

impl Planner<'_> {
    /// A step's body, and what comes of it where it may be taken.
    pub(super) fn content(
        &mut self,
        kind: Kind,
        at: usize,
        manifest: &Manifest,
        who: &str,
    ) -> (Value, Outcome) {
        let mut books = self.model.books.clone();
        let sites = &self.stage.sites;
        let mut after = manifest.clone();
        after.version += 1;
        let (body, after) = match kind {
            Kind::FileDraft => return (json!({}), self.filed(Some(at), manifest.clone())),
            Kind::Depart => {
                after.move_out(&mut books, sites);
                after.status = "in_transit";
                after.board();
                (json!({}), after)
            }
            Kind::HandOver | Kind::Stop | Kind::Transship | Kind::Incident => {
                return self.on_the_way(kind, at, (manifest, after));
            }
            Kind::Arrive => {
                after.move_out(&mut books, sites);
                after.status = "arrived";
                // Whoever says that it is there has it.
                after.brought([0, 1].into_iter().find(|n| who == format!("carrier{n}")));
                (json!({}), after)
            }
            Kind::Cancel if manifest.status == "draft" => {
                let gone = Change { events: 0, ..Change::one(Some(at), after, books) };
                let gone = Change { manifest: None, ..gone };
                return (json!({"reason": "closed"}), Outcome::Passes(204, Box::new(gone)));
            }
            Kind::Cancel if manifest.status == "filed" => {
                let after = manifest.clone().cancel(&mut books, sites);
                let beside = self.model.sources(&after, -1);
                let events = 1 + beside.len() as i64;
                let change = Change { beside, events, ..Change::one(Some(at), after, books) };
                return (json!({"reason": "not_needed"}), Outcome::Passes(200, Box::new(change)));
            }
            Kind::Cancel => (json!({"reason": "not_needed"}), after),
            Kind::Receive => return self.receive(at, manifest),
            Kind::Amend => return self.propose(at, manifest, who),
            Kind::Return | Kind::Forward => return self.send(kind, at, manifest),
            _ => return self.complete(at, manifest),
        };
        let change = Change::one(Some(at), after, books);
        (body, Outcome::Passes(200, Box::new(change)))
    }

    fn receive(&mut self, at: usize, manifest: &Manifest) -> (Value, Outcome) {
        let refuses = self.chance.random_range(0..6);
        let mut found = Vec::new();
        for item in &manifest.items {
            let left = item.shipped - item.lost;
            let at_gate = match self.chance.random_range(0..10) {
                0 => left + self.chance.random_range(1..=left / 5 + 1),
                1 => left - self.chance.random_range(0..=left),
                _ => left,
            };
            let refused = match refuses {
                0 => at_gate,
                1 | 2 => self.chance.random_range(0..=at_gate),
                _ => 0,
            };
            found.push((at_gate - refused, refused));
        }
        let some = |part: fn(&(i64, i64)) -> i64| found.iter().any(|one| part(one) > 0);
        let decision = match (some(|one| one.0), some(|one| one.1)) {
            (true, false) => "accept",
            (true, true) => "partial",
            (false, _) => "refuse",
        };
        let items: Vec<Value> = found
            .iter()
            .enumerate()
            .map(|(n, (accepted, refused))| {
                json!({"line": n + 1, "accepted_kg": kg(*accepted), "refused_kg": kg(*refused),
                "reason": "not_as_declared"})
            })
            .collect();
        let body = json!({"decision": decision, "items": items});
        if manifest.status == "draft" {
            // Never filed: it is refused for that.
            return (body, Outcome::Refused(409, vec!["illegal_transition"]));
        }
        let year = day(self.now)[..4].parse().unwrap();
        let mut books = self.model.books.clone();
        let world = (&mut books, &self.stage.sites);
        let outcome = match manifest.clone().receive(&found, year, world) {
            Ok(after) => {
                let change = Change::one(Some(at), after, books);
                Outcome::Passes(200, Box::new(change))
            }
            Err(Full) => Outcome::Refused(409, vec!["capacity_exceeded", "storage_full"]),
        };
        (body, outcome)
    }

    fn complete(&mut self, at: usize, manifest: &Manifest) -> (Value, Outcome) {
        let mut treated = Vec::new();
        let too_much = self.chance.random_bool(0.05);
        for (n, item) in manifest.items.iter().enumerate() {
            let left = item.accepted - item.treated - item.sent_on;
            if left > 0 && self.chance.random_bool(0.8) {
                let all = self.chance.random_bool(0.7);
                treated.push((n, if all { left } else { self.chance.random_range(1..=left) }));
            }
        }
        if treated.is_empty() || too_much {
            let item = &manifest.items[0];
            let left = item.accepted - item.treated - item.sent_on;
            treated = vec![(0, left.max(0) + 1)];
        }
        let over = treated.iter().any(|(n, mass)| {
            let item = &manifest.items[*n];
            *mass > item.accepted - item.treated - item.sent_on
        });
        let treatments: Vec<Value> = treated
            .iter()
            .map(|(n, mass)| {
                let methods = WASTES[manifest.items[*n].waste].5;
                json!({"line": n + 1, "method": methods[self.chance.random_range(0..methods.len())],
                "mass_kg": kg(*mass), "completed_on": day(self.now)})
            })
            .collect();
        let body = json!({"treatments": treatments});
        if over {
            return (body, Outcome::Refused(422, vec!["mass_balance"]));
        }
        let mut books = self.model.books.clone();
        let after = manifest.clone().complete(&treated, &mut books, &self.stage.sites);
        let change = Change::one(Some(at), after, books);
        (body, Outcome::Passes(200, Box::new(change)))
    }
}
