//! Is the amended manifest lawful? The judge of filings says so, on the filing that it would be.
//!
//! An amendment answers for what it changes: a carrier suspended since the filing does not stop a
//! slip of the pen from being put right, and a licence that was withdrawn takes no more mass.

use std::collections::HashMap;

use chrono::Datelike;
use uuid::Uuid;

use super::asked::AmendmentChanges;
use super::event::Parts;
use super::fields::by_key;
use super::form::{as_carried, as_filing, changed, template};
use super::merge::{Place, content, diff, merged};
use super::moves::{Difference, by_difference};
use super::rules::{CONTAINERS, Touched, below_lost, containers_gone, touched};
use crate::app::App;
use crate::clock::legal_day;
use crate::command::Freshness;
use crate::container::{Carriage, Carried, Carry, Container, ContainerStatus};
use crate::ctx::{Actor, Ctx, Role};
use crate::db;
use crate::decision::{Balance, Guard};
use crate::grant::Grants;
use crate::ids::{LedgerEntryId, ManifestId};
use crate::manifest::admit::{self, Admitted, Judged as Filing, transport_was_free};
use crate::manifest::asked::FileManifest;
use crate::manifest::containers::carried_by;
use crate::manifest::event::{Filed, Warning};
use crate::manifest::evolve::Manifest;
use crate::manifest::facts::Facts as Registers;
use crate::manifest::file::{Scene, warning};
use crate::manifest::ledger::entry_ids;
use crate::manifest::linked::Course;
use crate::manifest::store::Stored;
use crate::problem::{Code, Fault, Problem};
use crate::registry::Known;

/// What judging an amendment needs to know beside the manifest.
pub struct Facts {
    pub wanted: FileManifest,
    /// What of it the judge of filings is asked about.
    judged: FileManifest,
    registers: Registers,
    balances: HashMap<Uuid, Balance>,
    /// Ids for the producer's corrections.
    pub entries: Vec<LedgerEntryId>,
    /// The containers that are on it, and those that it would have, as they are.
    containers: Vec<Known<Container>>,
}

/// The changes that are judged: as they are asked for, or as they were proposed.
pub enum Wanted<'a> {
    Asked(&'a AmendmentChanges),
    Proposed(&'a Parts),
}

/// An amended manifest as the rules see it.
pub struct Amended {
    pub changes: Parts,
    pub before: Parts,
    pub touched: Vec<Touched>,
    /// With pointers into the filing.
    pub faults: Vec<Fault>,
    /// The content, but for what only the lock decides.
    pub template: Filed,
    /// Where accounts move.
    pub booking: Option<Booking>,
    pub guards: Vec<Guard>,
    /// What happens to containers.
    pub carried: Vec<Carried>,
}

/// The accounts that an amendment moves.
pub struct Booking {
    pub admitted: Admitted,
    pub difference: Difference,
}

/// It is judged for the producer, whose manifest it is, whoever proposes: what he may not name in a
/// filing, nobody writes into it for him.
fn for_producer(ctx: &Ctx, manifest: &Manifest) -> Ctx {
    let organisation_id = manifest.filed.producer.organisation_id;
    let (role, grants) = (Role::Producer, Grants::NONE);
    let (division, regiment, agency) = (None, None, None);
    let own = ctx.actor.clone();
    let actor = Actor { organisation_id, role, division, regiment, agency, grants, ..own };
    Ctx { actor, ..ctx.clone() }
}

/// The rules and lists of the day it was filed: it is read under them for ever.
fn scene<'a>(app: &'a App, ctx: &Ctx, manifest: &Manifest) -> Scene<'a> {
    Scene { today: legal_day(manifest.filed_at), ..Scene::of(app, ctx) }
}

/// The filing that the amended manifest would be.
fn wanted(manifest: &Manifest, changes: &Wanted<'_>) -> Result<FileManifest, Problem> {
    let filed = &manifest.filed;
    let (wanted, names_plan) = match changes {
        Wanted::Asked(asked) => {
            let names_plan = asked.management_plan_id != crate::wire::Patch::Keep;
            (changed(as_filing(filed)?, asked)?, names_plan)
        }
        Wanted::Proposed(parts) => {
            let filed = merged(filed, &[parts]).map_err(Problem::internal)?;
            (as_filing(&filed)?, parts.contains_key("management_plan_id"))
        }
    };
    // The plan it was held against was the one of its year, named or not.
    let other_year =
        wanted.planned_departure_on.year() != manifest.filed.planned_departure_on.year();
    let plan = wanted.management_plan_id.filter(|_| names_plan || !other_year);
    Ok(FileManifest { management_plan_id: plan, ..wanted })
}

