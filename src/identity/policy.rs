//! Who may do what where: pure, asked by every capability, so that nobody invents an answer.
//!
//! Two questions, always in this order (api.md, "Errors"): may the actor know the thing exists
//! (else 404), and may it do this to it (else 403); [`allow`] asks them so. Roles bound what an
//! organisation's own people do; agency and jurisdiction bound what a regulator sees. A regulator
//! sees and never files (domain.md, "regulator"). The system does what its callers decided.

use crate::catalogue::Stream;
use crate::ctx::{Actor, Role, Via};
use crate::grant::{KeyScope, Mandate, SignScope};
use crate::ids::{OrganisationId, SiteId};
use crate::problem::Problem;
use crate::registry::{Organisation, Part, Site};

use super::agency::Agency;

/// 404 for what may not be known, 403 for what may not be done.
pub fn allow(sees: bool, may: bool) -> Result<(), Problem> {
    match (sees, may) {
        (false, _) => Err(Problem::not_found()),
        (true, false) => Err(Problem::forbidden()),
        (true, true) => Ok(()),
    }
}

/// 403 for what may not be done, where there is nothing to hide.
pub fn require(may: bool) -> Result<(), Problem> {
    if may { Ok(()) } else { Err(Problem::forbidden()) }
}

/// The program itself: set-up, clock-driven work.
pub fn is_system(actor: &Actor) -> bool {
    actor.via == Via::System
}

/// The whole division lies in the actor's jurisdiction.
pub fn regulates(actor: &Actor, division: &str) -> bool {
    is_system(actor)
        || match actor.role {
            Role::CorpsRegulator => true,
            Role::DivisionRegulator => actor.division.as_deref() == Some(division),
            _ => false,
        }
}

/// A place lies in the actor's jurisdiction. `regiment` is `None` for what belongs to none.
pub fn regulates_place(actor: &Actor, division: &str, regiment: Option<&str>) -> bool {
    regulates(actor, division)
        || (actor.role == Role::RegimentRegulator
            && actor.division.as_deref() == Some(division)
            && regiment.is_some()
            && actor.regiment.as_deref() == regiment)
}

/// May read the organisation's own register entry, whole. An organisation has a division but no
/// regiment, so a regiment's regulator sees those of its division: it could not name them else.
pub fn sees_organisation(actor: &Actor, organisation: &Organisation) -> bool {
    belongs_to(actor, organisation.id)
        || regulates(actor, &organisation.division)
        || (actor.role == Role::RegimentRegulator
            && actor.division.as_deref() == Some(&organisation.division))
}

/// May know that the organisation exists and what parts it plays. A producer has to find its
/// receivers and carriers, and they prepare drafts for it: who plays a part is public to all who
/// are signed in.
pub fn names_party(actor: &Actor, organisation: &Organisation) -> bool {
    !organisation.roles.is_empty() || sees_organisation(actor, organisation)
}

pub fn sees_site(actor: &Actor, site: &Site) -> bool {
    belongs_to(actor, site.organisation_id)
        || regulates_place(actor, &site.division, site.regiment.as_deref())
}

/// The streams that concern a regulator's agency; everybody else sees what it is a party to.
pub fn sees_stream(actor: &Actor, stream: Stream) -> bool {
    if is_system(actor) || !actor.role.is_regulator() {
        return true;
    }
    match actor.agency.as_deref().and_then(Agency::parse) {
        Some(Agency::Health) => stream == Stream::Medical,
        Some(Agency::UrbanManagement) => stream == Stream::Kitchen,
        // Whoever stops a truck or puts out a fire has to know what is on it.
        Some(Agency::Ecology | Agency::Transport | Agency::PublicSecurity | Agency::Emergency) => {
            true
        }
        None => false,
    }
}

/// Whose authority's matter a stream is, so that it may correct its manifests by itself. Those that
/// only have to know what rides on a truck correct nothing.
pub fn corrects_stream(actor: &Actor, stream: Stream) -> bool {
    match actor.agency.as_deref().and_then(Agency::parse) {
        Some(Agency::Ecology) => true,
        Some(Agency::Health) => stream == Stream::Medical,
        Some(Agency::UrbanManagement) => stream == Stream::Kitchen,
        Some(Agency::Transport | Agency::PublicSecurity | Agency::Emergency) | None => false,
    }
}

