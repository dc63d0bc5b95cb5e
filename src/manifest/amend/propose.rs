//! Propose an amendment: one side says what should stand there, the other agrees or does not. What
//! could not be approved is refused at once. A regulator's own correction takes effect with it.

use chrono::{DateTime, Days, NaiveTime, TimeZone, Utc};

use super::asked::ProposeAmendment;
use super::event::{AmendmentProposed, Parts};
use super::fold::{Amendment, REGULATOR};
use super::judge::{Amended, Facts, Wanted, at_the_change, judge};
use super::rules::{
    booked, bounds, carried_on, closed, in_the_way, labelled_elsewhere, needs, numbers, something,
};
use super::write::{Done, Effect, Writing, expired};
use crate::app::App;
use crate::catalogue::Stream;
use crate::clock::{beijing, legal_day};
use crate::command;
use crate::ctx::{Actor, Ctx};
use crate::decision::Decision;
use crate::identity::policy as may;
use crate::ids::ManifestId;
use crate::manifest::act::{filed, open_now, parties_of};
use crate::manifest::behalf;
use crate::manifest::event::Happening;
use crate::manifest::evolve::Manifest;
use crate::manifest::sight::regulates_end;
use crate::manifest::status::{Action, Party, Status};
use crate::manifest::store::Stored;
use crate::problem::{Fault, Problem};
use crate::wire::Asked;

/// Who proposes.
#[derive(Clone, Debug)]
pub struct Proposer {
    parties: Vec<Party>,
    is_regulator: bool,
}

/// Whether the caller may amend the manifest now: 403, 412, `illegal_transition`.
pub fn admit(ctx: &Ctx, manifest: &Manifest) -> Result<Proposer, Problem> {
    let parties = amending(&ctx.actor, manifest);
    let is_regulator = corrects(&ctx.actor, manifest);
    may::require(is_regulator || !parties.is_empty())?;
    ctx.expect_version(manifest.version)?;
    let corrigible = is_regulator && manifest.status != Status::Cancelled;
    let is_open = corrigible || Action::Amend.is_open(manifest.status);
    if !is_open || !manifest.takes(Action::Amend) {
        let open = open_now(&ctx.actor, manifest);
        return Err(Action::Amend.refused(manifest.status, open));
    }
    Ok(Proposer { parties, is_regulator })
}

/// What would refuse any amendment by the caller, whatever it changes.
pub fn preflight(ctx: &Ctx, manifest: &Manifest) -> Result<(), Problem> {
    admit(ctx, manifest)?;
    let mut faults = Vec::new();
    bounds(manifest, &mut faults);
    Problem::unless_empty(faults)
}

/// The parties that the caller may amend for: whoever signs for them at a desk. A driver carries.
pub fn amending(actor: &Actor, manifest: &Manifest) -> Vec<Party> {
    if may::prepares_for(actor, actor.organisation_id) {
        parties_of(actor, manifest)
    } else {
        Vec::new()
    }
}

/// Whether the caller is of an authority that may correct the manifest by itself: one of either
/// end's, whose matter the stream is. Those that only stop trucks or put out fires read.
pub fn corrects(actor: &Actor, manifest: &Manifest) -> bool {
    let filed = &manifest.filed;
    let stream = Stream::parse(&filed.stream);
    actor.role.is_regulator()
        && stream.is_ok_and(|stream| may::corrects_stream(actor, stream))
        && regulates_end(actor, &filed.stream, [&filed.producer, &filed.receiver])
}

/// Proposes: 201 with the amendment.
pub async fn propose(
    app: &App,
    ctx: &Ctx,
    id: ManifestId,
    asked: Asked<ProposeAmendment>,
) -> Result<command::Done<Done>, Problem> {
    let read = async |_| {
        let stored = filed(app, ctx, id, Action::Amend).await?;
        // What may not be amended is not read as a filing: it may be none.
        let facts = match &asked {
            Ok(asked) if admit(ctx, &stored.manifest).is_ok() => {
                let wanted = Wanted::Asked(&asked.changes);
                Some(Facts::read(app, ctx, &stored, &wanted).await?)
            }
            Ok(_) | Err(_) => None,
        };
        Ok((stored, facts))
    };
    let decide = |(stored, facts): &(Stored, Option<Facts>)| {
        let state = admit(ctx, &stored.manifest);
        match (state, &asked, facts) {
            (Ok(proposer), Ok(asked), Some(facts)) => {
                decide(app, ctx, (stored, facts), (asked, proposer))
            }
            (Err(state), Err(content), _) if state.code() != crate::problem::Code::Forbidden => {
                Err(state.and(content.clone()))
            }
            (Err(problem), _, _) => Err(problem),
            (Ok(_), Err(problem), _) => Err(problem.clone()),
            (Ok(_), Ok(_), None) => Err(Problem::internal("an amendment without facts")),
        }
    };
    command::run(app, ctx, read, decide).await
}

