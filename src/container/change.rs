//! Change a container: sealed or opened, moved, weighed again, emptied; found after all.
//!
//! Whoever has it changes it: its producer until it leaves, then its receiver. What changes its
//! mass or its place is told to the ledger in the same commit. What is on a manifest keeps both.

use std::sync::Arc;

use super::model::{Container, ContainerStatus as Status};
use super::store;
use crate::app::App;
use crate::catalogue::WasteCode;
use crate::command::Freshness;
use crate::ctx::Ctx;
use crate::decision::{Decision, LimitChange, Move, Policy, Post, Row, Settled, Written};
use crate::identity::policy as may;
use crate::ids::{LedgerEntryId, StorageAreaId};
use crate::problem::{Code, Fault, Findings, Problem, Text};
use crate::registry::ledger::{on_hand_account, on_hand_policy};
use crate::registry::storage_area::area_account;
use crate::registry::{
    self, After, Answered, Entry, Known, LedgerEntry, LedgerKind, Site, Standing, StorageArea,
    event, keeps_books, patched, rows, set, words,
};
use crate::units::Grams;
use crate::wire::{Asked, BoundedText, Change, Patch, PositiveKg, wire};

wire! {
    /// What changes of a container.
    pub struct ContainerPatch {
        /// `sealed` or `open` while it is at its producer; `emptied`, there or at its receiver;
        /// `received` where one that was missing has turned up.
        pub status: Change<Status>,
        pub seal_number: Patch<BoundedText<1, 50>>,
        /// Where it lies, at its producer.
        pub storage_area_id: Patch<StorageAreaId>,
        /// Weighed again, at its producer; the ledger is corrected.
        pub mass_kg: Change<PositiveKg>,
        pub note: Change<BoundedText<0, 1000>>,
    }
}

struct Facts {
    known: Known<Container>,
    site: Known<Site>,
    receiver: Option<Known<Site>>,
    /// Where it lies, and where it is put.
    areas: Vec<Known<StorageArea>>,
}

impl Facts {
    /// Whose it is to change: the site that has it.
    fn holder(&self) -> &Site {
        let has_left = matches!(self.known.status, Status::Shipped | Status::Received)
            || self.known.accepted.is_some();
        self.receiver.as_ref().filter(|_| has_left).unwrap_or(&self.site)
    }

    fn area(&self, id: StorageAreaId) -> Option<&Known<StorageArea>> {
        self.areas.iter().find(|area| area.id == id)
    }
}

pub async fn change(
    app: &App,
    ctx: &Ctx,
    name: &store::Named,
    asked: Asked<ContainerPatch>,
) -> Result<Answered<Container>, Problem> {
    let to = match asked.as_ref().map(|asked| &asked.storage_area_id) {
        Ok(Patch::Set(id)) => Some(*id),
        _ => None,
    };
    let entries: Vec<LedgerEntryId> =
        (0..3).map(|_| LedgerEntryId::of(app.mint.uuid(ctx.now))).collect();
    let read = async |freshness: Freshness| facts(app, name, to, freshness).await;
    registry::commit(app, ctx, read, |facts| decide(facts, &asked, &entries, ctx)).await
}

async fn facts(
    app: &App,
    name: &store::Named,
    to: Option<StorageAreaId>,
    freshness: Freshness,
) -> Result<Facts, Problem> {
    let known = store::named(&app.pool, name).await?.ok_or_else(Problem::not_found)?;
    let nowhere = || Problem::internal("a container of no site");
    let site = app.registers.site(&app.pool, known.site_id, freshness).await?;
    let receiver = match known.came_with() {
        Some(carriage) => {
            app.registers.site(&app.pool, carriage.receiver_site_id, freshness).await?
        }
        None => None,
    };
    let mut areas = Vec::new();
    for id in [known.storage_area_id, to].into_iter().flatten() {
        areas.extend(rows::storage_area(&app.pool, id).await?);
    }
    Ok(Facts { known, site: site.ok_or_else(nowhere)?, receiver, areas })
}

