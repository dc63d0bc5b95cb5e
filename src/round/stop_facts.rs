//! What a call at a stop needs to know: the draft or the manifest, and all that a filing asks.
//!
//! Read for many stops at once: what they share (receiver, licences, vehicle) is read once.

use std::collections::HashMap;

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::act;
use super::asked::StopAsked;
use super::evolve::{Round, Stop};
use super::status::{RoundAction, StopOutcome, StopStatus};
use super::store::Stored;
use super::taken::{self, PlannedItem, Taken};
use crate::app::App;
use crate::clock::legal_day;
use crate::command::Freshness;
use crate::ctx::Ctx;
use crate::db;
use crate::decision::{Balance, Move, Row, Subject, SubjectKind};
use crate::ids::{ManifestId, RoundId};
use crate::manifest::{
    self, Draft, Facts, FileManifest, FilingScene, LegFacts, LegIds, Mover, Second, Signing, ToFile,
};
use crate::problem::{Fault, Problem};
use crate::wire;

/// One call at a stop. `ahead`: the producer files before the truck comes.
pub struct Call<'a> {
    pub n: i64,
    pub asked: &'a StopAsked,
    pub ahead: bool,
    /// The producer's code, where one was given.
    pub signing: Option<&'a Signing<'a>>,
}

impl Call<'_> {
    /// A code is only tried for who may take the step at all.
    async fn second(&self, ctx: &Ctx, round: &Round, stop: &Stop) -> Result<Second, Problem> {
        let is_open = stop.status == StopStatus::Planned && RoundAction::Stop.is_open(round.status);
        match self.signing.filter(|_| is_open && act::carries(&ctx.actor, round)) {
            Some(signing) => signing.look_at(stop.plan.manifest_id).await,
            None => Ok(Second::NotNamed),
        }
    }
}

pub struct StopFacts {
    pub n: i64,
    pub round_id: RoundId,
    pub leg: LegFacts,
    /// The manifest, once it is filed.
    pub mover: Option<Mover>,
    /// The draft's version, while there is one.
    pub draft: Option<i64>,
    /// What was taken, or why that cannot be read.
    pub taken: Result<Taken, Problem>,
    /// Who signs for the producer on the spot.
    pub second: Second,
}

impl StopFacts {
    /// The row that takes the draft away.
    pub fn draft_gone(&self, id: ManifestId) -> Option<Row> {
        self.draft.map(|version| manifest::draft_gone(id, version))
    }

