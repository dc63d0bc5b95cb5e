//! Complete: what was done with what was accepted, in parts too. Treated never exceeds accepted.

use super::act::{Scene, Step, act, claimed_time, no_such_line};
use super::admit::covers;
use super::asked::{Complete, TreatmentAsked};
use super::event::{Completed, Happening, Item, Product, Residue, Treatment};
use super::evolve::{Manifest, Progress};
use super::mended::Content;
use super::moves;
use super::status::Action;
use super::store::Stored;
use crate::app::App;
use crate::catalogue::{Method, WasteCode};
use crate::clock::legal_day;
use crate::command::Done;
use crate::ctx::Ctx;
use crate::ids::ManifestId;
use crate::problem::{Code, Fault, Findings, Problem, Text};
use crate::registry::{Known, Licence};
use crate::units::Grams;

/// The licences of the receiving site.
pub type Licences = std::sync::Arc<Vec<Known<Licence>>>;

pub async fn complete(
    app: &App,
    ctx: &Ctx,
    id: ManifestId,
    asked: impl Into<Content<Complete>>,
) -> Result<Done<Stored>, Problem> {
    let asked = asked.into();
    let licences = async |stored: &Stored, freshness| {
        let site = stored.manifest.filed.receiver_site_id;
        app.registers.licences_of(&app.pool, site, freshness).await
    };
    let action = (id, Action::Complete);
    act(app, ctx, action, asked, licences, |scene, asked, _| admit(scene, asked, ctx)).await
}

pub fn admit(scene: &Scene<Licences>, asked: &Complete, ctx: &Ctx) -> Result<Step, Problem> {
    let manifest = &scene.stored.manifest;
    let mut findings = Findings::new();
    let occurred_at = claimed_time(asked.occurred_at, ctx, manifest, &mut findings);
    let mut treated: Vec<Grams> = manifest.progress.iter().map(|item| item.treated_g).collect();
    for (n, treatment) in asked.treatments.iter().enumerate() {
        let line = treatment.line.get();
        let index = usize::try_from(line - 1).unwrap_or(usize::MAX);
        let known = manifest.filed.items.get(index).zip(manifest.progress.get(index));
        let Some((item, progress)) = known else {
            findings.refuse(no_such_line(format!("/treatments/{n}/line"), line));
            continue;
        };
        method(&scene.more, item, treatment, n, &mut findings);
        day(manifest, treatment, n, (ctx, &mut findings));
        treated[index] = treated[index] + treatment.mass_kg.grams();
        not_more(progress, treated[index], manifest.sent_on_g(line), (n, &mut findings));
    }
    for (n, residue) in asked.residues.iter().enumerate() {
        if WasteCode::parse(residue.waste_code.as_str()).is_err() {
            let text = Text::new("没有这个废物代码。", "There is no such waste code.");
            let pointer = format!("/residues/{n}/waste_code");
            findings.refuse(Fault::new(Code::UnknownWasteCode, pointer, text));
        }
    }
    findings.settle()?;
    let total = asked.treatments.iter().map(|treatment| treatment.mass_kg.grams()).sum();
    let completed = Completed {
        treatments: asked.treatments.iter().map(described).collect(),
        residues: asked
            .residues
            .iter()
            .map(|residue| Residue {
                waste_code: residue.waste_code.as_str().to_owned(),
                mass_g: residue.mass_kg.grams(),
            })
            .collect(),
        products: asked
            .products
            .iter()
            .map(|product| Product {
                kind: product.kind.as_str().to_owned(),
                mass_g: product.mass_kg.grams(),
                to: product.to.as_ref().map(|to| to.as_str().to_owned()),
            })
            .collect(),
        is_final: manifest
            .filed
            .items
            .iter()
            .zip(manifest.progress.iter().zip(&treated))
            .all(|(item, (it, done))| it.accepted_g == *done + manifest.sent_on_g(item.line)),
        out_of_order: occurred_at < manifest.last_occurred_at,
    };
    let is_final = completed.is_final;
    let mut step = Step::new(Happening::Completed(completed), occurred_at, "manifest_completed");
    step.moves = vec![moves::treat(manifest, total)];
    let area = manifest.received.as_ref().and_then(|step| step.data.storage_area_id);
    step.moves.extend(area.map(|area| moves::take_out(area, total)));
    if is_final {
        scene.empty_containers(&mut step);
    }
    Ok(step)
}

fn described(asked: &TreatmentAsked) -> Treatment {
    Treatment {
        line: asked.line.get(),
        method: asked.method.as_str().to_owned(),
        mass_g: asked.mass_kg.grams(),
        completed_on: asked.completed_on,
    }
}

/// The method is one that the receiver's licences allow for this waste, or the one it was filed
/// under. Whether a licence has lapsed meanwhile does not matter: waste in flight finishes under
/// the licence it was filed under (domain.md, "What the regulator needs").
fn method(
    licences: &Licences,
    item: &Item,
    asked: &TreatmentAsked,
    n: usize,
    findings: &mut Findings,
) {
    let word = asked.method.as_str();
    if word == item.method {
        return;
    }
    let pointer = format!("/treatments/{n}/method");
    let method = match Method::parse(word) {
        Ok(method) => method,
        Err(unknown) => return findings.refuse(unknown.fault(pointer)),
    };
    let code = WasteCode::parse(&item.waste_code).ok();
    let allowed = licences.iter().any(|licence| {
        licence.lines.iter().any(|line| code.is_some_and(|code| covers(line, code, method)))
    });
    if !allowed {
        let text = Text::new(
            format!("许可证不允许以 {word} 方式处理 {}。", item.waste_code),
            format!("No licence allows {} to be treated by {word}.", item.waste_code),
        );
        findings.refuse(Fault::new(Code::LicenceDoesNotCover, pointer, text));
    }
}

/// Not in the future, and not before it was here.
fn day(
    manifest: &Manifest,
    asked: &TreatmentAsked,
    n: usize,
    (ctx, findings): (&Ctx, &mut Findings),
) {
    let pointer = format!("/treatments/{n}/completed_on");
    let received = manifest.received.as_ref().map(|step| legal_day(step.occurred_at));
    if asked.completed_on > legal_day(ctx.now) {
        let text = Text::new("处置日期在未来。", "The day of treatment lies in the future.");
        findings.refuse(Fault::new(Code::NotYet, pointer, text));
    } else if received.is_some_and(|day| asked.completed_on < day) {
        let text = Text::new("处置日期早于接受日期。", "Treated before it was received.");
        findings.refuse(Fault::new(Code::OccurredTooEarly, pointer, text));
    }
}

fn not_more(
    progress: &Progress,
    treated: Grams,
    sent_on: Grams,
    (n, findings): (usize, &mut Findings),
) {
    if treated + sent_on > progress.accepted_g {
        let left = (progress.accepted_g - progress.treated_g - sent_on).to_kg_text();
        let text = Text::new(
            format!("处理量超过在库量：此前尚余 {left} kg。"),
            format!("More than is stored: {left} kg were left to treat."),
        );
        let pointer = format!("/treatments/{n}/mass_kg");
        findings.refuse(Fault::new(Code::MassBalance, pointer, text));
    }
}
