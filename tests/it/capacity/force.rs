//! An emergency plan in force: what it opens, for whom and until when; what manifests say of it.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::division;
use super::emergency::{helper, site};
use crate::audit;
use crate::support::{Answer, Cast, Client, Method, World};

const HASH: &str = "8f434346648f6b96df89dda901c5176b10a6d83961dd3c1ac88b59b2dc327aa4";

fn document() -> Value {
    json!({"government_plan": {"issuer": "第一师人民政府", "number": "师政发〔2026〕9 号",
        "issued_on": "2026-11-24", "attachment_sha256": HASH}})
}

/// A hospital's division has a kiln on its list, which no licence lets take medical waste.
struct Town {
    world: World,
    cast: Cast,
    kiln: String,
    facility: String,
}

impl Town {
    async fn new() -> Self {
        let world = World::start().await;
        let cast = Cast::new(&world, 1000).await;
        let kiln = site(&cast, "01", "treatment").await;
        let facility = helper(&cast, &kiln, (50, 1, 0)).await;
        Self { world, cast, kiln, facility }
    }

    /// Ten days from today, for three times as much as usual.
    async fn planned(&self, client: &Client) -> Answer {
        let asked = json!({"name": "冬季", "starts_on": "2026-11-25", "days": 10,
            "divisions": ["01"], "surge": [{"division": "01", "factor": 3}],
            "usual": [{"site_id": self.cast.producer_site, "daily_kg": 20}]});
        client.post("/capacity/emergency-plans", &asked).await.is(201)
    }

    /// Boxes for the kiln.
    fn boxes(&self, day: &str) -> Value {
        let mut body = self.cast.medical();
        body["receiver_site_id"] = json!(self.kiln);
        body["planned_departure_on"] = json!(day);
        body
    }

    async fn clean(&self) {
        self.world.publish().await;
        let report = audit::of(&self.world.database.app_url()).await;
        assert!(report.is_clean(), "{}", audit::told(&report).join("\n"));
    }
}

fn of(plan: &str, act: &str) -> String {
    format!("/capacity/emergency-plans/{plan}/{act}")
}

