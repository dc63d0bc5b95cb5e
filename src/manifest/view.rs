//! A manifest as its caller sees it: what has become of it, and the caller's next steps.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

use super::act::open_now;
use super::amend::{self, AmendmentView};
use super::attach;
use super::deadlines::{deadlines, shown};
use super::draft_view::allowed_action;
use super::event::{
    Backfill, Item, Mismatch, Package, PartyAt, Product, ReceivedContainer, Residue, Treatment,
    Warning,
};
use super::evolve::{Gap, Manifest, Progress};
use super::linked::{Standings, limbo, refused, sources_of};
use super::opened::UnderPlan;
use super::sealed;
use super::shape::{
    AllowedAction, BackfillView, CapacityView, ComponentView, DeadlineView, GapView,
    ItemExemptionView, ItemView, ManifestView, MismatchView, PackageView, PartyView, ProductView,
    ReceiptContainerView, ReceiptItemView, ReceiptView, ResidueView, TreatmentView, UnderPlanView,
    WarningView,
};
use super::status::{Action, Status};
use super::transport;
use crate::app::App;
use crate::clock::rfc3339;
use crate::ctx::Actor;
use crate::decision::Balance;
use crate::ids::{ManifestId, OrganisationId};
use crate::problem::Lang;
use crate::registry::line_account;
use crate::units::{Grams, Kg};

/// What a view needs beside the manifest.
pub struct Look<'a> {
    pub app: &'a App,
    pub actor: &'a Actor,
    pub lang: Lang,
    pub balances: &'a HashMap<Uuid, Balance>,
    /// How the returns fare that took refused mass on ([`super::standings`]).
    pub standings: &'a Standings,
}

/// The accounts whose balance a view shows.
pub fn accounts(manifest: &Manifest) -> impl Iterator<Item = Uuid> + '_ {
    manifest.filed.items.iter().filter_map(|item| {
        let year = year_of(manifest, item)? as i32;
        Some(line_account(item.licence_id?, item.licence_line?, year).id)
    })
}

/// The year that an item counts in: the planned one, from its receipt on that of the receipt.
fn year_of(manifest: &Manifest, item: &Item) -> Option<i64> {
    let mut found = manifest.received.iter().flat_map(|step| &step.data.items);
    let found = found.rfind(|one| one.line == item.line);
    found.and_then(|found| found.year).or(item.year)
}

/// The manifest as `look.actor` sees it.
pub fn view(
    id: ManifestId,
    manifest: &Manifest,
    contact: Option<Value>,
    look: &Look,
) -> ManifestView {
    let filed = &manifest.filed;
    let done = manifest.completed.iter();
    let time = |time: DateTime<Utc>| rfc3339(time);
    ManifestView {
        id,
        number: Some(filed.number.clone()).filter(|number| !number.is_empty()),
        stream: filed.stream.clone(),
        kind: filed.kind.clone(),
        status: manifest.status,
        version: manifest.version,
        origin_manifest_id: filed.origin_manifest_id,
        catalogue_edition: filed.edition.clone(),
        rule_pack: filed.rule_pack.clone(),
        producer_site_id: filed.producer_site_id,
        producer: party(&filed.producer),
        receiver_site_id: filed.receiver_site_id,
        receiver: party(&filed.receiver),
        legs: transport::legs(manifest),
        planned_departure_on: filed.planned_departure_on,
        items: items(manifest, look),
        transfer_approval_id: filed.transfer_approval_id,
        external_id: filed.external_id.clone(),
        note: filed.note.clone(),
        management_plan_id: filed.management_plan_id.map(crate::ids::ManagementPlanId::uuid),
        emergency_plan: filed.emergency_plan.as_ref().map(under_plan),
        emergency_measures: filed.emergency_measures.clone(),
        producer_contact: contact,
        agreement_number: filed.agreement_number.clone(),
        round_id: filed.round_id,
        trip_id: filed.trip_id,
        backfill: filed.backfill.as_ref().map(backfill),
        filed_at: time(manifest.filed_at),
        departed_at: manifest.departed.as_ref().map(|step| time(step.occurred_at)),
        loaded_kg: manifest.departed.as_ref().and_then(|step| step.data.loaded_g).map(Kg),
        on_board: transport::aboard(manifest),
        stops: transport::stops(manifest),
        incidents: transport::incidents(manifest),
        arrived_at: manifest.arrived.as_ref().map(|step| time(step.occurred_at)),
        received_at: manifest.received.as_ref().map(|step| time(step.occurred_at)),
        receipt: receipt(manifest),
        treatments: done.clone().flat_map(|step| &step.data.treatments).map(treatment).collect(),
        residues: done.clone().flat_map(|step| &step.data.residues).map(residue).collect(),
        products: done.clone().flat_map(|step| &step.data.products).map(product).collect(),
        completed_at: done
            .last()
            .filter(|_| manifest.status == Status::Completed)
            .map(|step| time(step.occurred_at)),
        cancelled_at: manifest.cancelled.as_ref().map(|step| time(step.occurred_at)),
        cancel_reason: manifest.cancelled.as_ref().map(|step| step.data.reason.clone()),
        limbo: limbo(manifest),
        capacity: capacity(manifest, look.balances),
        deadlines: due(manifest, look),
        allowed_actions: allowed(look.actor, manifest),
        sealed_fields: sealed::paths(manifest, &look.app.catalogue),
        open_amendments: manifest.amendments.open.iter().map(AmendmentView::from).collect(),
        gaps: manifest.gaps.iter().map(gap).collect(),
        signed_for: manifest.signed_for.clone(),
        countersignatures: transport::signatures(manifest),
        attachments: attach::attachments(manifest),
        warnings: warnings(&manifest.filed.warnings, look.lang),
    }
}