fn decide(
    facts: &Facts,
    asked: &Asked<ContainerPatch>,
    entries: &[LedgerEntryId],
    ctx: &Ctx,
) -> Result<Decision, Problem> {
    let before = &*facts.known.value;
    let version = facts.known.guard.version;
    let sees = |site: &Site| may::sees_site(&ctx.actor, site);
    let seen = sees(&facts.site) || facts.receiver.as_ref().is_some_and(|site| sees(site));
    may::allow(seen, keeps_books(&ctx.actor, facts.holder()))?;
    ctx.expect_version(version)?;
    let patch = asked.as_ref().map_err(Clone::clone)?;
    let status = set(&patch.status, &before.status, |status| *status);
    legal(before, status)?;
    let mut after = Container {
        status,
        seal_number: patched(&patch.seal_number, before.seal_number.as_ref(), words),
        storage_area_id: patched(&patch.storage_area_id, before.storage_area_id.as_ref(), |area| {
            *area
        }),
        mass_g: set(&patch.mass_kg, &before.mass_g, |mass| mass.grams()),
        note: set(&patch.note, &before.note, words),
        missing: before.missing && status == Status::Shipped,
        ..before.clone()
    };
    look(facts, &after)?;
    if status == Status::Emptied {
        after.storage_area_id = None;
    }
    if after == *before {
        return Ok(registry::unchanged(before, version, ctx));
    }
    let booked = book(facts, &after, entries, ctx);
    let subject = after.subject();
    let changed = event(ctx, subject, "changed", &after)?;
    let row = store::update(&after)?;
    let ledger = booked.entries;
    let finish = move |settled: &Settled| {
        let at = settled.recorded_at;
        let entry = |one: &LedgerEntry| {
            registry::ledger_row(&LedgerEntry { recorded_at: at, ..one.clone() })
        };
        let mut rows: Vec<Row> = vec![row.clone()];
        rows.extend(ledger.iter().map(entry));
        let output = Arc::new(After {
            status: 200,
            value: after.clone(),
            version: version + 1,
            warnings: Vec::new(),
            stale: Vec::new(),
        });
        Ok(Written { events: vec![changed.clone()], rows, notices: Vec::new(), output })
    };
    let mut decision = Decision::new(subject, ctx, 200, Box::new(finish));
    decision.advance(subject, Some(version));
    decision.lean_on([facts.site.guard]);
    decision.lean_on(facts.areas.iter().map(|area| area.guard));
    decision.moves = booked.moves;
    Ok(decision)
}

/// The one table of what a person may make of a container; the rest its manifest's steps do.
fn legal(before: &Container, status: Status) -> Result<(), Problem> {
    let legal = match (before.status, status) {
        (Status::Open | Status::Sealed, Status::Open | Status::Sealed) => true,
        (Status::Received, Status::Emptied) => !before.is_taken_on(),
        (Status::Open | Status::Sealed, Status::Emptied) => before.manifest.is_none(),
        (Status::Shipped, Status::Received) => before.missing,
        (from, to) => from == to && from != Status::Emptied,
    };
    if legal {
        return Ok(());
    }
    let (from, to) = (before.status.as_str(), status.as_str());
    let detail = Text::new(
        format!("包装状态为 {from}，不能改为 {to}。"),
        format!("The container is {from}; it cannot become {to}."),
    );
    let fault = Fault::new(Code::IllegalTransition, "/status", detail);
    Err(fault.with("container_status", from).into())
}

