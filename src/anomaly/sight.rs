//! Who sees a case, and who judges it. Pure.
//!
//! Regulators see the cases of their jurisdiction: those of the agency whose matter the stream is,
//! and any agency that the case was shared with. An organisation sees the cases that name it where
//! the law has told it what to do by when (deadlines, papers), and none by which somebody is
//! suspected: whoever is looked into is not told (`docs/anomalies.md`).

use super::case::Case;
use super::review::Review;
use super::rule::{RULES, Rule, RuleId};
use crate::catalogue::Stream;
use crate::ctx::{Actor, Role};
use crate::identity::{Agency, policy as may};
use crate::ids::OrganisationId;

/// Families of which organisations see what names them.
const OPEN_FAMILIES: &[&str] = &["deadline", "paper"];

/// Rules of those families that look for a crime: waste without a manifest, voids and edits,
/// repeated weights, haste, tampering, digits, bursts, shares.
const SUSPICIONS: &[u8] = &[9, 43, 44, 46, 65, 71, 72, 75];

/// Whether organisations that a case of this rule names are shown it.
pub fn is_open_to_parties(rule: &Rule) -> bool {
    OPEN_FAMILIES.contains(&rule.family.as_str()) && !SUSPICIONS.contains(&rule.id().0)
}

/// The codes of the rules of which parties are shown the cases.
pub fn open_codes() -> Vec<String> {
    let open = RULES.iter().filter(|rule| is_open_to_parties(rule));
    open.map(|rule| rule.rule_id.clone()).collect()
}

/// What an actor sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sight {
    Regulator {
        /// `None`: the corps'.
        division: Option<String>,
        /// Streams that are its agency's matter; `None`: all, and what is of no one stream.
        streams: Option<Vec<&'static str>>,
        agency: Agency,
    },
    Party(OrganisationId),
    Nothing,
}

impl Sight {
    pub fn of(actor: &Actor) -> Self {
        if may::is_system(actor) {
            return Self::Regulator { division: None, streams: None, agency: Agency::Ecology };
        }
        if !actor.role.is_regulator() {
            return Self::Party(actor.organisation_id);
        }
        let Some(agency) = actor.agency.as_deref().and_then(Agency::parse) else {
            return Self::Nothing;
        };
        let division = match (actor.role, &actor.division) {
            (Role::CorpsRegulator, _) => None,
            (Role::DivisionRegulator, Some(division)) => Some(division.clone()),
            // A case has divisions and no regiment.
            _ => return Self::Nothing,
        };
        let own = Stream::ALL.iter().filter(|stream| may::corrects_stream(actor, **stream));
        let streams = match agency {
            Agency::Ecology => None,
            _ => Some(own.map(|stream| stream.as_str()).collect()),
        };
        Self::Regulator { division, streams, agency }
    }

    fn is_within(&self, divisions: &[String]) -> bool {
        match self {
            Self::Regulator { division: Some(own), .. } => divisions.contains(own),
            Self::Regulator { division: None, .. } => true,
            Self::Party(_) | Self::Nothing => false,
        }
    }

    fn owns_stream(&self, stream: &str) -> bool {
        match self {
            Self::Regulator { streams: None, .. } => true,
            Self::Regulator { streams: Some(own), .. } => own.contains(&stream),
            Self::Party(_) | Self::Nothing => false,
        }
    }

    /// Whether it sees a case.
    pub fn sees(&self, case: &Case, review: &Review) -> bool {
        match self {
            Self::Regulator { agency, .. } => {
                let shared = review.agencies.contains(agency);
                self.is_within(&case.divisions) && (self.owns_stream(&case.stream) || shared)
            }
            Self::Party(own) => {
                let rule = RuleId::parse(&case.rule).and_then(RuleId::rule);
                case.organisation_ids.contains(&own.uuid()) && rule.is_some_and(is_open_to_parties)
            }
            Self::Nothing => false,
        }
    }

    /// Whether it judges a case: the agency whose matter it is, within its jurisdiction. Who else
    /// sees it reads along.
    pub fn judges(&self, case: &Case) -> bool {
        self.is_within(&case.divisions) && self.owns_stream(&case.stream)
    }

    /// Whose eyes these are, of regulators.
    pub const fn agency(&self) -> Option<Agency> {
        match self {
            Self::Regulator { agency, .. } => Some(*agency),
            Self::Party(_) | Self::Nothing => None,
        }
    }

    pub const fn is_regulator(&self) -> bool {
        matches!(self, Self::Regulator { .. })
    }
}

/// Whether the actor may do something with a case: who judges it, and who it was given to.
pub fn acts(actor: &Actor, case: &Case, review: &Review) -> bool {
    let sight = Sight::of(actor);
    let is_given = review.assignee_id == Some(actor.user_id) && sight.is_regulator();
    sight.judges(case) || (is_given && sight.sees(case, review))
}
