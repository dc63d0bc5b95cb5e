//! Co-disposal facilities (应急协同处置设施名单): plants that take medical waste in an emergency, how much
//! a day, at what notice and in which order. A list of the regulators': the corps' and a division's
//! for the sites that lie there.
//!
//! Whom to call is personal data: it lives in the row and never in an event (domain.md,
//! "Retention"). An answer joins it from the row, also the answer to a repeated request.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::access::Scope;
use super::cache::Known;
use super::change::{Answered, Entered, commit, patched, set, unchanged, words};
use super::entry::Slice;
use super::model::SiteKind;
use super::record::{InForce, Owner, OwnerId, Writers};
use super::standing::takes_entries;
use super::store::{self, Narrow};
use crate::app::App;
use crate::command::Freshness;
use crate::ctx::{Actor, Ctx};
use crate::decision::Decision;
use crate::identity::policy;
use crate::ids::{CoDisposalFacilityId, SiteId};
use crate::problem::{Fault, Problem};
use crate::units::{Grams, Kg};
use crate::wire::{
    Asked, BoundedText, Change, Cursor, PageLimit, Patch, PositiveKg, Sha256Hex, Whole, api_enum,
    paged, wire,
};

api_enum! {
    /// What a co-disposal facility is.
    pub enum CoDisposalKind {
        HazardousIncinerator = "hazardous_incinerator",
        CementKiln = "cement_kiln",
        MunicipalIncinerator = "municipal_incinerator",
        Other = "other",
    }
}

/// A month of notice is none.
type Hours = Whole<0, 720>;
type Priority = Whole<1, 1000>;

wire! {
    /// Whom to call.
    pub struct NewCoDisposalContact {
        pub person: BoundedText<1, 100>,
        pub phone: BoundedText<1, 30>,
    }

    /// A facility to put on the list.
    pub struct NewCoDisposalFacility {
        /// A treatment site.
        pub site_id: SiteId,
        pub kind: CoDisposalKind,
        /// What it can divert to medical waste in a day.
        pub daily_kg: PositiveKg,
        /// How long before it must be told.
        pub notice_hours: Hours,
        /// 1 is asked first.
        pub priority: Priority,
        pub contact: NewCoDisposalContact,
        /// The hash of the document that shows it can.
        pub evidence_sha256: Option<Sha256Hex>,
    }

    /// What changes of a facility on the list. `contact` is the whole of it.
    pub struct CoDisposalFacilityPatch {
        pub kind: Change<CoDisposalKind>,
        pub daily_kg: Change<PositiveKg>,
        pub notice_hours: Change<Hours>,
        pub priority: Change<Priority>,
        pub contact: Change<NewCoDisposalContact>,
        pub evidence_sha256: Patch<Sha256Hex>,
        pub status: Change<InForce>,
    }

    /// Which facilities to list.
    pub struct CoDisposalFacilityQuery {
        pub site_id: Option<SiteId>,
        pub kind: Option<CoDisposalKind>,
        pub status: Option<InForce>,
        pub limit: PageLimit = PageLimit::default(),
        pub cursor: Option<Cursor<Uuid>>,
    }
}

paged!(CoDisposalFacilityQuery);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoDisposalFacility {
    pub id: CoDisposalFacilityId,
    pub site_id: SiteId,
    pub kind: CoDisposalKind,
    pub daily_g: Grams,
    pub notice_hours: i64,
    pub priority: i64,
    /// In hexadecimal.
    pub evidence_sha256: Option<String>,
    pub status: InForce,
}

/// Personal data: in the row alone, never in an event.
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = CoDisposalContact)]
pub struct Contact {
    pub person: String,
    pub phone: String,
}

/// Hand-written, so that no log ever shows a name or a number.
impl std::fmt::Debug for Contact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Contact(…)")
    }
}

fn contact_of(new: &NewCoDisposalContact) -> Contact {
    Contact { person: words(&new.person), phone: words(&new.phone) }
}

