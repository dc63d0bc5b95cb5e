//! What a manifest knows of the mass that has left it on others: the fold of its `Linked` events.
//!
//! Refused mass is held until a return or a forward takes it; accepted mass is stored until it is
//! treated or sent on. How the other manifest fares is read from that one and not kept here.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::event::{Kind, Linked, LinkedItem};
use crate::ids::{ManifestId, OrganisationId};
use crate::manifest::{Action, IllegalEvent, Manifest, Status};
use crate::units::Grams;

/// How mass leaves a manifest on another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bond {
    /// Refused mass, back to where it came from.
    Return,
    /// Refused mass, to another receiver.
    Forward,
    /// Accepted mass that was stored, sent on.
    Onward,
}

impl Bond {
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Return, Self::Forward, Self::Onward].into_iter().find(|bond| bond.as_str() == word)
    }

    /// How a manifest of this kind takes its sources on.
    pub const fn of(kind: Kind) -> Self {
        match kind {
            Kind::Manifest => Self::Onward,
            Kind::Return => Self::Return,
            Kind::Forward => Self::Forward,
        }
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Return => "return",
            Self::Forward => "forward",
            Self::Onward => "onward",
        }
    }
}

/// Mass that another manifest has taken on and not given back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    pub bond: Bond,
    pub manifest_id: ManifestId,
    pub items: Vec<LinkedItem>,
}

impl Link {
    pub fn of_line(&self, line: i64) -> Grams {
        self.items.iter().filter(|item| item.line == line).map(|item| item.mass_g).sum()
    }
}

/// Another manifest takes mass on.
pub fn take_on(manifest: &mut Manifest, bond: Bond, data: &Linked) -> Result<(), IllegalEvent> {
    let action = match bond {
        Bond::Return => Action::Return,
        Bond::Forward => Action::Forward,
        Bond::Onward => Action::Complete,
    };
    // What came home on a return is not treated there, but may leave again.
    if !action.is_open(manifest.status) || (bond != Bond::Onward && !manifest.takes(action)) {
        return Err(IllegalEvent::Step);
    }
    for item in &data.items {
        let there = match bond {
            Bond::Return | Bond::Forward => manifest.held_g(item.line),
            Bond::Onward => manifest.not_gone_g(item.line),
        };
        if there.ok_or(IllegalEvent::Line)? < item.mass_g || item.mass_g.0 <= 0 {
            return Err(IllegalEvent::Mass);
        }
        let link = Link { bond, manifest_id: data.manifest_id, items: vec![*item] };
        match manifest.links.iter_mut().find(|known| known.manifest_id == data.manifest_id) {
            Some(known) => known.items.push(*item),
            None => manifest.links.push(link),
        }
    }
    manifest.status = manifest.standing();
    Ok(())
}

/// The other is cancelled: the mass is here as before.
pub fn give_back(manifest: &mut Manifest, bond: Bond, data: &Linked) -> Result<(), IllegalEvent> {
    let is_it = |link: &Link| link.bond == bond && link.manifest_id == data.manifest_id;
    let found = manifest.links.iter().position(is_it).ok_or(IllegalEvent::Step)?;
    let link = manifest.links.remove(found);
    if link.items != data.items {
        return Err(IllegalEvent::Mass);
    }
    manifest.status = manifest.standing();
    Ok(())
}

/// Refused mass without a place of its own: who has it, and since when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limbo {
    pub mass_g: Grams,
    /// It is on its way to where it will be received; else it is held where it was refused.
    pub is_under_way: bool,
    pub holder: OrganisationId,
    pub since: DateTime<Utc>,
}

impl Manifest {
    /// Whether the step makes sense for this very manifest, its status aside: nothing can be
    /// returned that is not held, and what came back to its producer is not treated there.
    pub fn takes(&self, action: Action) -> bool {
        match action {
            Action::Return | Action::Forward => self.held_total_g().0 > 0,
            Action::Complete => self.filed.purpose() != Kind::Return,
            _ => true,
        }
    }

    fn left_on(&self, line: i64, is_refused: bool) -> Grams {
        let links = self.links.iter().filter(|link| (link.bond != Bond::Onward) == is_refused);
        links.map(|link| link.of_line(line)).sum()
    }

