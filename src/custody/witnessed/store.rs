//! The rows of cosignatures.

use chrono::{DateTime, Utc};
use diesel::sql_types::BigInt;
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl};
use diesel_async::RunQueryDsl;

use crate::custody::WitnessKey;
use crate::custody::store::{Published, PublishedRow, signed, whole};
use crate::db::Pool;
use crate::db::schema::cosignature;
use crate::problem::Problem;

/// A cosignature that was checked.
pub struct Cosigned {
    pub size: u64,
    /// Without its line break.
    pub line: String,
    /// When the witness says that it cosigned.
    pub at: DateTime<Utc>,
}

/// The largest log that a witness has cosigned, as far as we know, and when we stored that.
pub async fn newest(
    pool: &Pool,
    witness: &WitnessKey,
) -> Result<Option<(u64, DateTime<Utc>)>, Problem> {
    let found: Option<(i64, DateTime<Utc>)> = cosignature::table
        .filter(cosignature::witness.eq(witness.to_string()))
        .order(cosignature::size.desc())
        .select((cosignature::size, cosignature::stored_at))
        .first(&mut pool.get().await?)
        .await
        .optional()?;
    found.map(|(size, at)| Ok((whole(size)?, at))).transpose()
}

/// Keeps a cosignature; one that is there already stays.
pub async fn keep(
    pool: &Pool,
    witness: &WitnessKey,
    row: &Cosigned,
    wall: DateTime<Utc>,
) -> Result<(), Problem> {
    let row = (
        cosignature::witness.eq(witness.to_string()),
        cosignature::size.eq(signed(row.size)?),
        cosignature::line.eq(&row.line),
        cosignature::cosigned_at.eq(row.at),
        cosignature::stored_at.eq(wall),
    );
    let insert = diesel::insert_into(cosignature::table).values(row).on_conflict_do_nothing();
    insert.execute(&mut pool.get().await?).await?;
    Ok(())
}

/// Of the newest cosignatures a bounded number: as many rounds as all witnesses give in minutes.
const COVERING_SQL: &str = "-- custody: the checkpoint that most witnesses cosigned, of the newest
SELECT c.size, c.root, c.note, c.signed_by, w.lines AS cosignatures
  FROM (SELECT size, count(*) AS many, string_agg(line || E'\\n', '' ORDER BY witness) AS lines
          FROM (SELECT * FROM cosignature WHERE size > $1 ORDER BY size DESC LIMIT 64) AS newest
         GROUP BY size ORDER BY many DESC, size DESC LIMIT 1) AS w
  JOIN LATERAL (SELECT * FROM checkpoint WHERE checkpoint.size = w.size
                 ORDER BY signed_at DESC LIMIT 1) AS c ON true";

/// A checkpoint of more than `above` entries that witnesses have cosigned: of the newest such, the
/// one that most have.
pub async fn covering(pool: &Pool, above: i64) -> Result<Option<Published>, Problem> {
    let found: Option<PublishedRow> = diesel::sql_query(COVERING_SQL)
        .bind::<BigInt, _>(above)
        .get_result(&mut pool.get().await?)
        .await
        .optional()?;
    found.map(Published::try_from).transpose()
}