    /// One for each of `calls`, in their order; a stop that there is not has no draft either.
    pub async fn read(
        app: &App,
        ctx: &Ctx,
        stored: &Stored,
        calls: &[Call<'_>],
        freshness: Freshness,
    ) -> Result<Vec<Self>, Problem> {
        let round = &stored.round;
        if freshness == Freshness::Fresh {
            forget(app, round, calls);
        }
        let ids: Vec<ManifestId> = calls
            .iter()
            .filter_map(|call| round.stop(call.n))
            .map(|stop| stop.plan.manifest_id)
            .collect();
        let drafts = manifest::find_drafts(&app.pool, &ids).await?;
        let mut drafts: HashMap<_, _> = drafts.into_iter().map(|one| (one.id, one)).collect();
        let filed = manifest::by_ids(&app.pool, &ids).await?;
        let mut filed: HashMap<_, _> = filed.into_iter().map(|one| (one.id, one)).collect();
        let leg = LegFacts::read(app, leg_ids(round), Freshness::Cached).await?;
        let mut all = Vec::with_capacity(calls.len());
        for call in calls {
            let Some(stop) = round.stop(call.n) else { continue };
            let id = stop.plan.manifest_id;
            let draft = drafts.remove(&id);
            let mover = match filed.remove(&id) {
                Some(stored) => Some(Mover::read(app, ctx, stored).await?),
                None => None,
            };
            let version = draft.as_ref().map(|draft| draft.version);
            let taken = read_taken(app, ctx, (round, stop), (call, draft, mover.as_ref())).await?;
            let second = call.second(ctx, round, stop).await?;
            let (n, round_id, leg) = (call.n, stored.id, leg.clone());
            all.push(Self { n, round_id, leg, mover, draft: version, taken, second });
        }
        read_balances(app, ctx, &mut all).await?;
        Ok(all)
    }

    /// The accounts that its filing would move.
    fn moves(&self, ctx: &Ctx, scene: &FilingScene) -> Vec<Move> {
        let collecting = self.taken.as_ref().ok().and_then(|taken| taken.collecting.as_ref());
        collecting.map(|one| one.moves(ctx, scene)).unwrap_or_default()
    }
}

fn leg_ids(round: &Round) -> LegIds {
    LegIds {
        carrier: round.carrier_id,
        vehicle: round.crew.vehicle_id,
        driver: round.crew.driver_id,
        escort: None,
    }
}

/// Forgets what the calls share, so that it is read again, and once.
fn forget(app: &App, round: &Round, calls: &[Call<'_>]) {
    let of = |kind, id| Subject::new(kind, id);
    let mut subjects = vec![
        of(SubjectKind::Organisation, round.carrier_id.uuid()),
        of(SubjectKind::Vehicle, round.crew.vehicle_id.uuid()),
        of(SubjectKind::Driver, round.crew.driver_id.uuid()),
        of(SubjectKind::Site, round.receiver_site_id.uuid()),
        of(SubjectKind::Organisation, round.receiver.organisation_id.uuid()),
    ];
    for stop in calls.iter().filter_map(|call| round.stop(call.n)) {
        subjects.push(of(SubjectKind::Site, stop.plan.producer_site_id.uuid()));
        let producer = stop.plan.producer.organisation_id.uuid();
        subjects.push(of(SubjectKind::Organisation, producer));
    }
    app.registers.evict(&subjects);
}

/// The inner error is the stop's own; the outer one is the database's.
async fn read_taken(
    app: &App,
    ctx: &Ctx,
    (round, stop): (&Round, &Stop),
    (call, draft, mover): (&Call<'_>, Option<Draft>, Option<&Mover>),
) -> Result<Result<Taken, Problem>, Problem> {
    let nothing = || Taken { items: Vec::new(), collecting: None, places: Vec::new() };
    if call.asked.outcome == StopOutcome::Skipped {
        return Ok(Ok(nothing()));
    }
    let (draft, mover) = match (draft, mover) {
        (Some(draft), _) => (draft, None),
        (None, Some(mover)) => (empty(stop), Some(mover)),
        (None, None) => return Ok(Ok(nothing())),
    };
    let in_draft = draft.body["items"].as_array().cloned().unwrap_or_default();
    let planned: Vec<PlannedItem> = match mover {
        Some(mover) => {
            mover.stored.manifest.filed.items.iter().map(PlannedItem::of_filed).collect()
        }
        None => in_draft.iter().map(PlannedItem::of_draft).collect(),
    };
    let items = match taken::read(&planned, &call.asked.items, ctx.now) {
        Ok(items) => items,
        Err(problem) => return Ok(Err(problem)),
    };
    let named = !call.asked.items.is_empty();
    let places = (0..items.len()).map(|n| named.then_some(n)).collect();
    if mover.is_some() {
        return Ok(Ok(Taken { items, collecting: None, places }));
    }
    let day = if call.ahead { round.planned_on } else { day_of(call.asked, ctx) };
    let asked = match filing(round, &draft, (&in_draft, &items), day) {
        Ok(asked) => asked,
        Err(problem) => {
            let taken = Taken { items, collecting: None, places };
            return Ok(Err(taken.own_fields(problem)));
        }
    };
    let facts = Facts::read(app, ctx, &asked, Freshness::Cached).await?;
    let collecting = ToFile::new(app, ctx, (draft.id, asked, Some(draft.version)), facts);
    Ok(Ok(Taken { items, collecting: Some(collecting), places }))
}

/// The day that it left, Beijing.
fn day_of(asked: &StopAsked, ctx: &Ctx) -> NaiveDate {
    legal_day(asked.occurred_at.unwrap_or(ctx.now).min(ctx.now))
}

fn empty(stop: &Stop) -> Draft {
    let owner = stop.plan.producer.organisation_id;
    Draft { id: stop.plan.manifest_id, owner, producer: None, version: 0, body: Value::Null }
}

/// What is filed: the draft, on the round's own way, with what was taken.
fn filing(
    round: &Round,
    draft: &Draft,
    (in_draft, items): (&[Value], &[super::event::CollectedItem]),
    day: NaiveDate,
) -> Result<FileManifest, Problem> {
    let mut body = draft.body.clone();
    let members = body.as_object_mut().ok_or_else(|| Fault::unknown_reference("/items"))?;
    members.insert("stream".into(), json!(round.stream));
    members.insert("receiver_site_id".into(), json!(round.receiver_site_id));
    let leg = json!({"carrier_id": round.carrier_id, "vehicle_id": round.crew.vehicle_id,
        "driver_id": round.crew.driver_id});
    members.insert("legs".into(), json!([leg]));
    members.insert("planned_departure_on".into(), json!(day));
    members.insert("items".into(), taken::filing_items(in_draft, items)?);
    members.remove("draft");
    wire::read(body.to_string().as_bytes())
}

/// An unlocked reading of all accounts at once: so that a refusal lists capacity faults too, and a
/// stop that has no room is told so without stopping the others.
async fn read_balances(app: &App, ctx: &Ctx, all: &mut [StopFacts]) -> Result<(), Problem> {
    let scene = FilingScene { for_producer: true, ..FilingScene::of(app, ctx) };
    let moves: Vec<Move> = all.iter().flat_map(|one| one.moves(ctx, &scene)).collect();
    if moves.is_empty() {
        return Ok(());
    }
    let balances: HashMap<uuid::Uuid, Balance> = db::balances(&app.pool, &moves).await?;
    for one in all {
        if let Ok(Taken { collecting: Some(collecting), .. }) = &mut one.taken {
            collecting.facts.balances = Some(balances.clone());
        }
    }
    Ok(())
}
