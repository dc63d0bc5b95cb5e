//! The demo's registers: regulators, members with site and licence, carriers with vehicles and
//! drivers, and everybody's login.

use chrono::Months;
use futures_util::future::try_join_all;
use serde_json::{Value, json};

use super::act::{Person, system};
use super::cast::{Home, Member};
use crate::app::App;
use crate::clock::legal_day;
use crate::ctx::{Ctx, Role};
use crate::identity;
use crate::ids::{OrganisationId, SiteId};
use crate::problem::Problem;
use crate::registry::record::activity::Activity;
use crate::registry::{
    Place, Slice, Uscc, co_disposal, driver, licence, organisation, record, rows, site, vehicle,
};
use crate::simulate::{self, Calling, PASSWORD, Truck};
use crate::wire::body;

/// What a carrier's vehicles may load, in kilograms.
const RATED_KG: i64 = 8000;

pub async fn is_empty(app: &App) -> Result<bool, Problem> {
    let filter = rows::OrganisationFilter::default();
    let first = Slice { after: None, rows_max: 1 };
    Ok(rows::organisations(&app.pool, &filter, first).await?.is_empty())
}

/// Registers everybody; answers those whose life can be told. Divisions are made side by side:
/// their commits share batches.
pub async fn build(app: &App) -> Result<Vec<simulate::Member>, Problem> {
    regulator(app, None).await?;
    let divisions: Vec<String> =
        app.catalogue.divisions().iter().map(|one| one.division_no.to_string()).collect();
    let regulators = divisions.iter().map(|division| regulator(app, Some(division)));
    try_join_all(regulators).await?;
    let mut members = Vec::new();
    // A few at a time: more would only wait for connections, and a slow machine says "busy".
    for some in divisions.chunks(3) {
        let built = try_join_all(some.iter().map(|division| division_members(app, division)));
        members.extend(built.await?.into_iter().flatten());
    }
    Ok(members)
}

/// A regulator's organisation and user: the corps' own, or a division's.
async fn regulator(app: &App, division: Option<&String>) -> Result<(), Problem> {
    let ctx = system(app);
    let number = division.map_or("00", String::as_str);
    let place =
        app.catalogue.division(number).map_or("新疆生产建设兵团", |one| &one.division_zh);
    let name = format!("{place}生态环境局");
    let asked = json!({
        "name": name, "uscc": uscc(&format!("1165{number}00"), 1), "roles": [],
        "division": number,
    });
    let made = organisation::register(app, &ctx, body(&asked)).await?.value;
    let (login, role) = match division {
        Some(number) => (format!("division{number}"), Role::DivisionRegulator),
        None => ("corps".to_owned(), Role::CorpsRegulator),
    };
    user(app, made.id, (&login, role), division.map(String::as_str)).await?;
    Ok(())
}

async fn division_members(app: &App, number: &str) -> Result<Vec<simulate::Member>, Problem> {
    let Some(row) = app.catalogue.division(number) else { return Ok(Vec::new()) };
    let home = Home {
        number,
        name: &row.division_zh,
        // Divisions without a city are administered from the prefecture they lie in.
        region: row.gbt2260_code.as_deref().unwrap_or(&row.neighbour_prefecture_code),
        lon: row.seat_lon,
        lat: row.seat_lat,
    };
    let members = home.members();
    let settling = members.iter().enumerate().map(|(n, member)| settle(app, n, member));
    Ok(try_join_all(settling).await?.into_iter().flatten().collect())
}

