//! Attachments: kept once, named by an event, given back as they were, and to nobody else.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::{Answer, Cast, Client, Method, World, file};

async fn filed(cast: &Cast) -> String {
    cast.produce(1000).await;
    cast.filed(&cast.oil(&json!(100))).await.id()
}

async fn send(client: &Client, id: &str, (query, kind): (&str, &str), bytes: Vec<u8>) -> Answer {
    let path = format!("/manifests/{id}/attachments?{query}");
    client.call(Method::POST, &path).raw(kind, bytes).send().await
}

async fn events(client: &Client, id: &str) -> Vec<Value> {
    let all = client.get(&format!("/manifests/{id}/events")).await.ok();
    all.get("/data").as_array().unwrap().clone()
}

#[tokio::test]
async fn a_photo_is_kept_named_and_given_back() {
    let world = World::start().await;
    let cast = Cast::new(&world, 10_000).await;
    let id = filed(&cast).await;
    let photo = file::png(7);
    let hash = file::sha256(&photo);
    let query = "name=%E7%A3%85%E5%8D%95%201.png&kind=weigh_ticket";
    let made = send(&cast.carrier, &id, (query, "image/png"), photo.clone()).await.is(201);
    assert_eq!((made.str("/name"), made.str("/sha256")), ("磅单 1.png", hash.as_str()));
    assert_eq!(made.version(), 2);
    let path = format!("/manifests/{id}/attachments/{hash}");
    assert_eq!(made.header("location"), format!("/api/v1{path}"));
    assert!(!made.header("log-position").is_empty());

    let event = events(&cast.receiver, &id).await.pop().unwrap();
    assert_eq!(event["kind"], "attached");
    let told = json!({"sha256": hash, "bytes": photo.len(), "media_type": "image/png",
        "name": "磅单 1.png", "kind": "weigh_ticket", "by": ["carrier"]});
    assert_eq!(event["data"], told);
    for party in [&cast.producer, &cast.carrier, &cast.receiver, &cast.corps] {
        let got = party.get(&path).await.is(200);
        assert_eq!(got.bytes, photo);
        assert_eq!(got.header("etag"), format!("\"{hash}\""));
        assert_eq!(got.header("content-type"), "image/png");
        assert_eq!(got.header("x-content-type-options"), "nosniff");
        assert_eq!(got.header("content-security-policy"), "default-src 'none'; sandbox");
        assert_eq!(got.header("cache-control"), "private, max-age=31536000, immutable");
        let disposition = got.header("content-disposition");
        assert!(disposition.starts_with("attachment;"), "{disposition}");
        assert!(disposition.contains("UTF-8''%E7%A3%85%E5%8D%95%201.png"), "{disposition}");
        assert_eq!(got.header("content-length"), photo.len().to_string());
        let shown = party.get(&format!("/manifests/{id}")).await.ok();
        assert_eq!(shown.str("/attachments/0/sha256"), hash);
        let list = party.get(&format!("/manifests/{id}/attachments")).await.ok();
        assert_eq!(list.get("/data"), shown.get("/attachments"));
    }
    let known =
        cast.producer.call(Method::GET, &path).header("if-none-match", &format!("\"{hash}\""));
    assert_eq!(known.send().await.is(304).bytes.len(), 0);
    cast.stranger.get(&path).await.is(404).refused_as("not_found");
    for none in [file::sha256(b"another"), "x".to_owned(), hash[1..].to_owned()] {
        cast.producer.get(&format!("/manifests/{id}/attachments/{none}")).await.is(404);
    }
    let told = "SELECT count(*) FROM outbox WHERE kind = 'manifest_attached'";
    let told: i64 = world.database.superuser().await.query_one(told, &[]).await.unwrap().get(0);
    assert_eq!(told, 2, "the other parties");
    world.publish().await;
    assert_eq!(crate::audit::told(&crate::audit::of(&world.database.app_url()).await).len(), 0);
}

