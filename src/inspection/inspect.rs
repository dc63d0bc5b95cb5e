//! Record an inspection: what was looked for, what the system showed then, and what was found.

use std::sync::Arc;

use chrono::{DateTime, Days, TimeDelta, Utc};

use super::model::{Finding, Found, Inspection, InspectionFindingKind, InspectionOutcome};
use super::roadside::{Look, Riding, look_for, may_look, named_once};
use super::{list, store};
use crate::app::App;
use crate::command::{self, Done};
use crate::ctx::{Actor, Ctx};
use crate::decision::{Decision, EventDraft, Notice, Stamp, Written};
use crate::ids::{InspectionId, OrganisationId};
use crate::limits::AHEAD_MINUTES_MAX;
use crate::manifest::Manifest;
use crate::problem::{Code, Fault, Problem, Text};
use crate::registry::{Entry, Place, Plate, words};
use crate::wire::{self, BoundedText, List, Location, wire};

/// Findings of one look.
const FINDINGS_MAX: usize = 20;

/// How long ago a look may have been: it is told of what rides now.
const BEHIND_DAYS_MAX: u64 = 30;

wire! {
    /// A look at a load on the road: exactly one of `plate`, `number` and `container_code`.
    pub struct NewInspection {
        pub plate: Option<Plate>,
        /// A manifest's number.
        pub number: Option<BoundedText<1, 20>>,
        /// The code on a container's label.
        pub container_code: Option<BoundedText<1, 64>>,
        pub outcome: InspectionOutcome,
        /// What was not as it should be; at least one unless all was in order.
        pub findings: List<NewFinding, 0, FINDINGS_MAX> = List::default(),
        pub note: BoundedText<0, 2000> = BoundedText::default(),
        pub location: Option<Location>,
        /// Now, when absent. At most 5 minutes ahead and 30 days ago.
        pub occurred_at: Option<DateTime<Utc>>,
    }

    pub struct NewFinding {
        pub kind: InspectionFindingKind,
        pub note: Option<BoundedText<1, 500>>,
    }
}

pub async fn inspect(
    app: &App,
    ctx: &Ctx,
    asked: wire::Asked<NewInspection>,
) -> Result<Done<Inspection>, Problem> {
    may_look(&ctx.actor)?;
    let new = match asked {
        Ok(new) => new,
        Err(problem) => return command::refuse(app, ctx, problem).await,
    };
    let id = InspectionId::of(app.mint.uuid(ctx.now));
    let container = new.container_code.as_ref().map(BoundedText::as_str);
    let number = new.number.as_ref().map(BoundedText::as_str);
    let named = named_once(new.plate.as_ref(), number, container);
    let read = async |_| match &named {
        Ok(asked) => look_for(app, asked.clone()).await.map(Some),
        Err(_) => Ok(None),
    };
    command::run(app, ctx, read, |look| decide(id, look.as_ref(), &new, &named, ctx)).await
}

fn decide(
    id: InspectionId,
    look: Option<&Look>,
    new: &NewInspection,
    named: &Result<super::model::Asked, Fault>,
    ctx: &Ctx,
) -> Result<Decision, Problem> {
    let mut faults: Vec<Fault> = named.as_ref().err().cloned().into_iter().collect();
    faults.extend(findings_agree(new));
    faults.extend(in_time(new, ctx));
    Problem::unless_empty(faults)?;
    let look = look.ok_or_else(|| Problem::internal("an inspection without a look"))?;
    let inspection = Inspection {
        id,
        organisation_id: ctx.actor.organisation_id,
        agency: ctx.actor.agency.clone().unwrap_or_default(),
        asked: look.asked.clone(),
        outcome: new.outcome,
        findings: new.findings.iter().map(finding).collect(),
        note: words(&new.note),
        location: new
            .location
            .map(|at| Place { lon_e6: i64::from(at.lon_e6), lat_e6: i64::from(at.lat_e6) }),
        occurred_at: new.occurred_at.unwrap_or(ctx.now),
        log_size: look.log_size,
        found: look.found.iter().map(found).collect(),
        by_places: jurisdiction(&ctx.actor),
    };
    let subject = inspection.subject();
    let event = EventDraft {
        subject,
        kind: "inspected",
        occurred_at: inspection.occurred_at,
        actor: Stamp::from(&ctx.actor),
        data: serde_json::to_value(&inspection).map_err(Problem::internal)?,
    };
    let row = store::insert(&inspection)?;
    let notices: Vec<Notice> = inspection
        .organisations()
        .into_iter()
        .map(Some)
        .map(|recipient| Notice { kind: "manifest_inspected", recipient, subject, event: 0 })
        .collect();
    let output = Arc::new(inspection);
    let finish = move |_: &_| {
        let (events, rows) = (vec![event.clone()], vec![row.clone()]);
        Ok(Written { events, rows, notices: notices.clone(), output: Arc::clone(&output) as _ })
    };
    let mut decision = Decision::new(subject, ctx, 201, Box::new(finish));
    decision.advance(subject, None);
    Ok(decision)
}

