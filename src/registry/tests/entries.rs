//! The smaller registers on a real PostgreSQL: each is written, changed, read back and listed, so
//! that every column holds what its name says.

use serde_json::json;

use super::{asked, code, world};
use crate::command::Freshness;
use crate::problem::Code;
use crate::registry::{
    Scope, Slice, approval, driver, plan, rows, site, storage_area, vehicle, waste_stream,
};
use crate::units::Grams;

const ALL: Slice = Slice { after: None, rows_max: 10 };

#[actix_web::test]
async fn streams_plans_and_approvals_are_kept_changed_and_listed() {
    let world = world().await;
    let app = &world.app;
    let owner = world.organisation("91659002MA0000006").await.value.id;
    let other = world.organisation("91659002MA0000007").await.value.id;
    let (from, to) = (world.site(owner).await, world.site(other).await);
    let (own, stranger) = (world.admin(owner), world.admin(other));
    let scope = Scope::of(&own.actor);

    let body = json!({"site_id": from, "waste_code": "900-249-08", "name": "废矿物油",
        "form": "liquid", "hazards": ["I", "T"], "annual_plan_kg": 12.5});
    let made = waste_stream::register(app, &own, asked(&body)).await.unwrap().value;
    assert_eq!(made.hazards, ["T", "I"]);
    assert_eq!(code(waste_stream::register(app, &own, asked(&body)).await), Code::AlreadyExists);
    let wrong = json!({"hazards": ["In"]});
    let refused = waste_stream::change(app, &own, made.id, asked(&wrong)).await;
    assert_eq!(code(refused), Code::HazardMismatch);
    let patch = json!({"annual_plan_kg": 99});
    let after = waste_stream::change(app, &own, made.id, asked(&patch)).await.unwrap();
    let filter = rows::WasteStreamFilter { site_id: Some(from), ..Default::default() };
    let listed = rows::waste_streams(&app.pool, &scope, &filter, ALL).await.unwrap();
    assert_eq!((&*listed[0].value, listed[0].guard.version), (&after.value, 2));
    let unseen = waste_stream::show(app, &stranger, made.id).await;
    assert_eq!(code(unseen), Code::NotFound);

    let body = json!({"site_id": from, "year": 2026,
        "lines": [{"waste_code": "900-249-08", "annual_kg": 1}]});
    let made = plan::register(app, &own, asked(&body)).await.unwrap().value;
    assert_eq!(made.filed_on.to_string(), "2026-11-25");
    assert_eq!(code(plan::register(app, &own, asked(&body)).await), Code::AlreadyExists);
    let patch = json!({"lines": [{"waste_code": "900-214-08", "annual_kg": 2}]});
    let after = plan::change(app, &own, made.id, asked(&patch)).await.unwrap();
    let found = rows::plans_of(&app.pool, from).await.unwrap();
    assert_eq!((&*found[0].value, found[0].guard.version, found.len()), (&after.value, 2, 1));
    let filter = rows::PlanFilter { site_id: Some(from), year: Some(2026), review: None };
    assert_eq!(rows::plans(&app.pool, &scope, &filter, ALL).await.unwrap().len(), 1);

    let body = json!({"producer_site_id": from, "receiver_site_id": to, "number": "跨-1",
        "waste_codes": ["900-249-08"], "mass_kg": 100, "valid_from": "2026-01-01",
        "valid_to": "2026-12-31"});
    assert_eq!(code(approval::register(app, &own, asked(&body)).await), Code::Forbidden);
    let made = approval::register(app, &world.corps(), asked(&body)).await.unwrap().value;
    let patch = json!({"mass_kg": 90, "valid_to": "2027-01-01"});
    let after = approval::change(app, &world.corps(), made.id, asked(&patch)).await.unwrap();
    for ctx in [&own, &stranger] {
        let filter = rows::ApprovalFilter { site_id: Some(to), ..Default::default() };
        let scope = Scope::of(&ctx.actor);
        let listed = rows::approvals(&app.pool, &scope, &filter, ALL).await.unwrap();
        assert_eq!((&*listed[0].value, listed.len()), (&after.value, 1));
    }
    let account = approval::approval_account(made.id).id;
    let balances = crate::db::balances_of(&app.pool, &[account]).await.unwrap();
    assert_eq!(balances[&account].limit, Some(90_000));
}

