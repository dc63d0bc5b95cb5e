//! A party comes into the registers: organisation, site, login, licence, storage, fleet.

use serde_json::{Value, json};

use super::Stage;
use super::ids::Settled;
use super::steady::steadily;
use crate::ctx::{Ctx, Role};
use crate::identity::{self, CreateUser};
use crate::ids::{OrganisationId, SiteId, StorageAreaId, UserId};
use crate::problem::Problem;
use crate::registry::{Uscc, driver, licence, organisation, site, storage_area, vehicle};
use crate::simulate::PASSWORD;
use crate::simulate::units::kg;
use crate::simulate::world::{Home, Kind, Party, Sec};
use crate::wire::body;

pub async fn settle(stage: &Stage<'_>, n: usize, at: Sec) -> Result<(), Problem> {
    let (app, ctx) = (stage.app, &stage.as_system(at));
    if stage.party(n).is_ok() {
        // It was there before.
        return Ok(());
    }
    let party = &stage.world.parties[n];
    let home = &stage.world.homes[party.division];
    let asked = json!({
        "name": party.name, "uscc": uscc(&home.number, n), "roles": roles(party.kind),
        "division": home.number,
    });
    let register = async || organisation::register(app, ctx, body(&asked)).await;
    let organisation_id = steadily(app, register).await?.value.id;
    let asked = place(party, home, organisation_id);
    let register = async || site::register(app, ctx, body(&asked)).await;
    let site_id = steadily(app, register).await?.value.id;
    let login = format!("party{n:04}");
    let user_id = user(stage, ctx, (organisation_id, login), Role::Admin).await?;
    let mut settled = Settled { organisation_id, site_id, user_id, area_id: None };
    if party.kind.is_receiver() {
        let asked = permit(party, home, (organisation_id, site_id));
        steadily(app, async || licence::grant(app, ctx, body(&asked)).await).await?;
    }
    if stores(party.kind) {
        settled.area_id = Some(area(stage, ctx, site_id, party.storage_g).await?);
    }
    stage.ids.borrow_mut().parties.insert(n, settled);
    if party.kind == Kind::Carrier {
        fleet(stage, ctx, n, organisation_id).await?;
    }
    Ok(())
}

const fn roles(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Carrier => &["carrier"],
        _ if kind.is_receiver() => &["receiver", "producer"],
        _ => &["producer"],
    }
}

const fn stores(kind: Kind) -> bool {
    matches!(kind, Kind::Recycler | Kind::Incinerator | Kind::Landfill)
}

const fn business(kind: Kind) -> &'static str {
    match kind {
        Kind::Tertiary | Kind::Secondary | Kind::Primary => "hospital",
        Kind::Clinic => "clinic",
        Kind::Restaurant => "restaurant",
        Kind::Canteen => "canteen",
        Kind::RepairShop => "repair_shop",
        Kind::BatteryPoint => "battery_shop",
        Kind::Coking => "coke_plant",
        Kind::Chemical => "chemical",
        Kind::Aluminium => "aluminium_smelter",
        Kind::Pvc => "pvc_plant",
        Kind::Carrier => "carrier",
        Kind::MedicalPlant => "medical_plant",
        Kind::KitchenPlant => "kitchen_plant",
        Kind::Recycler => "recycler",
        Kind::Incinerator => "incinerator",
        Kind::Landfill => "landfill",
        Kind::Farm => "farm",
    }
}

fn place(party: &Party, home: &Home, organisation_id: OrganisationId) -> Value {
    let kind = match party.kind {
        Kind::Carrier => "storage",
        kind if kind.is_receiver() => "treatment",
        _ => "production",
    };
    let mut asked = json!({
        "organisation_id": organisation_id, "name": "本部", "kind": kind,
        "business": business(party.kind), "division": home.number, "region_code": home.region,
        "location": {"lon": party.lon, "lat": party.lat},
    });
    let facility = match party.kind {
        Kind::MedicalPlant => Some("medical_plant"),
        Kind::KitchenPlant => Some("kitchen_plant"),
        Kind::Recycler => Some("recycler"),
        Kind::Incinerator => Some("hazardous_incinerator"),
        Kind::Landfill => Some("landfill"),
        _ => None,
    };
    if let Some(facility) = facility {
        asked["facility_kind"] = json!(facility);
    }
    let grade = match party.kind {
        Kind::Tertiary => Some("tertiary"),
        Kind::Secondary => Some("secondary"),
        Kind::Primary => Some("primary"),
        _ => None,
    };
    if let Some(grade) = grade {
        (asked["grade"], asked["beds"]) = (json!(grade), json!(party.size));
    }
    match party.kind {
        Kind::Restaurant => asked["seats"] = json!(party.size),
        // Each seat is sat on twice.
        Kind::Canteen => asked["seats"] = json!(party.size / 2),
        _ => {}
    }
    asked
}

