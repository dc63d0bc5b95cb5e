//! What the audit reads of files, in its snapshot: one at a time, since each may be of many MiB.

use tokio_postgres::Error;
use uuid::Uuid;

use super::store::Source;

/// A file that an attachment names.
pub struct FileRow {
    pub hash: Vec<u8>,
    /// Its length by its row; none where there is no row.
    pub bytes: Option<i64>,
    /// Its bytes; none where they are not in the database.
    pub content: Option<Vec<u8>>,
}

const NEXT_SQL: &str = "-- audit: the next file
SELECT a.sha256, b.bytes, b.content
  FROM (SELECT sha256 FROM attachment WHERE sha256 > $1 ORDER BY sha256 LIMIT 1) a
  LEFT JOIN blob b ON b.sha256 = a.sha256";

const NAMED_BY_SQL: &str = "-- audit: who names a file
SELECT manifest_id FROM attachment WHERE sha256 = $1 ORDER BY manifest_id LIMIT 100";

/// The file that comes after a hash; none at the end.
pub async fn next(source: &Source, after: &[u8]) -> Result<Option<FileRow>, Error> {
    let row = source.tables().query(NEXT_SQL, &[&after]).await?.into_iter().next();
    Ok(row.map(|row| FileRow { hash: row.get(0), bytes: row.get(1), content: row.get(2) }))
}

/// Manifests that name a file, the first hundred.
pub async fn named_by(source: &Source, hash: &[u8]) -> Result<Vec<Uuid>, Error> {
    let rows = source.tables().query(NAMED_BY_SQL, &[&hash]).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}