#[tokio::test]
async fn the_same_file_is_one_attachment_whoever_sends_it_and_how_often() {
    let world = World::start().await;
    let cast = Cast::new(&world, 10_000).await;
    let id = filed(&cast).await;
    let photo = file::png(1);
    let post = |client: &Client, key: &str| {
        let path = format!("/manifests/{id}/attachments?name=a.png");
        client.call(Method::POST, &path).raw("image/png", photo.clone()).key(key).send()
    };
    let first = post(&cast.carrier, "photo-1").await.is(201);
    let again = post(&cast.carrier, "photo-1").await.is(201);
    assert_eq!((again.header("idempotent-replayed"), &again.json), ("true", &first.json));
    let other = post(&cast.carrier, "photo-2").await.is(200);
    let another = post(&cast.receiver, "photo-3").await.is(200);
    assert_eq!((&other.json, &another.json), (&first.json, &first.json));
    assert_eq!((other.version(), other.header("location")), (2, ""));
    assert_eq!(post(&cast.carrier, "photo-2").await.is(200).json, first.json);
    // On another manifest it is another attachment of the one file.
    let second = cast.filed(&cast.oil(&json!(1))).await.id();
    send(&cast.producer, &second, ("", "image/png"), photo.clone()).await.is(201);
    assert_eq!((world.rows("attachment").await, world.rows("blob").await), (2, 1));
    // Two files at once: both, one after the other. One file twice at once: one.
    let all = [(2, "a"), (3, "b"), (4, "c"), (4, "d"), (4, "e")];
    let sends = all.map(|(seed, name)| {
        let query = (if name == "a" { "kind=photo" } else { "" }, "image/png");
        send(&cast.producer, &id, query, file::png(seed))
    });
    let mut answers: Vec<u16> = join_all(sends).await.iter().map(|one| one.status).collect();
    answers.sort_unstable();
    assert_eq!(answers, [200, 200, 201, 201, 201]);
    assert_eq!(events(&cast.corps, &id).await.len(), 5);
    let reused = cast.carrier.call(Method::POST, &format!("/manifests/{id}/attachments"));
    let reused = reused.raw("image/png", file::png(9)).key("photo-1").send().await;
    reused.is(422).refused_as("idempotency_key_reused");
    let stale = cast.carrier.call(Method::POST, &format!("/manifests/{id}/attachments"));
    stale.raw("image/png", file::png(9)).if_match(1).send().await.is(412);
}

#[tokio::test]
async fn what_is_not_what_it_says_is_refused_and_nothing_is_kept() {
    let world = World::start_with(|serving| serving.config.files.bytes_max = 4096).await;
    let cast = Cast::new(&world, 10_000).await;
    let id = filed(&cast).await;
    let png = file::png(1);
    let cut = png[..png.len() - 4].to_vec();
    let behind = [png.as_slice(), b"PK\x03\x04"].concat();
    let refused = async |query: &str, kind: &str, bytes: Vec<u8>, (status, code): (u16, &str)| {
        send(&cast.producer, &id, (query, kind), bytes).await.is(status).refused_as(code)
    };
    for (kind, bytes, code) in [
        ("image/jpeg", png.clone(), "file_mismatch"),
        ("application/pdf", png.clone(), "file_mismatch"),
        ("image/png", b"<svg onload=alert(1)>".to_vec(), "file_mismatch"),
        ("image/png", Vec::new(), "required"),
        ("image/png", cut, "file_broken"),
        ("image/png", behind, "file_broken"),
    ] {
        refused("", kind, bytes, (422, code)).await.at("/file");
    }
    for kind in ["image/svg+xml", "text/html", "application/json", "application/octet-stream"] {
        refused("", kind, png.clone(), (415, "unsupported_media_type")).await;
    }
    let large = vec![0; 4097];
    refused("", "image/png", large.clone(), (413, "payload_too_large")).await;
    refused("", "text/html", large, (413, "payload_too_large")).await;
    let both =
        refused("name=..%2Fa.png&kind=film&x=1", "image/jpeg", png.clone(), (422, "file_mismatch"));
    both.await
        .tells("file_mismatch", "/file")
        .tells("invalid_value", "/query/name")
        .tells("invalid_value", "/query/kind")
        .tells("unknown_field", "/query/x");
    for name in ["%E2%80%AEgpj.exe", "a%0Ab.png", ".png", "a%2Fb"] {
        let query = format!("name={name}");
        refused(&query, "image/png", png.clone(), (422, "invalid_value")).await.at("/query/name");
    }
    send(&cast.corps, &id, ("", "image/png"), png.clone()).await.is(403);
    send(&cast.stranger, &id, ("", "image/png"), png.clone()).await.is(404);
    let tried = send(&cast.producer, &id, ("validate_only=true", "image/png"), png.clone()).await;
    assert_eq!(tried.is(201).str("/name"), "document.png");
    world.has_no_rows_in(&["blob", "attachment"]).await;
    // An ending that lies is answered by one that does not.
    let named = send(&cast.producer, &id, ("name=a.exe", "image/png"), png).await.is(201);
    assert_eq!(named.str("/name"), "a.exe.png");
}

