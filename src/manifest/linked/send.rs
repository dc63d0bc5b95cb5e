//! Return and forward: refused mass leaves the place that refused it, back to where it came from
//! or on to another receiver.
//!
//! One decision: the new manifest, with a number of the place that it leaves, and an event of the
//! manifest that the mass was held on. Both or neither; never more than is held.

use super::asked::{ForwardManifest, ReturnManifest};
use super::forms::Sending;
use crate::app::App;
use crate::catalogue::Stream;
use crate::clock::legal_day;
use crate::command::{self, Done, Freshness};
use crate::ctx::Ctx;
use crate::db;
use crate::decision::Decision;
use crate::identity::policy as may;
use crate::ids::ManifestId;
use crate::manifest::admit::{self, leg_right, transport_was_free};
use crate::manifest::containers;
use crate::manifest::file::{self, Departing, Filing};
use crate::manifest::origin::Origin;
use crate::manifest::{
    Action, Content, Departed, Facts, FileManifest, LegAsked, Manifest, Party, Scene, Stored,
    admit_filed, filed, with_more,
};
use crate::problem::{Code, Fault, Findings, Problem};
use crate::registry::Part;
use crate::wire::{Asked, List, PositiveKg};

/// Refused mass goes back to the producer's site: 201 with the manifest that brings it.
pub async fn send_back(
    app: &App,
    ctx: &Ctx,
    id: ManifestId,
    asked: impl Into<Content<ReturnManifest>>,
) -> Result<Done<Stored>, Problem> {
    let Content { asked, mended, .. } = asked.into();
    let (asked, mended) = (asked.map(Sending::from), mended.map(Sending::from));
    send(app, ctx, (id, Action::Return), asked, mended).await
}

/// Refused mass goes on to another receiver: 201 with the manifest that carries it.
pub async fn send_on(
    app: &App,
    ctx: &Ctx,
    id: ManifestId,
    asked: impl Into<Content<ForwardManifest>>,
) -> Result<Done<Stored>, Problem> {
    let Content { asked, mended, .. } = asked.into();
    let (asked, mended) = (asked.map(Sending::from), mended.map(Sending::from));
    send(app, ctx, (id, Action::Forward), asked, mended).await
}

/// The manifest that holds the mass, and the new one as far as it can be read.
struct Seen {
    origin: Stored,
    prepared: Option<Prepared>,
}

/// The new manifest as a filing, its facts, and the faults that are a return's or forward's own.
struct Prepared {
    form: FileManifest,
    facts: Facts,
    own: Findings,
    departing: Option<Departing>,
}

async fn send(
    app: &App,
    ctx: &Ctx,
    (id, action): (ManifestId, Action),
    asked: Asked<Sending>,
    mended: Option<Sending>,
) -> Result<Done<Stored>, Problem> {
    let new = ManifestId::of(app.mint.uuid(ctx.now));
    let scene = Scene::of(app, ctx);
    let wanted = asked.as_ref().ok().or(mended.as_ref());
    let read = async |freshness| {
        let origin = filed(app, ctx, id, action).await?;
        let prepared = match wanted {
            Some(wanted) => Some(prepare(app, ctx, (&origin, wanted), &scene, freshness).await?),
            None => None,
        };
        Ok(Seen { origin, prepared })
    };
    let decide = |seen: &Seen| {
        let manifest = &seen.origin.manifest;
        let state = admit_filed(ctx, action, manifest);
        let judge = |prepared: &Prepared| decide(prepared, ctx, &scene, new);
        match (state, &asked, &seen.prepared) {
            (Ok(()), Ok(_), Some(prepared)) => judge(prepared),
            (Ok(()), Err(problem), Some(prepared)) => {
                let more = judge(prepared).err();
                let more = more.map(|more| more.faults().to_vec()).unwrap_or_default();
                Err(with_more(problem.clone(), more))
            }
            (Ok(()), Err(problem), None) => Err(problem.clone()),
            (Ok(()), Ok(_), None) => Err(Problem::internal("a request that was not looked at")),
            // Who may not act is told nothing of how.
            (Err(state), Err(content), _) if state.code() != Code::Forbidden => {
                Err(state.and(content.clone()))
            }
            (Err(problem), ..) => Err(problem),
        }
    };
    command::run(app, ctx, read, decide).await
}

