//! What all steps of a round share: find it, see who acts, write what happens.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::event::Happening;
use super::evolve::{Round, Stamped, Stop, evolve};
use super::status::RoundAction;
use super::store::{self, Stored};
use crate::app::App;
use crate::catalogue::Stream;
use crate::ctx::{Actor, Ctx, Role};
use crate::decision::{Decision, EventDraft, Notice, Row, Stamp, Subject, SubjectKind, Written};
use crate::grant::Mandate;
use crate::identity::policy as may;
use crate::ids::{OrganisationId, RoundId};
use crate::manifest::PartyAt;
use crate::problem::Problem;
use crate::registry::Part;

/// How much of a round somebody sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sight {
    /// All of it: the carrier, the receiver, and the receiver's regulators.
    Whole,
    /// These stops and nothing of the others: their producers and their regulators.
    Stops(BTreeSet<i64>),
}

impl Sight {
    pub fn shows(&self, n: i64) -> bool {
        match self {
            Self::Whole => true,
            Self::Stops(stops) => stops.contains(&n),
        }
    }

    pub const fn is_whole(&self) -> bool {
        matches!(self, Self::Whole)
    }
}

/// What the actor sees of a round; `None` where it may not know that there is one.
pub fn sight(actor: &Actor, round: &Round) -> Option<Sight> {
    let concerns = Stream::parse(&round.stream).is_ok_and(|it| may::sees_stream(actor, it));
    let regulates = |end: &PartyAt| {
        concerns && may::regulates_place(actor, &end.division, end.regiment.as_deref())
    };
    let own = [round.carrier_id, round.receiver.organisation_id];
    if own.into_iter().any(|id| may::belongs_to(actor, id)) || regulates(&round.receiver) {
        return Some(Sight::Whole);
    }
    let sees = |stop: &&Stop| {
        let producer = &stop.plan.producer;
        may::belongs_to(actor, producer.organisation_id)
            || regulates(producer)
            || is_entrusted(actor, round, stop)
    };
    let stops: BTreeSet<i64> = round.stops.iter().filter(sees).map(|stop| stop.plan.n).collect();
    (!stops.is_empty()).then_some(Sight::Stops(stops))
}

/// Whether the stop's producer lets the actor's organisation sign for it.
fn is_entrusted(actor: &Actor, round: &Round, stop: &Stop) -> bool {
    let at = (Some(stop.plan.producer_site_id), &*round.stream);
    let giver = stop.plan.producer.organisation_id;
    actor.role != Role::Driver && may::covering(actor, giver, Part::Producer, at).is_some()
}

/// Who signs a stop for its producer.
pub enum ForProducer<'a> {
    Own,
    /// By delegation, which its event names.
    Mandate(&'a Mandate),
}

/// Whether, and by what right, the actor signs for a stop's producer.
pub fn for_producer<'a>(actor: &'a Actor, round: &Round, stop: &Stop) -> Option<ForProducer<'a>> {
    let producer = stop.plan.producer.organisation_id;
    if may::acts_for(actor, producer, Part::Producer) {
        return Some(ForProducer::Own);
    }
    let at = (Some(stop.plan.producer_site_id), &*round.stream);
    may::mandate(actor, producer, Part::Producer, at).map(ForProducer::Mandate)
}

/// The round, if there is one and the actor may know: else 404.
pub async fn visible(app: &App, actor: &Actor, id: RoundId) -> Result<Stored, Problem> {
    let found = store::by_id(&app.pool, id).await?;
    found.filter(|stored| sight(actor, &stored.round).is_some()).ok_or_else(Problem::not_found)
}

/// Whether the actor drives for the round's carrier.
pub fn carries(actor: &Actor, round: &Round) -> bool {
    may::acts_for(actor, round.carrier_id, Part::Carrier)
}

/// Whether the actor stands at the receiver's gate.
pub fn receives(actor: &Actor, round: &Round) -> bool {
    may::acts_for(actor, round.receiver.organisation_id, Part::Receiver)
}

/// Whether a step may be taken at all, before its content is looked at: 403, 412, then the state.
pub fn admit(ctx: &Ctx, round: &Round, may: bool, action: RoundAction) -> Result<(), Problem> {
    may::require(may)?;
    ctx.expect_version(round.version)?;
    action.demand(round.status)
}

/// The steps that the actor may take now.
pub fn allowed(actor: &Actor, round: &Round) -> Vec<RoundAction> {
    let is_for = |action: RoundAction| match action {
        RoundAction::AddStop | RoundAction::Stop | RoundAction::Change | RoundAction::Cancel => {
            carries(actor, round)
        }
        RoundAction::WeighIn | RoundAction::Complete => receives(actor, round),
        RoundAction::Confirm => {
            let open = round.stops.iter().filter(|stop| !stop.is_signed());
            open.clone().any(|stop| for_producer(actor, round, stop).is_some())
        }
    };
    let open = RoundAction::ALL.iter().copied().filter(|action| action.is_open(round.status));
    open.filter(|action| is_for(*action)).collect()
}

/// Something that happens to a round, and when.
pub type Note = (Happening, DateTime<Utc>);

/// What is written of a round's step beside its events and its own row.
#[derive(Default)]
pub struct Beside {
    pub rows: Vec<Row>,
    /// Who is told, and what.
    pub notices: Vec<(&'static str, OrganisationId)>,
    /// By which the actor signs for another.
    pub mandate: Option<Mandate>,
}

/// The decision that writes `notes` on a round, new where `before` is none. `status` is that of the
/// first answer.
pub fn write(
    ctx: &Ctx,
    (id, before): (RoundId, Option<&Round>),
    notes: Vec<Note>,
    beside: Beside,
    status: i16,
) -> Result<Decision, Problem> {
    let subject = Subject::new(SubjectKind::Round, id.uuid());
    let mandate = beside.mandate.as_ref();
    let stamp = Stamp::from(&ctx.actor).for_others(mandate.into_iter().map(Into::into).collect());
    let guards: Vec<_> = mandate.into_iter().map(Mandate::guard).collect();
    let data: Result<Vec<_>, _> = notes.iter().map(|(happening, _)| happening.data()).collect();
    let data = data.map_err(Problem::internal)?;
    let (version, before) = (before.map(|round| round.version), before.cloned());
    let finish = move |settled: &crate::decision::Settled| {
        let (mut round, mut events) = (before.clone(), Vec::with_capacity(data.len()));
        for ((happening, occurred_at), data) in notes.iter().zip(&data) {
            let (occurred_at, recorded_at) = (*occurred_at, settled.recorded_at);
            let stamped = Stamped { happening: happening.clone(), occurred_at, recorded_at };
            round = Some(evolve(round, &stamped).map_err(Problem::internal)?);
            let (kind, actor, data) = (happening.kind(), stamp.clone(), data.clone());
            events.push(EventDraft { subject, kind, occurred_at, actor, data });
        }
        let round = round.ok_or_else(|| Problem::internal("a round without events"))?;
        let own = if before.is_none() {
            store::new_row(id, &round)?
        } else {
            store::step_row(id, &round)?
        };
        let mut rows = vec![own];
        rows.extend(beside.rows.clone());
        let told = beside.notices.iter();
        let told = told.map(|&(kind, recipient)| Notice {
            kind,
            recipient: Some(recipient),
            subject,
            event: 0,
        });
        let (notices, output) = (told.collect(), Arc::new(Stored { id, round }));
        Ok(Written { events, rows, notices, output })
    };
    let mut decision = Decision::new(subject, ctx, status, Box::new(finish));
    decision.lean_on(guards);
    decision.advance(subject, version);
    Ok(decision)
}