/// Whether what a regulator decides on a stream (licences, approvals, ledgers) is for its agency to
/// decide, as a correction is; nobody else is bound by an agency. Where a regulator has none it is
/// ecology's.
pub fn decides_stream(actor: &Actor, stream: Stream) -> bool {
    let is_bound = !is_system(actor) && actor.role.is_regulator() && actor.agency.is_some();
    !is_bound || corrects_stream(actor, stream)
}

/// Whether the agency decides on any stream: those that only look do not suspend anybody.
pub fn decides(actor: &Actor) -> bool {
    [Stream::Hazardous, Stream::Medical, Stream::Kitchen]
        .into_iter()
        .any(|stream| decides_stream(actor, stream))
}

/// One of the organisation's own people.
pub fn belongs_to(actor: &Actor, organisation_id: OrganisationId) -> bool {
    !is_system(actor) && actor.organisation_id == organisation_id
}

/// May sign as this part of the organisation. That the organisation plays the part is a rule of
/// the act (`party roles`), not of the person.
pub fn acts_for(actor: &Actor, organisation_id: OrganisationId, part: Part) -> bool {
    is_system(actor) || (belongs_to(actor, organisation_id) && plays(actor, part))
}

/// What the actor may sign as: its role, narrowed by the API key that it acts by.
pub fn plays(actor: &Actor, part: Part) -> bool {
    let scope = match part {
        Part::Producer => KeyScope::File,
        Part::Carrier => KeyScope::Carry,
        Part::Receiver => KeyScope::Receive,
    };
    role_plays(actor.role, part) && actor.grants.allows(scope)
}

/// The delegation by which the actor may sign as this part of another organisation. `site` is that
/// organisation's end of the load; a carrier has none. Whether somebody of the holder's may sign
/// as that part is asked as at home: its drivers carry for others too, and file for nobody.
pub fn mandate<'a>(
    actor: &'a Actor,
    giver: OrganisationId,
    part: Part,
    (site, stream): (Option<SiteId>, &str),
) -> Option<&'a Mandate> {
    let mandate = covering(actor, giver, part, (site, stream));
    mandate.filter(|_| !is_system(actor) && plays(actor, part))
}

/// The delegation that lets the actor's organisation see it, whoever of its people may sign.
pub fn covering<'a>(
    actor: &'a Actor,
    giver: OrganisationId,
    part: Part,
    (site, stream): (Option<SiteId>, &str),
) -> Option<&'a Mandate> {
    let of_giver = |one: &&Mandate| one.giver == giver;
    let mut held = actor.grants.held().iter().filter(of_giver);
    held.find(|one| one.covers(sign_scope(part), site, stream))
}

/// What a delegation calls signing as a part.
pub const fn sign_scope(part: Part) -> SignScope {
    match part {
        Part::Producer => SignScope::File,
        Part::Carrier => SignScope::Carry,
        Part::Receiver => SignScope::Receive,
    }
}

/// What a role may sign as. A driver carries and nothing else; a reader and a regulator sign
/// nothing.
pub const fn role_plays(role: Role, part: Part) -> bool {
    match role {
        Role::Admin => true,
        Role::Producer => matches!(part, Part::Producer),
        Role::Carrier | Role::Driver => matches!(part, Part::Carrier),
        Role::Receiver => matches!(part, Part::Receiver),
        Role::Reader | Role::CorpsRegulator | Role::DivisionRegulator | Role::RegimentRegulator => {
            false
        }
    }
}

/// May prepare drafts and keep books for its organisation: whoever signs for it, drivers excepted.
pub fn prepares_for(actor: &Actor, organisation_id: OrganisationId) -> bool {
    let desk = matches!(actor.role, Role::Admin | Role::Producer | Role::Carrier | Role::Receiver);
    let signs = [KeyScope::File, KeyScope::Carry, KeyScope::Receive];
    let signs = signs.into_iter().any(|scope| actor.grants.allows(scope));
    is_system(actor) || (belongs_to(actor, organisation_id) && desk && signs)
}

