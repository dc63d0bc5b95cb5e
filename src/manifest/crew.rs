//! Vehicle and driver of a trip or a round, judged by the rules of a manifest's leg.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::admit::{leg_parties, leg_right};
use super::facts::LegFacts;
use crate::catalogue::Stream;
use crate::ids::{DriverId, VehicleId};
use crate::problem::Findings;

/// Who and what drives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Crew {
    pub vehicle_id: VehicleId,
    pub plate: String,
    pub driver_id: DriverId,
}

/// Who and what drives, where both are known.
pub fn crew(leg: &LegFacts) -> Option<Crew> {
    let (vehicle, driver) = (leg.vehicle.as_ref()?, leg.driver.as_ref()?);
    Some(Crew { vehicle_id: vehicle.id, plate: vehicle.plate.clone(), driver_id: driver.id })
}

/// The faults of the carrier, its vehicle and its driver, at fields of these names; whether they
/// are allowed for the class is asked where stream and day are known.
pub fn crew_faults(leg: &LegFacts, class: Option<(Stream, NaiveDate)>, findings: &mut Findings) {
    let before = findings.faults.len();
    leg_parties(leg, 0, findings);
    if let Some(class) = class {
        leg_right(leg, 0, class, false, findings);
    }
    for fault in findings.faults.iter_mut().skip(before) {
        let own = fault.pointer.as_deref().and_then(|pointer| pointer.strip_prefix("/legs/0"));
        fault.pointer = own.map(str::to_owned);
    }
}
