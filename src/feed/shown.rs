//! Changes as the API shows them, each with its subject as it stood after the event.

use std::collections::HashMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::anomaly;
use crate::app::App;
use crate::capacity;
use crate::clock::legal_day;
use crate::ctx::Ctx;
use crate::decision::{Balance, Subject, SubjectKind};
use crate::identity::delegation::DelegationView;
use crate::identity::device::{DeviceKey, DeviceKeyView};
use crate::identity::keys::{ApiKey, ApiKeyView};
use crate::identity::{self, Recording, UserView};
use crate::journal::{self, Place};
use crate::manifest::{self, Look, Stored};
use crate::problem::Problem;
use crate::registry::application;
use crate::registry::feed::Beside;
use crate::{container, db, inspection, manifest::view, notify, report, round, trip};

/// A page of the change feed.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangePage {
    /// In the order of the log. Numbers skip what the caller may not see; a page may be short or
    /// empty although more follows.
    pub data: Vec<ChangeView>,
    /// Give it as `after` for what follows. Where it is what was asked for, the log ends there.
    pub next_after: i64,
}

/// Something that happened.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangeView {
    /// The event's position in the log, plus one.
    pub sequence: i64,
    /// What happened: `filed`, `departed`, …; of a register `registered` or
    /// `changed`, or `reviewed` by the regulator.
    pub kind: String,
    pub subject: SubjectView,
    /// When it happened, as claimed.
    pub occurred_at: String,
    /// When it was recorded.
    pub recorded_at: String,
    /// The subject as it stood after this event, in the form that its own address answers with;
    /// `null` where it holds personal data that are gone.
    #[schema(required, value_type = Option<Object>)]
    pub resource: Option<Value>,
}

/// What it happened to.
#[derive(Debug, Serialize, ToSchema)]
pub struct SubjectView {
    /// `manifest`, `organisation`, `site`, `licence`, `vehicle`, `driver`, `user`, `waste_stream`,
    /// `ledger_entry`, `storage_area`, `transfer_approval`, `management_plan`, `activity`,
    /// `insurance_policy`, `emergency_plan_filed`, `risk_source`, `facility_day`,
    /// `co_disposal_facility`, `container`, `inspection`, `delegation`, `api_key`, `sign_in`,
    /// `round`, `trip`, `device_key`, `assessment`,
    /// `emergency_plan`, `transfer_application`, `report`, `anomaly`, `rule_setting`, `webhook` or
    /// `subscription`.
    pub kind: String,
    pub id: Uuid,
}

#[derive(Deserialize)]
struct Body {
    kind: String,
    occurred_at: String,
    recorded_at: String,
    data: Value,
}

