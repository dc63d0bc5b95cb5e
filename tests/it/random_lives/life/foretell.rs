//! What a request must be refused for, by the model alone.

use super::{Ask, Life, Who};
use crate::matrix::TABLE;

impl Life<'_> {
    /// What this must be refused for, by api.md's order; `None` where it should pass.
    pub(super) fn foretold(&self, ask: &Ask) -> Option<(u16, &'static str)> {
        let row = TABLE.iter().find(|row| row.0 == ask.action)?;
        let is_draft = self.status == "draft";
        let sees = match ask.who {
            Who::Producer => true,
            Who::Carrier(1) => !is_draft && self.way.has_second,
            Who::Carrier(_) | Who::Receiver | Who::Corps => !is_draft,
            Who::OtherProducer | Who::Stranger | Who::Nobody => false,
        };
        if ask.who == Who::Nobody {
            Some((401, "unauthorized"))
        } else if !sees {
            Some((404, "not_found"))
        } else if !row.2.iter().any(|by| self.is_turn_of(ask, by)) {
            Some((403, "forbidden"))
        } else if ask.reused && !(is_draft && ask.action == "cancel") {
            Some((422, "idempotency_key_reused"))
        } else if ask.if_match.is_some_and(|version| version != self.version) {
            Some((412, "stale_version"))
        } else if !row.1.contains(&self.status.as_str()) {
            Some((409, "illegal_transition"))
        } else if ask.action == "hand_over" && !self.gives_or_takes(ask) {
            Some((403, "forbidden"))
        } else {
            ask.fault.map(|code| (422, code))
        }
    }

    /// The carrier that the step is for, or the other party.
    pub(super) fn whose_turn(&self, action: &str, by: &str) -> Who {
        match (by, action) {
            ("producer", _) => Who::Producer,
            ("receiver", _) => Who::Receiver,
            (_, "depart") => Who::Carrier(0),
            (_, "arrive") if self.status == "filed" => Who::Carrier(self.way.last_planned()),
            _ => Who::Carrier(self.way.riding),
        }
    }

    /// Whether the one who asks may ever take the step for that party.
    fn is_turn_of(&self, ask: &Ask, by: &str) -> bool {
        let Who::Carrier(n) = ask.who else { return self.whose_turn(ask.action, by) == ask.who };
        let is_under_way = matches!(self.status.as_str(), "in_transit" | "arrived");
        by == "carrier"
            && match ask.action {
                "depart" => n == 0,
                "stop" => n == self.way.riding || !is_under_way,
                "arrive" => {
                    let is_present = self.status == "in_transit" && n == self.way.riding;
                    is_present || n == self.way.last_planned()
                }
                _ => true,
            }
    }

    /// Only the two say that the load changed hands; who named nobody is told that first.
    fn gives_or_takes(&self, ask: &Ask) -> bool {
        let to = &ask.body["to_leg"]["carrier_id"];
        let takes = |n: usize| *to == self.stage.fleets[n].carrier.as_str();
        match ask.who {
            Who::Carrier(n) => n == self.way.riding || takes(n) || to.is_null(),
            _ => true,
        }
    }
}
