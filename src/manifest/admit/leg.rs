//! Each leg: carrier, vehicle and driver belong together, are active and are allowed for the class
//! on the day, unless an exemption frees the transport of everything on board (list 2021, 运输).
//!
//! Departing asks the same questions again: rights may have ended since.

use chrono::NaiveDate;

use super::super::asked::{LegAsked, LegMode};
use super::super::evolve::Manifest;
use super::super::facts::{Escort, LegFacts};
use super::party::{role_not_held, withdrawn};
use crate::catalogue::{Catalogue, Stream};
use crate::ids::OrganisationId;
use crate::problem::{Code, Fault, Findings, Text};
use crate::registry::{Driver, Known, Part, Standing, Vehicle};

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
    own_vehicle(leg.vehicle.as_ref(), carrier.id, &at("vehicle_id"), findings);
    own_driver(leg.driver.as_ref(), carrier.id, &at("driver_id"), findings);
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

/// The vehicle is the carrier's own and in service.
pub fn own_vehicle(
    vehicle: Option<&Known<Vehicle>>,
    carrier: OrganisationId,
    pointer: &str,
    findings: &mut Findings,
) {
    match vehicle.filter(|one| one.organisation_id == carrier) {
        None => findings.refuse(Fault::unknown_reference(pointer)),
        Some(vehicle) if vehicle.status != Standing::Active => {
            let (zh, en) = ("车辆已停用。", "The vehicle is out of service.");
            findings.refuse(withdrawn(pointer, zh, en));
        }
        Some(_) => {}
    }
}

/// The driver is the carrier's own and active.
pub fn own_driver(
    driver: Option<&Known<Driver>>,
    carrier: OrganisationId,
    pointer: &str,
    findings: &mut Findings,
) {
    match driver.filter(|one| one.organisation_id == carrier) {
        None => findings.refuse(Fault::unknown_reference(pointer)),
        Some(driver) if driver.status != Standing::Active => {
            let (zh, en) = ("驾驶员已停用。", "The driver is not active.");
            findings.refuse(withdrawn(pointer, zh, en));
        }
        Some(_) => {}
    }
}

/// Medical waste goes by road; by water only with an approval, by rail never (Medical Waste
/// Regulations Art. 15). What the other streams travel by, no rule of theirs limits.
pub fn mode(
    mode: Option<LegMode>,
    (stream, is_approved): (Stream, bool),
    pointer: &str,
    findings: &mut Findings,
) {
    match (stream, mode.unwrap_or(LegMode::Road)) {
        (Stream::Medical, LegMode::Water) if !is_approved => {
            let text = Text::new(
                "医疗废物经水路运输须经批准，请填写审批。",
                "Medical waste goes by water only with an approval: name it.",
            );
            findings.refuse(Fault::new(Code::ApprovalRequired, pointer, text));
        }
        (Stream::Medical, LegMode::Rail | LegMode::Pipeline) => {
            let text = Text::new(
                "医疗废物不得以此方式运输，应经公路。",
                "Medical waste does not travel this way: it goes by road.",
            );
            findings.refuse(Fault::new(Code::CarrierNotAllowed, pointer, text));
        }
        (Stream::Medical, LegMode::Road | LegMode::Water)
        | (Stream::Hazardous | Stream::Kitchen, _) => {}
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
    let (vehicle, driver) = (leg.vehicle.as_ref(), leg.driver.as_ref());
    let free = transport_is_free;
    vehicle_right(vehicle, (stream, free), &format!("/legs/{n}/vehicle_id"), findings);
    driver_right(driver, (day, free), &format!("/legs/{n}/driver_id"), findings);
}

/// The vehicle is allowed for the class.
pub fn vehicle_right(
    vehicle: Option<&Known<Vehicle>>,
    (stream, is_free): (Stream, bool),
    pointer: &str,
    findings: &mut Findings,
) {
    if let Some(vehicle) = vehicle.filter(|_| !is_free)
        && !vehicle.classes.iter().any(|class| class == stream.as_str())
    {
        let text = Text::new(
            format!("车辆 {} 无此类废物运输资质。", vehicle.plate),
            format!("Vehicle {} is not allowed for {} waste.", vehicle.plate, stream.as_str()),
        );
        findings.refuse(Fault::new(Code::CarrierNotAllowed, pointer, text));
    }
}

/// The driver's licence runs on that day.
pub fn driver_right(
    driver: Option<&Known<Driver>>,
    (day, is_free): (NaiveDate, bool),
    pointer: &str,
    findings: &mut Findings,
) {
    let driver = driver.filter(|_| !is_free);
    if let Some(until) = driver.and_then(|driver| driver.licence_valid_to)
        && until < day
    {
        let text = Text::new(
            format!("驾驶员从业资格于 {until} 到期。"),
            format!("The driver's licence ended on {until}."),
        );
        findings.refuse(Fault::new(Code::CarrierNotAllowed, pointer, text));
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