/// What is on a manifest, or has left, keeps its mass and its place.
fn look(facts: &Facts, after: &Container) -> Result<(), Problem> {
    let before = &*facts.known.value;
    let mut findings = Findings::new();
    let bound = |pointer| {
        let text = Text::new(
            "该包装已在联单上或已运出，不能更改。",
            "It is on a manifest, or has left: this cannot change.",
        );
        let id = before.manifest.as_ref().map(|carriage| carriage.manifest_id.to_string());
        Fault::new(Code::InUse, pointer, text).with("manifest_id", id)
    };
    if after.mass_g != before.mass_g && !before.is_free() {
        findings.refuse(bound("/mass_kg"));
    }
    if after.storage_area_id != before.storage_area_id {
        if !before.is_free() {
            findings.refuse(bound("/storage_area_id"));
        }
        let area = after.storage_area_id.map(|id| facts.area(id));
        let area = area.map(|found| found.filter(|area| area.site_id == before.site_id));
        match area {
            Some(None) => findings.refuse(Fault::unknown_reference("/storage_area_id")),
            Some(Some(area)) if area.status == Standing::Closed => {
                let text = Text::new("已注销。", "This is closed.");
                findings.refuse(Fault::new(Code::RightWithdrawn, "/storage_area_id", text));
            }
            Some(Some(_)) | None => {}
        }
    }
    findings.settle().map(|_| ())
}

struct Booked {
    entries: Vec<LedgerEntry>,
    moves: Vec<Move>,
}

/// What a change of mass or place does to the producer's ledger and storage areas.
fn book(facts: &Facts, after: &Container, ids: &[LedgerEntryId], ctx: &Ctx) -> Booked {
    let before = &*facts.known.value;
    let (mut entries, mut moves) = (Vec::new(), Vec::new());
    let mut ids = ids.iter().copied();
    let mut enter = |kind, mass_g, storage_area_id| {
        entries.extend(ids.next().map(|id| LedgerEntry {
            id,
            site_id: before.site_id,
            kind,
            waste_code: before.waste_code.clone(),
            mass_g,
            occurred_at: ctx.now,
            recorded_at: ctx.now,
            storage_area_id,
            container_id: Some(before.id),
            manifest_id: None,
            manifest_line: None,
            batch_number: before.batch_number.clone(),
            external_id: None,
            note: String::new(),
        }));
    };
    if !before.is_free() {
        return Booked { entries, moves };
    }
    let more = after.mass_g - before.mass_g;
    if more != Grams::ZERO && before.produced {
        enter(LedgerKind::Correction, more, before.storage_area_id);
        moves.push(on_hand(before, more));
        moves.extend(before.storage_area_id.and_then(|id| facts.area(id)).map(|at| put(at, more)));
    }
    if after.storage_area_id != before.storage_area_id {
        let mass = after.mass_g;
        if let Some(from) = before.storage_area_id.and_then(|id| facts.area(id)) {
            enter(LedgerKind::TakenOut, mass, Some(from.id));
            moves.push(put(from, -mass));
        }
        if let Some(to) = after.storage_area_id.and_then(|id| facts.area(id)) {
            enter(LedgerKind::Stored, mass, Some(to.id));
            moves.push(put(to, mass));
        }
    }
    Booked { entries, moves }
}

fn on_hand(container: &Container, more: Grams) -> Move {
    let code = WasteCode::parse(&container.waste_code).ok();
    let post = Post {
        account: on_hand_account(container.site_id, &container.waste_code),
        limit: LimitChange::Add(more.0),
        used: 0,
        reserved: 0,
        policy: code.map_or(Policy::Warn, on_hand_policy),
    };
    Move {
        choices: vec![vec![post]],
        refusal: Code::InsufficientOnHand,
        pointer: "/mass_kg".to_owned(),
        asked: more.0.abs(),
    }
}

/// Into an area, or out of it. Where people have told the ledger already that it left, there is
/// nothing to take: the second choice leaves the area as it is.
fn put(area: &StorageArea, mass: Grams) -> Move {
    let post = Post {
        account: area_account(area.id),
        limit: LimitChange::Set(Some(area.capacity_g.0)),
        used: mass.0,
        reserved: 0,
        policy: Policy::Warn,
    };
    Move {
        choices: vec![vec![post], Vec::new()],
        refusal: Code::StorageFull,
        pointer: "/storage_area_id".to_owned(),
        asked: mass.0.abs(),
    }
}