    fn index(&self, line: i64) -> Option<usize> {
        let index = usize::try_from(line - 1).ok()?;
        (index < self.progress.len()).then_some(index)
    }

    /// Refused mass of a line that is held here still; none for a line that is not there.
    pub fn held_g(&self, line: i64) -> Option<Grams> {
        let refused = self.progress.get(self.index(line)?)?.refused_g;
        Some(refused - self.left_on(line, true))
    }

    pub fn held_total_g(&self) -> Grams {
        self.filed.items.iter().filter_map(|item| self.held_g(item.line)).sum()
    }

    /// Accepted mass of a line that was sent on.
    pub fn sent_on_g(&self, line: i64) -> Grams {
        self.left_on(line, false)
    }

    /// Accepted mass of a line that is stored here still: neither treated nor sent on. What was
    /// returned to its producer is in its ledger and not stored by this manifest.
    pub fn stored_g(&self, line: i64) -> Option<Grams> {
        let is_home = self.filed.purpose() == Kind::Return;
        self.not_gone_g(line).map(|there| if is_home { Grams::ZERO } else { there })
    }

    /// Accepted mass of a line that may be sent on: what is stored, or what came home and has not
    /// left under its name again.
    pub fn not_gone_g(&self, line: i64) -> Option<Grams> {
        let progress = self.progress.get(self.index(line)?)?;
        Some(progress.accepted_g - progress.treated_g - self.sent_on_g(line))
    }

    /// Where it stands once it was received: all accepted mass treated or sent on is the end.
    pub fn standing(&self) -> Status {
        let sum = |mass: fn(&crate::manifest::Progress) -> Grams| -> Grams {
            self.progress.iter().map(mass).sum()
        };
        let (accepted, refused) = (sum(|it| it.accepted_g), sum(|it| it.refused_g));
        let stored = self.filed.items.iter().filter_map(|item| self.stored_g(item.line));
        let is_done = self.filed.purpose() != Kind::Return && stored.sum::<Grams>() == Grams::ZERO;
        match (accepted.0 > 0, refused.0 > 0) {
            (true, _) if is_done => Status::Completed,
            (true, false) => Status::Accepted,
            (true, true) => Status::PartlyAccepted,
            (false, _) => Status::Refused,
        }
    }

