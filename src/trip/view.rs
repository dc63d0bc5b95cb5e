//! A trip as its caller sees it: all of it, or its own manifests and nothing of the others.

use std::collections::{BTreeSet, HashMap};

use super::act::{allowed, sight};
use super::event::{Rider, Weighed};
use super::evolve::Trip;
use super::shape::{RiderView, TripShareView, TripView, WeighedView};
use super::store::Stored;
use crate::app::App;
use crate::clock::rfc3339;
use crate::ctx::Actor;
use crate::ids::{ManifestId, TripId};
use crate::manifest::{self, At, Head};
use crate::problem::Problem;
use crate::units::Kg;

/// The heads of the manifests on these trips.
pub async fn heads<'a>(
    app: &App,
    trips: impl Iterator<Item = &'a Stored>,
) -> Result<HashMap<ManifestId, Head>, Problem> {
    let riders = trips.flat_map(|stored| &stored.trip.riders);
    let ids: Vec<ManifestId> = riders.map(|rider| rider.manifest_id).collect();
    manifest::heads(&app.pool, &ids).await
}

/// The trip for `actor`; `None` where it may not know of it.
pub fn view(
    (id, trip): (TripId, &Trip),
    actor: &Actor,
    heads: &HashMap<ManifestId, Head>,
) -> Option<TripView> {
    let seen = sight(actor, trip)?;
    let is_whole = seen.len() == trip.riders.len();
    let riders = trip.riders.iter().filter(|rider| seen.contains(&rider.manifest_id));
    let departed = trip.departed.as_ref();
    Some(TripView {
        id,
        status: trip.status,
        version: trip.version,
        carrier_id: trip.carrier_id,
        carrier_name: trip.carrier_name.clone(),
        vehicle_id: trip.crew.vehicle_id,
        plate: trip.crew.plate.clone(),
        driver_id: trip.crew.driver_id,
        opened_at: rfc3339(trip.opened_at),
        manifests: riders.map(|rider| rider_view(trip, rider, heads)).collect(),
        departed_at: departed.map(|step| rfc3339(step.occurred_at)),
        loaded_kg: departed.filter(|_| is_whole).and_then(|step| step.data.loaded_g).map(Kg),
        weighings: trip
            .weighings
            .iter()
            .filter(|step| shows_all(&seen, &step.data))
            .map(weighed_view)
            .collect(),
        cancel_reason: trip.cancelled.as_ref().map(|step| step.data.reason.clone()),
        allowed_actions: allowed(actor, trip),
    })
}

fn shows_all(seen: &BTreeSet<ManifestId>, weighed: &Weighed) -> bool {
    weighed.split.iter().all(|share| seen.contains(&share.manifest_id))
}

fn rider_view(trip: &Trip, rider: &Rider, heads: &HashMap<ManifestId, Head>) -> RiderView {
    let head = heads.get(&rider.manifest_id);
    let shares = trip.weighings.iter().flat_map(|step| &step.data.split);
    let own = shares.into_iter().find(|share| share.manifest_id == rider.manifest_id);
    RiderView {
        manifest_id: rider.manifest_id,
        number: head.map(|head| head.number.clone()),
        status: head.map(|head| head.status.clone()),
        stream: rider.stream.clone(),
        producer_id: rider.producer.organisation_id,
        receiver_id: rider.receiver.organisation_id,
        receiver_site_id: rider.receiver.site_id,
        shipped_kg: Kg(rider.shipped_g),
        weighed_kg: own.map(|share| Kg(share.mass_g)),
    }
}

/// What a weighbridge said.
pub fn weighed_view(step: &At<Weighed>) -> WeighedView {
    let share = |share: &super::event::Share| TripShareView {
        manifest_id: share.manifest_id,
        mass_kg: Kg(share.mass_g),
    };
    WeighedView {
        occurred_at: rfc3339(step.occurred_at),
        gross_kg: Kg(step.data.gross_g),
        tare_kg: Kg(step.data.tare_g),
        net_kg: Kg(step.data.net_g),
        split: step.data.split.iter().map(share).collect(),
    }
}
