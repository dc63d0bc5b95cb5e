//! What devices tell, as their senders' systems send it: lines of readings.

use serde_json::{Value, json};

use super::{Stage, instant};
use crate::clock::rfc3339;
use crate::ids::{SiteId, VehicleId};
use crate::problem::Problem;
use crate::simulate::load::{Device, Spot};
use crate::simulate::units::kg;
use crate::simulate::world::Sec;
use crate::track;

/// Whose readings they are, by id.
#[derive(Clone, Copy)]
enum Whose {
    Vehicle(VehicleId),
    Site(SiteId, &'static str),
}

pub async fn tell(stage: &Stage<'_>, n: usize, at: Sec) -> Result<(), Problem> {
    let told = &stage.plan.told[n];
    // It went another way than was planned.
    if told.load.is_some_and(|key| stage.ids.borrow().rerouted.contains_key(&key)) {
        return Ok(());
    }
    let whose = match told.device {
        Device::Vehicle(vehicle) => Whose::Vehicle(stage.vehicle(vehicle)?.0),
        Device::Store(party) => Whose::Site(stage.party(party)?.site_id, "storage_temperature"),
        Device::Furnace(party) => Whose::Site(stage.party(party)?.site_id, "furnace"),
    };
    let lines: Vec<String> = told.spots.iter().map(|spot| line(whose, spot).to_string()).collect();
    let lines: Vec<&[u8]> = lines.iter().map(String::as_bytes).collect();
    let ctx = stage.as_party(told.party, at)?;
    for taken in track::take(stage.app, &ctx, &lines).await {
        taken.outcome?;
    }
    Ok(())
}

fn line(whose: Whose, spot: &Spot) -> Value {
    let mut body = json!({"at": rfc3339(instant(spot.at))});
    match whose {
        Whose::Vehicle(id) => (body["kind"], body["vehicle_id"]) = (json!("position"), json!(id)),
        Whose::Site(id, kind) => (body["kind"], body["site_id"]) = (json!(kind), json!(id)),
    }
    if let Some((lon, lat)) = spot.place {
        body["location"] = json!({"lon": lon as f64 / 1e6, "lat": lat as f64 / 1e6});
    }
    let figures = [("speed_kmh", spot.speed), ("load_kg", spot.load_g), ("celsius", spot.celsius)];
    for (name, thousandths) in figures {
        if let Some(thousandths) = thousandths {
            body[name] = kg(thousandths);
        }
    }
    if let Some(feeding) = spot.feeding {
        body["feeding"] = json!(feeding);
    }
    body
}