pub fn party(party: &PartyAt) -> PartyView {
    PartyView {
        organisation_id: party.organisation_id.uuid(),
        name: party.name.clone(),
        uscc: party.uscc.clone(),
        site_name: party.site_name.clone(),
        division: party.division.clone(),
        region_code: party.region_code.clone(),
    }
}

fn items(manifest: &Manifest, look: &Look) -> Vec<ItemView> {
    let pairs = manifest.filed.items.iter().zip(&manifest.progress);
    let show = |(item, progress): (&Item, &Progress)| ItemView {
        line: item.line,
        waste_code: item.waste_code.clone(),
        name: item.name.clone(),
        form: item.form.clone(),
        hazards: item.hazards.clone(),
        mass_kg: Kg(item.mass_g),
        method: item.method.clone(),
        packages: item.packages.iter().map(package).collect(),
        container_ids: item.container_ids.iter().map(|id| id.uuid()).collect(),
        harmful_components: item
            .harmful_components
            .iter()
            .map(|one| ComponentView {
                name: one.name.clone(),
                percent: one.mpercent.map(|thousandths| thousandths as f64 / 1000.0),
            })
            .collect(),
        un_number: item.un_number.clone(),
        reactivity_groups: item.reactivity_groups.clone(),
        exemption: item.exemption.as_ref().map(|claim| ItemExemptionView {
            id: claim.id.clone(),
            evidence_sha256: claim.evidence_sha256.clone(),
        }),
        batch_numbers: item.batch_numbers.clone(),
        intact: item.intact,
        department: item.department.clone(),
        epidemic: item.epidemic,
        stored_since: item.stored_since,
        accepted_kg: Kg(progress.accepted_g),
        refused_kg: Kg(progress.refused_g),
        lost_kg: Kg(progress.lost_g),
        treated_kg: Kg(progress.treated_g),
        sent_on_kg: Kg(manifest.sent_on_g(item.line)),
        stored_kg: Kg(manifest.stored_g(item.line).unwrap_or_default()),
        source_items: sources_of(item),
        refused: refused(manifest, item.line, look.standings),
    };
    pairs.map(show).collect()
}

fn package(package: &Package) -> PackageView {
    PackageView { kind: package.kind.clone(), count: package.count }
}

fn backfill(backfill: &Backfill) -> BackfillView {
    BackfillView {
        kind: backfill.kind.clone(),
        paper_number: backfill.paper_number.clone(),
        paper_date: backfill.paper_date,
    }
}

fn treatment(one: &Treatment) -> TreatmentView {
    TreatmentView {
        line: one.line,
        method: one.method.clone(),
        mass_kg: Kg(one.mass_g),
        completed_on: one.completed_on,
    }
}

