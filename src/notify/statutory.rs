//! What the law wants told: to whom, and by which text. Nobody subscribes to it, so nobody can end
//! it: whoever answers for an organisation that is named, and whoever supervises the place, finds
//! it in the console, and as mail where an address is known. Pure.
//!
//! No row says who is to be told: it follows from what happened, and from people's roles as they
//! are when they are told. So nobody is left out who came later, and nobody is told who has left.

use super::kind::{NoticeKind, NoticeSeverity};
use super::topic::{Told, Topic};
use crate::catalogue::Stream;
use crate::ctx::{Actor, Role};
use crate::identity::{Agency, policy};
use crate::ids::OrganisationId;

/// What can be told by law; all else is for those who subscribed.
pub const KINDS: [NoticeKind; 14] = [
    NoticeKind::ManifestIncident,
    NoticeKind::ManifestMismatched,
    NoticeKind::ManifestOverdue,
    NoticeKind::ContainerMissing,
    NoticeKind::ApplicationCorrections,
    NoticeKind::ApplicationDecided,
    NoticeKind::ReviewRequested,
    NoticeKind::ReviewDecided,
    NoticeKind::EmergencyActivated,
    NoticeKind::EmergencyEnded,
    NoticeKind::AnomalyOpened,
    NoticeKind::AnomalyReopened,
    NoticeKind::AnomalyRaised,
    NoticeKind::AnomalyReminder,
];

/// From this weight on a case is told to those who supervise; all others are in their lists.
const CASES_FROM: NoticeSeverity = NoticeSeverity::Medium;

/// From this weight on what is told to a division is told to the corps as well.
const CORPS_FROM: NoticeSeverity = NoticeSeverity::High;

/// Which regulators of the places are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Authorities {
    Nobody,
    /// Of the agency whose matter the stream is.
    Competent,
    /// Of all that may see it: in an emergency.
    All,
}

/// Who is told of something, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Duty {
    /// The text that wants it told.
    pub basis: String,
    pub organisations: Vec<OrganisationId>,
    pub authorities: Authorities,
    /// By mail as well, where an address is known; else in the console alone.
    pub is_mailed: bool,
}

impl Duty {
    /// Of a case, or of a term that is running out: to those who have to act, and to who
    /// supervises. Nobody else is named in what is not open to parties, so nobody else is told.
    pub fn of_case(
        kind: NoticeKind,
        basis: &str,
        severity: Option<NoticeSeverity>,
        organisations: &[OrganisationId],
    ) -> Option<Self> {
        let authorities = match kind {
            // Where nobody is named it is the authority itself that has to act.
            NoticeKind::AnomalyReminder if organisations.is_empty() => Authorities::Competent,
            NoticeKind::AnomalyReminder => Authorities::Nobody,
            NoticeKind::AnomalyOpened | NoticeKind::AnomalyReopened | NoticeKind::AnomalyRaised => {
                match severity {
                    Some(severity) if severity >= CASES_FROM => Authorities::Competent,
                    Some(_) | None => Authorities::Nobody,
                }
            }
            _ => return None,
        };
        let (organisations, is_mailed) = (organisations.to_vec(), is_law(basis));
        let basis = if is_mailed { basis } else { NO_LAW };
        Some(Self { basis: basis.to_owned(), organisations, authorities, is_mailed })
    }

    /// Whether somebody is told by it. `told` may name the one organisation that the row is for.
    pub fn reaches(&self, (told, topic): (&Told, &Topic), actor: &Actor) -> bool {
        if !actor.role.is_regulator() {
            let named = told.recipient.is_none_or(|one| one == actor.organisation_id);
            return named
                && answers(actor.role)
                && self.organisations.contains(&actor.organisation_id);
        }
        let is_heavy = topic.severity.is_some_and(|severity| severity >= CORPS_FROM);
        let (is_corps, by_agency) =
            (actor.role == Role::CorpsRegulator, is_competent(topic, actor));
        match self.authorities {
            Authorities::Nobody => false,
            Authorities::Competent => {
                by_agency && (!is_corps || is_heavy) && topic.is_seen_by(actor)
            }
            Authorities::All => topic.is_seen_by(actor),
        }
    }
}

/// What is shown in place of a legal text where a rule of ours has none. It is never presented as
/// law (domain.md): it is in the console, and comes by mail to who subscribed.
const NO_LAW: &str = "系统规则（工程默认值，非法律规定） a rule of this system, not of law";

/// Whether the source of a rule is a text of law or a standard, by the words that they are cited
/// with in `seeds/alarm_rules.csv` and `seeds/deadline_rules.csv`.
fn is_law(source: &str) -> bool {
    const CITED: [&str; 9] =
        ["Art", "第", "GB ", "HJ ", "Code", "法", "条例", "Order", "licence measures"];
    CITED.iter().any(|word| source.contains(word))
}

