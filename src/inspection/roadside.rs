//! What rides on it now: asked by plate, number or container, answered from one reading of the
//! database, so that what is shown and the log position that it is true at belong together.
//!
//! Whoever stops a truck has it in front of him: a regulator of any division and agency is told
//! what is on it (domain.md, "What the regulator needs"). Nobody else may ask.

use chrono::{DateTime, Utc};

use super::model::Asked;
use super::store::{self, Seen};
use crate::app::App;
use crate::container::{self, Container, Named};
use crate::ctx::Actor;
use crate::identity::policy as may;
use crate::ids::DriverId;
use crate::manifest::{Standings, Status, Stored};
use crate::problem::{Code, Fault, Problem, Text};
use crate::registry::{Driver, Known, Person, Plate, Vehicle, rows};
use crate::wire::{self, BoundedText, wire};

wire! {
    /// What is in front of the inspector: exactly one of the three.
    pub struct RoadsideQuery {
        /// Of the vehicle or of its trailer.
        pub plate: Option<Plate>,
        /// A manifest's number.
        pub number: Option<BoundedText<1, 20>>,
        /// The code on a container's label, or its id.
        pub container: Option<BoundedText<1, 64>>,
    }
}

/// A manifest that was found, and the head of its chain.
pub struct Riding {
    pub stored: Stored,
    /// Its load is on the road.
    pub is_riding: bool,
    pub index: i64,
    pub leaf: Vec<u8>,
    pub recorded_at: DateTime<Utc>,
    /// Who drives it; `None` where the register has no such driver any more.
    pub driver: Option<(Known<Driver>, Person)>,
    /// How the returns fare that took refused mass of it on.
    pub standings: Standings,
}

/// One look at the roadside.
pub struct Look {
    pub asked: Asked,
    pub at: DateTime<Utc>,
    /// Everything below this position was seen.
    pub log_size: i64,
    /// Leaf hash of the log's last event; none while it is empty.
    pub last_leaf: Option<Vec<u8>>,
    /// The vehicle of that plate, as it is registered.
    pub vehicle: Option<Known<Vehicle>>,
    pub container: Option<Known<Container>>,
    pub found: Vec<Riding>,
}

impl Look {
    /// Nothing of what was asked for is on the road.
    pub fn is_nothing(&self) -> bool {
        !self.found.iter().any(|one| one.is_riding)
    }
}

/// Only regulators ask at the roadside.
pub fn may_look(actor: &Actor) -> Result<(), Problem> {
    may::require(actor.role.is_regulator() && actor.agency.is_some())
}

/// What a query asks for.
fn asked(query: &RoadsideQuery) -> Result<Asked, Problem> {
    match (&query.plate, &query.number, &query.container) {
        (Some(plate), None, None) => Ok(Asked::Plate(plate.as_str().to_owned())),
        (None, Some(number), None) => Ok(Asked::Number(number.as_str().to_owned())),
        (None, None, Some(code)) => Ok(Asked::ContainerCode(code.as_str().to_owned())),
        (None, None, None) => Err(one_of(Code::Required, "/query/plate")),
        (None, ..) => Err(one_of(Code::InvalidValue, "/query/container")),
        (Some(_), ..) => Err(one_of(Code::InvalidValue, "/query/plate")),
    }
}

fn one_of(code: Code, pointer: &str) -> Problem {
    let text = Text::new(
        "请给出 plate、number、container 三者之一，且仅一项。",
        "Give exactly one of plate, number and container.",
    );
    Problem::at(code, pointer, text)
}

pub async fn look(
    app: &App,
    actor: &Actor,
    query: wire::Asked<RoadsideQuery>,
) -> Result<Look, Problem> {
    may_look(actor)?;
    let asked = asked(&query?)?;
    tracing::info!(user_id = %actor.user_id, organisation_id = %actor.organisation_id, "roadside");
    look_for(app, asked).await
}

/// The same, for whoever was let look already.
pub(super) async fn look_for(app: &App, asked: Asked) -> Result<Look, Problem> {
    let at = app.clock.now();
    let container = match &asked {
        Asked::ContainerCode(code) => container::named(&app.pool, &Named::parse(code)).await?,
        Asked::Plate(_) | Asked::Number(_) => None,
    };
    let vehicle = match &asked {
        Asked::Plate(plate) => rows::vehicle_of_plate(&app.pool, plate).await?,
        Asked::Number(_) | Asked::ContainerCode(_) => None,
    };
    let (log, seen) = match &asked {
        Asked::Plate(plate) => store::on_plate(&app.pool, plate).await?,
        Asked::Number(number) => store::of_number(&app.pool, number).await?,
        Asked::ContainerCode(_) => {
            let on = container.as_ref().and_then(|known| known.manifest.as_ref());
            store::of_id(&app.pool, on.map(|carriage| carriage.manifest_id)).await?
        }
    };
    let mut found = Vec::with_capacity(seen.len());
    for one in seen {
        found.push(with_driver(app, one, container.as_deref(), &asked).await?);
    }
    Ok(Look { asked, at, log_size: log.size, last_leaf: log.last_leaf, vehicle, container, found })
}

async fn with_driver(
    app: &App,
    seen: Seen,
    container: Option<&Container>,
    asked: &Asked,
) -> Result<Riding, Problem> {
    let Seen { stored, index, leaf, recorded_at } = seen;
    let manifest = &stored.manifest;
    // A container that was left behind or never arrived does not ride with the others.
    let aboard = container
        .is_none_or(|one| one.status == crate::container::ContainerStatus::Shipped && !one.missing);
    let is_riding = aboard && matches!(manifest.status, Status::InTransit | Status::Arrived);
    let plate = match asked {
        Asked::Plate(plate) => Some(&**plate),
        Asked::Number(_) | Asked::ContainerCode(_) => None,
    };
    let driver = match manifest.driver(plate) {
        Some(id) => driver(app, id).await?,
        None => None,
    };
    let standings = crate::manifest::standings(&app.pool, [manifest].into_iter()).await?;
    Ok(Riding { stored, is_riding, index, leaf, recorded_at, driver, standings })
}

async fn driver(app: &App, id: DriverId) -> Result<Option<(Known<Driver>, Person)>, Problem> {
    let Some(driver) = rows::driver(&app.pool, id).await? else { return Ok(None) };
    Ok(rows::person(&app.pool, id).await?.map(|person| (driver, person)))
}

/// Faults of an inspection's own fields, where it names none or several of the three.
pub(super) fn named_once(
    plate: Option<&Plate>,
    number: Option<&str>,
    container_code: Option<&str>,
) -> Result<Asked, Fault> {
    let fault = |code| {
        let text = Text::new(
            "请给出 plate、number、container_code 三者之一，且仅一项。",
            "Give exactly one of plate, number and container_code.",
        );
        Fault::new(code, "/plate", text)
    };
    match (plate, number, container_code) {
        (Some(plate), None, None) => Ok(Asked::Plate(plate.as_str().to_owned())),
        (None, Some(number), None) => Ok(Asked::Number(number.to_owned())),
        (None, None, Some(code)) => Ok(Asked::ContainerCode(code.to_owned())),
        (None, None, None) => Err(fault(Code::Required)),
        _ => Err(fault(Code::InvalidValue)),
    }
}
