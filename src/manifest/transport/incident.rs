//! Incident: spill, loss, fire, theft, breakdown. Any party tells of it; what is lost is lost from
//! an item, never more than is still on its way. The authorities of both ends, and of where it
//! happened, learn of it at once: by a notice, in the change feed and by a filter of the list.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::asked::{IncidentKind, ReportIncident};
use super::event::{Incident, LostItem};
use super::limits::one_more;
use crate::app::App;
use crate::command::Done;
use crate::ctx::Ctx;
use crate::identity;
use crate::ids::{ManifestId, OrganisationId, VehicleId};
use crate::limits::AHEAD_MINUTES_MAX;
use crate::manifest::act::{Scene, Step, act, claimed_time, no_such_line};
use crate::manifest::depart::place;
use crate::manifest::event::Happening;
use crate::manifest::evolve::Manifest;
use crate::manifest::mended::Content;
use crate::manifest::status::{Action, Party};
use crate::manifest::store::Stored;
use crate::problem::{Code, Fault, Findings, Problem, Text};
use crate::registry::DivisionNumber;
use crate::units::Grams;

pub async fn incident(
    app: &App,
    ctx: &Ctx,
    id: ManifestId,
    asked: impl Into<Content<ReportIncident>>,
) -> Result<Done<Stored>, Problem> {
    let asked = asked.into();
    let place = asked.readable().and_then(|asked| asked.division.clone());
    let authorities = async |stored: &Stored, _| {
        let filed = &stored.manifest.filed;
        let mut divisions = vec![&*filed.producer.division, &*filed.receiver.division];
        divisions.extend(place.as_ref().map(DivisionNumber::as_str));
        divisions.sort_unstable();
        divisions.dedup();
        identity::regulators_of(&app.pool, &divisions).await
    };
    act(app, ctx, (id, Action::Incident), asked, authorities, |scene, asked, parties| {
        admit(scene, asked, (parties, ctx))
    })
    .await
}

fn admit(
    scene: &Scene<Vec<OrganisationId>>,
    asked: &ReportIncident,
    (parties, ctx): (&[Party], &Ctx),
) -> Result<Step, Problem> {
    let manifest = &scene.stored.manifest;
    let mut findings = Findings::new();
    let occurred_at = claimed_time(asked.occurred_at, ctx, manifest, &mut findings);
    let lost = lost(manifest, asked, &mut findings);
    vehicle(manifest, asked.vehicle_id, lost.iter().map(|item| item.lost_g).sum(), &mut findings);
    reported(asked.reported_at, ctx, &mut findings);
    one_more(manifest.transit.incidents.len(), &mut findings);
    findings.settle()?;
    let incident = Incident {
        kind: asked.kind.as_str().to_owned(),
        items: lost,
        vehicle_id: asked.vehicle_id,
        location: asked.location.map(place),
        division: asked.division.as_ref().map(|division| division.as_str().to_owned()),
        reported_to: asked.reported_to.as_ref().map(|text| text.as_str().to_owned()),
        reported_at: asked.reported_at,
        note: asked.note.as_str().to_owned(),
        by: parties.iter().map(|party| party.as_str().to_owned()).collect(),
        out_of_order: occurred_at < manifest.last_occurred_at,
    };
    let happening = Happening::Incident(Box::new(incident));
    let mut step = Step::new(happening, occurred_at, "manifest_incident");
    // A truck that merely broke down is the parties' own matter.
    if asked.kind != IncidentKind::Breakdown {
        step.authorities.clone_from(&scene.more);
    }
    Ok(step)
}

/// What was lost of each line: of none more than is still on its way.
fn lost(manifest: &Manifest, asked: &ReportIncident, findings: &mut Findings) -> Vec<LostItem> {
    let mut sums: BTreeMap<i64, Grams> = BTreeMap::new();
    for (n, item) in asked.items.iter().enumerate() {
        let line = item.line.get();
        let index = usize::try_from(line - 1).unwrap_or(usize::MAX);
        let known = manifest.filed.items.get(index).zip(manifest.progress.get(index));
        let Some((shipped, progress)) = known else {
            findings.refuse(no_such_line(format!("/items/{n}/line"), line));
            continue;
        };
        let left = shipped.mass_g - progress.lost_g;
        let sum = sums.entry(line).or_default();
        *sum = *sum + item.lost_kg.grams();
        if *sum > left {
            let kg = left.to_kg_text();
            let text = Text::new(
                format!("灭失量超过在途量：第 {line} 行在途 {kg} kg。"),
                format!("More than is on its way: {kg} kg of line {line} are."),
            );
            findings.refuse(Fault::new(Code::MassBalance, format!("/items/{n}/lost_kg"), text));
        }
    }
    sums.into_iter().map(|(line, lost_g)| LostItem { line, lost_g }).collect()
}

/// The vehicle carries some of the load, and as much as was lost from it.
fn vehicle(manifest: &Manifest, named: Option<VehicleId>, lost: Grams, findings: &mut Findings) {
    let Some(riding) = &manifest.riding else { return };
    let total = manifest.on_the_way();
    let first = riding.vehicles.first().map(|aboard| aboard.vehicle_id);
    let mass = named.or(first).and_then(|vehicle| riding.mass_on(vehicle, total));
    match mass {
        None => findings.refuse(Fault::unknown_reference("/vehicle_id")),
        Some(mass) if lost > mass && lost <= total => {
            let kg = mass.to_kg_text();
            let text = Text::new(
                format!("灭失量超过该车所载的 {kg} kg；请填写出事车辆，或分车上报。"),
                format!("More than the {kg} kg on that vehicle: name it, or report one by one."),
            );
            findings.refuse(Fault::new(Code::MassBalance, "/vehicle_id", text));
        }
        Some(_) => {}
    }
}

fn reported(at: Option<DateTime<Utc>>, ctx: &Ctx, findings: &mut Findings) {
    if at.is_some_and(|at| at > ctx.now + TimeDelta::minutes(AHEAD_MINUTES_MAX)) {
        let text = Text::new("报告时间在未来。", "The time of the report lies in the future.");
        findings.refuse(Fault::new(Code::NotYet, "/reported_at", text));
    }
}