#[tokio::test]
async fn a_kiln_takes_boxes_while_the_plan_is_in_force_and_not_a_day_longer() {
    let town = Town::new().await;
    let Town { world, cast, .. } = &town;
    let boxes = town.boxes("2026-11-25");
    cast.producer.post("/manifests", &boxes).await.refused_as("licence_does_not_cover");
    let plan = town.planned(&cast.corps).await;
    let id = plan.id();
    assert_eq!((plan.str("/status"), plan.get("/openings/0/daily_kg")), ("draft", &json!(50)));
    // A draft opens nothing.
    cast.producer.post("/manifests", &boxes).await.refused_as("licence_does_not_cover");
    let opened = cast.producer.get("/capacity/openings").await.is(200);
    assert_eq!(opened.get("/data"), &json!([]));
    let active = cast.corps.post(&of(&id, "activate"), &document()).await.is(200);
    assert_eq!((active.str("/status"), active.str("/ends_on")), ("active", "2026-12-04"));
    let opened = cast.producer.get("/capacity/openings").await.is(200);
    assert_eq!(opened.str("/data/0/site_id"), town.kiln);
    assert_eq!(opened.str("/data/0/government_plan/number"), "师政发〔2026〕9 号");

    let filed = cast.filed(&boxes).await;
    assert_eq!(filed.str("/emergency_plan/id"), id);
    assert_eq!(filed.get("/emergency_plan/government_plan"), &document()["government_plan"]);
    assert_eq!(filed.get("/capacity"), &json!([]));
    let under = cast.corps.get(&format!("/manifests?emergency_plan_id={id}")).await.is(200);
    assert_eq!(under.str("/data/0/id"), filed.id());
    let table = format!("/manifests?emergency_plan_id={id}");
    let table = cast.corps.call(Method::GET, &table).header("accept", "text/csv").send().await;
    assert!(table.text.contains("师政发〔2026〕9 号"), "{}", table.text);
    // 42.5 of 50 kg: what is beyond a day's mass is shown and let pass, as medical waste is.
    let second = cast.filed(&boxes).await;
    assert_eq!(second.str("/warnings/0/code"), "capacity_warning");
    assert!(second.text.contains("协同处置设施当日"), "{}", second.text);
    let shown = cast.corps.get(&format!("/capacity/emergency-plans/{id}")).await.is(200);
    let day = |on: &str, reserved: Value, used: Value| {
        json!({"co_disposal_facility_id": town.facility, "on": on, "daily_kg": 50,
            "reserved_kg": reserved, "used_kg": used})
    };
    assert_eq!(shown.get("/opened_days"), &json!([day("2026-11-25", json!(85), json!(0))]));
    town.clean().await;

    // One is cancelled; the other comes a day late, which is the day that it counts on.
    let cancel = format!("/manifests/{}/cancel", second.id());
    cast.producer.post(&cancel, &json!({"reason": "not_needed"})).await.ok();
    world.pass(TimeDelta::days(1));
    let path = format!("/manifests/{}", filed.id());
    cast.accepts_all_but(&filed, 2.5).await;
    let shown = cast.corps.get(&format!("/capacity/emergency-plans/{id}")).await.is(200);
    assert_eq!(shown.get("/opened_days"), &json!([day("2026-11-26", json!(0), json!(40))]));
    let treated = json!({"treatments": [{"line": 1, "method": "Y11", "mass_kg": 40,
        "completed_on": "2026-11-26"}]});
    cast.receiver.post(&format!("{path}/complete"), &treated).await.ok();
    town.clean().await;

    // The last day still counts; then it has ended, whoever was told.
    let last = cast.filed(&town.boxes("2026-12-04")).await;
    assert_eq!(last.str("/emergency_plan/id"), id);
    let beyond = cast.producer.post("/manifests", &town.boxes("2026-12-05")).await;
    beyond.refused_as("licence_does_not_cover");
    world.pass(TimeDelta::days(9));
    let late = cast.producer.post("/manifests", &town.boxes("2026-12-04")).await;
    assert!(late.text.contains("师政发〔2026〕9 号"), "{}", late.text);
    late.refused_as("licence_does_not_cover").at("/receiver_site_id");
    let shown = cast.corps.get(&format!("/capacity/emergency-plans/{id}")).await.is(200);
    assert_eq!(shown.str("/status"), "ended");
    let ended = cast.corps.get("/capacity/emergency-plans?status=ended").await.is(200);
    assert_eq!(ended.str("/data/0/id"), id);
    // What is on its way ends under the plan that it was filed under.
    cast.accepts(&last).await;
    town.clean().await;
}

/// A facility that leaves the list is offered by no plan any more, and takes nothing by one.
#[tokio::test]
async fn a_facility_that_has_left_the_list_is_opened_no_more() {
    let town = Town::new().await;
    let Town { cast, facility, .. } = &town;
    let plan = town.planned(&cast.corps).await.id();
    cast.corps.post(&of(&plan, "activate"), &document()).await.is(200);
    let boxes = town.boxes("2026-11-25");
    cast.filed(&boxes).await;
    let listed = async |status: &str| {
        let path = format!("/co-disposal-facilities/{facility}");
        cast.corps.patch(&path, &json!({"status": status})).await.is(200);
        cast.producer.get("/capacity/openings").await.is(200).get("/data").as_array().unwrap().len()
    };
    assert_eq!(listed("closed").await, 0);
    let refused = cast.producer.post("/manifests", &boxes).await.is(409);
    refused.refused_as("licence_does_not_cover").at("/receiver_site_id");
    assert_eq!(listed("active").await, 1);
    cast.filed(&boxes).await;
    let bogus = cast.producer.get("/capacity/openings?bogus=1").await.is(422);
    bogus.refused_as("unknown_field").at("/query/bogus");
    town.clean().await;
}

/// The manifest after its receiving site was changed.
async fn amended(cast: &Cast, path: &str, site: &str) -> Answer {
    let body = json!({"changes": {"receiver_site_id": site}, "reason": "wrong_data"});
    let proposed = cast.producer.post(&format!("{path}/amendments"), &body).await.is(201);
    let approve = format!("{path}/amendments/{}/approve", proposed.get("/n"));
    cast.receiver.post(&approve, &json!({})).await.is(200);
    cast.producer.get(path).await.is(200)
}

