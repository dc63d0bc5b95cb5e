//! Lists of manifests: newest first, by key, one index walk a part that the caller plays.
//!
//! An organisation sees what it is a party of. Each part has an index of its own, so each part is
//! one bounded walk, and the walks are merged; an OR over three columns would sort all history.

use chrono::{DateTime, Utc};
use diesel::dsl::{exists, not, sql};
use diesel::pg::Pg;
use diesel::sql_types::{Bool, Text};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, PgAnyJsonExpressionMethods, PgExpressionMethods,
    QueryDsl, TextExpressionMethods,
};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use super::behalf::{part_of, shows};
use super::status::{Party, Status};
use super::store::{STATE, Stored, read_state};
use crate::catalogue::{Stream, WasteCode};
use crate::ctx::{Actor, Role};
use crate::db::schema::{
    manifest as t, manifest_carrier as further, manifest_incident as incident,
    manifest_item as item, manifest_opened as opened,
};
use crate::db::{Pool, merged};
use crate::grant::Mandate;
use crate::identity::policy as may;
use crate::ids::{EmergencyPlanId, ManifestId, OrganisationId};
use crate::problem::Problem;
use crate::registry::DivisionNumber;
use crate::wire::{BoundedText, Cursor, PageLimit, paged, wire};

wire! {
    /// Filters of `GET /manifests`; all that are given must hold.
    pub struct ManifestFilter {
        pub stream: Option<Stream>,
        /// `draft` lists drafts.
        pub status: Option<Status>,
        pub number: Option<BoundedText<1, 20>>,
        pub producer_id: Option<OrganisationId>,
        pub carrier_id: Option<OrganisationId>,
        pub receiver_id: Option<OrganisationId>,
        /// Either end.
        pub division: Option<DivisionNumber>,
        pub waste_code: Option<WasteCode>,
        /// Filed under this emergency plan.
        pub emergency_plan_id: Option<EmergencyPlanId>,
        pub filed_from: Option<DateTime<Utc>>,
        pub filed_to: Option<DateTime<Utc>>,
        /// `true`: refused mass without a place of its own, held or on its way.
        pub limbo: Option<bool>,
        /// `true`: something went wrong on the way (spill, loss, fire, theft, breakdown).
        pub incident: Option<bool>,
        /// The beginning of a number, or an external id.
        pub q: Option<BoundedText<1, 100>>,
        pub limit: PageLimit = PageLimit::default(),
        pub cursor: Option<Cursor<ManifestId>>,
    }
}

paged!(ManifestFilter);