async fn prepare(
    app: &App,
    ctx: &Ctx,
    (origin, wanted): (&Stored, &Sending),
    scene: &Scene<'_>,
    freshness: Freshness,
) -> Result<Prepared, Problem> {
    let manifest = &origin.manifest;
    let free = transport_was_free(manifest, &app.catalogue);
    let there = containers::carried_by(app, origin.id, manifest).await?;
    let form = wanted.form(origin, (free, &there));
    let (course, form) = form.ok_or_else(|| Problem::internal("a manifest out of these rules"))?;
    let mut facts = Facts::read(app, ctx, &form, freshness).await?;
    (facts.course, facts.sources) = (course, vec![origin.clone()]);
    let mut own = wanted.look(manifest, &there);
    let departing = wanted.depart_now.then(|| departing(ctx, manifest, wanted));
    if let (Some(_), Ok(stream)) = (&departing, Stream::parse(&manifest.filed.stream)) {
        // It leaves today, whatever day was planned.
        let today = legal_day(ctx.now);
        if today != wanted.planned_departure_on
            && let Some(leg) = facts.legs.first()
        {
            leg_right(leg, 0, (stream, today), free, &mut own);
        }
    }
    if freshness == Freshness::Fresh {
        let judged = admit::judge(&facts, &form, ctx, scene);
        if let Some(admitted) = judged.admitted {
            facts.balances = Some(db::balances(&app.pool, &admitted.moves).await?);
        }
    }
    Ok(Prepared { form, facts, own, departing })
}

/// The departure of what leaves at once: the caller's call is the sender's signature, and the
/// carrier's where it carries itself.
fn departing(ctx: &Ctx, origin: &Manifest, wanted: &Sending) -> Departing {
    let receiver = origin.filed.receiver.organisation_id;
    let mut by = vec![Party::Producer.as_str().to_owned()];
    let carries = wanted.legs.first().is_some_and(|leg| leg.carrier_id == receiver);
    if carries && may::acts_for(&ctx.actor, receiver, Part::Carrier) {
        by.push(Party::Carrier.as_str().to_owned());
    }
    let departed = Departed { by, ..Departed::default() };
    Departing { departed, occurred_at: ctx.now, entries: Vec::new(), signed: None }
}

fn decide(
    prepared: &Prepared,
    ctx: &Ctx,
    scene: &Scene,
    new: ManifestId,
) -> Result<Decision, Problem> {
    let Prepared { form, facts, own, departing } = prepared;
    let origin = Origin::default();
    let departing = departing.clone();
    let filing = Filing { id: new, entries: &[], origin: &origin, departing, round_id: None };
    let decided = file::decide(facts, form, ctx, scene, &filing);
    let decided = decided.map_err(name_own_fields);
    match (Problem::unless_empty(own.faults.clone()), decided) {
        (Ok(()), decided) => decided,
        (Err(own), Ok(_)) => Err(own),
        (Err(own), Err(more)) => Err(with_more(own, more.faults().to_vec())),
    }
}

/// Pointers of a filing become those of this request; what it has no field for is said of the line,
/// or of the request as a whole.
fn name_own_fields(problem: Problem) -> Problem {
    if problem.cause.is_some() || problem.retry_after_s.is_some() {
        return problem;
    }
    let own = |pointer: &str| match pointer.strip_prefix("/items/") {
        Some(rest) => {
            let (n, field) = rest.split_once('/').unwrap_or((rest, ""));
            let is_own = ["mass_kg", "packages", "method", "container_ids"]
                .iter()
                .any(|it| field.starts_with(it));
            Some(if is_own { pointer.to_owned() } else { format!("/items/{n}/line") })
        }
        None if ["/producer_site_id", "/stream"].contains(&pointer) => None,
        None => Some(pointer.to_owned()),
    };
    let faults = problem
        .faults()
        .iter()
        .map(|fault| Fault { pointer: fault.pointer.as_deref().and_then(own), ..fault.clone() });
    match Problem::unless_empty(faults.collect()) {
        Err(named) => named,
        Ok(()) => problem,
    }
}

/// What a preflight asks: all that is held goes back today, by who brought it.
pub fn preflight_return(manifest: &Manifest, ctx: &Ctx) -> Option<ReturnManifest> {
    let item = |item: &crate::manifest::Item| {
        Some(super::ReturnItem {
            line: crate::wire::Whole::of(item.line)?,
            mass_kg: PositiveKg::of(manifest.held_g(item.line)?)?,
            packages: None,
            container_ids: None,
        })
    };
    let legs: Vec<LegAsked> = manifest.filed.legs.iter().take(1).map(LegAsked::same_crew).collect();
    Some(ReturnManifest {
        planned_departure_on: legal_day(ctx.now),
        legs: List::of(legs)?,
        items: List::of(manifest.filed.items.iter().filter_map(item).collect())?,
        depart_now: false,
        external_id: None,
        note: None,
    })
}

/// A forward goes to a receiver that nobody has named yet: only whether it may be sent at all can
/// be foreseen.
pub fn preflight_state(ctx: &Ctx, manifest: &Manifest, action: Action) -> Result<(), Problem> {
    admit_filed(ctx, action, manifest)
}
