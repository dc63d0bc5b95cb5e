//! Register containers, in lists: each is labelled, and its mass enters its site's ledger as
//! `produced`, one entry a container (HJ 1259-2022), in one commit.
//!
//! A label's serial comes from a counter for its unit, waste and day. Codes that callers give are
//! of the same form, so the counter passes over those.

use std::collections::{HashMap, HashSet};

use super::asked::{NewContainer, NewContainers};
use super::label::{LabelLayout, Labelled};
use super::labelling::{Finish, numbers};
use super::look::Look;
use super::model::Container;
use super::store::{self, Serials};
use crate::app::App;
use crate::catalogue::{Catalogue, WasteCode};
use crate::clock::legal_day;
use crate::command::{self, Done, Freshness};
use crate::ctx::Ctx;
use crate::decision::{Decision, LimitChange, Move, Policy, Post, Stamp};
use crate::identity::policy as may;
use crate::ids::{ContainerId, LedgerEntryId, SiteId, StorageAreaId};
use crate::problem::{Code, Fault, Findings, Problem};
use crate::registry::ledger::{on_hand_account, on_hand_policy};
use crate::registry::storage_area::area_account;
use crate::registry::{
    Entry, Known, LedgerEntry, LedgerKind, Organisation, Site, StorageArea, could_keep_books,
    keeps_books, rows, words,
};
use crate::wire::Asked;

/// Containers as their registration leaves them.
#[derive(Clone, Debug)]
pub struct Registered {
    pub containers: Vec<Container>,
    pub warnings: Vec<Fault>,
}

/// Where a list's containers are filled, and what is known of their labels.
pub struct Facts {
    pub sites: HashMap<SiteId, (Known<Site>, Known<Organisation>)>,
    pub areas: HashMap<StorageAreaId, Known<StorageArea>>,
    pub taken: HashSet<String>,
    pub serials: HashMap<String, Serials>,
}

pub async fn register(
    app: &App,
    ctx: &Ctx,
    asked: Asked<NewContainers>,
) -> Result<Done<Registered>, Problem> {
    could_keep_books(&ctx.actor)?;
    let new = match asked {
        Ok(new) => new,
        Err(problem) => return command::refuse(app, ctx, problem).await,
    };
    let id = |_| ContainerId::of(app.mint.uuid(ctx.now));
    let entry = |_| LedgerEntryId::of(app.mint.uuid(ctx.now));
    let ids: Vec<(ContainerId, LedgerEntryId)> =
        (0..new.list.len()).map(|n| (id(n), entry(n))).collect();
    let layout = &app.config.labels;
    let read = async |freshness| facts(app, ctx, &new, freshness).await;
    let scene = Scene { layout, catalogue: &app.catalogue, ids: &ids };
    command::run(app, ctx, read, |facts| decide(facts, &new, ctx, &scene)).await
}

/// What a repeated request is answered with.
pub async fn registered(app: &App, first: uuid::Uuid) -> Result<Registered, Problem> {
    let containers = store::as_registered(&app.pool, first).await?;
    Ok(Registered { containers, warnings: Vec::new() })
}

async fn facts(
    app: &App,
    ctx: &Ctx,
    new: &NewContainers,
    freshness: Freshness,
) -> Result<Facts, Problem> {
    let (mut sites, mut areas) = (HashMap::new(), HashMap::new());
    for one in new.list.iter() {
        if !sites.contains_key(&one.site_id)
            && let Some(site) = app.registers.site(&app.pool, one.site_id, freshness).await?
        {
            let owner = site.organisation_id;
            let owner = app.registers.organisation(&app.pool, owner, freshness).await?;
            let owner = owner.ok_or_else(|| Problem::internal("a site of no organisation"))?;
            sites.insert(one.site_id, (site, owner));
        }
        if let Some(id) = one.storage_area_id
            && !areas.contains_key(&id)
            && let Some(area) = rows::storage_area(&app.pool, id).await?
        {
            areas.insert(id, area);
        }
    }
    let given: Vec<String> =
        new.list.iter().filter_map(|one| one.code.as_ref().map(words)).collect();
    let taken = store::taken(&app.pool, &given).await?;
    let layout = &app.config.labels;
    let unlabelled = new.list.iter().filter(|one| one.code.is_none());
    let keys = unlabelled.filter_map(|one| {
        let (_, owner) = sites.get(&one.site_id)?;
        Some(labelled(one, &owner.uscc, layout, ctx).key())
    });
    let mut keys: Vec<String> = keys.collect();
    keys.sort_unstable();
    keys.dedup();
    let serials = store::serials(&app.pool, &keys).await?;
    Ok(Facts { sites, areas, taken, serials })
}

pub fn labelled(one: &NewContainer, uscc: &str, layout: &LabelLayout, ctx: &Ctx) -> Labelled {
    layout.labelled(uscc, one.waste_code, legal_day(one.stored_since.unwrap_or(ctx.now)))
}

/// What is the same for the whole list.
pub struct Scene<'a> {
    pub layout: &'a LabelLayout,
    pub catalogue: &'a Catalogue,
    pub ids: &'a [(ContainerId, LedgerEntryId)],
}

