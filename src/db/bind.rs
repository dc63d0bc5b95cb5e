//! Cells as parameters of a statement.

use diesel::pg::Pg;
use diesel::query_builder::{BoxedSqlQuery, SqlQuery};
use diesel::sql_types::{
    BigInt, Bool, Bytea, Date, Integer, Nullable, SmallInt, Text, Timestamptz, Uuid,
};

use crate::decision::Cell;
use crate::problem::Problem;

/// The query with one more parameter. JSON is no parameter: as text or as `jsonb`, the statement
/// would have to say.
pub fn bind(
    query: BoxedSqlQuery<'static, Pg, SqlQuery>,
    cell: Cell,
) -> Result<BoxedSqlQuery<'static, Pg, SqlQuery>, Problem> {
    Ok(match cell {
        Cell::Uuid(value) => query.bind::<Nullable<Uuid>, _>(value),
        Cell::Int2(value) => query.bind::<Nullable<SmallInt>, _>(value),
        Cell::Int4(value) => query.bind::<Nullable<Integer>, _>(value),
        Cell::Int8(value) => query.bind::<Nullable<BigInt>, _>(value),
        Cell::Bool(value) => query.bind::<Nullable<Bool>, _>(value),
        Cell::Text(value) => query.bind::<Nullable<Text>, _>(value),
        Cell::Date(value) => query.bind::<Nullable<Date>, _>(value),
        Cell::Time(value) => query.bind::<Nullable<Timestamptz>, _>(value),
        Cell::Bytes(value) => query.bind::<Nullable<Bytea>, _>(value),
        Cell::Json(_) => return Err(Problem::internal("JSON is no parameter")),
    })
}