/// One bounded walk.
#[derive(Clone, Copy)]
pub(super) enum Walk<'a> {
    Party(Party, OrganisationId),
    /// What another lets the caller's organisation sign for it.
    Entrusted(Party, &'a Mandate),
    /// The same of manifests that carry on what others sent: those who receive send it on, and what
    /// comes home is received by those who send (`behalf::parts_of`).
    EntrustedOnward(Party, &'a Mandate),
    /// Of the carriers beside the first leg's: the caller's own, or one that lets it sign for it.
    FurtherCarrier(OrganisationId, Option<&'a Mandate>),
    /// A regulator's division, at one end.
    From(&'a str),
    To(&'a str),
    /// Where something went wrong in that division.
    Incident(&'a str),
    All,
}

/// Which of a manifest's carriers the filter means: each has an index of its own, so each is a walk
/// of its own.
#[derive(Clone, Copy)]
pub(super) enum Carrying {
    First,
    Further,
}

/// The walks that together are what the caller may see of what it asks for.
pub(super) fn walks<'a>(actor: &'a Actor, filter: &'a ManifestFilter) -> Vec<(Walk<'a>, Carrying)> {
    let carrying: &[Carrying] = match filter.carrier_id {
        Some(_) => &[Carrying::First, Carrying::Further],
        None => &[Carrying::First],
    };
    let all = places(actor, filter).into_iter();
    all.flat_map(|walk| carrying.iter().map(move |carrying| (walk, *carrying))).collect()
}

fn places<'a>(actor: &'a Actor, filter: &'a ManifestFilter) -> Vec<Walk<'a>> {
    if actor.role == Role::CorpsRegulator {
        return match &filter.division {
            Some(division) => vec![Walk::From(division.as_str()), Walk::To(division.as_str())],
            None => vec![Walk::All],
        };
    }
    if let (true, Some(division)) = (actor.role.is_regulator(), actor.division.as_deref()) {
        let mut walks = vec![Walk::From(division), Walk::To(division)];
        // A regiment is not told of an incident: what happened is its division's.
        if actor.role == Role::DivisionRegulator {
            walks.push(Walk::Incident(division));
        }
        return walks;
    }
    let own = actor.organisation_id;
    let parties = [Party::Producer, Party::Carrier, Party::Receiver];
    let parties = parties.into_iter().filter(|party| shows(actor, *party));
    let mut walks: Vec<Walk> = parties.clone().map(|party| Walk::Party(party, own)).collect();
    if shows(actor, Party::Carrier) {
        walks.push(Walk::FurtherCarrier(own, None));
    }
    for mandate in actor.grants.held() {
        let scoped = parties
            .clone()
            .filter(|party| mandate.scopes.contains(&may::sign_scope(part_of(*party))));
        for party in scoped {
            walks.push(Walk::Entrusted(party, mandate));
            if party == Party::Carrier {
                walks.push(Walk::FurtherCarrier(mandate.giver, Some(mandate)));
            }
        }
        let onward = [(Party::Receiver, Party::Producer), (Party::Producer, Party::Receiver)];
        let onward = onward.into_iter().filter(|(part, party)| {
            shows(actor, *party) && mandate.scopes.contains(&may::sign_scope(part_of(*part)))
        });
        walks.extend(onward.map(|(_, party)| Walk::EntrustedOnward(party, mandate)));
    }
    walks
}

/// An organisation's manifests of one part.
fn of_party(query: Boxed<'_>, party: Party, organisation: OrganisationId) -> Boxed<'_> {
    match party {
        Party::Producer => query.filter(t::producer_id.eq(organisation.uuid())),
        Party::Carrier => query.filter(t::carrier_id.eq(organisation.uuid())),
        Party::Receiver => query.filter(t::receiver_id.eq(organisation.uuid())),
    }
}

/// Of a sender's, what it took from other manifests to the gram; of a receiver's, what comes home.
fn onward(query: Boxed<'_>, party: Party) -> Boxed<'_> {
    let carried_on = "manifest.shipped_g = \
        (SELECT sum(mass_g) FROM mass_edge WHERE mass_edge.to_id = manifest.id)";
    match party {
        Party::Producer => query.filter(sql::<Bool>(carried_on)),
        Party::Receiver | Party::Carrier => query.filter(t::kind.eq("return")),
    }
}

/// What a delegation covers of its giver's (`Mandate::covers`, as a filter).
fn entrusted<'a>(query: Boxed<'a>, party: Party, mandate: &'a Mandate) -> Boxed<'a> {
    narrowed_to(of_party(query, party, mandate.giver), party, mandate)
}

fn narrowed_to<'a>(mut query: Boxed<'a>, party: Party, mandate: &'a Mandate) -> Boxed<'a> {
    if !mandate.streams.is_empty() {
        query = query.filter(t::stream.eq_any(&mandate.streams));
    }
    if mandate.site_ids.is_empty() {
        return query;
    }
    let sites: Vec<uuid::Uuid> = mandate.site_ids.iter().map(|site| site.uuid()).collect();
    match party {
        Party::Producer => query.filter(t::producer_site_id.eq_any(sites)),
        Party::Receiver => query.filter(t::receiver_site_id.eq_any(sites)),
        Party::Carrier => query.filter(t::id.eq_any(Vec::<uuid::Uuid>::new())),
    }
}

/// A page of manifests, with one row more than is shown.
pub async fn page(
    pool: &Pool,
    actor: &Actor,
    filter: &ManifestFilter,
) -> Result<Vec<Stored>, Problem> {
    type Found = (Uuid, String, Option<Value>);
    let rows = filter.limit.rows_to_read();
    let mut found = Vec::new();
    for walk in walks(actor, filter) {
        let query = seen((actor, walk), filter).limit(rows);
        let query = query.select((t::id, sql::<Text>(STATE), t::contact));
        let walked: Vec<Found> = query.load(&mut pool.get().await?).await?;
        for (id, state, contact) in walked {
            let manifest = read_state(&state)?;
            found.push(Stored { id: ManifestId::of(id), manifest, contact });
        }
    }
    Ok(merged(found, rows, |stored| stored.id.uuid()))
}

pub(super) type Boxed<'a> = t::BoxedQuery<'a, Pg>;

/// One walk's part of what the caller sees and asks for.
pub(super) fn seen<'a>(
    (actor, (walk, carrying)): (&'a Actor, (Walk<'a>, Carrying)),
    filter: &'a ManifestFilter,
) -> Boxed<'a> {
    let mut query = t::table.order(t::id.desc()).into_boxed::<Pg>();
    if actor.role.is_regulator() {
        query = query.filter(t::stream.eq_any(streams(actor)));
    }
    query = match walk {
        Walk::Party(party, own) => of_party(query, party, own),
        Walk::Entrusted(party, mandate) => entrusted(query, party, mandate),
        Walk::EntrustedOnward(party, mandate) => onward(entrusted(query, party, mandate), party),
        Walk::FurtherCarrier(carrier, mandate) => {
            let query = query.filter(t::id.eq_any(carried_further(carrier)));
            match mandate {
                Some(mandate) => narrowed_to(query, Party::Carrier, mandate),
                None => query,
            }
        }
        Walk::From(division) => {
            let there = query.filter(t::producer_division.eq(division));
            in_regiment(there, actor, "producer")
        }
        Walk::To(division) => {
            let there = query.filter(t::receiver_division.eq(division));
            in_regiment(there, actor, "receiver")
        }
        // What something happened to in the division.
        Walk::Incident(division) => {
            let there = incident::table.filter(incident::division.eq(division));
            query.filter(t::id.eq_any(there.select(incident::manifest_id)))
        }
        Walk::All => query,
    };
    if let Some(carrier) = filter.carrier_id {
        query = match carrying {
            Carrying::First => query.filter(t::carrier_id.eq(carrier.uuid())),
            Carrying::Further => query.filter(t::id.eq_any(carried_further(carrier))),
        };
    }
    narrowed(query, filter)
}

/// The manifests that a carrier has a later leg of.
#[diesel::dsl::auto_type]
fn carried_further(carrier: OrganisationId) -> _ {
    let carrier: Uuid = carrier.uuid();
    further::table.filter(further::carrier_id.eq(carrier)).select(further::manifest_id)
}

/// The streams that concern the actor.
pub fn streams(actor: &Actor) -> Vec<&'static str> {
    let seen = Stream::ALL.iter().filter(|stream| may::sees_stream(actor, **stream));
    seen.map(|stream| stream.as_str()).collect()
}

/// Of a division, what lies in the regiment of a regiment's regulator: as it was filed, which is
/// what `sees` asks of one manifest.
fn in_regiment<'a>(query: Boxed<'a>, actor: &'a Actor, end: &'a str) -> Boxed<'a> {
    if actor.role != Role::RegimentRegulator {
        return query;
    }
    let regiment = t::state.retrieve_by_path_as_text(vec!["filed", end, "regiment"]);
    query.filter(regiment.is_not_distinct_from(actor.regiment.as_deref().unwrap_or_default()))
}

