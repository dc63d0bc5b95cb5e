//! Receive: what was found at the gate, item by item (Order 23 Art. 12 and 18).
//!
//! `shipped + difference = accepted + refused + lost` by construction. A difference beyond
//! tolerance is a mismatch that is told, never a refusal; an over-receipt on a full line is 409
//! with `acceptable_kg` (medical waste is accepted and flagged instead).

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate};

use super::act::{Scene, Step, act, claimed_time, no_such_line};
use super::asked::{MismatchField, Receive, ReceiveItem, Verdict};
use super::behalf;
use super::containers;
use super::deadlines::is_late_receipt;
use super::event::{Happening, Item, Mismatch, Received, ReceivedItem};
use super::evolve::Manifest;
use super::ledger::{Booking, entry_ids};
use super::linked::Kind;
use super::mended::Content;
use super::moves::{self, Limits};
use super::status::{Action, Party};
use super::store::Stored;
use super::transport::second::{Second, Signing};
use crate::app::App;
use crate::calendar::Calendar;
use crate::catalogue::{Catalogue, RulePack, Stream};
use crate::clock::legal_day;
use crate::command::{Done, Freshness};
use crate::ctx::{Actor, Ctx};
use crate::ids::{LedgerEntryId, ManifestId, SiteId, StorageAreaId};
use crate::problem::{Code, Fault, Findings, Problem, Text};
use crate::registry::{
    Known, LedgerEntry, LedgerKind, Licence, Standing, StorageArea, ledger_row, rows,
};
use crate::units::Grams;
use crate::wire::Decimal;

type Licences = std::sync::Arc<Vec<Known<Licence>>>;

/// What a receipt needs to know beside the manifest.
#[derive(Clone)]
pub struct GateFacts {
    licences: Licences,
    /// The area that is named, if there is one by that id.
    area: Option<Known<StorageArea>>,
    second: Second,
    /// Ids for the ledger entries of what comes back to its producer; none of any other load.
    entries: Vec<LedgerEntryId>,
}

impl GateFacts {
    pub async fn read(
        app: &App,
        (site, area): (SiteId, Option<StorageAreaId>),
        freshness: Freshness,
    ) -> Result<Self, Problem> {
        let area = match area {
            Some(area) => rows::storage_area(&app.pool, area).await?,
            None => None,
        };
        let licences = app.registers.licences_of(&app.pool, site, freshness).await?;
        Ok(Self { licences, area, second: Second::NotNamed, entries: Vec::new() })
    }
}

pub async fn receive(
    app: &App,
    ctx: &Ctx,
    id: ManifestId,
    asked: impl Into<Content<Receive>>,
) -> Result<Done<Stored>, Problem> {
    let asked = asked.into();
    let wanted = asked.readable().and_then(|asked| asked.storage_area_id);
    let second = asked.asked.as_ref().ok().and_then(|asked| asked.countersign.clone());
    let said = asked.said.clone();
    let signing = Signing::of(app, Action::Receive, second.as_ref(), said.as_ref());
    let facts = async |stored: &Stored, freshness| {
        let second = signing.look(ctx, stored).await?;
        let site = stored.manifest.filed.receiver_site_id;
        let gate = GateFacts::read(app, (site, wanted), freshness).await?;
        let back = stored.manifest.filed.purpose() == Kind::Return;
        let back = if back { stored.manifest.filed.items.len() } else { 0 };
        Ok(GateFacts { second, entries: entry_ids(app, ctx, back), ..gate })
    };
    act(app, ctx, (id, Action::Receive), asked, facts, |scene, asked, _| {
        admit(scene, asked, (ctx, &app.catalogue, &app.calendar))
    })
    .await
}

