//! The demo's logins, read back: users that the program itself has made.

use std::collections::HashMap;

use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, QueryDsl, TextExpressionMethods,
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::account::Account;
use crate::db::Pool;
use crate::db::schema::{app_user, event, organisation, site};
use crate::problem::Problem;
use crate::simulate::PASSWORD;

/// Everybody that the demo can sign in as. Users that people made since have passwords of their
/// own: their first event was not by the system.
pub async fn accounts(pool: &Pool) -> Result<Vec<Account>, Problem> {
    let conn = &mut pool.get().await?;
    let people: Vec<(String, String, Uuid, String)> = app_user::table
        .inner_join(organisation::table.on(organisation::id.eq(app_user::organisation_id)))
        // From the few users to their own first event, not through the whole journal.
        .inner_join(event::table.on(event::subject_id.eq(app_user::id).and(event::seq.eq(0))))
        .filter(event::body.like("%\"via\":\"system\"%"))
        // As somebody looks for them: the regulators, then division by division.
        .order((app_user::role.like("%regulator").desc(), organisation::division, app_user::login))
        .select((app_user::login, app_user::role, organisation::id, organisation::name))
        .load(conn)
        .await?;
    let owned: Vec<(Uuid, Uuid)> =
        site::table.order(site::id).select((site::organisation_id, site::id)).load(conn).await?;
    let mut sites: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
    for (owner, site) in owned {
        sites.entry(owner).or_default().push(site);
    }
    let account = |(login, role, organisation_id, organisation)| Account {
        organisation,
        role,
        login,
        password: PASSWORD.to_owned(),
        organisation_id,
        site_ids: sites.get(&organisation_id).cloned().unwrap_or_default(),
    };
    Ok(people.into_iter().map(account).collect())
}