/// A co-disposal facility.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CoDisposalFacilityView {
    pub id: CoDisposalFacilityId,
    pub site_id: SiteId,
    pub kind: CoDisposalKind,
    pub daily_kg: Kg,
    pub notice_hours: i64,
    pub priority: i64,
    pub contact: Contact,
    #[schema(required)]
    pub evidence_sha256: Option<String>,
    pub status: InForce,
}

impl CoDisposalFacilityView {
    pub fn of(facility: &CoDisposalFacility, contact: &Contact) -> Self {
        Self {
            id: facility.id,
            site_id: facility.site_id,
            kind: facility.kind,
            daily_kg: Kg(facility.daily_g),
            notice_hours: facility.notice_hours,
            priority: facility.priority,
            contact: contact.clone(),
            evidence_sha256: facility.evidence_sha256.clone(),
            status: facility.status,
        }
    }
}

const WRITERS: Writers = Writers::Regulators;

/// Puts a facility on the list.
pub async fn register(
    app: &App,
    ctx: &Ctx,
    asked: Asked<NewCoDisposalFacility>,
) -> Result<(Answered<CoDisposalFacility>, Contact), Problem> {
    policy::require(WRITERS.could(&ctx.actor))?;
    let new = asked?;
    let id = CoDisposalFacilityId::of(app.mint.uuid(ctx.now));
    let site = OwnerId::Site(new.site_id);
    let read = async |freshness: Freshness| Owner::read(app, site, freshness).await;
    let decide = |owner: &Option<Owner>| decide_new(id, owner.as_ref(), &new, ctx);
    let done: Answered<CoDisposalFacility> = commit(app, ctx, read, decide).await?;
    let contact =
        if done.replayed { now(app, id_of(&done)).await? } else { contact_of(&new.contact) };
    Ok((done, contact))
}

fn id_of(done: &Answered<CoDisposalFacility>) -> Uuid {
    done.value.id.uuid()
}

/// The contact as it stands.
async fn now(app: &App, id: Uuid) -> Result<Contact, Problem> {
    let found = store::contacts(&app.pool, &[id]).await?.remove(&id);
    found.ok_or_else(Problem::not_found)
}

fn decide_new(
    id: CoDisposalFacilityId,
    owner: Option<&Owner>,
    new: &NewCoDisposalFacility,
    ctx: &Ctx,
) -> Result<Decision, Problem> {
    let owner = owner.ok_or_else(|| Fault::unknown_reference("/site_id"))?;
    policy::require(WRITERS.may(&ctx.actor, owner))?;
    let withdrawn = takes_entries(owner.standing(), "/site_id");
    let strange = owner.is_of_kind(SiteKind::Treatment);
    Problem::unless_empty(withdrawn.into_iter().chain(strange).collect())?;
    let facility = CoDisposalFacility {
        id,
        site_id: new.site_id,
        kind: new.kind,
        daily_g: new.daily_kg.grams(),
        notice_hours: new.notice_hours.get(),
        priority: new.priority.get(),
        evidence_sha256: new.evidence_sha256.map(|hash| hex::encode(hash.0)),
        status: InForce::Active,
    };
    let rows = vec![store::insert_co_disposal(&facility, &contact_of(&new.contact))];
    let mut entered = Entered::new(facility, None, rows);
    entered.guards.push(owner.guard());
    entered.decision(ctx)
}

/// What is known of a facility.
struct Facts {
    facility: Known<CoDisposalFacility>,
    contact: Contact,
    owner: Owner,
}

async fn read_one(app: &App, id: Uuid, freshness: Freshness) -> Result<Facts, Problem> {
    let facility: Option<Known<CoDisposalFacility>> = store::record(&app.pool, id).await?;
    let facility = facility.ok_or_else(Problem::not_found)?;
    let owner = Owner::read(app, OwnerId::Site(facility.site_id), freshness).await?;
    let owner = owner.ok_or_else(|| Problem::internal("a co-disposal facility of no site"))?;
    Ok(Facts { facility, contact: now(app, id).await?, owner })
}

