//! What the ids in the evidence of cases are called.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::store::Stored;
use super::words::{Names, ids_in};
use crate::db::Pool;
use crate::db::schema::{licence, manifest, organisation, site, storage_area, vehicle};
use crate::problem::Problem;

/// The names of all that these cases' evidence tells of. Drivers have none here: who is named in a
/// case is looked up in the register, by those who may.
pub async fn names(pool: &Pool, cases: &[Stored]) -> Result<Names, Problem> {
    let mut ids: Vec<Uuid> = Vec::new();
    for one in cases {
        ids_in(&one.case.evidence, &mut ids);
    }
    ids.sort_unstable();
    ids.dedup();
    let mut names = Names::new();
    if ids.is_empty() {
        return Ok(names);
    }
    let conn = &mut pool.get().await?;
    macro_rules! named {
        ($table:ident, $column:ident) => {
            let rows: Vec<(Uuid, String)> = $table::table
                .filter($table::id.eq_any(&ids))
                .select(($table::id, $table::$column))
                .load(conn)
                .await?;
            names.extend(rows);
        };
    }
    named!(organisation, name);
    named!(site, name);
    named!(storage_area, name);
    named!(vehicle, plate);
    named!(licence, number);
    named!(manifest, number);
    Ok(names)
}