fn residue(residue: &Residue) -> ResidueView {
    ResidueView { waste_code: residue.waste_code.clone(), mass_kg: Kg(residue.mass_g) }
}

fn product(product: &Product) -> ProductView {
    ProductView { kind: product.kind.clone(), mass_kg: Kg(product.mass_g), to: product.to.clone() }
}

fn gap(gap: &Gap) -> GapView {
    GapView {
        step: gap.step.clone(),
        missing: gap.missing.clone(),
        severity: gap.severity.clone(),
        seq: gap.seq,
        organisation_id: gap.organisation_id.map(OrganisationId::uuid),
    }
}

fn container(one: &ReceivedContainer) -> ReceiptContainerView {
    ReceiptContainerView { id: one.id.uuid(), accepted: one.accepted }
}

fn receipt(manifest: &Manifest) -> Option<ReceiptView> {
    let received = &manifest.received.as_ref()?.data;
    let mismatch = |one: &Mismatch| MismatchView {
        line: one.line,
        field: one.field.clone(),
        found: one.found.clone(),
    };
    Some(ReceiptView {
        decision: received.decision.clone(),
        items: received
            .items
            .iter()
            .map(|item| ReceiptItemView {
                line: item.line,
                accepted_kg: Kg(item.accepted_g),
                refused_kg: Kg(item.refused_g),
                difference_kg: Kg(item.difference_g),
                reason: item.reason.clone(),
                reason_text: item.reason_text.clone(),
                discrepancy: item.discrepancy.clone(),
                containers: item.containers.iter().map(container).collect(),
                missing_container_ids: item.missing.iter().map(|id| id.uuid()).collect(),
            })
            .collect(),
        gross_kg: received.gross_g.map(Kg),
        tare_kg: received.tare_g.map(Kg),
        analysis_pending: received.analysis_pending,
        storage_area_id: received.storage_area_id,
        mismatches: received.mismatches.iter().map(mismatch).collect(),
        late: received.late,
    })
}

fn under_plan(plan: &UnderPlan) -> UnderPlanView {
    UnderPlanView { id: plan.id, government_plan: plan.government_plan.clone() }
}

/// Reservations while there are any; after receipt what was used stands in the licence's account.
fn capacity(manifest: &Manifest, balances: &HashMap<Uuid, Balance>) -> Vec<CapacityView> {
    let holds = matches!(manifest.status, Status::Filed | Status::InTransit | Status::Arrived);
    let show = |item: &Item| {
        let (licence_id, licence_line) = (item.licence_id?, item.licence_line?);
        let year = year_of(manifest, item)?;
        let account = line_account(licence_id, licence_line, year as i32).id;
        let left = balances.get(&account).and_then(Balance::left);
        Some(CapacityView {
            line: item.line,
            licence_id,
            licence_line,
            year,
            reserved_kg: Kg(if holds { item.mass_g } else { Grams::ZERO }),
            left_kg: left.map(|grams| Kg(Grams(grams))),
        })
    };
    manifest.filed.items.iter().filter_map(show).collect()
}

/// What is due by the table of deadlines, as it stands at this moment.
fn due(manifest: &Manifest, look: &Look) -> Vec<DeadlineView> {
    let dues = deadlines(manifest, &look.app.catalogue, &look.app.calendar);
    shown(&dues, look.app.clock.now(), look.lang)
}

/// The caller's next steps, from the one table of moves. An authority corrects by itself, and that
/// is all it does.
pub fn allowed(actor: &Actor, manifest: &Manifest) -> Vec<AllowedAction> {
    let corrects = amend::corrects(actor, manifest)
        && manifest.status != Status::Cancelled
        && manifest.takes(Action::Amend);
    let open = open_now(actor, manifest).chain(corrects.then_some(Action::Amend));
    open.map(allowed_action).collect()
}

pub fn warnings(warnings: &[Warning], lang: Lang) -> Vec<WarningView> {
    let show = |warning: &Warning| WarningView {
        pointer: warning.pointer.clone(),
        code: warning.code.clone(),
        detail: match lang {
            Lang::Zh => warning.zh.clone(),
            Lang::En => warning.en.clone(),
        },
    };
    warnings.iter().map(show).collect()
}
