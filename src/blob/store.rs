//! Rows of `blob`.

use chrono::{DateTime, Utc};
use diesel::sql_types::{BigInt, Binary, Nullable, Timestamptz};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, QueryableByName};
use diesel_async::RunQueryDsl;

use super::objects::Objects;
use crate::db::Pool;
use crate::db::schema::blob as t;
use crate::problem::Problem;

/// Where a file is, and how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    pub bytes: i64,
    /// Its bytes are in the row; else in the object store.
    pub is_here: bool,
}

/// The row of a file; none where nobody has sent it.
pub async fn look(pool: &Pool, hash: &[u8; 32]) -> Result<Option<Kept>, Problem> {
    let row = t::table.filter(t::sha256.eq(&hash[..])).select((t::bytes, t::content.is_not_null()));
    let found: Option<(i64, bool)> = row.first(&mut pool.get().await?).await.optional()?;
    Ok(found.map(|(bytes, is_here)| Kept { bytes, is_here }))
}

/// Notes that a file was sent now, so that it is not taken away meanwhile; waits where it is just
/// being taken away. None where it is not known.
pub async fn touch(
    pool: &Pool,
    hash: &[u8; 32],
    wall: DateTime<Utc>,
) -> Result<Option<Kept>, Problem> {
    let touched: Option<(i64, bool)> = diesel::update(t::table.filter(t::sha256.eq(&hash[..])))
        .set(t::stored_at.eq(wall))
        .returning((t::bytes, t::content.is_not_null()))
        .get_result(&mut pool.get().await?)
        .await
        .optional()?;
    Ok(touched.map(|(bytes, is_here)| Kept { bytes, is_here }))
}

/// A file that is new. Of two who send it at once, one is first, and both have it.
pub async fn insert(
    pool: &Pool,
    (hash, bytes): (&[u8; 32], i64),
    content: Option<&[u8]>,
    wall: DateTime<Utc>,
) -> Result<(), Problem> {
    diesel::insert_into(t::table)
        .values((
            t::sha256.eq(&hash[..]),
            t::bytes.eq(bytes),
            t::content.eq(content),
            t::stored_at.eq(wall),
        ))
        .on_conflict(t::sha256)
        .do_update()
        .set(t::stored_at.eq(wall))
        .execute(&mut pool.get().await?)
        .await?;
    Ok(())
}

/// The bytes of a file that was in the object store alone.
pub async fn fill(pool: &Pool, hash: &[u8; 32], content: &[u8]) -> Result<(), Problem> {
    let empty = t::table.filter(t::sha256.eq(&hash[..])).filter(t::content.is_null());
    diesel::update(empty).set(t::content.eq(content)).execute(&mut pool.get().await?).await?;
    Ok(())
}

#[derive(QueryableByName)]
struct Piece {
    #[diesel(sql_type = Nullable<Binary>)]
    piece: Option<Vec<u8>>,
}

/// Some of a file's bytes. PostgreSQL reads no others: they are stored plain.
const PIECE_SQL: &str = "-- a piece of a blob
SELECT substring(content FROM ($2 + 1)::int FOR $3::int) AS piece FROM blob WHERE sha256 = $1";

/// At most `bytes` of the file from `at` on; nothing where its row or bytes are not here.
pub async fn piece(
    pool: &Pool,
    hash: &[u8; 32],
    (at, bytes): (i64, i64),
) -> Result<Option<Vec<u8>>, Problem> {
    let query = diesel::sql_query(PIECE_SQL).bind::<Binary, _>(&hash[..]);
    let query = query.bind::<BigInt, _>(at).bind::<BigInt, _>(bytes);
    let found: Option<Piece> = query.get_result(&mut pool.get().await?).await.optional()?;
    Ok(found.and_then(|row| row.piece))
}

/// Files that were last sent between two times and that nothing names: the foreign key refuses to
/// let one go that is named meanwhile.
const SWEEP_SQL: &str = "-- blobs that nothing names
DELETE FROM blob b WHERE b.stored_at >= $1 AND b.stored_at < $2 AND b.content IS NOT NULL
   AND NOT EXISTS (SELECT FROM attachment a WHERE a.sha256 = b.sha256)";

/// The row of one such file in the object store, locked until the object is gone as well: whoever
/// sends the file meanwhile waits, and then puts it there anew.
const SWEEP_OBJECT_SQL: &str = "-- an object that nothing names
DELETE FROM blob WHERE sha256 = (SELECT sha256 FROM blob b
    WHERE b.stored_at >= $1 AND b.stored_at < $2 AND b.content IS NULL
      AND NOT EXISTS (SELECT FROM attachment a WHERE a.sha256 = b.sha256)
    LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING sha256";

#[derive(QueryableByName)]
struct Swept {
    #[diesel(sql_type = Binary)]
    sha256: Vec<u8>,
}

/// Takes one of them away, row and object; false where there is none.
pub async fn sweep_object(
    pool: &Pool,
    (from, to): (DateTime<Utc>, DateTime<Utc>),
    objects: &Objects,
) -> Result<bool, Problem> {
    let conn = &mut pool.get().await?;
    let mut taking = conn.build_transaction();
    let swept = taking.run(async |conn| {
        let query = diesel::sql_query(SWEEP_OBJECT_SQL).bind::<Timestamptz, _>(from);
        let found: Option<Swept> =
            query.bind::<Timestamptz, _>(to).get_result(conn).await.optional()?;
        let Some(swept) = found else { return Ok(false) };
        let hash = swept.sha256.try_into().map_err(|_| Problem::internal("no hash"))?;
        objects.delete(&hash).await?;
        Ok(true)
    });
    swept.await
}

/// Takes those in the database away; answers how many.
pub async fn sweep(
    pool: &Pool,
    (from, to): (DateTime<Utc>, DateTime<Utc>),
) -> Result<usize, Problem> {
    let query = diesel::sql_query(SWEEP_SQL).bind::<Timestamptz, _>(from);
    Ok(query.bind::<Timestamptz, _>(to).execute(&mut pool.get().await?).await?)
}
