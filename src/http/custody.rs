//! The log over HTTP: checkpoint, tiles, key and consistency proofs for anyone, whole entries for
//! regulators, bundles and proofs of a manifest for its parties (custody.md, "The log").
//!
//! What is public here are hashes: they tell nothing of a manifest to who has not its events.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, HeaderValue};
use actix_web::web::{self, Data, ServiceConfig};
use serde::Serialize;
use utoipa::ToSchema;

use super::conditions::WaitFor;
use super::{Answer, Caller, ProblemBody, Query, Segments};
use crate::app::App;
use crate::custody::{self, CustodyBundle, Place, TILE_WIDTH, TileId};
use crate::ids::ManifestId;
use crate::problem::{Code, Problem, Text};
use crate::reads::What;
use crate::wire::{Whole, wire};

pub(super) fn routes(cfg: &mut ServiceConfig) {
    cfg.service(web::resource("/custody/checkpoint").get(checkpoint))
        .service(web::resource("/custody/key").get(key))
        .service(web::resource("/custody/keys").get(keys))
        .service(web::resource("/custody/proof/consistency").get(consistency))
        .service(web::resource("/custody/tile/entries/{tile:.*}").get(entries))
        .service(web::resource("/custody/tile/{level}/{tile:.*}").get(tile))
        .service(web::resource("/manifests/{id}/custody").get(bundle))
        .service(web::resource("/manifests/{id}/events/{seq}/proof").get(event_proof));
}

/// The part of the OpenAPI document that these handlers are.
#[derive(utoipa::OpenApi)]
#[openapi(
    paths(checkpoint, key, keys, consistency, tile, entries, bundle, event_proof),
    components(schemas(custody::CommandProof, custody::ProvenEvent, WaitFor))
)]
pub struct CustodyApi;

/// What never changes may be kept for ever, by anyone.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// What is the newest now is asked for again.
const NOT_KEPT: HeaderValue = HeaderValue::from_static("no-cache");

const TEXT: &str = "text/plain; charset=utf-8";
const BYTES: &str = "application/octet-stream";

wire! {
    /// Which checkpoint.
    pub struct CheckpointQuery {
        /// The one that most witnesses have cosigned, of the newest, instead of the newest of all.
        pub cosigned: Option<bool>,
    }
}

/// The newest checkpoint of the log: a signed note (C2SP tlog-checkpoint), with the cosignatures
/// that it has so far (C2SP tlog-cosignature).
///
/// Witnesses come every 10 s at most: with `cosigned=true` it is an older one that has them; 404
/// where none has.
#[utoipa::path(
    get, path = "/api/v1/custody/checkpoint", tag = "custody", security(()),
    params(CheckpointQuery),
    responses((status = 200, body = String, content_type = "text/plain")),
)]
pub async fn checkpoint(app: Data<App>, query: Query<CheckpointQuery>) -> Answer {
    let wants_cosigned = query.get()?.cosigned.unwrap_or(false);
    let shown =
        if wants_cosigned { custody::cosigned(&app).await? } else { custody::latest(&app).await? };
    let mut answer = HttpResponse::Ok();
    answer.content_type(TEXT).insert_header((CACHE_CONTROL, NOT_KEPT));
    Ok(answer.body(shown.shown()))
}

/// The log's verifier key, `<name>+<id>+<base64>` (C2SP signed-note).
///
/// Whoever means to check the log keeps it, and does not ask for it each time.
#[utoipa::path(
    get, path = "/api/v1/custody/key", tag = "custody", security(()),
    responses((status = 200, body = String, content_type = "text/plain")),
)]
pub async fn key(app: Data<App>) -> Answer {
    let newest = app.config.log_keys.as_ref().and_then(|keys| keys.verifiers().next());
    let key = newest.ok_or_else(Problem::busy)?.to_string();
    let mut answer = HttpResponse::Ok();
    Ok(answer.content_type(TEXT).insert_header((CACHE_CONTROL, NOT_KEPT)).body(key))
}

/// All verifier keys that the log was ever signed with, a line each, the newest first.
///
/// What was signed before a key was replaced is checked with the older one. A list that was kept
/// from before shows which were the log's then.
#[utoipa::path(
    get, path = "/api/v1/custody/keys", tag = "custody", security(()),
    responses((status = 200, body = String, content_type = "text/plain")),
)]
pub async fn keys(app: Data<App>) -> Answer {
    let keys = custody::all_keys(&app).await?;
    let mut answer = HttpResponse::Ok();
    Ok(answer.content_type(TEXT).insert_header((CACHE_CONTROL, NOT_KEPT)).body(keys))
}

/// The largest whole number that every JSON reader keeps exact.
const SIZE_MAX: i64 = (1 << 53) - 1;

wire! {
    /// Two sizes of the log.
    pub struct ConsistencyQuery {
        pub from: Whole<0, SIZE_MAX>,
        /// Not smaller than `from`, and published.
        pub to: Whole<0, SIZE_MAX>,
    }
}

/// What proves that the log of `to` entries begins with that of `from` (RFC 9162).
#[derive(Serialize, ToSchema)]
pub struct ConsistencyProof {
    pub from: i64,
    pub to: i64,
    /// 32 bytes each, base64. Empty from 0, and where the sizes are the same.
    pub proof: Vec<String>,
}

