//! Each leg: carrier, vehicle and driver belong together, are active and are allowed for the class
//! on the day, unless an exemption frees the transport of everything on board (list 2021, 运输).
//!
//! Departing asks the same questions again: rights may have ended since.

use chrono::NaiveDate;

use super::super::asked::LegAsked;
use super::super::evolve::Manifest;
use super::super::facts::{Escort, LegFacts};
use super::party::{role_not_held, withdrawn};
use crate::catalogue::{Catalogue, Stream};
use crate::problem::{Code, Fault, Findings, Text};
use crate::registry::{Part, Standing};

/// The parties of a leg exist, belong together and may take part.
pub fn parties(leg: &LegFacts, n: usize, findings: &mut Findings) {
    let at = |field: &str| format!("/legs/{n}/{field}");
    let Some(carrier) = &leg.carrier else {
        return findings.refuse(Fault::unknown_reference(at("carrier_id")));
    };
    if !carrier.roles.contains(&Part::Carrier) {
        findings.refuse(role_not_held(&at("carrier_id"), "承运单位", "carrier"));
    }
    if carrier.status != Standing::Active || carrier.blacklisted {
        let (zh, en) = (
            "承运人已暂停、注销或在黑名单上。",
            "The carrier is suspended, closed or blacklisted.",
        );
        findings.refuse(withdrawn(at("carrier_id"), zh, en));
    }
    let own_vehicle = leg.vehicle.as_ref().filter(|one| one.organisation_id == carrier.id);
    match own_vehicle {
        None => findings.refuse(Fault::unknown_reference(at("vehicle_id"))),
        Some(vehicle) if vehicle.status != Standing::Active => {
            let (zh, en) = ("车辆已停用。", "The vehicle is out of service.");
            findings.refuse(withdrawn(at("vehicle_id"), zh, en));
        }
        Some(_) => {}
    }
    let own_driver = leg.driver.as_ref().filter(|one| one.organisation_id == carrier.id);
    match own_driver {
        None => findings.refuse(Fault::unknown_reference(at("driver_id"))),
        Some(driver) if driver.status != Standing::Active => {
            let (zh, en) = ("驾驶员已停用。", "The driver is not active.");
            findings.refuse(withdrawn(at("driver_id"), zh, en));
        }
        Some(_) => {}
    }
    match &leg.escort {
        Escort::NotNamed => {}
        Escort::Known(escort) if escort.organisation_id == carrier.id => {
            if escort.status != Standing::Active {
                let (zh, en) = ("押运员已停用。", "The escort is not active.");
                findings.refuse(withdrawn(at("escort_id"), zh, en));
            }
        }
        Escort::Known(_) | Escort::Unknown => {
            findings.refuse(Fault::unknown_reference(at("escort_id")));
        }
    }
}

/// What the leg says of itself: a trailer's plate, and times in their order.
pub fn wording(leg: &LegAsked, n: usize, findings: &mut Findings) {
    if leg.trailer_plate.as_ref().is_some_and(|plate| !plate.is_trailer()) {
        let text = Text::new(
            "不是挂车号牌：挂车号牌以“挂”结尾。",
            "Not the plate of a trailer: those end in 挂.",
        );
        findings.refuse(Fault::new(Code::PlateInvalid, format!("/legs/{n}/trailer_plate"), text));
    }
    if let (Some(departure), Some(arrival)) = (leg.planned_departure_at, leg.planned_arrival_at)
        && arrival < departure
    {
        let text = Text::new(
            "计划到达时间早于计划启运时间。",
            "The planned arrival is before the planned departure.",
        );
        let pointer = format!("/legs/{n}/planned_arrival_at");
        findings.refuse(Fault::new(Code::InvalidValue, pointer, text));
    }
}

/// Vehicle and driver are allowed for the class, unless an exemption frees the transport of every
/// item on board.
pub fn right(
    leg: &LegFacts,
    n: usize,
    (stream, day): (Stream, NaiveDate),
    transport_is_free: bool,
    findings: &mut Findings,
) {
    if transport_is_free {
        return;
    }
    if let Some(vehicle) = &leg.vehicle
        && !vehicle.classes.iter().any(|class| class == stream.as_str())
    {
        let text = Text::new(
            format!("车辆 {} 无此类废物运输资质。", vehicle.plate),
            format!("Vehicle {} is not allowed for {} waste.", vehicle.plate, stream.as_str()),
        );
        findings.refuse(Fault::new(Code::CarrierNotAllowed, format!("/legs/{n}/vehicle_id"), text));
    }
    if let Some(until) = leg.driver.as_ref().and_then(|driver| driver.licence_valid_to)
        && until < day
    {
        let text = Text::new(
            format!("驾驶员从业资格于 {until} 到期。"),
            format!("The driver's licence ended on {until}."),
        );
        findings.refuse(Fault::new(Code::CarrierNotAllowed, format!("/legs/{n}/driver_id"), text));
    }
}

/// Whether the transport of every item was freed by an exemption when it was filed: the claims
/// were judged then, under the list of that day, and are not judged again.
pub fn transport_was_free(manifest: &Manifest, catalogue: &Catalogue) -> bool {
    manifest.filed.items.iter().all(|item| {
        let claim = item.exemption.as_ref().and_then(|claim| catalogue.exemption(&claim.id));
        claim.is_some_and(|exemption| exemption.stages().frees_transport())
    })
}