/// The events at these places. Leaves out what a closer look says is not for the caller.
pub async fn show(app: &App, ctx: &Ctx, places: &[Place]) -> Result<Vec<ChangeView>, Problem> {
    if places.is_empty() {
        return Ok(Vec::new());
    }
    let (events, today) = (events_at(app, places).await?, legal_day(app.clock.now()));
    let manifests = Manifests::read(app, places).await?;
    let mut users = users(app, &events).await?;
    let containers = events.iter().filter(|(one, _)| one.subject_kind == SubjectKind::Container);
    let containers: Vec<&Value> = containers.map(|(_, body)| &body.data).collect();
    let sites = container::feed::Sites::read(app, &ctx.actor, &containers).await?;
    let of = |kind| {
        let those = places.iter().filter(move |one| one.subject_kind == kind);
        those.map(|one| (one.subject_id, one.seq)).collect::<Vec<_>>()
    };
    let rounds = round::feed::Stood::read(app, &of(SubjectKind::Round), ctx.lang).await?;
    let trips = trip::feed::Stood::read(app, &of(SubjectKind::Trip)).await?;
    let subjects: Vec<Subject> =
        places.iter().map(|place| Subject::new(place.subject_kind, place.subject_id)).collect();
    let registers = Box::pin(Beside::read(&app.pool, &subjects)).await?;
    let told = notify::feed::Stood::read(app, &ctx.actor, &subjects).await?;
    let keys = api_keys(app, &subjects).await?;
    let devices = device_keys(app, &subjects).await?;
    let mut changes = Vec::with_capacity(events.len());
    for (place, body) in events {
        let resource = match place.subject_kind {
            SubjectKind::Manifest => match manifests.shown(app, ctx, &place)? {
                Some(shown) => Some(shown),
                None => continue,
            },
            SubjectKind::Container => match sites.shown(app, &body.data)? {
                Some(shown) => Some(shown),
                None => continue,
            },
            SubjectKind::Inspection => Some(inspection::feed::shown(&ctx.actor, body.data)?),
            SubjectKind::Assessment => Some(capacity::feed::shown(body.data)?),
            SubjectKind::TransferApplication => {
                Some(application::shown(body.data, (application::clocks(app), today))?)
            }
            SubjectKind::EmergencyPlan => Some(capacity::plan_feed::shown(body.data, today)?),
            SubjectKind::Anomaly => Some(anomaly::shown(body.data)?),
            SubjectKind::Report => Some(report::feed::shown(body.data)?),
            SubjectKind::Webhook | SubjectKind::Subscription => told.shown(&place, body.data)?,
            SubjectKind::User => users.remove(&place.position),
            SubjectKind::SignIn | SubjectKind::RuleSetting => Some(body.data),
            SubjectKind::ApiKey => api_key(keys.get(&place.subject_id), place.seq + 1)?,
            SubjectKind::DeviceKey => device_key(&devices, &place, &body.data)?,
            SubjectKind::Delegation => Some(grant(body.data, place.seq, DelegationView::of)?),
            SubjectKind::Round => {
                let at = (place.subject_id, place.seq);
                match rounds.shown(at, &ctx.actor, app.clock.now())? {
                    Some(shown) => Some(shown),
                    None => continue,
                }
            }
            SubjectKind::Trip => match trips.shown((place.subject_id, place.seq), &ctx.actor)? {
                Some(shown) => Some(shown),
                None => continue,
            },
            kind => registers.shown(kind, body.data)?,
        };
        let head = (body.kind, body.occurred_at, body.recorded_at);
        changes.push(change(&place, head, resource));
    }
    Ok(changes)
}

/// `head`: kind, claimed and recorded time.
fn change(place: &Place, head: (String, String, String), resource: Option<Value>) -> ChangeView {
    let (kind, occurred_at, recorded_at) = head;
    let subject_kind = place.subject_kind.as_str().to_owned();
    ChangeView {
        sequence: place.position + 1,
        kind,
        subject: SubjectView { kind: subject_kind, id: place.subject_id },
        occurred_at,
        recorded_at,
        resource,
    }
}

async fn events_at(app: &App, places: &[Place]) -> Result<Vec<(Place, Body)>, Problem> {
    let positions: Vec<i64> = places.iter().map(|place| place.position).collect();
    let mut events = Vec::with_capacity(places.len());
    let bodies = journal::bodies(&app.pool, &positions).await?;
    for (place, (_, body)) in places.iter().zip(bodies) {
        let body: Body = serde_json::from_str(&body).map_err(Problem::internal)?;
        events.push((*place, body));
    }
    Ok(events)
}

struct Manifests {
    stood: HashMap<(Uuid, i64), Stored>,
    balances: HashMap<Uuid, Balance>,
    standings: manifest::Standings,
}

impl Manifests {
    async fn read(app: &App, places: &[Place]) -> Result<Self, Problem> {
        let of_manifests = places.iter().filter(|one| one.subject_kind == SubjectKind::Manifest);
        let after: Vec<_> = of_manifests.map(|one| (one.subject_id, one.seq)).collect();
        let stood = manifest::as_they_stood(&app.pool, &after).await?;
        let accounts = stood.values().flat_map(|stored| manifest::accounts(&stored.manifest));
        let balances = db::balances_of(&app.pool, &accounts.collect::<Vec<_>>()).await?;
        let manifests = stood.values().map(|stored| &stored.manifest);
        let standings = manifest::standings(&app.pool, manifests).await?;
        Ok(Self { stood, balances, standings })
    }