/// Who answers for an organisation: not who only reads, nor who only drives.
const fn answers(role: Role) -> bool {
    matches!(role, Role::Admin | Role::Producer | Role::Carrier | Role::Receiver)
}

/// Whether it is the matter of the actor's agency; what is of no stream is the ecology's.
fn is_competent(topic: &Topic, actor: &Actor) -> bool {
    let of_no_stream =
        topic.streams.is_empty() && actor.agency.as_deref() == Some(Agency::Ecology.as_str());
    of_no_stream
        || topic.streams.iter().any(|stream: &Stream| policy::corrects_stream(actor, *stream))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::ctx::Via;
    use crate::grant::Grants;
    use crate::ids::UserId;
    use crate::notify::topic::Whereabouts;

    fn organisation(n: u128) -> OrganisationId {
        OrganisationId::of(Uuid::from_u128(n))
    }

    fn actor(role: Role, of: u128, agency: Option<Agency>) -> Actor {
        Actor {
            user_id: UserId::of(Uuid::from_u128(9)),
            organisation_id: organisation(of),
            role,
            via: Via::Password,
            session_id: None,
            division: (role == Role::DivisionRegulator).then(|| "01".to_owned()),
            regiment: None,
            agency: agency.map(|agency| agency.as_str().to_owned()),
            grants: Grants::NONE,
        }
    }

    fn told(recipient: Option<OrganisationId>) -> Told {
        Told {
            id: 1,
            kind: String::new(),
            recipient,
            subject_kind: 0,
            subject_id: Uuid::nil(),
            position: 0,
            at: "2026-12-01T00:00:00Z".parse().unwrap(),
        }
    }

    fn topic(severity: NoticeSeverity) -> Topic {
        Topic {
            severity: Some(severity),
            streams: vec![Stream::Medical],
            places: vec![Whereabouts { division: "01".to_owned(), regiment: None }],
            organisations: vec![organisation(1), organisation(2)],
            ..Topic::of_kind(NoticeKind::AnomalyOpened)
        }
    }

    #[test]
    fn who_has_to_act_is_told_and_nobody_who_only_reads_or_drives() {
        let duty = Duty::of_case(
            NoticeKind::AnomalyReminder,
            "Art. 18",
            Some(NoticeSeverity::Info),
            &[organisation(1)],
        )
        .unwrap();
        let topic = topic(NoticeSeverity::Info);
        let reaches = |told: &Told, role, of| duty.reaches((told, &topic), &actor(role, of, None));
        for role in [Role::Admin, Role::Producer, Role::Carrier, Role::Receiver] {
            assert!(reaches(&told(None), role, 1), "{role}");
            assert!(reaches(&told(Some(organisation(1))), role, 1), "{role}");
            assert!(!reaches(&told(Some(organisation(2))), role, 1), "for another: {role}");
            assert!(!reaches(&told(None), role, 2), "a party without the duty: {role}");
        }
        assert!(!reaches(&told(None), Role::Reader, 1));
        assert!(!reaches(&told(None), Role::Driver, 1));
        let regulator = actor(Role::DivisionRegulator, 7, Some(Agency::Ecology));
        assert!(!duty.reaches((&told(None), &topic), &regulator), "nothing has happened yet");
    }

    #[test]
    fn a_case_reaches_the_agency_whose_matter_it_is_and_the_corps_where_it_is_heavy() {
        use NoticeSeverity::{High, Low, Medium};
        let reaches = |severity, role, agency| {
            let duty = Duty::of_case(NoticeKind::AnomalyOpened, "", Some(severity), &[]);
            let topic = topic(severity);
            duty.unwrap().reaches((&told(None), &topic), &actor(role, 7, Some(agency)))
        };
        let division = Role::DivisionRegulator;
        assert!(reaches(Medium, division, Agency::Ecology));
        assert!(reaches(Medium, division, Agency::Health), "of medical waste");
        assert!(!reaches(Medium, division, Agency::UrbanManagement));
        assert!(!reaches(High, division, Agency::Transport), "sees it only once it is shared");
        assert!(!reaches(Low, division, Agency::Ecology), "is in the list");
        assert!(!reaches(Medium, Role::CorpsRegulator, Agency::Ecology));
        assert!(reaches(High, Role::CorpsRegulator, Agency::Ecology));
    }

    #[test]
    fn what_is_resolved_or_only_a_step_is_no_duty() {
        for kind in NoticeKind::ALL.iter().filter(|kind| !KINDS.contains(kind)) {
            assert_eq!(Duty::of_case(*kind, "", Some(NoticeSeverity::Critical), &[]), None);
        }
    }
}