pub fn admit(
    scene: &Scene<GateFacts>,
    asked: &Receive,
    (ctx, catalogue, calendar): (&Ctx, &Catalogue, &Calendar),
) -> Result<Step, Problem> {
    let manifest = &scene.stored.manifest;
    let mut findings = Findings::new();
    let occurred_at = claimed_time(asked.occurred_at, ctx, manifest, &mut findings);
    complete_items(manifest, asked, &mut findings);
    agree(asked, &mut findings);
    weights(asked, &mut findings);
    containers::look(scene, asked, &mut findings);
    for (n, mismatch) in asked.mismatches.iter().enumerate() {
        if item(manifest, mismatch.line.get()).is_none() {
            let pointer = format!("/mismatches/{n}/line");
            findings.refuse(no_such_line(pointer, mismatch.line.get()));
        }
    }
    let area = area(scene, asked, &mut findings);
    scene.more.second.judge(&mut findings);
    findings.settle()?;
    let stream = Stream::parse(&manifest.filed.stream).map_err(Problem::internal)?;
    let on = legal_day(occurred_at);
    let pack = catalogue.rule_pack_of(manifest.filed.rule_pack.as_str());
    let received = Received {
        decision: asked.decision.as_str().to_owned(),
        items: asked.items.iter().filter_map(|found| found_item(manifest, found, on)).collect(),
        gross_g: asked.gross_kg.map(Into::into),
        tare_g: asked.tare_kg.map(Into::into),
        analysis_pending: asked.analysis_pending,
        storage_temp_mc: asked.storage_temp_c.map(Decimal::milli),
        impurity_mpercent: asked.impurity_percent.map(Decimal::milli),
        storage_area_id: asked.storage_area_id,
        mismatches: mismatches(scene, asked, (pack, stream)),
        late: is_late_receipt(manifest, occurred_at, (catalogue, calendar)),
        by: signers(manifest, &ctx.actor),
        out_of_order: occurred_at < manifest.last_occurred_at,
    };
    let is_as_declared = received.decision == "accept" && received.mismatches.is_empty();
    let mut step = Step::new(Happening::Received(received), occurred_at, "manifest_received");
    scene.move_accounts(asked, on, stream, &mut step);
    if let Some(area) = area {
        let accepted: Grams = asked.items.iter().map(|item| item.accepted_kg.grams()).sum();
        step.guards.push(area.guard);
        step.moves.push(moves::put_in(area, accepted));
    }
    scene.book_out(&mut step);
    brought_back(scene, asked, &mut step);
    scene.receive_containers(asked, &mut step);
    let all_there = asked.items.iter().all(|one| containers::missing(manifest, one).is_empty());
    if !all_there {
        step.alerts.push("container_missing");
    }
    // Order 23 Art. 18: who sent it learns that it was not as declared.
    if !is_as_declared {
        step.alerts.push("manifest_mismatched");
    }
    scene.more.second.sign(&mut step, manifest, ctx)?;
    Ok(step)
}

impl Scene<GateFacts> {
    /// Every item's accounts: licence, storage, approval.
    fn move_accounts(&self, asked: &Receive, on: NaiveDate, stream: Stream, step: &mut Step) {
        let manifest = &self.stored.manifest;
        for (n, found) in asked.items.iter().enumerate() {
            let Some(item) = item(manifest, found.line.get()) else { continue };
            let licence = self.more.licences.iter().find(|one| Some(one.id) == item.licence_id);
            // In another year than planned it sets the limit, which must be the one in force then.
            if item.year.is_some_and(|year| year != i64::from(on.year())) {
                step.guards.extend(licence.map(|licence| licence.guard));
            }
            let limits = licence.map_or_else(Limits::default, |licence| limits(licence, item));
            let at = || (stream, format!("/items/{n}/accepted_kg"));
            let accepted = found.accepted_kg.grams();
            step.moves.push(moves::receive(manifest, item, accepted, (on, limits), at()));
            step.moves.extend(moves::take_in(manifest, item, accepted, at()));
            step.moves.extend(moves::use_approval(manifest, item, accepted, at()));
        }
    }
}

