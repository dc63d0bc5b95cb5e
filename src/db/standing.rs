//! What a database is to us at the start: who we are in it, and whether its schema is ours.
//!
//! Must hold: nothing is served as a superuser or as the owner of the tables. Append-only is kept
//! by rights and triggers, and both would be ours to lift.

use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Text};
use diesel_async::RunQueryDsl;
use tokio_postgres::NoTls;

use super::Pool;
use super::bootstrap::{OWNER, told};
use super::migrate::embedded_versions;
use crate::problem::Problem;

#[derive(Debug, thiserror::Error)]
pub enum StandingError {
    #[error("cannot reach the database: {}", told(.0))]
    Unreachable(tokio_postgres::Error),
    #[error("role {role} {why}: run as liandan_app (see `liandan migrate --help`)")]
    TooMighty { role: String, why: &'static str },
    #[error("the database lacks {0} migrations: run `liandan migrate`")]
    Behind(usize),
    #[error("cannot read the list of migrations: {0}")]
    Unreadable(String),
}

const WHO_SQL: &str = "-- who are we here
SELECT current_user::text,
       rolsuper OR rolbypassrls,
       EXISTS (SELECT FROM pg_roles owner
                WHERE owner.rolname = $1 AND pg_has_role(current_user, owner.oid, 'MEMBER'))
  FROM pg_roles WHERE rolname = current_user";

/// Refuses a role that could change what must not change.
pub async fn refuse_mighty(url: &str) -> Result<(), StandingError> {
    let (client, connection) =
        tokio_postgres::connect(url, NoTls).await.map_err(StandingError::Unreachable)?;
    let connection = tokio::spawn(connection);
    let row = client.query_one(WHO_SQL, &[&OWNER]).await.map_err(StandingError::Unreachable)?;
    let (role, superuser, owner): (String, bool, bool) = (row.get(0), row.get(1), row.get(2));
    drop(client);
    // It ends by itself once the client is gone; waiting keeps it from outliving the check.
    let _ = connection.await;
    if superuser {
        return Err(StandingError::TooMighty { role, why: "is a superuser" });
    }
    if owner {
        return Err(StandingError::TooMighty { role, why: "may become the owner of the tables" });
    }
    Ok(())
}

#[derive(QueryableByName)]
struct Readable {
    #[diesel(sql_type = Bool)]
    readable: bool,
}

#[derive(QueryableByName)]
struct Lacking {
    #[diesel(sql_type = Text)]
    version: String,
}

const READABLE_SQL: &str = "-- is the list of migrations there, and ours to read
SELECT COALESCE(has_table_privilege(to_regclass('public.__diesel_schema_migrations'), 'SELECT'),
                false) AS readable";
const LACKING_SQL: &str = "-- migrations that have not run
SELECT version FROM UNNEST($1) AS wanted(version)
 WHERE version NOT IN (SELECT version FROM __diesel_schema_migrations)";

/// The migrations of this build that the database lacks, asked as any role. A database so old
/// that we may not read its list lacks at least one: that which lets us.
pub async fn lacking(pool: &Pool) -> Result<Vec<String>, Problem> {
    let versions = embedded_versions().map_err(Problem::internal)?;
    let mut conn = pool.get().await?;
    let Readable { readable } = diesel::sql_query(READABLE_SQL).get_result(&mut conn).await?;
    if !readable {
        return Ok(versions);
    }
    let asked = diesel::sql_query(LACKING_SQL).bind::<Array<Text>, _>(versions);
    let lacking: Vec<Lacking> = asked.load(&mut conn).await?;
    Ok(lacking.into_iter().map(|one| one.version).collect())
}

/// Refuses a schema that is older than this build.
pub async fn refuse_behind(pool: &Pool) -> Result<(), StandingError> {
    let lacking =
        lacking(pool).await.map_err(|err| StandingError::Unreadable(err.to_string()))?.len();
    if lacking == 0 { Ok(()) } else { Err(StandingError::Behind(lacking)) }
}