fn findings_agree(new: &NewInspection) -> Option<Fault> {
    let agrees = (new.outcome == InspectionOutcome::InOrder) == new.findings.is_empty();
    if agrees {
        return None;
    }
    let text = Text::new(
        "结论为 in_order 时不得有问题项，否则至少一项。",
        "With the outcome `in_order` there are no findings, else there is at least one.",
    );
    Some(Fault::new(Code::DecisionMismatch, "/findings", text))
}

fn in_time(new: &NewInspection, ctx: &Ctx) -> Option<Fault> {
    let time = new.occurred_at?;
    if time > ctx.now + TimeDelta::minutes(AHEAD_MINUTES_MAX) {
        let text = Text::new(
            format!("发生时间最多可比现在晚 {AHEAD_MINUTES_MAX} 分钟。"),
            format!("At most {AHEAD_MINUTES_MAX} minutes ahead of now."),
        );
        return Some(Fault::new(Code::NotYet, "/occurred_at", text));
    }
    let earliest = ctx.now.checked_sub_days(Days::new(BEHIND_DAYS_MAX))?;
    (time < earliest).then(|| {
        let text = Text::new(
            format!("发生时间最多可比现在早 {BEHIND_DAYS_MAX} 天。"),
            format!("At most {BEHIND_DAYS_MAX} days ago."),
        );
        Fault::new(Code::OccurredTooEarly, "/occurred_at", text)
    })
}

fn finding(new: &NewFinding) -> Finding {
    Finding { kind: new.kind, note: new.note.as_ref().map(words) }
}

fn found(riding: &Riding) -> Found {
    let manifest = &riding.stored.manifest;
    Found {
        manifest_id: riding.stored.id,
        number: manifest.filed.number.clone(),
        status: manifest.status.as_str().to_owned(),
        stream: manifest.filed.stream.clone(),
        riding: riding.is_riding,
        version: manifest.version,
        index: riding.index,
        leaf_hash: hex::encode(&riding.leaf),
        organisation_ids: parties(manifest),
        places: ends(manifest),
    }
}

fn parties(manifest: &Manifest) -> Vec<OrganisationId> {
    let filed = &manifest.filed;
    let mut all = vec![filed.producer.organisation_id, filed.receiver.organisation_id];
    all.extend(manifest.carriers());
    all.sort_unstable();
    all.dedup();
    all
}

/// Both ends, as regulators are looked for: `01`, and `01/3` for a regiment.
fn ends(manifest: &Manifest) -> Vec<String> {
    let mut places = Vec::new();
    for end in [&manifest.filed.producer, &manifest.filed.receiver] {
        places.push(end.division.clone());
        places.extend(end.regiment.as_ref().map(|regiment| regiment_of(&end.division, regiment)));
    }
    places.sort_unstable();
    places.dedup();
    places
}

fn jurisdiction(actor: &Actor) -> Vec<String> {
    let Some(division) = &actor.division else { return Vec::new() };
    let regiment = actor.regiment.as_ref().map(|regiment| regiment_of(division, regiment));
    std::iter::once(division.clone()).chain(regiment).collect()
}

pub(super) fn regiment_of(division: &str, regiment: &str) -> String {
    format!("{division}/{regiment}")
}

/// One inspection, to whoever may see it; else 404.
pub async fn inspection(app: &App, actor: &Actor, id: InspectionId) -> Result<Inspection, Problem> {
    let found = store::by_id(&app.pool, id).await?;
    found.filter(|one| list::sees(actor, one)).ok_or_else(Problem::not_found)
}