/// Who signs by calling: the receiver and, for who may sign as that too, the carrier that came.
fn signers(manifest: &Manifest, actor: &Actor) -> Vec<String> {
    let both = behalf::own_carriers(actor, manifest).any(|one| manifest.has_aboard(one));
    let parties = [Some(Party::Receiver), Some(Party::Carrier).filter(|_| both)];
    parties.into_iter().flatten().map(|party| party.as_str().to_owned()).collect()
}

/// What comes back to its producer is in its ledger again.
fn brought_back(scene: &Scene<GateFacts>, asked: &Receive, step: &mut Step) {
    let GateFacts { entries, .. } = &scene.more;
    let booking = Booking {
        manifest_id: scene.stored.id,
        kind: LedgerKind::BroughtIn,
        occurred_at: step.occurred_at,
    };
    let filed = scene.stored.manifest.filed.clone();
    let accepted = asked.items.iter().map(|it| (it.line.get(), it.accepted_kg.grams()));
    let accepted: Vec<_> = accepted.filter(|(_, mass)| mass.0 > 0).zip(entries.clone()).collect();
    let storage_area_id = asked.storage_area_id;
    step.add_rows(move |recorded_at| {
        let row = |((line, mass), id): &((i64, Grams), LedgerEntryId)| {
            let item = filed.items.iter().find(|item| item.line == *line)?;
            let entry = booking.entry(*id, filed.receiver_site_id, (item, *mass), recorded_at);
            Some(ledger_row(&LedgerEntry { storage_area_id, ..entry }))
        };
        accepted.iter().filter_map(row).collect()
    });
}

/// The named area is the receiving site's own, and not closed.
fn area<'a>(
    scene: &'a Scene<GateFacts>,
    asked: &Receive,
    findings: &mut Findings,
) -> Option<&'a Known<StorageArea>> {
    let pointer = "/storage_area_id";
    let site = scene.stored.manifest.filed.receiver_site_id;
    let own = scene.more.area.as_ref().filter(|area| area.site_id == site);
    match own {
        None if asked.storage_area_id.is_some() => {
            findings.refuse(Fault::unknown_reference(pointer));
        }
        Some(area) if area.status == Standing::Closed => {
            let text = Text::new("该贮存设施已注销。", "This storage area is closed.");
            findings.refuse(Fault::new(Code::RightWithdrawn, pointer, text));
        }
        Some(_) | None => {}
    }
    own
}

fn item(manifest: &Manifest, line: i64) -> Option<&Item> {
    manifest.filed.items.iter().find(|item| item.line == line)
}

/// Every item of the manifest appears once.
fn complete_items(manifest: &Manifest, asked: &Receive, findings: &mut Findings) {
    let mut seen = BTreeSet::new();
    for (n, found) in asked.items.iter().enumerate() {
        let line = found.line.get();
        let pointer = || format!("/items/{n}/line");
        if item(manifest, line).is_none() {
            findings.refuse(no_such_line(pointer(), line));
        } else if !seen.insert(line) {
            let text = Text::new(
                format!("第 {line} 行出现了两次。"),
                format!("Line {line} appears twice."),
            );
            findings.refuse(Fault::new(Code::ItemsIncomplete, pointer(), text));
        }
    }
    let missing = manifest.filed.items.iter().map(|item| item.line);
    let missing: Vec<String> =
        missing.filter(|line| !seen.contains(line)).map(|line| line.to_string()).collect();
    if !missing.is_empty() {
        let lines = missing.join(", ");
        let text = Text::new(
            format!("缺少第 {lines} 行：每一行都须填写接受量和拒收量。"),
            format!("Line {lines} is missing: every item needs what was accepted and refused."),
        );
        findings.refuse(Fault::new(Code::ItemsIncomplete, "/items", text));
    }
}