    /// `None` where the caller was no party to it then: who joins later sees it from there on, and
    /// who is replaced sees that as the last of it.
    fn shown(&self, app: &App, ctx: &Ctx, place: &Place) -> Result<Option<Value>, Problem> {
        let stored = self.stood.get(&(place.subject_id, place.seq));
        let stored = stored.filter(|stored| {
            let (actor, manifest) = (&ctx.actor, &stored.manifest);
            manifest::sees(actor, manifest) || manifest::was_replaced(actor, manifest)
        });
        let Some(stored) = stored else { return Ok(None) };
        let (balances, standings) = (&self.balances, &self.standings);
        let look = Look { app, actor: &ctx.actor, lang: ctx.lang, balances, standings };
        let shown = view(stored.id, &stored.manifest, stored.contact.clone(), &look);
        serde_json::to_value(shown).map(Some).map_err(Problem::internal)
    }
}

async fn api_keys(app: &App, subjects: &[Subject]) -> Result<HashMap<Uuid, ApiKey>, Problem> {
    let ids = subjects.iter().filter(|one| one.kind == SubjectKind::ApiKey).map(|one| one.id);
    let ids: Vec<Uuid> = ids.collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    identity::keys::shown(&app.pool, &ids).await
}

/// An API key as it stood at a version.
fn api_key(key: Option<&ApiKey>, version: i64) -> Result<Option<Value>, Problem> {
    let Some(key) = key else { return Ok(None) };
    let view = ApiKeyView::of(&key.clone().as_at(version), version);
    serde_json::to_value(view).map(Some).map_err(Problem::internal)
}

async fn device_keys(app: &App, subjects: &[Subject]) -> Result<HashMap<Uuid, DeviceKey>, Problem> {
    let ids = subjects.iter().filter(|one| one.kind == SubjectKind::DeviceKey).map(|one| one.id);
    let ids: Vec<Uuid> = ids.collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    identity::device::shown(&app.pool, &ids).await
}

/// A device key as one of its events left it.
fn device_key(
    keys: &HashMap<Uuid, DeviceKey>,
    place: &Place,
    data: &Value,
) -> Result<Option<Value>, Problem> {
    let Some(key) = keys.get(&place.subject_id) else { return Ok(None) };
    let view = DeviceKeyView::of(&key.clone().as_recorded(data), place.seq + 1);
    serde_json::to_value(view).map(Some).map_err(Problem::internal)
}

/// A grant, whose events hold the whole of it.
fn grant<T: DeserializeOwned, V: Serialize>(
    data: Value,
    seq: i64,
    view: impl Fn(&T, i64) -> V,
) -> Result<Value, Problem> {
    let one: T = serde_json::from_value(data).map_err(Problem::internal)?;
    serde_json::to_value(view(&one, seq + 1)).map_err(Problem::internal)
}

/// The users by the positions of their events.
async fn users(app: &App, events: &[(Place, Body)]) -> Result<HashMap<i64, Value>, Problem> {
    let (mut positions, mut recordings) = (Vec::new(), Vec::<Recording>::new());
    for (place, body) in events.iter().filter(|(one, _)| one.subject_kind == SubjectKind::User) {
        let recorded = serde_json::from_value(body.data.clone()).map_err(Problem::internal)?;
        positions.push(place.position);
        recordings.push((place.subject_id, place.seq, recorded));
    }
    if recordings.is_empty() {
        return Ok(HashMap::new());
    }
    let mut shown = HashMap::new();
    let stood = identity::as_they_stood(&app.pool, recordings).await?;
    for (position, user) in positions.into_iter().zip(stood) {
        let Some(user) = user else { continue };
        let view = serde_json::to_value(UserView::from(&user)).map_err(Problem::internal)?;
        shown.insert(position, view);
    }
    Ok(shown)
}
