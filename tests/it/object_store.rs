//! Files in an S3-compatible store: put before the event, fetched in pieces, never another served.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use actix_web::http::Method as Verb;
use actix_web::web::{self, Bytes, Data};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use liandan::audit::Trusted;
use liandan::blob::{ObjectSettings, Objects};
use liandan::secret::Secret;
use serde_json::json;

use crate::support::{Cast, Method, World, file};

type Kept = Arc<Mutex<HashMap<String, Vec<u8>>>>;

/// As much of S3 as is used: whole objects put, ranges fetched, objects deleted; each signed.
async fn serve(
    request: HttpRequest,
    body: Bytes,
    kept: Data<Mutex<HashMap<String, Vec<u8>>>>,
) -> HttpResponse {
    let header = |name: &str| {
        request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    };
    if !header("authorization").starts_with("AWS4-HMAC-SHA256 Credential=the-key/") {
        return HttpResponse::Forbidden().finish();
    }
    let (path, mut kept) = (request.path().to_owned(), kept.lock().unwrap());
    match *request.method() {
        Verb::PUT => {
            kept.insert(path, body.to_vec());
            HttpResponse::Ok().insert_header(("etag", "\"x\"")).finish()
        }
        Verb::DELETE => {
            kept.remove(&path);
            HttpResponse::NoContent().finish()
        }
        _ => {
            let Some(bytes) = kept.get(&path) else { return HttpResponse::NotFound().finish() };
            let range = header("range").trim_start_matches("bytes=").split_once('-');
            let end = bytes.len() - 1;
            let (mut answer, from, to) = match range {
                Some((from, to)) => {
                    let (from, to): (usize, usize) = (from.parse().unwrap(), to.parse().unwrap());
                    (HttpResponse::PartialContent(), from, to.min(end))
                }
                None => (HttpResponse::Ok(), 0, end),
            };
            if range.is_some() {
                answer.insert_header(("content-range", format!("bytes {from}-{to}/{}", end + 1)));
            }
            answer
                .insert_header(("etag", "\"x\""))
                .insert_header(("last-modified", "Wed, 25 Nov 2026 02:00:00 GMT"))
                .body(bytes[from..=to].to_vec())
        }
    }
}

/// The store, in a system of its own; and what it keeps.
fn store() -> (ObjectSettings, Kept) {
    let kept = Kept::default();
    let (told, address) = std::sync::mpsc::channel();
    let shared = Arc::clone(&kept);
    std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let data = Data::from(shared);
            let server = HttpServer::new(move || {
                App::new()
                    .app_data(data.clone())
                    .app_data(web::PayloadConfig::new(64 << 20))
                    .default_service(web::to(serve))
            });
            let server = server.workers(1).bind(("127.0.0.1", 0)).unwrap();
            told.send(server.addrs()[0]).unwrap();
            server.run().await.unwrap();
        });
    });
    let settings = ObjectSettings {
        bucket: "files".to_owned(),
        prefix: "a/b".to_owned(),
        endpoint: Some(format!("http://{}", address.recv().unwrap())),
        region: "us-east-1".to_owned(),
        key_id: "the-key".to_owned(),
        secret: Secret::new("a secret".to_owned()),
    };
    (settings, kept)
}

#[tokio::test]
async fn files_go_to_the_store_that_is_set_and_come_back_whole() {
    let (settings, kept) = store();
    let objects = Objects::open(&settings).unwrap();
    let world = World::start_with(|serving| serving.config.files.objects = Some(settings)).await;
    let cast = Cast::new(&world, 10_000).await;
    cast.produce(1000).await;
    let id = cast.filed(&cast.oil(&json!(100))).await.id();
    // Larger than a piece.
    let ticket = file::pdf(&"x".repeat(600_000));
    let hash = file::sha256(&ticket);
    let path = format!("/manifests/{id}/attachments");
    let post =
        || cast.carrier.call(Method::POST, &path).raw("application/pdf", ticket.clone()).send();
    post().await.is(201);
    post().await.is(200);
    let name = format!("/files/a/b/{}/{}", &hash[..2], &hash[2..]);
    assert_eq!(kept.lock().unwrap().keys().collect::<Vec<_>>(), [&name]);
    let db = world.database.superuser().await;
    let there: bool = db.query_one("SELECT content IS NULL FROM blob", &[]).await.unwrap().get(0);
    assert!(there);
    let one = format!("{path}/{hash}");
    assert_eq!(cast.receiver.get(&one).await.is(200).bytes, ticket);
    world.publish().await;
    let url = world.database.app_url();
    let audit = async |objects: Option<&Objects>| {
        let trusted = Trusted { objects: objects.cloned(), ..Trusted::default() };
        let report = liandan::audit::audit(&url, trusted, &mut |_| {}).await.unwrap();
        assert_eq!(report.audited.files, 1);
        crate::audit::told(&report)
    };
    assert_eq!(audit(Some(&objects)).await, Vec::<String>::new());
    assert_eq!(audit(None).await.len(), 1, "nobody knows whether it is there");

    // Whatever happens to it there is found, and not served.
    let broken = async || {
        let (address, token) = cast.corps.address_and_token();
        let url = format!("http://{address}/api/v1{one}");
        let got = reqwest::Client::new().get(url).bearer_auth(token).send().await.unwrap();
        got.error_for_status_ref().is_err() || got.bytes().await.is_err()
    };
    kept.lock().unwrap().get_mut(&name).unwrap()[599_999] ^= 1;
    assert!(broken().await);
    assert_eq!(audit(Some(&objects)).await.len(), 1);
    for length in [599_999, 700_000] {
        kept.lock().unwrap().get_mut(&name).unwrap().resize(length, b'x');
        assert!(broken().await, "{length}");
        assert_eq!(audit(Some(&objects)).await.len(), 1, "{length}");
    }
    kept.lock().unwrap().clear();
    cast.corps.get(&one).await.is(500);
    assert_eq!(audit(Some(&objects)).await.len(), 1);

    // What nothing names goes, row and object.
    let orphan = file::png(9);
    let bytes: [u8; 32] = hex::decode(file::sha256(&orphan)).unwrap().try_into().unwrap();
    let wall = world.app.clock.wall();
    liandan::blob::keep(&world.app, &bytes, &orphan, wall).await.unwrap();
    let objects_kept = || kept.lock().unwrap().len();
    assert_eq!((objects_kept(), world.rows("blob").await), (1, 2));
    let later = wall + chrono::TimeDelta::hours(25);
    assert_eq!(liandan::blob::sweep(&world.app, later).await.unwrap(), 1);
    assert_eq!((objects_kept(), world.rows("blob").await), (0, 1));
}

#[tokio::test]
async fn a_store_that_is_away_takes_nothing_and_nothing_is_half_written() {
    let (mut settings, _) = store();
    settings.endpoint = Some("http://127.0.0.1:1".to_owned());
    let world = World::start_with(|serving| serving.config.files.objects = Some(settings)).await;
    let cast = Cast::new(&world, 10_000).await;
    cast.produce(1000).await;
    let id = cast.filed(&cast.oil(&json!(100))).await.id();
    let call = cast.carrier.call(Method::POST, &format!("/manifests/{id}/attachments"));
    call.raw("image/png", file::png(1)).send().await.is(503).refused_as("busy");
    world.has_no_rows_in(&["attachment"]).await;
}