impl Cast {
    /// A filed manifest comes and is accepted, but for so many kilograms.
    async fn accepts_all_but(&self, filed: &Answer, refused_kg: f64) {
        let path = format!("/manifests/{}", filed.id());
        self.carrier.post(&format!("{path}/depart"), &json!({})).await.ok();
        self.receiver.post(&format!("{path}/arrive"), &json!({})).await.ok();
        let mass = filed.get("/items/0/mass_kg").as_f64().unwrap();
        let decision = if refused_kg > 0.0 { "partial" } else { "accept" };
        let reason = (refused_kg > 0.0).then_some("damaged");
        let body = json!({"decision": decision, "items": [{"line": 1,
            "accepted_kg": mass - refused_kg, "refused_kg": refused_kg, "reason": reason}]});
        self.receiver.post(&format!("{path}/receive"), &body).await.ok();
    }

    async fn accepts(&self, filed: &Answer) {
        self.accepts_all_but(filed, 0.0).await;
    }
}

#[tokio::test]
async fn a_plan_is_ended_at_once_and_an_amendment_leaves_it() {
    let town = Town::new().await;
    let Town { world, cast, .. } = &town;
    let plan = town.planned(&cast.corps).await.id();
    cast.corps.post(&of(&plan, "activate"), &document()).await.is(200);
    let filed = cast.filed(&town.boxes("2026-11-25")).await;
    // Back to the licensed plant: the facility's day is free again, and the plan named no more.
    let path = format!("/manifests/{}", filed.id());
    let away = amended(cast, &path, &cast.receiver_site).await;
    assert_eq!(
        (away.get("/emergency_plan"), away.get("/capacity/0/licence_line")),
        (&Value::Null, &json!(2))
    );
    let shown = cast.corps.get(&format!("/capacity/emergency-plans/{plan}")).await.is(200);
    assert_eq!(shown.get("/opened_days"), &json!([]));
    let back = amended(cast, &path, &town.kiln).await;
    assert_eq!((back.str("/emergency_plan/id"), back.get("/capacity")), (&*plan, &json!([])));
    town.clean().await;
    amended(cast, &path, &cast.receiver_site).await;
    let filed = cast.filed(&town.boxes("2026-11-25")).await;
    let end = json!({"reason": "医废设施恢复"});
    let end = cast.corps.post(&of(&plan, "end"), &end).await.is(200);
    assert_eq!((end.str("/status"), end.str("/ended_on")), ("ended", "2026-11-25"));
    let refused = cast.producer.post("/manifests", &town.boxes("2026-11-25")).await;
    refused.refused_as("licence_does_not_cover").at("/receiver_site_id");
    let again = cast.corps.post(&of(&plan, "end"), &json!({"reason": "x"})).await;
    again.refused_as("illegal_transition");
    let again = cast.corps.post(&of(&plan, "activate"), &document()).await;
    again.refused_as("illegal_transition");
    // What left while it was in force is filed from paper afterwards.
    let mut paper = town.boxes("2026-11-25");
    paper["backfill"] =
        json!({"kind": "outage", "paper_number": "20266601900001", "paper_date": "2026-11-25"});
    assert_eq!(cast.filed(&paper).await.str("/emergency_plan/id"), plan);
    cast.accepts(&filed).await;
    world.pass(TimeDelta::days(1));
    town.clean().await;
}