/// `decision` agrees with the items: accept refuses nothing, refuse accepts nothing, partial does
/// some of both.
fn agree(asked: &Receive, findings: &mut Findings) {
    let accepted = asked.items.iter().any(|item| item.accepted_kg.grams().0 > 0);
    let refused = asked.items.iter().any(|item| item.refused_kg.grams().0 > 0);
    let agrees = match asked.decision {
        Verdict::Accept => !refused && accepted,
        Verdict::Refuse => !accepted,
        Verdict::Partial => accepted && refused,
    };
    if !agrees {
        let text = Text::new(
            "处理意见与各行不符：accept 不得有拒收量，refuse 不得有接受量，partial 两者都有。",
            "The decision and the items disagree: accept refuses nothing, refuse accepts nothing, \
             partial does some of both.",
        );
        findings.refuse(Fault::new(Code::DecisionMismatch, "/decision", text));
    }
}

fn weights(asked: &Receive, findings: &mut Findings) {
    if let (Some(gross), Some(tare)) = (asked.gross_kg, asked.tare_kg)
        && tare.grams() > gross.grams()
    {
        let text = Text::new("皮重大于毛重。", "The tare is larger than the gross weight.");
        findings.refuse(Fault::new(Code::MassBalance, "/tare_kg", text));
    }
}

fn found_item(manifest: &Manifest, found: &ReceiveItem, on: NaiveDate) -> Option<ReceivedItem> {
    let item = item(manifest, found.line.get())?;
    let (accepted, refused) = (found.accepted_kg.grams(), found.refused_kg.grams());
    let lost = lost(manifest, item.line);
    Some(ReceivedItem {
        line: item.line,
        accepted_g: accepted,
        refused_g: refused,
        difference_g: accepted + refused + lost - item.mass_g,
        reason: found.reason.map(|reason| reason.as_str().to_owned()),
        reason_text: found.reason_text.as_ref().map(|text| text.as_str().to_owned()),
        discrepancy: found.discrepancy.as_ref().map(|text| text.as_str().to_owned()),
        year: item.licence_id.map(|_| i64::from(on.year())),
        opened_on: item.opened.as_ref().map(|_| on),
        containers: containers::spoken_of(found),
        missing: containers::missing(manifest, found),
    })
}

fn lost(manifest: &Manifest, line: i64) -> Grams {
    let index = usize::try_from(line - 1).unwrap_or(usize::MAX);
    manifest.progress.get(index).map_or(Grams::ZERO, |progress| progress.lost_g)
}

/// What the receiver named, and quantities beyond tolerance that he did not.
fn mismatches(
    scene: &Scene<GateFacts>,
    asked: &Receive,
    (pack, stream): (&RulePack, Stream),
) -> Vec<Mismatch> {
    let manifest = &scene.stored.manifest;
    let named = asked.mismatches.iter().map(|mismatch| Mismatch {
        line: mismatch.line.get(),
        field: mismatch.field.as_str().to_owned(),
        found: mismatch.found.as_str().to_owned(),
    });
    let mut all: Vec<Mismatch> = named.collect();
    scene.missing_mismatches(asked, &mut all);
    let quantity = MismatchField::Quantity.as_str();
    let on = legal_day(manifest.filed_at);
    for found in asked.items.iter().filter_map(|found| found_item(manifest, found, on)) {
        let Some(item) = item(manifest, found.line) else { continue };
        let beyond = found.difference_g.0.abs() > pack.tolerance(stream, item.mass_g).0;
        if beyond && !all.iter().any(|one| one.line == found.line && one.field == quantity) {
            let kg = (found.accepted_g + found.refused_g).to_kg_text();
            let found_text = format!("{kg} kg");
            all.push(Mismatch { line: found.line, field: quantity.to_owned(), found: found_text });
        }
    }
    all
}

/// The limits in force of an item's line, for a year that has no account yet.
fn limits(licence: &Licence, item: &Item) -> Limits {
    let line = licence.lines.iter().find(|line| Some(line.line) == item.licence_line);
    Limits {
        line: line.map(|line| licence.with_factor(line.annual_g)),
        shared: licence.annual_limit_g.map(|limit| licence.with_factor(limit)),
    }
}