/// One facility and whom to call, to whoever may see it.
pub async fn show(
    app: &App,
    ctx: &Ctx,
    id: CoDisposalFacilityId,
) -> Result<(Known<CoDisposalFacility>, Contact), Problem> {
    let facts = read_one(app, id.uuid(), Freshness::Fresh).await?;
    policy::allow(facts.owner.is_seen_by(&ctx.actor), true)?;
    Ok((facts.facility, facts.contact))
}

/// Changes a facility.
pub async fn change(
    app: &App,
    ctx: &Ctx,
    id: CoDisposalFacilityId,
    asked: Asked<CoDisposalFacilityPatch>,
) -> Result<(Answered<CoDisposalFacility>, Contact), Problem> {
    let read = async |freshness: Freshness| read_one(app, id.uuid(), freshness).await;
    let decide = |facts: &Facts| decide_change(facts, &asked, ctx);
    let done: Answered<CoDisposalFacility> = commit(app, ctx, read, decide).await?;
    let contact = now(app, id.uuid()).await?;
    match &asked {
        // Only tried, the row is as it was; committed, the patch changes nothing any more.
        Ok(patch) if !done.replayed => Ok((done, set(&patch.contact, &contact, contact_of))),
        Ok(_) | Err(_) => Ok((done, contact)),
    }
}

fn decide_change(
    Facts { facility: known, contact: was, owner }: &Facts,
    asked: &Asked<CoDisposalFacilityPatch>,
    ctx: &Ctx,
) -> Result<Decision, Problem> {
    policy::allow(owner.is_seen_by(&ctx.actor), WRITERS.may(&ctx.actor, owner))?;
    ctx.expect_version(known.guard.version)?;
    let before = &*known.value;
    let patch = asked.as_ref().map_err(Clone::clone)?;
    let evidence = before.evidence_sha256.as_ref();
    let after = CoDisposalFacility {
        id: before.id,
        site_id: before.site_id,
        kind: set(&patch.kind, &before.kind, |kind| *kind),
        daily_g: set(&patch.daily_kg, &before.daily_g, |mass| mass.grams()),
        notice_hours: set(&patch.notice_hours, &before.notice_hours, |hours| hours.get()),
        priority: set(&patch.priority, &before.priority, |priority| priority.get()),
        evidence_sha256: patched(&patch.evidence_sha256, evidence, |hash| hex::encode(hash.0)),
        status: set(&patch.status, &before.status, |status| *status),
    };
    let contact = set(&patch.contact, was, contact_of);
    if after == *before && contact == *was {
        return Ok(unchanged(before, known.guard.version, ctx));
    }
    let rows = vec![store::update_co_disposal(&after, &contact)];
    Entered::new(after, Some(known.guard.version), rows).decision(ctx)
}

/// Facilities that the actor may see, and whom to call, in the order of registration.
pub async fn list(
    app: &App,
    actor: &Actor,
    asked: &CoDisposalFacilityQuery,
) -> Result<Vec<(Known<CoDisposalFacility>, Contact)>, Problem> {
    let site = asked.site_id.map(|site| Narrow::is("site_id", site.uuid()));
    let kind = asked.kind.map(|kind| Narrow::is("kind", kind.as_str()));
    let status = asked.status.map(|status| Narrow::is("status", status.as_str()));
    let narrow = [site, kind, status].into_iter().flatten().collect();
    let after = asked.cursor.map(|cursor| cursor.0);
    let slice = Slice { after, rows_max: asked.limit.rows_to_read() };
    let found: Vec<Known<CoDisposalFacility>> =
        store::records(&app.pool, &Scope::of(actor), narrow, slice).await?;
    let ids: Vec<Uuid> = found.iter().map(|one| one.id.uuid()).collect();
    let mut contacts = store::contacts(&app.pool, &ids).await?;
    let with = |one: Known<CoDisposalFacility>| {
        let contact = contacts.remove(&one.id.uuid())?;
        Some((one, contact))
    };
    Ok(found.into_iter().filter_map(with).collect())
}
