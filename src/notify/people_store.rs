//! Whom the law wants told: people as they are now, and where their mail goes.

use diesel::QueryableByName;
use diesel::sql_types::{Array, Bool, Nullable, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::ctx::{Actor, Role, Via};
use crate::db::Pool;
use crate::grant::Grants;
use crate::ids::{OrganisationId, UserId};
use crate::problem::Problem;

/// Somebody who may be told.
pub struct Person {
    pub actor: Actor,
    /// Where mail goes that the law wants sent, where an address is known.
    pub mail: Option<String>,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    organisation_id: Uuid,
    #[diesel(sql_type = Text)]
    role: String,
    #[diesel(sql_type = Nullable<Text>)]
    agency: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    division: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    regiment: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    mail: Option<String>,
}

/// The address of the newest mail subscription, else a login that is one, as when the mail goes
/// (`mail/letter_store.rs`).
const PEOPLE_SQL: &str = "-- notify: people of these organisations, and regulators
SELECT u.id, u.organisation_id, u.role, u.agency, u.division, u.regiment,
       COALESCE((SELECT s.address FROM subscription s
                  WHERE s.user_id = u.id AND s.channel = 'mail' AND s.status = 'active'
                  ORDER BY s.id DESC LIMIT 1),
                CASE WHEN u.login LIKE '_%@_%' THEN u.login END) AS mail
  FROM app_user u
 WHERE u.status = 'active'
   AND (u.organisation_id = ANY($1) OR ($2 AND u.role LIKE '%regulator'))
 ORDER BY u.id";

/// People of these organisations, and all regulators where any of those may be told.
pub async fn people(
    pool: &Pool,
    organisations: &[Uuid],
    regulators: bool,
) -> Result<Vec<Person>, Problem> {
    let query = diesel::sql_query(PEOPLE_SQL)
        .bind::<Array<SqlUuid>, _>(organisations)
        .bind::<Bool, _>(regulators);
    let rows: Vec<Row> = query.load(&mut pool.get().await?).await?;
    let person = |row: Row| {
        let broken = || Problem::internal(format!("a role is called {}", row.role));
        let actor = Actor {
            user_id: UserId::of(row.id),
            organisation_id: OrganisationId::of(row.organisation_id),
            role: Role::parse(&row.role).ok_or_else(broken)?,
            via: Via::Password,
            session_id: None,
            division: row.division,
            regiment: row.regiment,
            agency: row.agency,
            grants: Grants::NONE,
        };
        Ok(Person { actor, mail: row.mail })
    };
    rows.into_iter().map(person).collect()
}