fn narrowed<'a>(mut query: Boxed<'a>, filter: &'a ManifestFilter) -> Boxed<'a> {
    if let Some(Cursor(last)) = filter.cursor {
        query = query.filter(t::id.lt(last.uuid()));
    }
    if let Some(stream) = filter.stream {
        query = query.filter(t::stream.eq(stream.as_str()));
    }
    if let Some(status) = filter.status {
        query = query.filter(t::status.eq(status.as_str()));
    }
    if let Some(number) = &filter.number {
        query = query.filter(t::number.eq(number.as_str()));
    }
    if let Some(id) = filter.producer_id {
        query = query.filter(t::producer_id.eq(id.uuid()));
    }
    if let Some(id) = filter.receiver_id {
        query = query.filter(t::receiver_id.eq(id.uuid()));
    }
    if let Some(division) = &filter.division {
        let division = division.as_str();
        query =
            query.filter(t::producer_division.eq(division).or(t::receiver_division.eq(division)));
    }
    if let Some(code) = filter.waste_code {
        let with_code = item::table
            .filter(item::manifest_id.eq(t::id))
            .filter(item::waste_code.eq(code.to_string()));
        query = query.filter(exists(with_code));
    }
    if let Some(plan) = filter.emergency_plan_id {
        let under = opened::table.filter(opened::emergency_plan_id.eq(plan.uuid()));
        query = query.filter(t::id.eq_any(under.select(opened::manifest_id)));
    }
    if let Some(from) = filter.filed_from {
        query = query.filter(t::filed_at.ge(from));
    }
    if let Some(to) = filter.filed_to {
        query = query.filter(t::filed_at.lt(to));
    }
    match filter.limbo {
        // As the partial indexes say it.
        Some(true) => query = query.filter(t::limbo_g.gt(0)),
        Some(false) => query = query.filter(t::limbo_g.eq(0)),
        None => {}
    }
    if let Some(wanted) = filter.incident {
        let told = incident::table.filter(incident::manifest_id.eq(t::id));
        query = if wanted { query.filter(exists(told)) } else { query.filter(not(exists(told))) };
    }
    if let Some(q) = &filter.q {
        let escaped = q.as_str().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        let starts = t::number.like(format!("{escaped}%"));
        let own_id = t::external_id.is_not_distinct_from(q.as_str());
        query = query.filter(starts.or(own_id));
    }
    query
}

impl ManifestFilter {
    /// Whether it asks for drafts, which are not in the journal and have a list of their own.
    pub fn asks_for_drafts(&self) -> bool {
        self.status == Some(Status::Draft)
    }
}
