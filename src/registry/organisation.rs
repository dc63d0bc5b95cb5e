//! Organisations (单位): registered by regulators, public to all who are signed in.
//!
//! A regulator registers and changes those of its division; an organisation's administrator may
//! change its name. Roles, code, division, standing and blacklist are the regulators'. Closing is
//! final and touches nothing that is under way: what was filed is finished under old rights.

use super::access::is_registrar;
use super::cache::Known;
use super::change::{Answered, Entered, commit, set, unchanged, words};
use super::model::{Organisation, Part, Standing};
use super::place::DivisionNumber;
use super::standing::{at_first, still_open};
use super::store;
use super::uscc::Uscc;
use crate::app::App;
use crate::command::Freshness;
use crate::ctx::{Ctx, Role};
use crate::decision::Decision;
use crate::identity::policy;
use crate::ids::OrganisationId;
use crate::problem::Problem;
use crate::wire::{self, Asked, BoundedText, List, wire};

wire! {
    /// An organisation to register.
    pub struct NewOrganisation {
        pub name: BoundedText<1, 200>,
        pub uscc: Uscc,
        /// Parts it plays; none for regulators' bodies.
        pub roles: List<Part, 0, 3> = List::default(),
        pub division: DivisionNumber,
        /// `active` when absent.
        pub status: Option<Standing>,
    }

    /// What changes of an organisation.
    pub struct OrganisationPatch {
        pub name: wire::Change<BoundedText<1, 200>>,
        pub uscc: wire::Change<Uscc>,
        pub roles: wire::Change<List<Part, 0, 3>>,
        pub division: wire::Change<DivisionNumber>,
        pub status: wire::Change<Standing>,
        pub blacklisted: wire::Change<bool>,
    }
}

/// Registers an organisation.
pub async fn register(
    app: &App,
    ctx: &Ctx,
    asked: Asked<NewOrganisation>,
) -> Result<Answered<Organisation>, Problem> {
    policy::require(is_registrar(&ctx.actor))?;
    let new = asked?;
    let id = OrganisationId::of(app.mint.uuid(ctx.now));
    commit(app, ctx, async |_| Ok(()), |()| decide_new(id, &new, ctx)).await
}

fn decide_new(id: OrganisationId, new: &NewOrganisation, ctx: &Ctx) -> Result<Decision, Problem> {
    policy::require(policy::regulates(&ctx.actor, new.division.as_str()))?;
    let organisation = Organisation {
        id,
        name: new.name.as_str().to_owned(),
        uscc: new.uscc.as_str().to_owned(),
        roles: once(&new.roles),
        division: new.division.as_str().to_owned(),
        status: at_first(true, new.status)?,
        blacklisted: false,
    };
    let rows = vec![store::insert_organisation(&organisation)];
    Entered::new(organisation, None, rows).decision(ctx)
}

/// Changes an organisation.
pub async fn change(
    app: &App,
    ctx: &Ctx,
    id: OrganisationId,
    asked: Asked<OrganisationPatch>,
) -> Result<Answered<Organisation>, Problem> {
    let read = async |freshness| read_one(app, id, freshness).await;
    commit(app, ctx, read, |known| decide_change(known, &asked, ctx)).await
}

async fn read_one(
    app: &App,
    id: OrganisationId,
    freshness: Freshness,
) -> Result<Known<Organisation>, Problem> {
    let found = app.registers.organisation(&app.pool, id, freshness).await?;
    found.ok_or_else(Problem::not_found)
}

/// One organisation, to whoever may know that it exists.
pub async fn show(
    app: &App,
    ctx: &Ctx,
    id: OrganisationId,
) -> Result<Known<Organisation>, Problem> {
    let known = read_one(app, id, Freshness::Fresh).await?;
    policy::allow(policy::names_party(&ctx.actor, &known), true)?;
    Ok(known)
}

fn decide_change(
    known: &Known<Organisation>,
    asked: &Asked<OrganisationPatch>,
    ctx: &Ctx,
) -> Result<Decision, Problem> {
    let regulates = policy::regulates(&ctx.actor, &known.division);
    let own = ctx.actor.role == Role::Admin && policy::belongs_to(&ctx.actor, known.id);
    policy::allow(policy::names_party(&ctx.actor, known), regulates || own)?;
    ctx.expect_version(known.guard.version)?;
    still_open(known.status)?;
    let patch = asked.as_ref().map_err(Clone::clone)?;
    policy::require(regulates || !beyond_the_name(patch))?;
    let stands = patch.status != wire::Change::Keep || patch.blacklisted != wire::Change::Keep;
    policy::require(policy::decides(&ctx.actor) || !stands)?;
    let before = &*known.value;
    let after = Organisation {
        id: before.id,
        name: set(&patch.name, &before.name, words),
        uscc: set(&patch.uscc, &before.uscc, |uscc| uscc.as_str().to_owned()),
        roles: set(&patch.roles, &before.roles, |roles| once(roles)),
        division: set(&patch.division, &before.division, |number| number.as_str().to_owned()),
        status: set(&patch.status, &before.status, |status| *status),
        blacklisted: set(&patch.blacklisted, &before.blacklisted, |blacklisted| *blacklisted),
    };
    // Nobody hands an organisation over to a division that it does not regulate.
    policy::require(own || policy::regulates(&ctx.actor, &after.division))?;
    if after == *before {
        return Ok(unchanged(before, known.guard.version, ctx));
    }
    let rows = vec![store::update_organisation(&after)];
    Entered::new(after, Some(known.guard.version), rows).decision(ctx)
}