/// May change what the organisation has registered: its administrator, and the corps regulator.
pub fn administers(actor: &Actor, organisation_id: OrganisationId) -> bool {
    governs(actor) || (actor.role == Role::Admin && belongs_to(actor, organisation_id))
}

/// May register organisations, grant licences, suspend, and make users for anyone.
pub fn governs(actor: &Actor) -> bool {
    is_system(actor) || actor.role == Role::CorpsRegulator
}

/// May make users of some kind. Asked before the content is looked at.
pub fn makes_users(actor: &Actor) -> bool {
    governs(actor) || actor.role == Role::Admin
}

/// May make or become master of a user with this role there: an administrator never of a
/// regulator, so that nobody can lift itself out of its organisation.
pub fn makes_user(actor: &Actor, organisation_id: OrganisationId, role: Role) -> bool {
    governs(actor) || (administers(actor, organisation_id) && !role.is_regulator())
}

/// May know a user: one's own colleagues, and a regulator the people of its jurisdiction.
pub fn sees_user(actor: &Actor, organisation_id: OrganisationId, division: &str) -> bool {
    belongs_to(actor, organisation_id) || regulates(actor, division)
}

/// Whether an organisation that plays `parts` can have somebody in this role. Regulators come
/// from bodies that play none: nobody supervises itself.
pub fn role_fits(role: Role, parts: &[Part]) -> bool {
    match role {
        Role::Admin | Role::Reader => true,
        Role::Producer => parts.contains(&Part::Producer),
        Role::Carrier | Role::Driver => parts.contains(&Part::Carrier),
        Role::Receiver => parts.contains(&Part::Receiver),
        Role::CorpsRegulator | Role::DivisionRegulator | Role::RegimentRegulator => {
            parts.is_empty()
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::grant::Grants;
    use crate::ids::UserId;
    use crate::registry::Standing;

    fn org(n: u8) -> OrganisationId {
        OrganisationId::of(Uuid::from_bytes([n; 16]))
    }

    fn actor(role: Role) -> Actor {
        Actor {
            user_id: UserId::of(Uuid::from_bytes([9; 16])),
            organisation_id: org(1),
            role,
            via: Via::Password,
            session_id: None,
            division: None,
            regiment: None,
            agency: None,
            grants: Grants::NONE,
        }
    }

    fn regulator(role: Role, division: Option<&str>, regiment: Option<&str>) -> Actor {
        Actor {
            division: division.map(str::to_owned),
            regiment: regiment.map(str::to_owned),
            agency: Some("ecology".into()),
            organisation_id: org(7),
            ..actor(role)
        }
    }

    fn organisation(n: u8, division: &str, roles: &[Part]) -> Organisation {
        Organisation {
            id: org(n),
            name: "x".into(),
            uscc: "x".into(),
            roles: roles.to_vec(),
            division: division.into(),
            status: Standing::Active,
            blacklisted: false,
        }
    }

    #[test]
    fn each_role_signs_as_its_part_and_in_its_own_organisation_only() {
        let parts = [Part::Producer, Part::Carrier, Part::Receiver];
        let wanted = |role| match role {
            Role::Admin => [true, true, true],
            Role::Producer => [true, false, false],
            Role::Carrier | Role::Driver => [false, true, false],
            Role::Receiver => [false, false, true],
            _ => [false, false, false],
        };
        for role in Role::ALL.iter().copied() {
            let own = parts.map(|part| acts_for(&actor(role), org(1), part));
            assert_eq!(own, wanted(role), "{role:?}");
            assert_eq!(parts.map(|part| acts_for(&actor(role), org(2), part)), [false; 3]);
        }
        assert!(!prepares_for(&actor(Role::Driver), org(1)));
        assert!(prepares_for(&actor(Role::Carrier), org(1)));
        assert!(!prepares_for(&actor(Role::Reader), org(1)));
    }

    #[test]
    fn a_regulator_sees_its_jurisdiction_and_no_further() {
        let corps = regulator(Role::CorpsRegulator, None, None);
        let first = regulator(Role::DivisionRegulator, Some("01"), None);
        let third_regiment = regulator(Role::RegimentRegulator, Some("01"), Some("3"));
        assert!(regulates(&corps, "01") && regulates(&corps, "14"));
        assert!(regulates(&first, "01") && !regulates(&first, "02"));
        assert!(regulates_place(&first, "01", None) && regulates_place(&first, "01", Some("3")));
        assert!(!regulates(&third_regiment, "01"));
        assert!(regulates_place(&third_regiment, "01", Some("3")));
        assert!(!regulates_place(&third_regiment, "01", Some("4")));
        assert!(!regulates_place(&third_regiment, "01", None));
        assert!(!regulates_place(&third_regiment, "02", Some("3")));
        let without_regiment = regulator(Role::RegimentRegulator, Some("01"), None);
        assert!(!regulates_place(&without_regiment, "01", None));
    }

    #[test]
    fn organisations_are_whole_to_their_own_and_to_regulators_and_names_to_the_others() {
        let carrier = organisation(2, "02", &[Part::Carrier]);
        let producer = actor(Role::Producer);
        assert!(!sees_organisation(&producer, &carrier) && names_party(&producer, &carrier));
        assert!(sees_organisation(&actor(Role::Reader), &organisation(1, "05", &[])));
        let first = regulator(Role::DivisionRegulator, Some("01"), None);
        assert!(!sees_organisation(&first, &carrier));
        let bureau = organisation(3, "00", &[]);
        assert!(!names_party(&producer, &bureau) && !names_party(&first, &bureau));
    }

    #[test]
    fn agencies_see_their_streams() {
        let sees = |agency: Option<&str>| {
            let agency = agency.map(str::to_owned);
            let one = Actor { agency, ..regulator(Role::CorpsRegulator, None, None) };
            [Stream::Hazardous, Stream::Medical, Stream::Kitchen].map(|s| sees_stream(&one, s))
        };
        assert_eq!(sees(Some("ecology")), [true, true, true]);
        assert_eq!(sees(Some("health")), [false, true, false]);
        assert_eq!(sees(Some("urban_management")), [false, false, true]);
        assert_eq!(sees(Some("transport")), [true, true, true]);
        assert_eq!(sees(None), [false, false, false]);
        assert!(sees_stream(&actor(Role::Driver), Stream::Kitchen));
    }

    #[test]
    fn an_administrator_makes_its_own_users_and_never_a_regulator() {
        let admin = actor(Role::Admin);
        let corps = regulator(Role::CorpsRegulator, None, None);
        for role in Role::ALL.iter().copied() {
            assert_eq!(makes_user(&admin, org(1), role), !role.is_regulator());
            assert!(!makes_user(&admin, org(2), role));
            assert!(makes_user(&corps, org(2), role));
            assert_eq!(
                makes_users(&actor(role)),
                matches!(role, Role::Admin | Role::CorpsRegulator)
            );
        }
    }

    #[test]
    fn a_role_fits_what_its_organisation_does() {
        let all = [Part::Producer, Part::Carrier, Part::Receiver];
        for role in Role::ALL.iter().copied() {
            assert_eq!(role_fits(role, &all), !role.is_regulator());
            let by_none = role.is_regulator() || matches!(role, Role::Admin | Role::Reader);
            assert_eq!(role_fits(role, &[]), by_none);
        }
        assert!(!role_fits(Role::Driver, &[Part::Producer]));
        assert!(role_fits(Role::Driver, &[Part::Carrier]));
    }

    #[test]
    fn what_is_unseen_is_not_found_and_what_is_seen_may_be_forbidden() {
        use crate::problem::Code;
        let code = |sees, may| allow(sees, may).map_err(|problem| problem.code());
        assert_eq!(code(false, true), Err(Code::NotFound));
        assert_eq!(code(true, false), Err(Code::Forbidden));
        assert_eq!(code(true, true), Ok(()));
    }

    #[test]
    fn the_system_acts_everywhere_and_belongs_nowhere() {
        let system = Actor::system();
        assert!(acts_for(&system, org(1), Part::Receiver) && governs(&system));
        assert!(!belongs_to(&system, system.organisation_id));
    }
}