impl Facts {
    /// Reads them fresh: nobody proposes a hundred times a second, and what is impossible should be
    /// told at once.
    pub async fn read(
        app: &App,
        ctx: &Ctx,
        stored: &Stored,
        changes: &Wanted<'_>,
    ) -> Result<Self, Problem> {
        let manifest = &stored.manifest;
        let ctx = for_producer(ctx, manifest);
        let wanted = wanted(manifest, changes)?;
        let judged = as_carried(&manifest.filed, &wanted)?;
        let mut registers = Registers::read(app, &ctx, &wanted, Freshness::Fresh).await?;
        let mut containers = carried_by(app, stored.id, manifest).await?;
        for container in &mut registers.containers {
            if containers.iter().all(|one| one.id != container.id) {
                containers.push(container.clone());
            }
            *container = without(container, stored.id);
        }
        registers.course =
            Course::again(&manifest.filed, transport_was_free(manifest, &app.catalogue));
        for source in &mut registers.sources {
            *source = before_taken(source, stored.id);
        }
        let entries = entry_ids(app, &ctx, 2 * manifest.filed.items.len());
        let balances = HashMap::new();
        let mut facts = Self { wanted, judged, registers, balances, entries, containers };
        let amended = judge(app, &ctx, stored, &facts)?;
        if let Some(booking) = &amended.booking {
            facts.balances = db::balances(&app.pool, &booking.difference.moves).await?;
        }
        Ok(facts)
    }
}

/// A container as if it were not on this manifest, so that it may be on it as it is.
fn without(container: &Known<Container>, id: ManifestId) -> Known<Container> {
    if container.manifest.as_ref().is_none_or(|carriage| carriage.manifest_id != id) {
        return container.clone();
    }
    let free =
        Container { status: ContainerStatus::Sealed, manifest: None, ..(*container.value).clone() };
    Known { value: std::sync::Arc::new(free), guard: container.guard }
}

/// A manifest that mass is taken from as if none were, so that as much may be taken.
fn before_taken(source: &Stored, id: ManifestId) -> Stored {
    let mut source = source.clone();
    source.manifest.links.retain(|link| link.manifest_id != id);
    source
}

/// Judges the amended manifest. Pure, but for the tables of `app`.
pub fn judge(app: &App, ctx: &Ctx, stored: &Stored, facts: &Facts) -> Result<Amended, Problem> {
    let manifest = &stored.manifest;
    let (filed, wanted) = (&manifest.filed, &facts.wanted);
    let mut amended = template(filed, wanted, &facts.registers);
    let (old, new) = (content(filed), content(&amended));
    let (old, new) = (old.map_err(Problem::internal)?, new.map_err(Problem::internal)?);
    let asked_for = |place: Place, key: &str| by_key(place, key).is_some();
    let (changes, before) = diff(&old, &new, asked_for);
    let touched = touched(&changes);
    let Filing { findings, admitted } = admit::judge(
        &facts.registers,
        &facts.judged,
        &for_producer(ctx, manifest),
        &scene(app, ctx, manifest),
    );
    let is_over = manifest.received.is_some();
    let counts = |fault: &&Fault| concerns(fault, &touched, is_over);
    let mut faults: Vec<Fault> = findings.faults.iter().filter(counts).cloned().collect();
    faults.extend(below_lost(manifest, &touched, &amended));
    faults.extend(containers_gone(manifest, &touched));
    if touched.iter().any(|one| one.field.place == Place::Item || one.field.is_booked) {
        amended.warnings = findings.warnings.iter().map(warning).collect::<Vec<Warning>>();
    }
    let is_booked = touched.iter().any(|one| one.field.is_booked) && !is_over;
    let mut guards = Vec::new();
    if !touched.is_empty() {
        guards.extend(facts.registers.guards());
    }
    let mut booking = None;
    if let Some(admitted) = admitted.filter(|_| is_booked) {
        let difference = by_difference(manifest, &admitted, &facts.judged);
        faults.extend(db::faults_of(&facts.balances, &difference.moves));
        guards.extend(admitted.guards.iter().copied());
        booking = Some(Booking { admitted, difference });
    } else if is_booked && faults.is_empty() {
        return Err(Problem::internal("an amendment without faults was not admitted"));
    }
    let carried = if touched.iter().any(|one| one.field.key == CONTAINERS) {
        changed_containers((stored.id, filed), &amended, &facts.containers, ctx)
    } else {
        Vec::new()
    };
    Ok(Amended { changes, before, touched, faults, template: amended, booking, guards, carried })
}

