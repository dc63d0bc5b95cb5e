//! What a unique constraint would refuse, asked before anything is written.
//!
//! A command that is only tried answers what it would have answered, a name that is taken too. In a
//! commit nobody asks: there the constraint itself speaks, and two at once cannot slip past it.

use diesel::pg::Pg;
use diesel::sql_types::Bool;
use diesel::{QueryableByName, sql_query};
use diesel_async::RunQueryDsl;

use super::Pool;
use super::bind::bind;
use super::constraints::{UNIQUE, Unique};
use crate::decision::{Cell, Row, Write};
use crate::problem::{Fault, Problem};

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Bool)]
    is_taken: bool,
}

/// Refuses rows whose unique values are another's.
pub async fn demand_free(pool: &Pool, rows: &[Row]) -> Result<(), Problem> {
    let mut faults: Vec<Fault> = Vec::new();
    for row in rows.iter().filter(|row| row.table.write != Write::Delete) {
        for unique in UNIQUE.iter().filter(|unique| unique.table == row.table.name) {
            if let Some(cells) = cells(row, unique)
                && is_taken(pool, unique, cells).await?
            {
                faults.push(unique.fault());
            }
        }
    }
    Problem::unless_empty(faults)
}

/// The row's values of the constraint's columns and its id; none where it leaves them as they are.
fn cells<'r>(row: &'r Row, unique: &Unique) -> Option<Vec<&'r Cell>> {
    let cell = |name: &&str| {
        let at = row.table.columns.iter().position(|(column, _)| column == name)?;
        row.cells.get(at)
    };
    let cells: Option<Vec<&Cell>> = unique.columns.iter().chain(&["id"]).map(cell).collect();
    // NULL is like nothing, as in the constraint.
    let is_null = |cell: &&Cell| matches!(cell, Cell::Text(None) | Cell::Uuid(None));
    cells.filter(|cells| !unique.columns.is_empty() && !cells.iter().any(is_null))
}

async fn is_taken(pool: &Pool, unique: &Unique, cells: Vec<&Cell>) -> Result<bool, Problem> {
    let equal: Vec<String> =
        unique.columns.iter().enumerate().map(|(n, name)| format!("{name} = ${}", n + 1)).collect();
    let (table, equal, last) = (unique.table, equal.join(" AND "), cells.len());
    // Names come from our own constants, never from outside.
    let sql =
        format!("SELECT EXISTS (SELECT FROM {table} WHERE {equal} AND id <> ${last}) AS is_taken");
    let mut query = sql_query(sql).into_boxed::<Pg>();
    for cell in cells {
        query = bind(query, cell.clone())?;
    }
    let found: Found = query.get_result(&mut pool.get().await?).await?;
    Ok(found.is_taken)
}
