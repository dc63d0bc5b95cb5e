//! Records of sites and organisations: told by those whose it is to tell, kept under their version,
//! in the journal and in the audit.

mod activity;
mod co_disposal;
mod facility_days;
mod files;
mod producers;
mod readiness;

use liandan::journal::first_break;
use serde_json::{Value, json};

use crate::audit;
use crate::support::{Cast, Client, Method, World};

/// One register: where it is, who keeps it, a lawful entry, a change of it, and where a second of
/// its kind is refused.
struct Register<'a> {
    path: &'static str,
    keeper: &'a Client,
    new: Value,
    patch: Value,
    taken: Option<&'static str>,
}

fn registers(cast: &Cast) -> Vec<Register<'_>> {
    vec![
        Register {
            path: "/activity",
            keeper: &cast.producer,
            new: json!({"site_id": cast.producer_site, "kind": "output", "product": "电石",
            "month": "2026-10", "value": 812.125}),
            patch: json!({"value": 0, "note": "更正"}),
            taken: Some("/month"),
        },
        Register {
            path: "/co-disposal-facilities",
            keeper: &cast.corps,
            new: json!({"site_id": cast.receiver_site, "kind": "hazardous_incinerator",
                "daily_kg": 1500.5, "notice_hours": 0, "priority": 1,
                "contact": {"person": "王五", "phone": "13700000000"},
                "evidence_sha256": "ab".repeat(32)}),
            patch: json!({"priority": 3, "evidence_sha256": null, "status": "closed"}),
            taken: Some("/site_id"),
        },
        Register {
            path: "/facility-days",
            keeper: &cast.receiver,
            new: json!({"site_id": cast.receiver_site, "on": "2026-11-25", "status": "running",
                "treated_kg": 1200.5, "reason": null}),
            patch: json!({"status": "down", "treated_kg": null, "reason": "停电"}),
            taken: Some("/on"),
        },
        Register {
            path: "/risk-sources",
            keeper: &cast.producer,
            new: json!({"site_id": cast.producer_site, "name": "一号罐", "kind": "储罐",
                "level": "major", "substance": "废酸", "maximum_kg": 20_000}),
            patch: json!({"level": "general", "maximum_kg": 1.5, "status": "closed"}),
            taken: Some("/name"),
        },
        Register {
            path: "/emergency-plans-filed",
            keeper: &cast.producer,
            new: json!({"site_id": cast.producer_site, "number": "备-1", "filed_on": "2026-11-25",
                "valid_to": "2029-11-24", "filed_with": "第一师生态环境局"}),
            patch: json!({"valid_to": "2026-11-25", "status": "closed"}),
            taken: Some("/number"),
        },
        Register {
            path: "/insurance-policies",
            keeper: &cast.producer,
            new: json!({"organisation_id": cast.producer_id, "insurer": "保险公司",
                "number": "保-1", "amount_yuan": 1_000_000.5, "valid_from": "2026-01-01",
                "valid_to": "2026-01-01"}),
            patch: json!({"valid_to": "2026-12-31", "amount_yuan": 1}),
            taken: Some("/number"),
        },
    ]
}

