//! The one table of moves (domain.md, "Who may act when"): states, actions, who, from where.
//!
//! `GET /transitions`, `allowed_actions`, every 409 and the matrix test read this table; nothing
//! else in the program says what may follow what.

use crate::problem::{Code, Fault, Problem, Text};
use crate::wire::api_enum;

api_enum! {
    /// Where a manifest stands. It follows the accepted part of the load.
    pub enum Status {
        Draft = "draft",
        Filed = "filed",
        InTransit = "in_transit",
        Arrived = "arrived",
        Accepted = "accepted",
        PartlyAccepted = "partly_accepted",
        Refused = "refused",
        Completed = "completed",
        Cancelled = "cancelled",
    }

    /// What a person can do to a manifest.
    pub enum Action {
        File = "file",
        Depart = "depart",
        HandOver = "hand_over",
        Stop = "stop",
        Incident = "incident",
        Arrive = "arrive",
        Receive = "receive",
        Return = "return",
        Forward = "forward",
        Complete = "complete",
        Cancel = "cancel",
        Amend = "amend",
    }

    /// A party's part in one manifest. An organisation may play several.
    pub enum Party { Producer = "producer", Carrier = "carrier", Receiver = "receiver" }
}

/// One row of the table.
#[derive(Debug)]
pub struct Transition {
    pub action: Action,
    pub from: &'static [Status],
    /// Statuses that it can lead to; which one is the act's own matter (what was accepted).
    pub to: &'static [Status],
    pub parties: &'static [Party],
    /// Fields that the act must have.
    pub required: &'static [&'static str],
    pub optional: &'static [&'static str],
}

use {Action as A, Party as P, Status as S};

/// All moves. Each skipped step is a gap, so that nobody waits for another's missing tap.
pub const TRANSITIONS: &[Transition] = &[
    Transition {
        action: A::File,
        from: &[S::Draft],
        to: &[S::Filed],
        parties: &[P::Producer],
        required: &[],
        optional: &[],
    },
    Transition {
        action: A::Depart,
        from: &[S::Filed],
        to: &[S::InTransit],
        parties: &[P::Carrier, P::Producer],
        required: &[],
        optional: &[
            "occurred_at",
            "loaded_kg",
            "vehicle_id",
            "driver_id",
            "location",
            "countersign",
            "signature",
        ],
    },
    Transition {
        action: A::HandOver,
        from: &[S::InTransit],
        to: &[S::InTransit],
        parties: &[P::Carrier],
        required: &["to_leg"],
        optional: &["occurred_at", "location", "countersign", "signature"],
    },
    Transition {
        action: A::Stop,
        from: &[S::InTransit],
        to: &[S::InTransit],
        parties: &[P::Carrier],
        required: &["kind", "reason"],
        optional: &[
            "occurred_at",
            "to_vehicle_id",
            "to_driver_id",
            "from_vehicle_id",
            "remaining_kg",
            "location",
            "reason_text",
            "countersign",
        ],
    },
    Transition {
        action: A::Incident,
        from: &[S::InTransit],
        to: &[S::InTransit],
        parties: &[P::Producer, P::Carrier, P::Receiver],
        required: &["kind", "note"],
        optional: &["occurred_at", "items", "vehicle_id", "location", "reported_to", "reported_at"],
    },
    Transition {
        action: A::Arrive,
        from: &[S::Filed, S::InTransit],
        to: &[S::Arrived],
        parties: &[P::Carrier, P::Receiver],
        required: &[],
        optional: &["occurred_at", "gross_kg", "location"],
    },
    Transition {
        action: A::Receive,
        from: &[S::Filed, S::InTransit, S::Arrived],
        to: &[S::Accepted, S::PartlyAccepted, S::Refused],
        parties: &[P::Receiver],
        required: &["decision", "items"],
        optional: &[
            "occurred_at",
            "gross_kg",
            "tare_kg",
            "mismatches",
            "analysis_pending",
            "storage_area_id",
            "storage_temp_c",
            "impurity_percent",
            "countersign",
            "signature",
        ],
    },
    // Refused mass goes its own way: the status follows the accepted part and stays. Open only
    // while something is held (`Manifest::takes`).
    Transition {
        action: A::Return,
        from: &[S::PartlyAccepted, S::Refused, S::Completed],
        to: &[S::PartlyAccepted, S::Refused, S::Completed],
        parties: &[P::Receiver],
        required: &["planned_departure_on", "legs", "items"],
        optional: &["depart_now", "external_id", "note"],
    },
    Transition {
        action: A::Forward,
        from: &[S::PartlyAccepted, S::Refused, S::Completed],
        to: &[S::PartlyAccepted, S::Refused, S::Completed],
        parties: &[P::Receiver],
        required: &["receiver_site_id", "planned_departure_on", "legs", "items"],
        optional: &["depart_now", "transfer_approval_id", "external_id", "note"],
    },
    Transition {
        action: A::Complete,
        from: &[S::Accepted, S::PartlyAccepted],
        to: &[S::Accepted, S::PartlyAccepted, S::Completed],
        parties: &[P::Receiver],
        required: &["treatments"],
        optional: &["occurred_at", "residues", "products"],
    },
    Transition {
        action: A::Cancel,
        from: &[S::Draft, S::Filed],
        to: &[S::Cancelled],
        parties: &[P::Producer],
        required: &["reason"],
        optional: &["reason_text"],
    },
    Transition {
        action: A::Amend,
        from: &[S::Filed, S::InTransit, S::Arrived],
        to: &[S::Filed, S::InTransit, S::Arrived],
        parties: &[P::Producer, P::Carrier, P::Receiver],
        required: &["changes", "reason"],
        optional: &["reason_text"],
    },
];

