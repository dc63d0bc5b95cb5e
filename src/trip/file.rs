//! File a manifest onto a trip that is being loaded: the filing and the joining are one commit, and
//! what must not ride together is judged over all that is on the vehicle.

use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;

use super::act;
use super::event::{End, Happening, Joined, Rider};
use super::status::{TripAction, TripStatus};
use super::store::{self, Stored};
use crate::app::App;
use crate::catalogue::LoadItem;
use crate::command::{self, Done, Freshness};
use crate::ctx::Ctx;
use crate::decision::Decision;
use crate::ids::{ManifestId, OrganisationId, TripId};
use crate::limits::TRIP_MANIFESTS_MAX;
use crate::manifest::{self, Facts, FileManifest, FilingScene, Origin, ToFile, load_items};
use crate::problem::{Code, Fault, Findings, Problem, Text};
use crate::registry::Site;

struct Scene {
    filing: ToFile,
    /// None where it is none that the caller may know.
    trip: Option<Stored>,
    aboard: Vec<LoadItem>,
}

/// Files onto the trip that `asked` names: 201, the manifest.
pub async fn file(
    app: &App,
    ctx: &Ctx,
    asked: &FileManifest,
) -> Result<Done<manifest::Stored>, Problem> {
    manifest::may_file(&ctx.actor)?;
    let id = ManifestId::of(app.mint.uuid(ctx.now));
    file_as(app, ctx, asked, (id, Origin::default())).await
}

/// The same for the room of manifests, whose drafts and lines may name a trip too.
pub fn lent<'a>(
    app: &'a App,
    ctx: &'a Ctx,
    asked: &'a FileManifest,
    under: (ManifestId, Origin),
) -> LocalBoxFuture<'a, Result<Done<manifest::Stored>, Problem>> {
    file_as(app, ctx, asked, under).boxed_local()
}

async fn file_as(
    app: &App,
    ctx: &Ctx,
    asked: &FileManifest,
    (id, origin): (ManifestId, Origin),
) -> Result<Done<manifest::Stored>, Problem> {
    let read = async |freshness: Freshness| {
        if freshness == Freshness::Fresh {
            origin.demand(app, ctx, id).await?;
        }
        let facts = Facts::read(app, ctx, asked, freshness).await?;
        let trip = match asked.trip_id {
            Some(id) => seen(app, ctx, id).await?,
            None => None,
        };
        let aboard = match &trip {
            Some(trip) => aboard(app, trip).await?,
            None => Vec::new(),
        };
        let filing = ToFile::new(app, ctx, (id, asked.clone(), origin.draft_version), facts);
        let mut scene = Scene { filing, trip, aboard };
        if freshness == Freshness::Fresh {
            let moves = scene.filing.moves(ctx, &of(app, ctx, &scene));
            scene.filing.facts.balances = Some(command::balances(app, &moves).await?);
        }
        Ok(scene)
    };
    command::run(app, ctx, read, |scene| {
        let filed = scene.filing.decision(ctx, &of(app, ctx, scene), None, None);
        let Some(trip) = &scene.trip else {
            let unknown = Err(Problem::internal("a filing onto no trip was let through"));
            return filed.and(unknown);
        };
        match (filed, rides(trip, asked)) {
            (Ok(filed), Ok(())) => Ok(filed.with(vec![joined(ctx, trip, &scene.filing)?])),
            (Err(one), Err(other)) => Err(one.and(other)),
            (Err(problem), Ok(())) | (Ok(_), Err(problem)) => Err(problem),
        }
    })
    .await
}

/// The trip, where the caller may know of it.
async fn seen(app: &App, ctx: &Ctx, id: TripId) -> Result<Option<Stored>, Problem> {
    let found = store::by_id(&app.pool, id).await?;
    Ok(found.filter(|stored| act::sight(&ctx.actor, &stored.trip).is_some()))
}

/// All that rides on it, whoever sees it.
async fn aboard(app: &App, stored: &Stored) -> Result<Vec<LoadItem>, Problem> {
    let ids: Vec<ManifestId> = stored.trip.riders.iter().map(|rider| rider.manifest_id).collect();
    let riders = manifest::by_ids(&app.pool, &ids).await?;
    let held = riders.iter().map(|one| load_items(&one.manifest.filed, None, &app.catalogue));
    Ok(held.flatten().collect())
}

fn of<'a>(app: &'a App, ctx: &Ctx, scene: &'a Scene) -> FilingScene<'a> {
    let trip_id = scene.trip.as_ref().map(|stored| stored.id);
    FilingScene { trip_id, aboard: &scene.aboard, ..FilingScene::of(app, ctx) }
}

/// The trip is being loaded, has room, and is the one that the first leg travels on.
fn rides(stored: &Stored, asked: &FileManifest) -> Result<(), Problem> {
    let (trip, mut findings) = (&stored.trip, Findings::new());
    if trip.status != TripStatus::Open {
        TripAction::Join.demand(trip.status)?;
    }
    if trip.riders.len() >= TRIP_MANIFESTS_MAX {
        let text = Text::new("车次已满。", "The trip has no room for another manifest.");
        findings.refuse(Fault::new(Code::TooLong, "/trip_id", text));
    }
    let leg = asked.legs.first();
    if leg.is_some_and(|leg| leg.carrier_id != trip.carrier_id) {
        let text = Text::new("车次属于另一承运人。", "The trip is another carrier's.");
        findings.refuse(Fault::new(Code::InvalidValue, "/legs/0/carrier_id", text));
    } else if leg.is_some_and(|leg| leg.vehicle_id != trip.crew.vehicle_id) {
        let text = Text::new("车次用的是另一车辆。", "The trip is driven with another vehicle.");
        findings.refuse(Fault::new(Code::InvalidValue, "/legs/0/vehicle_id", text));
    }
    findings.settle().map(|_| ())
}

fn joined(ctx: &Ctx, stored: &Stored, filing: &ToFile) -> Result<Decision, Problem> {
    let (Some(producer), Some(receiver)) = (&filing.facts.producer, &filing.facts.receiver) else {
        return Err(Problem::internal("a filing without its sites was let through"));
    };
    let rider = Rider {
        manifest_id: filing.id,
        stream: filing.asked.stream.as_str().to_owned(),
        producer: end(producer.organisation.id, &producer.site),
        receiver: end(receiver.organisation.id, &receiver.site),
        shipped_g: filing.asked.items.iter().map(|item| item.mass_kg.grams()).sum(),
    };
    let rows = vec![store::rider_row(stored.id, &rider)];
    let happening = Happening::Joined(Joined { riders: vec![rider] });
    act::write(ctx, (stored.id, Some(&stored.trip)), (happening, ctx.now), rows, 201)
}

fn end(organisation_id: OrganisationId, site: &Site) -> End {
    End {
        organisation_id,
        site_id: site.id,
        division: site.division.clone(),
        regiment: site.regiment.clone(),
    }
}
