//! What all steps of a trip share: find it, see who acts, write what happens.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::event::{End, Happening, Rider};
use super::evolve::{Stamped, Trip, evolve};
use super::status::TripAction;
use super::store::{self, Stored};
use crate::app::App;
use crate::catalogue::Stream;
use crate::ctx::{Actor, Ctx};
use crate::decision::{Decision, EventDraft, Row, Stamp, Subject, SubjectKind, Written};
use crate::identity::policy as may;
use crate::ids::{ManifestId, TripId};
use crate::problem::Problem;
use crate::registry::Part;

/// The manifests of a trip that the actor sees; `None` where it may not know that there is one.
/// The carrier sees all; everybody else those that it is a party to, or regulates an end of.
pub fn sight(actor: &Actor, trip: &Trip) -> Option<BTreeSet<ManifestId>> {
    let carries = may::belongs_to(actor, trip.carrier_id);
    let regulates = |end: &End| may::regulates_place(actor, &end.division, end.regiment.as_deref());
    let sees = |rider: &&Rider| {
        let ends = [&rider.producer, &rider.receiver];
        let concerns = || Stream::parse(&rider.stream).is_ok_and(|it| may::sees_stream(actor, it));
        carries
            || ends.iter().any(|end| may::belongs_to(actor, end.organisation_id))
            || (ends.into_iter().any(regulates) && concerns())
    };
    let seen: BTreeSet<ManifestId> =
        trip.riders.iter().filter(sees).map(|rider| rider.manifest_id).collect();
    (carries || !seen.is_empty()).then_some(seen)
}

/// The trip, if there is one and the actor may know: else 404.
pub async fn visible(app: &App, actor: &Actor, id: TripId) -> Result<Stored, Problem> {
    let found = store::by_id(&app.pool, id).await?;
    found.filter(|stored| sight(actor, &stored.trip).is_some()).ok_or_else(Problem::not_found)
}

/// Whether the actor drives for the trip's carrier.
pub fn carries(actor: &Actor, trip: &Trip) -> bool {
    may::acts_for(actor, trip.carrier_id, Part::Carrier)
}

/// Whether the actor stands at the gate of this manifest's receiver.
pub fn receives(actor: &Actor, rider: &Rider) -> bool {
    may::acts_for(actor, rider.receiver.organisation_id, Part::Receiver)
}

/// Whether the actor may ever take this step.
pub fn may_take(actor: &Actor, trip: &Trip, action: TripAction) -> bool {
    match action {
        TripAction::Join | TripAction::Depart | TripAction::Cancel => carries(actor, trip),
        TripAction::Arrive | TripAction::Weigh => {
            carries(actor, trip) || trip.riders.iter().any(|rider| receives(actor, rider))
        }
    }
}

/// Whether a step may be taken at all, before its content is looked at: 403, 412, then the state.
pub fn admit(ctx: &Ctx, trip: &Trip, action: TripAction) -> Result<(), Problem> {
    may::require(may_take(&ctx.actor, trip, action))?;
    ctx.expect_version(trip.version)?;
    action.demand(trip.status)
}

/// The steps that the actor may take now.
pub fn allowed(actor: &Actor, trip: &Trip) -> Vec<TripAction> {
    let open = TripAction::ALL.iter().copied().filter(|action| action.is_open(trip.status));
    open.filter(|action| may_take(actor, trip, *action)).collect()
}

/// The decision that writes a happening on a trip, new where `before` is none. `status` is that of
/// the first answer.
pub fn write(
    ctx: &Ctx,
    (id, before): (TripId, Option<&Trip>),
    (happening, occurred_at): (Happening, DateTime<Utc>),
    rows: Vec<Row>,
    status: i16,
) -> Result<Decision, Problem> {
    let subject = Subject::new(SubjectKind::Trip, id.uuid());
    let stamp = Stamp::from(&ctx.actor);
    let data = happening.data().map_err(Problem::internal)?;
    let (version, before) = (before.map(|trip| trip.version), before.cloned());
    let finish = move |settled: &crate::decision::Settled| {
        let recorded_at = settled.recorded_at;
        let stamped = Stamped { happening: happening.clone(), occurred_at, recorded_at };
        let trip = evolve(before.clone(), &stamped).map_err(Problem::internal)?;
        let (kind, actor, data) = (happening.kind(), stamp.clone(), data.clone());
        let events = vec![EventDraft { subject, kind, occurred_at, actor, data }];
        let own =
            if before.is_none() { store::new_row(id, &trip)? } else { store::step_row(id, &trip)? };
        let mut all = vec![own];
        all.extend(rows.clone());
        let output = Arc::new(Stored { id, trip });
        Ok(Written { events, rows: all, notices: Vec::new(), output })
    };
    let mut decision = Decision::new(subject, ctx, status, Box::new(finish));
    decision.advance(subject, version);
    Ok(decision)
}