    /// Refused mass that is held here or, by a return or forward, on its way.
    pub fn limbo(&self) -> Option<Limbo> {
        let filed = &self.filed;
        if let Some(received) = &self.received {
            let (mass_g, holder) = (self.held_total_g(), filed.receiver.organisation_id);
            let since = received.occurred_at;
            let limbo = Limbo { mass_g, is_under_way: false, holder, since };
            return (mass_g.0 > 0).then_some(limbo);
        }
        if filed.purpose() == Kind::Manifest || self.status == Status::Cancelled {
            return None;
        }
        let mass_g = self.on_the_way();
        let carrier = self.delivering_carrier().filter(|_| self.has_moved_out());
        let holder = carrier.unwrap_or(filed.producer.organisation_id);
        let since = self.departed.as_ref().map_or(self.filed_at, |step| step.occurred_at);
        let limbo = Limbo { mass_g, is_under_way: true, holder, since };
        (mass_g.0 > 0).then_some(limbo)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use uuid::Uuid;

    use super::*;
    use crate::manifest::{Happening, Stamped, evolve, fold};

    const AT: DateTime<Utc> = DateTime::UNIX_EPOCH;

    #[expect(clippy::needless_pass_by_value, reason = "its callers make it on the spot")]
    fn stamped(kind: &str, data: serde_json::Value) -> Stamped {
        let happening = Happening::read(kind, &data.to_string()).unwrap().unwrap();
        Stamped { happening, occurred_at: AT, recorded_at: AT, signed_for: None }
    }

    /// Received: 4 g accepted and 6 g refused of its only line.
    fn received(kind: &str) -> Manifest {
        let party = json!({"organisation_id": Uuid::nil(), "name": "x", "uscc": "x",
            "site_name": "x", "division": "01", "region_code": "659002"});
        let filed = json!({"number": "1", "stream": "hazardous", "kind": kind, "edition": "2021",
            "producer_site_id": Uuid::nil(), "producer": party, "receiver_site_id": Uuid::nil(),
            "receiver": party, "legs": [], "planned_departure_on": "2026-12-31",
            "items": [{"line": 1, "waste_code": "900-249-08", "name": "x", "form": "liquid",
                "hazards": [], "mass_g": 10, "method": "R9", "packages": []}]});
        let received = json!({"decision": "partial", "items": [{"line": 1, "accepted_g": 4,
            "refused_g": 6, "difference_g": 0}]});
        let events = [stamped("filed", filed), stamped("received", received)];
        fold(&events).unwrap().unwrap()
    }

    fn linked(n: u8, line: i64, grams: i64) -> serde_json::Value {
        json!({"manifest_id": Uuid::from_bytes([n; 16]),
            "items": [{"line": line, "mass_g": grams}]})
    }

    fn after(manifest: &Manifest, kind: &str, n: u8, grams: i64) -> Result<Manifest, IllegalEvent> {
        evolve(Some(manifest.clone()), &stamped(kind, linked(n, 1, grams)))
    }

    #[test]
    fn refused_mass_leaves_once_and_comes_back_when_the_other_is_cancelled() {
        let start = received("manifest");
        let part = after(&start, "return_filed", 1, 5).unwrap();
        assert_eq!((part.held_g(1), part.status), (Some(Grams(1)), Status::PartlyAccepted));
        assert_eq!(after(&part, "forward_filed", 2, 2), Err(IllegalEvent::Mass));
        assert_eq!(after(&part, "forward_filed", 2, 0), Err(IllegalEvent::Mass));
        let all = after(&part, "forward_filed", 2, 1).unwrap();
        assert_eq!(after(&all, "return_filed", 3, 1), Err(IllegalEvent::Step));
        assert!(all.limbo().is_none() && !all.takes(Action::Return));
        assert_eq!(after(&all, "forward_cancelled", 1, 5), Err(IllegalEvent::Step));
        assert_eq!(after(&all, "return_cancelled", 1, 4), Err(IllegalEvent::Mass));
        let back = after(&all, "return_cancelled", 1, 5).unwrap();
        assert_eq!(back.limbo().map(|limbo| limbo.mass_g), Some(Grams(5)));
        let line = stamped("return_filed", linked(4, 2, 1));
        assert_eq!(evolve(Some(back), &line), Err(IllegalEvent::Line));
    }

    #[test]
    fn all_that_was_accepted_treated_or_sent_on_is_the_end() {
        let start = received("manifest");
        let sent = after(&start, "sent_on", 1, 3).unwrap();
        assert_eq!((sent.stored_g(1), sent.status), (Some(Grams(1)), Status::PartlyAccepted));
        assert_eq!(after(&sent, "sent_on", 2, 2), Err(IllegalEvent::Mass));
        let treated = json!({"treatments": [{"line": 1, "method": "R9", "mass_g": 1,
            "completed_on": "2026-12-31"}], "final": true});
        let done = evolve(Some(sent), &stamped("completed", treated)).unwrap();
        assert_eq!(done.status, Status::Completed);
        assert_eq!(after(&done, "sent_on", 2, 1), Err(IllegalEvent::Step));
        let back = after(&done, "sent_on_cancelled", 1, 3).unwrap();
        assert_eq!((back.status, back.stored_g(1)), (Status::PartlyAccepted, Some(Grams(3))));
    }

    #[test]
    fn what_came_home_is_not_treated_and_leaves_again_under_its_name() {
        let home = received("return");
        assert!(!home.takes(Action::Complete) && home.takes(Action::Return));
        assert_eq!((home.stored_g(1), home.held_g(1)), (Some(Grams(0)), Some(Grams(6))));
        assert_eq!(after(&home, "sent_on", 1, 5), Err(IllegalEvent::Mass));
        let gone = after(&home, "sent_on", 1, 3).unwrap();
        assert_eq!((gone.not_gone_g(1), gone.stored_g(1)), (Some(Grams(1)), Some(Grams(0))));
        assert_eq!(gone.status, Status::PartlyAccepted, "it is on the ledger: there is no end");
        let back = after(&gone, "sent_on_cancelled", 1, 3).unwrap();
        assert_eq!(back.not_gone_g(1), Some(Grams(4)));
    }
}