fn beyond_the_name(patch: &OrganisationPatch) -> bool {
    patch.uscc != wire::Change::Keep
        || patch.roles != wire::Change::Keep
        || patch.division != wire::Change::Keep
        || patch.status != wire::Change::Keep
        || patch.blacklisted != wire::Change::Keep
}

/// A part named twice counts once.
fn once(roles: &[Part]) -> Vec<Part> {
    let mut parts = roles.to_vec();
    parts.sort_unstable();
    parts.dedup();
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ctx::{Actor, Via};
    use crate::decision::SubjectKind;
    use crate::problem::{Code, Lang};
    use uuid::Uuid;

    fn ctx(role: Role, of: u8, division: Option<&str>) -> Ctx {
        let actor = Actor {
            role,
            organisation_id: OrganisationId::of(Uuid::from_bytes([of; 16])),
            via: Via::Password,
            division: division.map(str::to_owned),
            agency: Some("ecology".into()),
            ..Actor::system()
        };
        let now = "2026-11-25T08:00:00Z".parse().unwrap();
        Ctx { lang: Lang::En, ..Ctx::unasked(actor, (now, now), "") }
    }

    fn known(status: Standing, roles: &[Part]) -> Known<Organisation> {
        let id = Uuid::from_bytes([1; 16]);
        let organisation = Organisation {
            id: OrganisationId::of(id),
            name: "一号".into(),
            uscc: "91350100M000100Y43".into(),
            roles: roles.to_vec(),
            division: "01".into(),
            status,
            blacklisted: false,
        };
        Known::new(SubjectKind::Organisation, id, 4, organisation)
    }

    fn changed(known: &Known<Organisation>, ctx: &Ctx, json: &str) -> Result<(), Code> {
        let asked = crate::wire::asked(json.as_bytes()).unwrap();
        decide_change(known, &asked, ctx).map(|_| ()).map_err(|problem| problem.code())
    }

    #[test]
    fn each_changes_what_is_its_own_to_change() {
        let firm = known(Standing::Active, &[Part::Producer]);
        let (name, all) = (r#"{"name":"新"}"#, r#"{"status":"suspended","blacklisted":true}"#);
        let own = ctx(Role::Admin, 1, None);
        assert_eq!(changed(&firm, &own, name), Ok(()));
        assert_eq!(changed(&firm, &own, all), Err(Code::Forbidden));
        let first = ctx(Role::DivisionRegulator, 7, Some("01"));
        assert_eq!(changed(&firm, &first, all), Ok(()));
        assert_eq!(changed(&firm, &first, r#"{"division":"02"}"#), Err(Code::Forbidden));
        let corps = ctx(Role::CorpsRegulator, 7, None);
        assert_eq!(changed(&firm, &corps, r#"{"division":"02"}"#), Ok(()));
        for stranger in [
            ctx(Role::Admin, 2, None),
            ctx(Role::Producer, 1, None),
            ctx(Role::DivisionRegulator, 7, Some("02")),
            ctx(Role::RegimentRegulator, 7, Some("01")),
        ] {
            assert_eq!(changed(&firm, &stranger, name), Err(Code::Forbidden));
        }
        let bureau = known(Standing::Active, &[]);
        assert_eq!(changed(&bureau, &ctx(Role::Admin, 2, None), name), Err(Code::NotFound));
    }

    #[test]
    fn refusals_come_in_the_order_of_the_contract() {
        let closed = known(Standing::Closed, &[Part::Producer]);
        let mut own = ctx(Role::Admin, 1, None);
        let broken = r#"{"nonsense":1}"#;
        assert_eq!(changed(&closed, &ctx(Role::Reader, 1, None), broken), Err(Code::Forbidden));
        assert_eq!(changed(&closed, &own, broken), Err(Code::IllegalTransition));
        own.if_match = Some(3);
        assert_eq!(changed(&closed, &own, broken), Err(Code::StaleVersion));
        own.if_match = Some(4);
        let open = known(Standing::Suspended, &[Part::Producer]);
        assert_eq!(changed(&open, &own, broken), Err(Code::UnknownField));
    }
}