/// A container of the list before its serial is known.
#[derive(Clone)]
pub struct Draft {
    pub container: Container,
    pub labelled: Labelled,
    /// Of a code that the caller gave.
    pub given: Option<i64>,
    /// The ledger entry that goes with it.
    pub entry: Option<LedgerEntry>,
}

fn decide(
    facts: &Facts,
    new: &NewContainers,
    ctx: &Ctx,
    scene: &Scene<'_>,
) -> Result<Decision, Problem> {
    for (site, _) in facts.sites.values() {
        may::require(keeps_books(&ctx.actor, site))?;
    }
    let mut findings = Findings::new();
    let mut drafts: Vec<Draft> = Vec::with_capacity(new.list.len());
    for (n, one) in new.list.iter().enumerate() {
        let look = Look { facts, base: format!("{}/{n}", new.base), ctx, scene };
        let before = new.list.iter().take(n);
        look.code_is_new(one, before.filter_map(|other| other.code.as_ref()), &mut findings);
        if let Some(draft) = look.draft(one, scene.ids[n], scene.ids[0].0, &mut findings) {
            drafts.push(draft);
        }
    }
    findings.settle()?;
    let Some(first) = drafts.first() else {
        return Err(Problem::internal("a list without containers was let through"));
    };
    let subject = first.container.subject();
    let (moves, areas) = moves(&drafts, facts, new.base);
    let (numbers, by_hand) = numbers(&drafts, facts, scene.layout);
    let finish = Finish {
        drafts: drafts.clone(),
        layout: scene.layout.clone(),
        by_hand,
        area_moves: areas,
        actor: Stamp::from(&ctx.actor),
        now: ctx.now,
    };
    let mut decision =
        Decision::new(subject, ctx, 201, Box::new(move |settled| finish.write(settled)));
    for (site, owner) in facts.sites.values() {
        decision.lean_on([site.guard, owner.guard]);
    }
    decision.lean_on(facts.areas.values().map(|area| area.guard));
    for draft in &drafts {
        decision.advance(draft.container.subject(), None);
    }
    decision.moves = moves;
    decision.numbers = numbers;
    Ok(decision)
}

/// The ledger entry that follows from the registration; it has no event of its own.
pub fn entry(container: &Container, id: LedgerEntryId, ctx: &Ctx) -> LedgerEntry {
    LedgerEntry {
        id,
        site_id: container.site_id,
        kind: LedgerKind::Produced,
        waste_code: container.waste_code.clone(),
        mass_g: container.mass_g,
        occurred_at: container.stored_since,
        recorded_at: ctx.now,
        storage_area_id: container.storage_area_id,
        container_id: Some(container.id),
        manifest_id: None,
        manifest_line: None,
        batch_number: container.batch_number.clone(),
        external_id: None,
        note: String::new(),
    }
}

/// What the list does to the mass on hand and to the storage areas, one move an account; and which
/// move is of which area. Repacked waste lies in the area that its entries say.
fn moves(drafts: &[Draft], facts: &Facts, base: &str) -> (Vec<Move>, Vec<(usize, String)>) {
    let mut moves: Vec<Move> = Vec::new();
    let mut areas = Vec::new();
    for (n, draft) in drafts.iter().enumerate() {
        let Some(entry) = &draft.entry else { continue };
        let mass = entry.mass_g.0;
        let code = WasteCode::parse(&entry.waste_code).ok();
        let on_hand = Post {
            account: on_hand_account(entry.site_id, &entry.waste_code),
            limit: LimitChange::Add(mass),
            used: 0,
            reserved: 0,
            policy: code.map_or(Policy::Warn, on_hand_policy),
        };
        add(&mut moves, on_hand, mass, format!("{base}/{n}/mass_kg"));
        let area = entry.storage_area_id.and_then(|id| facts.areas.get(&id));
        let Some(area) = area else { continue };
        let stored = Post {
            account: area_account(area.id),
            limit: LimitChange::Set(Some(area.capacity_g.0)),
            used: mass,
            reserved: 0,
            policy: Policy::Warn,
        };
        let pointer = format!("{base}/{n}/storage_area_id");
        if let Some(new) = add(&mut moves, stored, mass, pointer.clone()) {
            areas.push((new, pointer));
        }
    }
    (moves, areas)
}

/// Adds a post to the move of its account; answers the index of a new one.
fn add(moves: &mut Vec<Move>, post: Post, mass: i64, pointer: String) -> Option<usize> {
    let same = |one: &&mut Move| {
        one.choices.iter().flatten().any(|known| known.account.id == post.account.id)
    };
    if let Some(known) = moves.iter_mut().find(same) {
        known.asked += mass;
        for before in known.choices.iter_mut().flatten() {
            before.used += post.used;
            if let (LimitChange::Add(sum), LimitChange::Add(more)) = (before.limit, post.limit) {
                before.limit = LimitChange::Add(sum + more);
            }
        }
        return None;
    }
    let choices = vec![vec![post]];
    moves.push(Move { choices, refusal: Code::StorageFull, pointer, asked: mass });
    Some(moves.len() - 1)
}