#[actix_web::test]
async fn vehicles_drivers_sites_and_areas_change_and_a_trial_changes_nothing() {
    let world = world().await;
    let app = &world.app;
    let owner = world.organisation("91659002MA0000008").await.value.id;
    let own = world.admin(owner);
    let body = json!({"organisation_id": owner, "plate": "新AD12345", "kind": "厢式车",
        "classes": ["medical", "kitchen", "medical"], "rated_kg": 5000});
    let made = vehicle::register(app, &own, asked(&body)).await.unwrap().value;
    assert_eq!(made.classes, ["medical", "kitchen"]);
    let patch = json!({"plate": "新B1234挂", "rated_kg": null});
    let after = vehicle::change(app, &own, made.id, asked(&patch)).await.unwrap();
    let found = vehicle::show(app, &own, made.id).await.unwrap();
    assert_eq!((&*found.value, found.rated_g), (&after.value, None));
    let suspend = json!({"status": "suspended"});
    assert_eq!(code(vehicle::change(app, &own, made.id, asked(&suspend)).await), Code::Forbidden);
    let closed = json!({"status": "closed"});
    vehicle::change(app, &own, made.id, asked(&closed)).await.unwrap();
    let late = vehicle::change(app, &own, made.id, asked(&patch)).await;
    assert_eq!(code(late), Code::IllegalTransition);

    let body = json!({"organisation_id": owner, "name": "李四", "phone": "1", "licence_no": "2"});
    let (made, _) = driver::register(app, &own, asked(&body)).await.unwrap();
    let id = made.value.id;
    let mut trial = own.clone();
    trial.validate_only = true;
    let patch = json!({"phone": "3", "licence_valid_to": "2028-01-01"});
    let (tried, person) = driver::change(app, &trial, id, asked(&patch)).await.unwrap();
    assert_eq!((tried.version, person.phone.as_str()), (2, "3"));
    let (kept, person) = driver::show(app, &own, id).await.unwrap();
    assert_eq!((kept.guard.version, person.phone.as_str()), (1, "1"));
    driver::change(app, &own, id, asked(&patch)).await.unwrap();
    let (kept, person) = driver::show(app, &own, id).await.unwrap();
    assert_eq!((kept.guard.version, person.name.as_str(), person.phone.as_str()), (2, "李四", "3"));
    assert_eq!(kept.licence_valid_to.unwrap().to_string(), "2028-01-01");

    let at = world.site(owner).await;
    let area = |name: &str, kg: i64| {
        json!({"site_id": at, "name": name, "kind": "facility",
        "capacity_kg": kg})
    };
    let first = storage_area::register(app, &own, asked(&area("一", 5))).await.unwrap().value.id;
    storage_area::register(app, &own, asked(&area("二", 7))).await.unwrap();
    let capacity = async || {
        let site = app.registers.site(&app.pool, at, Freshness::Fresh).await.unwrap().unwrap();
        (site.storage_capacity_g, site.guard.version)
    };
    assert_eq!(capacity().await, (Some(Grams(12_000)), 3));
    storage_area::change(app, &own, first, asked(&json!({"name": "新"}))).await.unwrap();
    assert_eq!(capacity().await, (Some(Grams(12_000)), 3), "a name is not the site's business");
    storage_area::change(app, &own, first, asked(&closed)).await.unwrap();
    assert_eq!(capacity().await, (Some(Grams(7_000)), 4));
    let account = storage_area::site_storage_account(at).id;
    let balances = crate::db::balances_of(&app.pool, &[account]).await.unwrap();
    assert_eq!(balances[&account].limit, Some(7_000));
    let patch = json!({"beds": 3, "location": null, "facility_kind": "landfill"});
    let after = site::change(app, &own, at, asked(&patch)).await.unwrap();
    let found = site::show(app, at).await.unwrap();
    assert_eq!((&*found.value, found.beds, found.location), (&after.value, Some(3), None));
    assert_eq!(found.storage_capacity_g, Some(Grams(7_000)));
}