#[tokio::test]
async fn a_form_brings_its_own_name() {
    let world = World::start().await;
    let cast = Cast::new(&world, 10_000).await;
    let id = filed(&cast).await;
    let form = |name: &str, kind: &str, bytes: &[u8]| {
        let head = format!(
            "--xyz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
             {kind}\r\n"
        );
        [head.as_bytes(), bytes, b"\r\n--xyz--\r\n"].concat()
    };
    let post = async |body: Vec<u8>| {
        send(&cast.producer, &id, ("kind=photo", "multipart/form-data; boundary=xyz"), body).await
    };
    let made =
        post(form("C:\\照片\\现场.pdf", "Content-Type: application/pdf\r\n", &file::pdf("1")))
            .await;
    assert_eq!(made.is(201).str("/name"), "现场.pdf");
    // A browser that does not know the type says nothing, or something.
    for (seed, kind) in [(1, ""), (2, "Content-Type: application/octet-stream\r\n")] {
        post(form("a.png", kind, &file::png(seed))).await.is(201);
    }
    post(form("a.png", "Content-Type: text/html\r\n", &file::png(3))).await.is(415);
    post(form("..", "", &file::png(3))).await.is(422).tells("invalid_value", "/query/name");
    post(b"--xyz\r\n\r\n".to_vec()).await.is(400).refused_as("bad_request");
    // Whoever may not know of the manifest hears nothing of the form.
    let fields = b"--xyz\r\nContent-Disposition: form-data; name=\"kind\"\r\n\r\nphoto\r\n--xyz--";
    post(fields.to_vec()).await.is(422).refused_as("required").at("/file");
    let form = ("", "multipart/form-data; boundary=xyz");
    send(&cast.corps, &id, form, fields.to_vec()).await.is(403);
    send(&cast.stranger, &id, form, fields.to_vec()).await.is(404);
}

#[tokio::test]
async fn drafts_and_what_was_cancelled_take_nothing_and_what_is_over_does() {
    let world = World::start().await;
    let cast = Cast::new(&world, 10_000).await;
    let id = filed(&cast).await;
    let attach =
        async |id: &str, client: &Client| send(client, id, ("", "image/png"), file::png(1)).await;
    let mut draft = cast.oil(&json!(10));
    draft["draft"] = json!(true);
    let draft = cast.producer.post("/manifests", &draft).await.is(201).id();
    let refused = attach(&draft, &cast.producer).await.is(409).refused_as("illegal_transition");
    assert_eq!(refused.json["manifest_status"], "draft");
    attach(&draft, &cast.stranger).await.is(404);
    cast.producer
        .post(&format!("/manifests/{id}/cancel"), &json!({"reason": "not_needed"}))
        .await
        .ok();
    let refused = attach(&id, &cast.producer).await.is(409).refused_as("illegal_transition");
    assert_eq!(refused.json["manifest_status"], "cancelled");
    let over = cast.accepted(&cast.oil(&json!(50))).await.id();
    let treated = json!({"treatments": [{"line": 1, "method": "R9", "mass_kg": 50,
        "completed_on": "2026-11-25"}]});
    cast.receiver.post(&format!("/manifests/{over}/complete"), &treated).await.ok();
    attach(&over, &cast.receiver).await.is(201);
    world.publish().await;
    let bundle = cast.producer.get(&format!("/manifests/{over}/custody")).await.ok();
    let keys: Vec<_> = crate::support::log_keys(&[7]).verifiers().collect();
    let given =
        liandan::custody::Given { bundle: &bundle.text, keys: &keys, witnesses: &[], older: None };
    let verified = liandan::custody::verify(&given).map_err(|wrong| wrong.text.en).unwrap();
    assert_eq!(verified.replayed.unwrap().manifest.attachments.len(), 1);
}