impl Action {
    pub fn transition(self) -> &'static Transition {
        // Every action has its row; the first row stands in for a missing one, which a test
        // would show at once.
        TRANSITIONS.iter().find(|row| row.action == self).unwrap_or(&TRANSITIONS[0])
    }

    pub fn is_open(self, status: Status) -> bool {
        self.transition().from.contains(&status)
    }

    /// Whether somebody who acts for these parties may ever take it. A draft is taken away by
    /// whoever prepares it, the producer or another party for it (domain.md, "save draft").
    pub fn is_for(self, status: Status, parties: &[Party]) -> bool {
        let takes_draft_away = self == Self::Cancel && status == Status::Draft;
        (takes_draft_away && !parties.is_empty())
            || self.transition().parties.iter().any(|party| parties.contains(party))
    }

    /// Refuses an action that the state does not allow, naming the state and what it allows.
    pub fn demand(self, status: Status, parties: &[Party]) -> Result<(), Problem> {
        self.demand_among(status, open_to(status, parties))
    }

    /// The same where not all that is open to the parties is open to the person.
    pub fn demand_among(
        self,
        status: Status,
        open: impl Iterator<Item = Self>,
    ) -> Result<(), Problem> {
        if self.is_open(status) {
            return Ok(());
        }
        Err(self.refused(status, open))
    }

    /// The refusal of an action that the state does not allow.
    pub fn refused(self, status: Status, allowed: impl Iterator<Item = Self>) -> Problem {
        let allowed: Vec<&str> = allowed.map(Self::as_str).collect();
        let detail = Text::new(
            format!("联单状态为 {}，不能执行 {}。", status.as_str(), self.as_str()),
            format!("The manifest is {}; it cannot {}.", status.as_str(), self.as_str()),
        );
        let fault = Fault::without_field(Code::IllegalTransition, detail);
        fault.with("manifest_status", status.as_str()).with("allowed_actions", allowed).into()
    }
}

/// What these parties can do from `status`.
pub fn open_to(status: Status, parties: &[Party]) -> impl Iterator<Item = Action> {
    let open =
        TRANSITIONS.iter().map(|row| row.action).filter(move |action| action.is_open(status));
    open.filter(move |action| action.is_for(status, parties))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_has_one_row() {
        for &action in Action::ALL {
            assert_eq!(TRANSITIONS.iter().filter(|row| row.action == action).count(), 1);
        }
    }

    /// What is over stays over. Refused mass that is still held may leave, and changes nothing of
    /// where the manifest stands: each status that it leaves from is one that it leads to.
    #[test]
    fn nothing_leaves_a_final_state() {
        for row in TRANSITIONS {
            assert!(!row.from.contains(&Status::Cancelled));
            let is_of_refused_mass = matches!(row.action, Action::Return | Action::Forward);
            assert!(!row.from.contains(&Status::Completed) || is_of_refused_mass);
            assert!(!is_of_refused_mass || row.from == row.to);
        }
    }

    #[test]
    fn whoever_prepares_a_draft_takes_it_away_and_the_producer_alone_cancels() {
        let carrier = &[Party::Carrier];
        assert_eq!(open_to(Status::Draft, carrier).collect::<Vec<_>>(), [Action::Cancel]);
        assert!(!open_to(Status::Filed, carrier).any(|action| action == Action::Cancel));
        assert!(open_to(Status::Draft, &[]).next().is_none());
        let is_for = |action: Action, parties: &[Party]| action.is_for(Status::Draft, parties);
        assert!(is_for(Action::Cancel, carrier) && !is_for(Action::Cancel, &[]));
        assert!(is_for(Action::Depart, carrier) && !is_for(Action::Receive, carrier));
        assert!(is_for(Action::File, &[Party::Producer]) && !is_for(Action::File, carrier));
    }

    #[test]
    fn a_refusal_names_the_state_and_what_it_allows() {
        let problem = Action::Depart.demand(Status::Arrived, &[Party::Receiver]).unwrap_err();
        assert_eq!(problem.lead().extra["manifest_status"], "arrived");
        assert_eq!(
            problem.lead().extra["allowed_actions"],
            serde_json::json!(["receive", "amend"])
        );
    }
}