/// One member: organisation, site, licence, fleet and logins.
async fn settle(app: &App, n: usize, member: &Member) -> Result<Option<simulate::Member>, Problem> {
    let ctx = &system(app);
    let asked = json!({
        "name": member.name, "uscc": uscc(&format!("9165{}00", member.division), n),
        "roles": member.roles, "division": member.division,
    });
    let made = organisation::register(app, ctx, body(&asked)).await?.value;
    let organisation_id = made.id;
    let mut asked = member.site.clone();
    asked["organisation_id"] = json!(organisation_id);
    let made = site::register(app, ctx, body(&asked)).await?.value;
    let site_id = made.id;
    let place = made.location.unwrap_or(Place { lon_e6: 0, lat_e6: 0 });
    if let Some(licence) = &member.licence {
        let mut asked = licence.clone();
        asked["organisation_id"] = json!(organisation_id);
        asked["site_id"] = json!(site_id);
        licence::grant(app, ctx, body(&asked)).await?;
    }
    if let Some(listed) = &member.co_disposal {
        let mut asked = listed.clone();
        asked["site_id"] = json!(site_id);
        co_disposal::register(app, ctx, body(&asked)).await?;
    }
    let fleet = match member.calling {
        Some(Calling::Carrier) => fleet(app, ctx, organisation_id, &member.division).await?,
        _ => Vec::new(),
    };
    let head_id = user(app, organisation_id, (&member.login, Role::Admin), None).await?;
    let head = Person { user_id: head_id, organisation_id, role: Role::Admin, division: None };
    if matches!(member.calling, Some(Calling::Hospital { .. })) {
        wards(app, &head.ctx(app), site_id).await?;
    }
    for role in everyday_roles(member) {
        let login = format!("{}-{}", member.login, role.as_str());
        user(app, organisation_id, (&login, role), None).await?;
    }
    let Some(calling) = member.calling else { return Ok(None) };
    Ok(Some(simulate::Member {
        calling,
        name: member.name.clone(),
        division: member.division.clone(),
        place: (place.lon_e6 as f64 / 1e6, place.lat_e6 as f64 / 1e6),
        organisation_id,
        site_id,
        user_id: head_id,
        fleet,
    }))
}

/// What a hospital did in the month before.
async fn wards(app: &App, ctx: &Ctx, site_id: SiteId) -> Result<(), Problem> {
    let before = legal_day(ctx.now).checked_sub_months(Months::new(1));
    let month = before.map(|day| day.format("%Y-%m").to_string());
    for (kind, value) in [("bed_days", 9_450), ("visits", 6_200)] {
        let asked = json!({"site_id": site_id, "kind": kind, "month": month, "value": value});
        record::register::<Activity>(app, ctx, body(&asked)).await?;
    }
    Ok(())
}

/// The people who do the daily work, in the first division only: enough to try every role.
fn everyday_roles(member: &Member) -> Vec<Role> {
    if member.division != "01" {
        return Vec::new();
    }
    let mut roles: Vec<Role> = member.roles.iter().filter_map(|role| Role::parse(role)).collect();
    if member.calling == Some(Calling::Carrier) {
        roles.push(Role::Driver);
    }
    if matches!(member.calling, Some(Calling::Hospital { .. })) {
        roles.push(Role::Reader);
    }
    roles
}

async fn fleet(
    app: &App,
    ctx: &Ctx,
    owner: OrganisationId,
    division: &str,
) -> Result<Vec<Truck>, Problem> {
    let mut fleet = Vec::new();
    for (n, (class, kind, driver_name)) in [
        ("hazardous", "危险品厢式车", "张伟"),
        ("medical", "医疗废物转运车", "艾力"),
        ("kitchen", "餐厨垃圾收运车", "李强"),
    ]
    .into_iter()
    .enumerate()
    {
        let plate = format!("新A{division}{n}5{}", ["A", "B", "C"][n]);
        let asked = json!({
            "organisation_id": owner, "plate": plate, "kind": kind, "classes": [class],
            "rated_kg": RATED_KG,
        });
        let vehicle_id = vehicle::register(app, ctx, body(&asked)).await?.value.id;
        let asked = json!({
            "organisation_id": owner, "name": driver_name, "phone": format!("1399{division}0000{n}"),
            "licence_no": format!("6590{division}19850101{n:04}"), "licence_valid_to": "2028-12-31",
        });
        let driver_id = driver::register(app, ctx, body(&asked)).await?.0.value.id;
        fleet.push((class, RATED_KG * 1000, vehicle_id, driver_id));
    }
    Ok(fleet)
}

async fn user(
    app: &App,
    organisation_id: OrganisationId,
    (login, role): (&str, Role),
    division: Option<&str>,
) -> Result<crate::ids::UserId, Problem> {
    let mut asked = json!({
        "organisation_id": organisation_id, "login": login, "password": PASSWORD, "role": role,
    });
    if let Some(division) = division {
        asked["division"] = Value::from(division);
    }
    Ok(identity::seed_user(app, body(&asked)?).await?.id)
}

/// A unified social credit code with a right check character (GB 32100).
fn uscc(prefix: &str, n: usize) -> String {
    let first = format!("{prefix:0<8}MADEM{n:04}");
    Uscc::complete(&first).map(|uscc| uscc.as_str().to_owned()).unwrap_or_default()
}
