//! First answers, read outside the commit: a repeat is often refused by its own first effect
//! (`depart` on what has departed), and must then get its first answer instead of the refusal.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::Pool;
use super::schema::idempotency as t;
use super::settle::{FirstAnswer, key_reused};
use crate::ctx::Ctx;
use crate::decision::{Subject, SubjectKind};
use crate::problem::Problem;

/// The first answer to this very request, if its key was used within a day. The key with another
/// request is `idempotency_key_reused`.
pub async fn first_answer(pool: &Pool, ctx: &Ctx) -> Result<Option<FirstAnswer>, Problem> {
    type Found = (Vec<u8>, i16, i16, uuid::Uuid, i64, chrono::DateTime<chrono::Utc>);
    let Some(key) = &ctx.key else { return Ok(None) };
    let columns =
        (t::fingerprint, t::status, t::subject_kind, t::subject_id, t::version, t::created_at);
    let found: Option<Found> = t::table
        .find((ctx.actor.organisation_id.uuid(), &key.key))
        .select(columns)
        .first(&mut pool.get().await?)
        .await
        .optional()?;
    let Some((fingerprint, status, kind, id, version, wall)) = found else { return Ok(None) };
    let kind = SubjectKind::from_number(kind).ok_or_else(|| Problem::internal("unknown kind"))?;
    let fingerprint = fingerprint.try_into().unwrap_or([0; 32]);
    let first = FirstAnswer { fingerprint, status, subject: Subject::new(kind, id), version, wall };
    if first.has_expired(ctx.wall) {
        return Ok(None);
    }
    if first.fingerprint == key.fingerprint { Ok(Some(first)) } else { Err(key_reused()) }
}