/// A photo taken on the road and sent at once is no step that what is told later comes before.
#[tokio::test]
async fn a_photo_puts_no_step_out_of_order() {
    let world = World::start().await;
    let cast = Cast::new(&world, 10_000).await;
    let id = filed(&cast).await;
    world.pass(chrono::TimeDelta::hours(1));
    send(&cast.carrier, &id, ("kind=photo", "image/png"), file::png(1)).await.is(201);
    let earlier = json!({"occurred_at": "2026-11-25T02:30:00Z"});
    cast.carrier.post(&format!("/manifests/{id}/depart"), &earlier).await.ok();
    let departed = events(&cast.carrier, &id).await.pop().unwrap();
    assert!(departed["data"]["out_of_order"].is_null(), "{departed}");
}

#[tokio::test]
async fn a_file_that_was_touched_is_found_and_never_served() {
    let world = World::start().await;
    let cast = Cast::new(&world, 10_000).await;
    let id = filed(&cast).await;
    let photo = file::png(5);
    send(&cast.carrier, &id, ("", "image/png"), photo.clone()).await.is(201);
    let db = world.database.superuser().await;
    let url = world.database.app_url();
    // The database itself refuses, while it may.
    for sql in [
        "UPDATE blob SET content = '\\x00'",
        "UPDATE blob SET sha256 = sha256('x')",
        "DELETE FROM blob",
        "DELETE FROM attachment",
        "UPDATE attachment SET seq = 9",
        "INSERT INTO blob VALUES (sha256('x'), 1, 'y', now())",
    ] {
        assert!(db.execute(sql, &[]).await.is_err(), "{sql}");
    }
    db.batch_execute(
        "SET session_replication_role = replica; ALTER TABLE blob DROP CONSTRAINT blob_is_its_hash",
    )
    .await
    .unwrap();
    let found = async |sql: &str| {
        db.batch_execute(&format!("BEGIN; {sql}; COMMIT")).await.unwrap();
        let report = crate::audit::of(&url).await;
        let of_it =
            |one: &&liandan::audit::Finding| one.subject.is_some_and(|it| it.id.to_string() == id);
        report.findings.iter().find(of_it).map(|one| (one.check, one.number.is_some()))
    };
    let file = Some((liandan::audit::Check::File, true));
    let path = format!("/manifests/{id}/attachments/{}", file::sha256(&photo));
    assert_eq!(found("UPDATE blob SET content = set_byte(content, 40, 9)").await, file);
    // Nobody gets a whole file that is another.
    cast.corps.get(&path).await.is(500);
    assert_eq!(found("UPDATE blob SET content = NULL").await, file);
    assert_eq!(found("CREATE TABLE kept AS TABLE blob; DELETE FROM blob").await, file);
    cast.corps.get(&path).await.is(500);
    let table = Some((liandan::audit::Check::Table, true));
    assert_eq!(found("DELETE FROM attachment").await, table);
}

#[tokio::test]
async fn what_nothing_names_is_taken_away_a_day_later() {
    let world = World::start().await;
    let cast = Cast::new(&world, 10_000).await;
    let id = filed(&cast).await;
    send(&cast.carrier, &id, ("", "image/png"), file::png(1)).await.is(201);
    let wall = world.app.clock.wall();
    let orphan = file::png(2);
    let hash: [u8; 32] = hex::decode(file::sha256(&orphan)).unwrap().try_into().unwrap();
    liandan::blob::keep(&world.app, &hash, &orphan, wall).await.unwrap();
    let later = |hours| wall + chrono::TimeDelta::hours(hours);
    assert_eq!(liandan::blob::sweep(&world.app, later(23)).await.unwrap(), 0);
    assert_eq!(liandan::blob::sweep(&world.app, later(25)).await.unwrap(), 1);
    assert_eq!((world.rows("blob").await, world.rows("attachment").await), (1, 1));
}