#[tokio::test]
async fn every_record_is_kept_under_its_version_and_in_the_journal() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    for Register { path, keeper, new, patch, .. } in registers(&cast) {
        let made = keeper.post(path, &new).await.is(201);
        let one = format!("{path}/{}", made.id());
        assert_eq!(made.header("location"), format!("/api/v1{one}"), "{}", made.shown());
        for (field, value) in new.as_object().unwrap() {
            assert_eq!(&made.json[field], value, "{field}: {}", made.shown());
        }
        let read = cast.corps.get(&one).await.is(200);
        assert_eq!((made.version(), read.version(), &read.json), (1, 1, &made.json), "{one}");
        let change = |version: i64| {
            let call = keeper.call(Method::PATCH, &one).if_match(version);
            call.json(&patch).send()
        };
        change(2).await.is(412).refused_as("stale_version");
        let tried = keeper.patch(&format!("{one}?validate_only=true"), &patch).await.is(200);
        assert_eq!(keeper.get(&one).await.is(200).json, made.json, "{}", tried.shown());
        let changed = change(1).await.is(200);
        assert_eq!((changed.version(), &changed.json), (2, &tried.json), "{one}");
        for (field, value) in patch.as_object().unwrap() {
            assert_eq!(&changed.json[field], value, "{field}: {}", changed.shown());
        }
        // What is so already leaves no event.
        let again = keeper.patch(&one, &patch).await.is(200);
        assert_eq!((again.version(), &again.json), (2, &changed.json));
        let sql = "SELECT body FROM event WHERE subject_id::text = $1 ORDER BY seq";
        let rows = world.database.superuser().await.query(sql, &[&made.id()]).await.unwrap();
        let bodies: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
        assert_eq!(first_break(bodies.iter().map(String::as_str)), None);
        let told: Vec<Value> =
            bodies.iter().map(|body| serde_json::from_str(body).unwrap()).collect();
        let kinds: Vec<&Value> = told.iter().map(|event| &event["kind"]).collect();
        assert_eq!(kinds, ["registered", "changed"], "{one}");
        assert_ne!(told[0]["data"], told[1]["data"], "{one}");
        // Its history, as the feed tells it: before and after, by whom, when.
        let feed = keeper.get("/changes?limit=500").await.ok();
        let all = feed.get("/data").as_array().unwrap().iter();
        let own: Vec<&Value> = all.filter(|one| one["subject"]["id"] == made.json["id"]).collect();
        let resources: Vec<&Value> = own.iter().map(|one| &one["resource"]).collect();
        assert_eq!(resources, [&made.json, &changed.json], "{one}");
    }
    world.publish().await;
    let report = audit::of(&world.database.app_url()).await;
    assert_eq!(audit::told(&report), Vec::<String>::new());
}

/// A row that somebody changes, takes away or adds behind the program's back is told.
#[tokio::test]
async fn the_audit_holds_every_record_against_its_events() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    let mut made = Vec::new();
    for Register { path, keeper, new, .. } in registers(&cast) {
        let id = keeper.post(path, &new).await.is(201).id();
        let feed = keeper.get("/changes?limit=500").await.ok();
        let last = feed.get("/data").as_array().unwrap().last().unwrap();
        assert_eq!(last["subject"]["id"], json!(id), "{path}");
        // A register's table is called as its subjects are.
        made.push((last["subject"]["kind"].as_str().unwrap().to_owned(), id));
    }
    world.publish().await;
    let superuser = world.database.superuser().await;
    for (table, id) in made {
        let gone = format!(
            "SET session_replication_role = replica; DELETE FROM {table} WHERE id = '{id}'"
        );
        superuser.batch_execute(&gone).await.unwrap();
        let report = audit::of(&world.database.app_url()).await;
        let told = audit::told(&report);
        assert!(told.iter().any(|line| line.contains(&id)), "{table}: {told:?}");
    }
}

#[tokio::test]
async fn a_record_is_made_once() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    for Register { path, keeper, new, taken, .. } in registers(&cast) {
        let tried = keeper.post(&format!("{path}?validate_only=true"), &new).await;
        tried.is(201);
        let post = |body: &Value| keeper.call(Method::POST, path).key(path).json(body).send();
        let first = post(&new).await.is(201);
        let again = post(&new).await.is(201);
        assert_eq!((again.header("idempotent-replayed"), &again.json), ("true", &first.json));
        let mut other = new.clone();
        other["colour"] = json!("red");
        post(&other).await.is(422);
        let Some(taken) = taken else { continue };
        for query in ["", "?validate_only=true"] {
            let twice = keeper.post(&format!("{path}{query}"), &new).await.is(409);
            twice.refused_as("already_exists").at(taken);
        }
    }
}

/// Another's is told before what is wrong with the body, and nothing of a closed site is taken.
#[tokio::test]
async fn what_is_anothers_or_withdrawn_is_refused_as_such() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    for Register { path, new, .. } in registers(&cast) {
        let mut body = new.clone();
        body["colour"] = json!("red");
        cast.stranger.post(path, &body).await.is(403).refused_as("forbidden");
    }
    let suspend = json!({"status": "suspended"});
    for (folder, id) in [("sites", &cast.producer_site), ("sites", &cast.receiver_site)] {
        cast.corps.patch(&format!("/{folder}/{id}"), &suspend).await.ok();
    }
    for Register { path, keeper, new, .. } in registers(&cast) {
        if new.get("site_id").is_some() {
            keeper.post(path, &new).await.is(409).refused_as("right_withdrawn").at("/site_id");
        }
    }
}
