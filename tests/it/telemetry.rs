//! What devices tell: kept by its owner, seen by its regulators, its hash in the log, each line on
//! its own.

use serde_json::{Value, json};

use crate::support::{Cast, Client, Method, World};

async fn tell(client: &Client, lines: &[Value]) -> Vec<Value> {
    let text: String = lines.iter().flat_map(|line| [line.to_string(), "\n".to_owned()]).collect();
    let call = client.call(Method::POST, "/telemetry").raw("application/x-ndjson", text);
    let answer = call.send().await.is(200);
    answer.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn position(cast: &Cast, at: &str, lon: f64) -> Value {
    json!({"kind": "position", "vehicle_id": cast.vehicle, "at": at,
        "location": {"lon": lon, "lat": 41.0}, "speed_kmh": 62.5, "load_kg": 812.5})
}

#[tokio::test]
async fn readings_are_kept_a_batch_at_a_time_and_again_is_the_same() {
    let world = World::start().await;
    let cast = Cast::new(&world, 100).await;
    let lines = [
        position(&cast, "2026-11-25T01:10:00Z", 80.2),
        position(&cast, "2026-11-25T01:00:00Z", 80.1),
        json!({"kind": "position", "vehicle_id": cast.vehicle, "at": "2026-11-25T01:00:00Z"}),
        position(&cast, "2026-11-26T01:00:00Z", 80.1),
        json!({"kind": "furnace", "site_id": cast.receiver_site, "at": "2026-11-25T01:00:00Z",
            "celsius": 900}),
    ];
    let answers = tell(&cast.carrier, &lines).await;
    let statuses: Vec<&Value> = answers.iter().map(|answer| &answer["status"]).collect();
    assert_eq!(statuses, [201, 201, 422, 422, 422], "{answers:?}");
    assert_eq!(answers[0]["batch_id"], answers[1]["batch_id"]);
    assert_eq!(answers[2]["problem"]["errors"][0]["pointer"], "/location");
    assert_eq!(answers[3]["problem"]["errors"][0]["code"], "not_yet");
    assert_eq!(answers[4]["problem"]["errors"][0]["pointer"], "/site_id", "another's site");
    let again = tell(&cast.carrier, &lines[..2]).await;
    assert_eq!(again[0]["batch_id"], answers[0]["batch_id"]);

    let span = "from=2026-11-25T00:00:00Z&to=2026-11-25T02:00:00Z";
    let path = format!("/telemetry?vehicle_id={}&{span}", cast.vehicle);
    for client in [&cast.carrier, &cast.corps] {
        let data = client.get(&path).await.is(200).json["data"].clone();
        assert_eq!(data.as_array().map(Vec::len), Some(2), "kept once");
        assert_eq!(
            (&data[0]["at"], &data[0]["lon"]),
            (&json!("2026-11-25T01:00:00.000Z"), &json!(80.1))
        );
        assert_eq!(data[0]["load_kg"], 812.5);
    }
    cast.producer.get(&path).await.is(404);
    cast.receiver.get(&format!("/telemetry?{span}")).await.is(422);
    let told = json!({"kind": "position"});
    let call = cast.corps.call(Method::POST, "/telemetry");
    call.raw("application/x-ndjson", told.to_string()).send().await.is(403);

    world.publish().await;
    let report = crate::audit::of(&world.database.app_url()).await;
    assert_eq!(crate::audit::told(&report), Vec::<String>::new());
}