/// A licence of what the kind of plant takes.
fn permit(party: &Party, home: &Home, (organisation, site): (OrganisationId, SiteId)) -> Value {
    let annual = party.annual_g / 1000;
    let line = |codes: &[&str], categories: &[&str], methods: &[&str]| {
        json!({"waste_codes": codes, "categories": categories, "methods": methods,
            "annual_kg": annual})
    };
    let (kind, lines) = match party.kind {
        Kind::MedicalPlant => ("comprehensive", vec![line(&[], &["HW01"], &["Y10", "Y11", "D10"])]),
        Kind::KitchenPlant => (
            "kitchen_permit",
            vec![line(&["CY-01"], &[], &["K1", "K2"]), line(&["CY-02", "CY-03"], &[], &["K4"])],
        ),
        Kind::Recycler => (
            "comprehensive",
            vec![
                line(&[], &["HW08"], &["R9"]),
                line(&["900-052-31"], &[], &["R4"]),
                line(&[], &["HW48"], &["R4"]),
                line(&[], &["HW29"], &["R8"]),
                line(&[], &["HW34"], &["R6"]),
            ],
        ),
        Kind::Landfill => ("comprehensive", vec![line(&[], &["HW18"], &["D1"])]),
        _ => ("comprehensive", vec![line(&[], &["HW08", "HW11", "HW49"], &["D10"])]),
    };
    json!({
        "organisation_id": organisation, "site_id": site, "kind": kind, "lines": lines,
        "number": format!("兵{}证{}-{}", business(party.kind), home.number, annual),
        "issued_on": "2024-01-10", "issued_by": "新疆生产建设兵团生态环境局",
        "valid_from": "2024-01-15", "valid_to": "2029-01-14",
        "rated_daily_kg": kg(party.rated_daily_g),
    })
}

async fn area(
    stage: &Stage<'_>,
    ctx: &Ctx,
    site_id: SiteId,
    grams: i64,
) -> Result<StorageAreaId, Problem> {
    let asked = json!({"site_id": site_id, "name": "一号贮存库", "kind": "facility",
        "capacity_kg": kg(grams)});
    let register = async || storage_area::register(stage.app, ctx, body(&asked)).await;
    Ok(steadily(stage.app, register).await?.value.id)
}

async fn fleet(
    stage: &Stage<'_>,
    ctx: &Ctx,
    carrier: usize,
    organisation_id: OrganisationId,
) -> Result<(), Problem> {
    for (n, one) in stage.world.vehicles.iter().enumerate() {
        if one.carrier != carrier {
            continue;
        }
        let asked = json!({
            "organisation_id": organisation_id, "plate": format!("新A{n:05}"),
            "kind": "厢式货车", "classes": [one.class], "rated_kg": kg(one.rated_g),
        });
        let register = async || vehicle::register(stage.app, ctx, body(&asked)).await;
        let vehicle_id = steadily(stage.app, register).await?.value.id;
        let asked = json!({
            "organisation_id": organisation_id, "name": format!("驾驶员{n}"),
            "phone": format!("139990{n:05}"), "licence_no": format!("65901985{n:08}"),
            "licence_valid_to": "2028-12-31",
        });
        let register = async || driver::register(stage.app, ctx, body(&asked)).await;
        let driver_id = steadily(stage.app, register).await?.0.value.id;
        stage.ids.borrow_mut().vehicles.insert(n, (vehicle_id, driver_id));
    }
    Ok(())
}

/// A login, made at the stage's time.
pub async fn user(
    stage: &Stage<'_>,
    ctx: &Ctx,
    (organisation_id, login): (OrganisationId, String),
    role: Role,
) -> Result<UserId, Problem> {
    let mut asked = json!({
        "organisation_id": organisation_id, "login": login, "password": PASSWORD, "role": role,
    });
    if role == Role::DivisionRegulator {
        asked["division"] = json!(login.trim_start_matches("division"));
    }
    let create = async || identity::create(stage.app, ctx, body::<CreateUser>(&asked)).await;
    match steadily(stage.app, create).await? {
        crate::command::Done::Written { output, .. }
        | crate::command::Done::Previewed { output, .. } => Ok(output.id),
        crate::command::Done::Replayed(_) => Err(Problem::internal("a login has no key")),
    }
}

/// The regulators: the corps' own and each division's.
pub async fn regulators(stage: &Stage<'_>) -> Result<(), Problem> {
    let ctx = &stage.as_system(0);
    let corps = ("00".to_owned(), "新疆生产建设兵团".to_owned());
    let homes = stage.world.homes.iter().map(|home| (home.number.clone(), home.name.clone()));
    for (n, (number, name)) in std::iter::once(corps).chain(homes).enumerate() {
        let asked = json!({
            "name": format!("{name}生态环境局"), "uscc": uscc(&number, 9000 + n), "roles": [],
            "division": number,
        });
        let register = async || organisation::register(stage.app, ctx, body(&asked)).await;
        let made = steadily(stage.app, register).await?.value.id;
        let (login, role) = match number.as_str() {
            "00" => ("corps".to_owned(), Role::CorpsRegulator),
            _ => (format!("division{number}"), Role::DivisionRegulator),
        };
        user(stage, ctx, (made, login), role).await?;
    }
    Ok(())
}

/// A unified social credit code with a right check character (GB 32100).
fn uscc(division: &str, n: usize) -> String {
    let first = format!("9165{division}00MADEM{n:04}");
    Uscc::complete(&first).map(|uscc| uscc.as_str().to_owned()).unwrap_or_default()
}
