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
    let sites: Vec<(Uuid, String, Uuid)> = site::table
        .filter(site::id.eq_any(&ids))
        .select((site::id, site::name, site::organisation_id))
        .load(conn)
        .await?;
    let owners: Vec<Uuid> = sites.iter().map(|(_, _, owner)| *owner).collect();
    let owners: Vec<(Uuid, String)> = organisation::table
        .filter(organisation::id.eq_any(&owners))
        .select((organisation::id, organisation::name))
        .load(conn)
        .await?;
    let owners: Names = owners.into_iter().collect();
    names.extend(
        sites.into_iter().map(|(id, name, owner)| (id, with_owner(name, owners.get(&owner)))),
    );
    named!(storage_area, name);
    named!(vehicle, plate);
    named!(licence, number);
    named!(manifest, number);
    Ok(names)
}

/// Many sites are called `厂区`: whose it is says which.
fn with_owner(site: String, owner: Option<&String>) -> String {
    match owner {
        Some(owner) if !site.contains(owner.as_str()) => format!("{owner} {site}"),
        _ => site,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_is_told_with_whose_it_is() {
        let owner = "第八师化工".to_owned();
        assert_eq!(with_owner("厂区".into(), Some(&owner)), "第八师化工 厂区");
        assert_eq!(with_owner("第八师化工厂区".into(), Some(&owner)), "第八师化工厂区");
        assert_eq!(with_owner("厂区".into(), None), "厂区");
    }
}