/// Containers that are on it no more are free again; those that it takes are nobody else's. One
/// that goes to another line does both.
fn changed_containers(
    (manifest_id, was): (ManifestId, &Filed),
    is: &Filed,
    known: &[Known<Container>],
    ctx: &Ctx,
) -> Vec<Carried> {
    let line = |filed: &Filed, id| {
        let item = filed.items.iter().find(|item| item.container_ids.contains(&id));
        item.map(|item| item.line)
    };
    let receiver_site_id = is.receiver_site_id;
    let change = |one: &Known<Container>| {
        let (before, after) = (line(was, one.id), line(is, one.id));
        let mut carries = Vec::new();
        if before != after {
            carries.extend(before.map(|_| (Carry::Release, ctx.now)));
            let taken = after.map(|line| Carriage { manifest_id, line, receiver_site_id });
            carries.extend(taken.map(|carriage| (Carry::Reserve(carriage), ctx.now)));
        }
        (!carries.is_empty()).then(|| Carried { known: one.clone(), carries })
    };
    known.iter().filter_map(change).collect()
}

/// Whether a fault is the amendment's to answer for: it lies in what is touched, or hangs on it.
fn concerns(fault: &Fault, touched: &[Touched], is_over: bool) -> bool {
    let pointer = fault.pointer.as_deref().unwrap_or_default();
    let mut segments = pointer.split('/').skip(1);
    let (head, at) = (segments.next().unwrap_or_default(), segments.next());
    let number = at.and_then(|at| at.parse::<i64>().ok()).map(|at| at + 1);
    let touches = |place: Place| {
        touched.iter().any(move |one| {
            one.field.place == place && number.is_none_or(|number| one.number == number)
        })
    };
    let named = |name: &str| touched.iter().any(|one| one.field.name == name);
    let is_booked = touched.iter().any(|one| one.field.is_booked);
    if is_over {
        // What is here is here: whether it might come is no question any more.
        let is_word = fault.code.status() == 422;
        return is_word && (touches(Place::Item) || touches(Place::Leg));
    }
    match head {
        "legs" => {
            let of_the_day = fault.code == Code::CarrierNotAllowed
                && (named("planned_departure_on") || named("exemption"));
            touches(Place::Leg) || of_the_day
        }
        "items" => touches(Place::Item) || heads_booked(touched),
        _ => is_booked,
    }
}

/// Whether something is touched that every item hangs on.
fn heads_booked(touched: &[Touched]) -> bool {
    touched.iter().any(|one| one.field.place == Place::Head && one.field.is_booked)
}

/// Turns a pointer into the filing into one into the request.
pub fn at_the_change(pointer: &str, asked: &AmendmentChanges, touched: &[Touched]) -> String {
    let mut segments = pointer.splitn(4, '/').skip(1);
    let (head, at) = (segments.next().unwrap_or_default(), segments.next());
    let rest = segments.next().unwrap_or_default();
    let number = at.and_then(|at| at.parse::<i64>().ok()).map(|at| at + 1);
    let entry = match (head, number) {
        ("items", Some(line)) => asked.items.iter().position(|one| one.line.get() == line),
        ("legs", Some(n)) => asked.legs.iter().position(|one| one.n.get() == n),
        _ => None,
    };
    if let (Some(entry), Some(number)) = (entry, number) {
        let field = rest.split('/').next().unwrap_or_default();
        let is_named = touched.iter().any(|one| one.number == number && one.field.name == field);
        let rest = if is_named { format!("/{rest}") } else { String::new() };
        return format!("/changes/{head}/{entry}{rest}");
    }
    let in_head = |name: &str| touched.iter().any(|one| one.number == 0 && one.field.name == name);
    let causes = [head, "receiver_site_id", "planned_departure_on", "transfer_approval_id"];
    let cause = causes.into_iter().find(|name| in_head(name));
    cause.map_or_else(|| "/changes".to_owned(), |name| format!("/changes/{name}"))
}