fn decide(
    app: &App,
    ctx: &Ctx,
    (stored, facts): (&Stored, &Facts),
    (asked, proposer): (&ProposeAmendment, Proposer),
) -> Result<Decision, Problem> {
    let (manifest, changes) = (&stored.manifest, &asked.changes);
    let own = ctx.actor.organisation_id;
    let amended = judge(app, ctx, stored, facts)?;
    let mut faults = Vec::new();
    numbers(manifest, changes, &mut faults);
    if faults.is_empty() && amended.faults.is_empty() {
        something(&amended.touched, &mut faults);
    }
    bounds(manifest, &mut faults);
    if proposer.is_regulator {
        if manifest.received.is_some() {
            booked(&amended.touched, changes, &mut faults);
        }
    } else {
        closed(manifest, &amended.touched, (changes, &app.catalogue), &mut faults);
    }
    labelled_elsewhere(manifest, &amended.touched, changes, &mut faults);
    carried_on(manifest, &amended.touched, changes, &mut faults);
    let by = (own, proposer.is_regulator);
    let superseded = in_the_way(manifest, &amended.touched, by, (changes, &mut faults));
    let told = amended.faults.iter().cloned().map(|fault| Fault {
        pointer: Some(at_the_change(
            fault.pointer.as_deref().unwrap_or_default(),
            changes,
            &amended.touched,
        )),
        ..fault
    });
    faults.extend(told);
    Problem::unless_empty(faults)?;
    write(app, ctx, (stored, facts), (asked, proposer, amended, superseded))
}

fn write(
    app: &App,
    ctx: &Ctx,
    (stored, facts): (&Stored, &Facts),
    (asked, proposer, amended, superseded): (&ProposeAmendment, Proposer, Amended, Vec<Amendment>),
) -> Result<Decision, Problem> {
    let manifest = &stored.manifest;
    let own = ctx.actor.organisation_id;
    // Its own side, and that of whoever lets it sign for him.
    let givers = behalf::delegated(&ctx.actor, manifest);
    let mut side: Vec<_> = givers.iter().map(|(_, mandate)| mandate.giver).collect();
    side.push(own);
    let needs =
        if proposer.is_regulator { Vec::new() } else { needs(manifest, &amended.touched, &side) };
    let by: Vec<String> = if proposer.is_regulator {
        vec![REGULATOR.to_owned()]
    } else {
        proposer.parties.iter().map(|party| party.as_str().to_owned()).collect()
    };
    let n = manifest.amendments.count + 1;
    let waits = !needs.is_empty();
    let (changes, before): (Parts, Parts) = (amended.changes.clone(), amended.before.clone());
    let mut happenings: Vec<Happening> =
        superseded.iter().map(|open| expired(open, "superseded")).collect();
    happenings.push(Happening::AmendmentProposed(AmendmentProposed {
        n,
        changes,
        before,
        reason: asked.reason.as_str().to_owned(),
        reason_text: asked.reason_text.as_ref().map(|text| text.as_str().to_owned()),
        by: by.clone(),
        organisation_id: own,
        needs,
        expires_at: waits.then(|| expires_at(app, ctx.now)),
    }));
    let effect = (!waits).then(|| Effect::of(n, (by, Vec::new()), ctx, (amended, facts)));
    let notice = if waits { "amendment_proposed" } else { "amendment_approved" };
    Writing {
        stored: stored.clone(),
        happenings,
        n,
        effect,
        notice,
        regulators: Vec::new(),
        occurred_at: ctx.now,
        seal: None,
    }
    .decision(ctx, 201)
}

/// The end of the last working day of the period, in Beijing.
fn expires_at(app: &App, now: DateTime<Utc>) -> DateTime<Utc> {
    let last = app.calendar.add_working_days(legal_day(now), app.config.amendment_days);
    let next = last.checked_add_days(Days::new(1)).unwrap_or(last);
    let midnight = beijing().from_local_datetime(&next.and_time(NaiveTime::MIN)).single();
    midnight.map_or(now, |time| time.with_timezone(&Utc))
}
