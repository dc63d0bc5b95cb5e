//! One stop more on a round that is planned or under way.

use serde_json::Value;

use super::act::{self, Beside};
use super::asked::StopToPlan;
use super::event::{Happening, StopPlanned};
use super::evolve::Round;
use super::plan::{
    About, End, StopFacts, count, draft_of, items_of, planned_stop, producer_faults,
};
use super::status::RoundAction;
use super::store::{self, Stored};
use super::words::planned_items;
use crate::app::App;
use crate::catalogue::{Catalogue, Stream};
use crate::clock::legal_day;
use crate::command::{self, Done};
use crate::ctx::Ctx;
use crate::decision::{Decision, Row};
use crate::ids::{ManifestId, RoundId};
use crate::manifest::Wording;
use crate::problem::{Findings, Problem};
use crate::wire::Asked;

/// One stop more: 201.
pub async fn add_stop(
    app: &App,
    ctx: &Ctx,
    id: RoundId,
    asked: Asked<StopToPlan>,
) -> Result<Done<Stored>, Problem> {
    let manifest_id = ManifestId::of(app.mint.uuid(ctx.now));
    let read = async |freshness| {
        let stored = act::visible(app, &ctx.actor, id).await?;
        let Ok(asked) = &asked else { return Ok((stored, None)) };
        let site_id = asked.producer_site_id;
        let end = End::read(app, site_id, freshness).await?;
        let (items, pointer) = (items_of(asked), Some(String::new()));
        Ok((stored, Some(StopFacts { site_id, end, manifest_id, items, pointer })))
    };
    command::run(app, ctx, read, |(stored, stop)| {
        let may = act::carries(&ctx.actor, &stored.round);
        act::admit(ctx, &stored.round, may, RoundAction::AddStop)?;
        asked.as_ref().map_err(Clone::clone)?;
        let stop = stop.as_ref().ok_or_else(|| Problem::internal("a stop was not read"))?;
        decide_stop((stored, stop), ctx, &app.catalogue)
    })
    .await
}

fn decide_stop(
    (stored, stop): (&Stored, &StopFacts),
    ctx: &Ctx,
    catalogue: &Catalogue,
) -> Result<Decision, Problem> {
    let round = &stored.round;
    let mut findings = Findings::new();
    producer_faults(stop, &mut findings);
    let stream = Stream::parse(&round.stream).ok();
    let wording = Wording { catalogue, stream, today: legal_day(ctx.now) };
    let n = round.stops.len() + 1;
    planned_items(&wording, (n, stop.pointer.as_deref(), &stop.items), &mut findings);
    count(n, true, &mut findings);
    findings.settle()?;
    let planned = planned_stop(n as i64, stop);
    let planned = planned.ok_or_else(|| Problem::internal("a stop without its site"))?;
    let rows = vec![
        store::stop_row(stored.id, &planned, &stop.items),
        added_draft(round, &planned, &stop.items, ctx),
    ];
    let notices = vec![("round_planned", planned.producer.organisation_id)];
    let notes = vec![(Happening::StopAdded(Box::new(planned)), ctx.now)];
    let beside = Beside { rows, notices, mandate: None };
    let mut decision = act::write(ctx, (stored.id, Some(round)), notes, beside, 201)?;
    decision.lean_on(stop.end.iter().flat_map(|end| end.guards()));
    Ok(decision)
}

/// The draft of a stop that is added to a round.
fn added_draft(round: &Round, stop: &StopPlanned, items: &Value, ctx: &Ctx) -> Row {
    let about = About {
        stream: &round.stream,
        receiver: round.receiver_site_id,
        carrier: round.carrier_id,
        crew: &round.crew,
        day: round.planned_on,
    };
    draft_of(&about, stop, items, ctx)
}