#[tokio::test]
async fn whom_a_plan_is_for_and_who_may_put_it_in_force() {
    let town = Town::new().await;
    let Town { world, cast, .. } = &town;
    let (own, other) = (division(world, cast, "01").await, division(world, cast, "02").await);
    let plan = town.planned(&own).await.id();
    for client in [&other, &cast.producer, &cast.stranger] {
        let path = format!("/capacity/emergency-plans/{plan}");
        client.get(&path).await.refused_as("not_found");
        client.post(&of(&plan, "activate"), &document()).await.refused_as("not_found");
        client.post(&of(&plan, "end"), &json!({"reason": "x"})).await.refused_as("not_found");
        let none = client.get("/capacity/emergency-plans").await.is(200);
        assert_eq!(none.get("/data"), &json!([]));
    }
    cast.producer.post("/capacity/emergency-plans", &json!({})).await.refused_as("forbidden");
    let end = own.post(&of(&plan, "end"), &json!({"reason": "x"})).await;
    end.refused_as("illegal_transition");
    for (field, value, code) in [
        ("issuer", json!(""), "too_short"),
        ("issued_on", json!("2026-11-26"), "not_yet"),
        ("issued_on", json!("soon"), "invalid_value"),
        ("attachment_sha256", json!("abc"), "invalid_value"),
        ("attachment_sha256", Value::Null, "required"),
    ] {
        let mut body = document();
        body["government_plan"][field] = value;
        let refused = own.post(&of(&plan, "activate"), &body).await.refused_as(code);
        refused.at(&format!("/government_plan/{field}"));
    }
    // Tried, it opens nothing; then it does.
    let tried = format!("{}?validate_only=true", of(&plan, "activate"));
    own.post(&tried, &document()).await.is(200);
    let boxes = town.boxes("2026-11-25");
    cast.producer.post("/manifests", &boxes).await.refused_as("licence_does_not_cover");
    own.post(&of(&plan, "activate"), &document()).await.is(200);
    cast.filed(&boxes).await;
    // Not for another division's hospital, nor for anything but medical waste.
    let away = site(cast, "02", "production").await;
    let mut from_there = boxes.clone();
    from_there["producer_site_id"] = json!(away);
    let refused = cast.producer.post("/manifests", &from_there).await;
    refused.refused_as("licence_does_not_cover").at("/receiver_site_id");
    cast.produce(100).await;
    let mut oil = cast.oil(&json!(10));
    oil["receiver_site_id"] = json!(town.kiln);
    cast.producer.post("/manifests", &oil).await.refused_as("licence_does_not_cover");

    // A facility in another division is not a division's to open, and one that has left the list
    // nobody's.
    let far = site(cast, "03", "treatment").await;
    let far = helper(cast, &far, (10, 2, 0)).await;
    let wide = town.planned(&own).await;
    assert_eq!(wide.get("/openings").as_array().unwrap().len(), 2);
    own.post(&of(&wide.id(), "activate"), &document()).await.refused_as("forbidden");
    let closed = json!({"status": "closed"});
    cast.corps.patch(&format!("/co-disposal-facilities/{far}"), &closed).await.ok();
    let gone = cast.corps.post(&of(&wide.id(), "activate"), &document()).await;
    gone.refused_as("right_withdrawn");
    town.clean().await;
}

#[tokio::test]
async fn plans_are_held_side_by_side() {
    let town = Town::new().await;
    let corps = &town.cast.corps;
    let with = town.planned(corps).await;
    let asked = json!({"starts_on": "2026-11-25", "days": 10, "divisions": ["01"],
        "surge": [{"division": "01", "factor": 3}], "co_disposal_facility_ids": [],
        "usual": [{"site_id": town.cast.producer_site, "daily_kg": 20}]});
    let without = corps.post("/capacity/emergency-plans", &asked).await.is(201);
    let ids = json!({"ids": [with.id(), without.id()]});
    let path = "/capacity/emergency-plans/comparison";
    let found = corps.post(path, &ids).await.is(200);
    assert_eq!(found.str("/best"), with.id());
    assert_eq!(found.get("/plans/0/difference/untreated_kg"), &json!(0));
    let less = |name: &str| {
        let of = |answer: &Answer| answer.get(&format!("/{name}")).as_f64().unwrap();
        of(&without) - of(&with)
    };
    for name in ["made_kg", "treated_kg", "untreated_kg", "co_disposal_kg", "late_kg"] {
        let told = found.get(&format!("/plans/1/difference/{name}")).as_f64().unwrap();
        assert!((told - less(name)).abs() < 1e-6, "{name}: {told}");
    }
    assert!(less("untreated_kg") > 0.0);
    for (ids, code, at) in [
        (json!([with.id()]), "too_short", "/ids"),
        (json!([with.id(), with.id()]), "invalid_value", "/ids/1"),
        (json!([with.id(), town.kiln]), "unknown_reference", "/ids/1"),
    ] {
        corps.post(path, &json!({"ids": ids})).await.refused_as(code).at(at);
    }
    town.cast.producer.post(path, &ids).await.refused_as("forbidden");
    // A repeat is the same plan again, to the byte.
    let call = || {
        let call = corps.call(Method::POST, "/capacity/emergency-plans");
        call.json(&asked).key("again").send()
    };
    let (first, again) = (call().await.is(201), call().await.is(201));
    assert_eq!((first.id(), first.get("/course")), (again.id(), again.get("/course")));
}
