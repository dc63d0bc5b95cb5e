//! The three roles and the databases, made by a superuser before anything else runs.
//!
//! `liandan_owner` owns everything and cannot log in; `liandan_migrate` may become it;
//! `liandan_app` is what the server runs as and may only connect: what it may do in a database is
//! granted by the migrations. Must hold: each act may be repeated, by several processes at once.

use tokio_postgres::Client;
use tokio_postgres::error::SqlState;

pub const OWNER: &str = "liandan_owner";
pub const MIGRATE: &str = "liandan_migrate";
pub const APP: &str = "liandan_app";

/// PostgreSQL cuts a longer name short, and two names would become one database.
const IDENTIFIER_BYTES_MAX: usize = 63;

/// Any number: it only has to differ from other advisory locks in the database connected to.
const ROLES_LOCK: i64 = 0x6c69_616e_6461_6e01;

#[derive(Debug, thiserror::Error)]
pub enum BootstrapError {
    #[error("{0:?} cannot be the name of a database: it must have 1 to 63 bytes and no U+0000")]
    BadName(String),
    #[error("bootstrapping the database failed: {}", told(.0))]
    Database(#[from] tokio_postgres::Error),
}

/// The server's own words: the error's `Display` says no more than "db error".
pub(super) fn told(error: &tokio_postgres::Error) -> String {
    error.as_db_error().map_or_else(|| error.to_string(), |said| said.message().to_owned())
}

/// Creates the roles that are missing and gives the two that log in these passwords.
pub async fn create_roles(
    superuser: &mut Client,
    migrate_password: &str,
    app_password: &str,
) -> Result<(), BootstrapError> {
    let tx = superuser.transaction().await?;
    // Two at once would both find a role missing; and a failing statement must not put a password
    // into the server's log.
    tx.batch_execute("SET LOCAL log_min_error_statement = 'panic'").await?;
    tx.execute("SELECT pg_advisory_xact_lock($1)", &[&ROLES_LOCK]).await?;
    let roles = [
        (OWNER, "NOLOGIN NOCREATEDB", None),
        (MIGRATE, "LOGIN CREATEDB", Some(migrate_password)),
        (APP, "LOGIN NOCREATEDB", Some(app_password)),
    ];
    for (role, rights, password) in roles {
        // The server does the quoting of what it will itself read.
        let ask = "SELECT format(CASE WHEN EXISTS (SELECT FROM pg_roles WHERE rolname = $1) \
                   THEN 'ALTER' ELSE 'CREATE' END || ' ROLE %I \
                   NOSUPERUSER NOCREATEROLE NOREPLICATION NOBYPASSRLS %s PASSWORD %L', \
                   $1::text, $2::text, $3::text)";
        let statement: String = tx.query_one(ask, &[&role, &rights, &password]).await?.get(0);
        tx.batch_execute(&statement).await?;
    }
    tx.batch_execute(&format!("GRANT {OWNER} TO {MIGRATE}")).await?;
    tx.commit().await?;
    Ok(())
}

/// Creates a database of `liandan_owner`'s, a copy of `template` if one is given. One that exists
/// is left as it is, except that its rights are set again.
pub async fn create_database(
    superuser: &Client,
    name: &str,
    template: Option<&str>,
) -> Result<(), BootstrapError> {
    let quoted = quoted(name)?;
    let known = "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)";
    let exists: bool = superuser.query_one(known, &[&name]).await?.get(0);
    if !exists {
        // template0 knows no local habits: encoding and order are ours wherever the server is.
        let like = match template {
            Some(template) => format!("TEMPLATE {}", self::quoted(template)?),
            None => "TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'".to_owned(),
        };
        let create = format!("CREATE DATABASE {quoted} OWNER {OWNER} {like}");
        match superuser.batch_execute(&create).await {
            Err(error) if !was_made_meanwhile(&error) => return Err(error.into()),
            _ => {}
        }
    }
    // One transaction: two at once that both change the database's rights would fail on its row.
    let grants = format!(
        "SELECT pg_advisory_xact_lock({ROLES_LOCK}); \
         REVOKE ALL ON DATABASE {quoted} FROM PUBLIC; \
         GRANT CONNECT ON DATABASE {quoted} TO {MIGRATE}, {APP}"
    );
    superuser.batch_execute(&grants).await?;
    Ok(())
}

/// Drops a database if it is there, ending the sessions in it.
pub async fn drop_database(superuser: &Client, name: &str) -> Result<(), BootstrapError> {
    let quoted = quoted(name)?;
    superuser.batch_execute(&format!("DROP DATABASE IF EXISTS {quoted} WITH (FORCE)")).await?;
    Ok(())
}

/// Of two that create the same database at once, the later one may also meet the catalogue's index.
fn was_made_meanwhile(error: &tokio_postgres::Error) -> bool {
    let code = error.code();
    code == Some(&SqlState::DUPLICATE_DATABASE) || code == Some(&SqlState::UNIQUE_VIOLATION)
}

fn quoted(name: &str) -> Result<String, BootstrapError> {
    if name.is_empty() || name.len() > IDENTIFIER_BYTES_MAX || name.contains('\0') {
        return Err(BootstrapError::BadName(name.to_owned()));
    }
    Ok(format!("\"{}\"", name.replace('"', "\"\"")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_leave_its_quotes() {
        assert_eq!(quoted("a\"; DROP ROLE x; --").unwrap(), "\"a\"\"; DROP ROLE x; --\"");
        assert!(quoted("").is_err());
        assert!(quoted("a\0b").is_err());
        assert!(quoted(&"x".repeat(63)).is_ok());
        assert!(quoted(&"x".repeat(64)).is_err());
    }
}