/// What proves that the log only grew between two sizes (RFC 9162).
#[utoipa::path(
    get, path = "/api/v1/custody/proof/consistency", tag = "custody", security(()),
    params(ConsistencyQuery),
    responses((status = 200, body = ConsistencyProof)),
)]
pub async fn consistency(app: Data<App>, query: Query<ConsistencyQuery>) -> Answer {
    let ConsistencyQuery { from, to } = query.get()?;
    let (from, to) = (from.get(), to.get());
    let size = custody::latest(&app).await?.size;
    let (old, new) = (from.unsigned_abs(), to.unsigned_abs());
    if new > size {
        let zh = format!("已公布的日志共有 {size} 条。");
        return Err(beyond("to", zh, format!("The published log has {size} entries.")));
    }
    if old > new {
        let (zh, en) = ("from 不得大于 to。", "`from` must not be larger than `to`.");
        return Err(beyond("from", zh.to_owned(), en.to_owned()));
    }
    let proof = custody::consistency(&app.pool, old, new).await?;
    let proof = proof.iter().map(custody::base64).collect();
    Ok(HttpResponse::Ok().json(ConsistencyProof { from, to, proof }))
}

fn beyond(name: &str, zh: String, en: String) -> Problem {
    Problem::at(Code::OutOfRange, format!("/query/{name}"), Text::new(zh, en))
}

/// Hashes of the tree (C2SP tlog-tiles): a full tile, or the beginning of one.
#[utoipa::path(
    get, path = "/api/v1/custody/tile/{level}/{tile}", tag = "custody", security(()),
    params(
        ("level" = String, Path, description = "0 to 63"),
        ("tile" = String, Path, description = "`x001/x234/067`, and `.p/<width>` of a partial one"),
    ),
    responses((status = 200, body = String, content_type = "application/octet-stream")),
)]
pub async fn tile(app: Data<App>, segments: Segments) -> Answer {
    let level = custody::level(segments.raw("level")?).ok_or_else(Problem::not_found)?;
    let place = Place::parse(segments.raw("tile")?).ok_or_else(Problem::not_found)?;
    let id = TileId { level, n: place.n };
    there(&app, id, place).await?;
    let mut tiles = custody::tiles(&app.pool, &BTreeMap::from([(id, place.width)])).await?;
    let bytes = tiles.remove(&id).unwrap_or_default().concat();
    let mut answer = HttpResponse::Ok();
    Ok(answer.content_type(BYTES).insert_header((CACHE_CONTROL, FOR_EVER)).body(bytes))
}

/// Entries of the log (C2SP tlog-tiles): the bodies of events, each behind its length.
///
/// They are the record of everybody, so regulators alone have them.
#[utoipa::path(
    get, path = "/api/v1/custody/tile/entries/{tile}", tag = "custody",
    params(
        ("tile" = String, Path, description = "`x001/x234/067`, and `.p/<width>` of a partial one"),
    ),
    security(("bearer" = [])),
    responses(
        (status = 200, body = String, content_type = "application/octet-stream"),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn entries(app: Data<App>, caller: Caller, segments: Segments) -> Answer {
    let place = Place::parse(segments.raw("tile")?).ok_or_else(Problem::not_found)?;
    there(&app, TileId { level: 0, n: place.n }, place).await?;
    let bytes = custody::entries(&app, caller.actor(), place).await?;
    caller.looked(What::Entries, &[]).await?;
    Ok(HttpResponse::Ok().content_type(BYTES).body(bytes))
}

/// 404 unless the published tree has a tile so wide.
async fn there(app: &App, id: TileId, place: Place) -> Result<(), Problem> {
    let size = custody::latest(app).await?.size;
    let is_there = place.width <= id.width_in(size) && place.width <= TILE_WIDTH;
    is_there.then_some(()).ok_or_else(Problem::not_found)
}

/// A manifest's whole chain with its proofs: what `liandan verify` checks without a server.
///
/// It ends with the newest event; the answer waits up to 5 s for a checkpoint that covers it, and
/// is 503 where none comes.
#[utoipa::path(
    get, path = "/api/v1/manifests/{id}/custody", tag = "custody",
    params(("id" = ManifestId, Path)), security(("bearer" = [])),
    responses(
        (status = 200, body = CustodyBundle),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn bundle(app: Data<App>, caller: Caller, segments: Segments) -> Answer {
    let id = segments.id("id", ManifestId::of)?;
    let bundle = custody::bundle(&app, caller.actor(), id).await?;
    caller.looked(What::Bundle, &[id]).await?;
    Ok(HttpResponse::Ok().json(bundle))
}

/// The proof of one event (C2SP tlog-proof): a small text, checked by anybody's tools beside the
/// event's body.
#[utoipa::path(
    get, path = "/api/v1/manifests/{id}/events/{seq}/proof", tag = "custody",
    params(("id" = ManifestId, Path), ("seq" = i64, Path)), security(("bearer" = [])),
    responses(
        (status = 200, body = String, content_type = "text/plain"),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn event_proof(app: Data<App>, caller: Caller, segments: Segments) -> Answer {
    let (id, seq) = (segments.id("id", ManifestId::of)?, segments.number("seq")?);
    let text = custody::event_proof(&app, caller.actor(), (id, seq)).await?;
    caller.looked(What::Bundle, &[id]).await?;
    Ok(HttpResponse::Ok().content_type(TEXT).body(text))
}
