//! The schema defends and explains itself: asked of PostgreSQL's own catalogue.

use std::collections::BTreeMap;

use crate::support::Database;

/// Diesel's own table: its type of time is not ours to choose.
const FOREIGN: &str = "__diesel_schema_migrations";

async fn names(sql: &str) -> Vec<String> {
    let database = Database::empty().await;
    let rows = database.superuser().await.query(sql, &[&FOREIGN]).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

#[actix_web::test]
async fn every_table_and_column_says_what_it_is() {
    let silent = names(
        "SELECT c.relname || COALESCE('.' || a.attname, '')
           FROM pg_class c
           CROSS JOIN LATERAL (
                SELECT 0 AS attnum, NULL::name AS attname
                UNION ALL
                SELECT attnum, attname FROM pg_attribute
                 WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped) a
          WHERE c.relkind IN ('r', 'p', 'v', 'm') AND c.relnamespace = 'public'::regnamespace
            AND c.relname <> $1::text
            AND COALESCE(length(trim(col_description(c.oid, a.attnum))), 0) = 0
            AND COALESCE(length(trim(CASE a.attnum WHEN 0 THEN obj_description(c.oid) END)), 0) = 0
          ORDER BY 1",
    )
    .await;
    assert!(silent.is_empty(), "no comment: {silent:#?}");
}

#[actix_web::test]
async fn no_column_is_a_time_without_zone_or_a_float() {
    // JSON is `jsonb`, but for what is written and read whole: a manifest's state.
    let wrong = names(
        "SELECT table_name || '.' || column_name || ' ' || data_type
           FROM information_schema.columns
          WHERE table_schema = 'public' AND table_name <> $1::text
            AND data_type IN ('timestamp without time zone', 'time without time zone', 'real',
                              'double precision', 'money', 'character', 'json')
            AND (table_name, column_name) <> ('manifest', 'state')
          ORDER BY 1",
    )
    .await;
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[actix_web::test]
async fn constraints_have_names_of_their_own_and_tables_belong_to_the_owner() {
    // PostgreSQL's own names end so; primary keys are unambiguous and may keep theirs.
    let unnamed = names(
        "SELECT conrelid::regclass || ' ' || conname FROM pg_constraint
          WHERE connamespace = 'public'::regnamespace AND contype IN ('c', 'u', 'f')
            AND conrelid::regclass::text <> $1::text
            AND conname ~ '_(check|key|fkey|excl)[0-9]*$' ORDER BY 1",
    )
    .await;
    assert!(unnamed.is_empty(), "{unnamed:#?}");
    let foreign = names(
        "SELECT relname::text FROM pg_class
          WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'S')
            AND pg_get_userbyid(relowner) <> 'liandan_owner' AND relname <> $1::text",
    )
    .await;
    assert!(foreign.is_empty(), "{foreign:#?}");
}

#[actix_web::test]
async fn every_foreign_key_has_an_index_and_deletes_nothing_of_value() {
    let slow = names(
        "SELECT k.conrelid::regclass || ' ' || k.conname FROM pg_constraint k
          WHERE k.contype = 'f' AND k.connamespace = 'public'::regnamespace
            AND k.conrelid::regclass::text <> $1::text
            AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = k.conrelid
                               AND (i.indkey::int2[])[0:cardinality(k.conkey) - 1] @> k.conkey)
          ORDER BY 1",
    )
    .await;
    // A row that can be deleted is looked for by its key; what is never deleted needs no index.
    let deletable = ["session", "refresh_token"];
    let slow: Vec<_> =
        slow.iter().filter(|key| deletable.iter().any(|table| key.starts_with(table))).collect();
    assert!(slow.is_empty(), "{slow:#?}");
}

/// Diesel's name of a column's type.
fn diesel_type(sql: &str, nullable: bool) -> String {
    let (array, element) = sql.strip_prefix('_').map_or((false, sql), |element| (true, element));
    let name = match element {
        "int2" => "Int2",
        "int4" => "Int4",
        "int8" => "Int8",
        "text" => "Text",
        "uuid" => "Uuid",
        "bool" => "Bool",
        "bytea" => "Bytea",
        "date" => "Date",
        "json" => "Json",
        "jsonb" => "Jsonb",
        "timestamptz" => "Timestamptz",
        other => panic!("no Diesel type is known here for {other}"),
    };
    let name = if array { format!("Array<{name}>") } else { name.to_owned() };
    if nullable { format!("Nullable<{name}>") } else { name }
}

/// `src/db/schema.rs` as table, then column and type in order.
fn declared() -> BTreeMap<String, Vec<(String, String)>> {
    let text = include_str!("../../src/db/schema.rs");
    let mut tables = BTreeMap::new();
    for block in text.split("diesel::table! {").skip(1) {
        let block = block.split("\n}").next().unwrap();
        let table = block.split_whitespace().next().unwrap();
        let lines = block.lines().filter_map(|line| line.trim().split_once(" -> "));
        let column = |(name, kind): (&str, &str)| {
            (name.trim_start_matches("r#").to_owned(), kind.trim_end_matches(',').to_owned())
        };
        tables.insert(table.to_owned(), lines.map(column).collect());
    }
    tables
}

#[actix_web::test]
async fn the_tables_in_rust_are_those_of_the_database() {
    let database = Database::empty().await;
    let sql = "SELECT table_name::text, column_name::text, udt_name::text, is_nullable = 'YES'
                 FROM information_schema.columns
                WHERE table_schema = 'public' AND table_name <> $1
                ORDER BY table_name, ordinal_position";
    let rows = database.superuser().await.query(sql, &[&FOREIGN]).await.unwrap();
    let mut found: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for row in rows {
        let column = (row.get(1), diesel_type(row.get(2), row.get(3)));
        found.entry(row.get(0)).or_default().push(column);
    }
    let declared = declared();
    for (table, columns) in &found {
        assert_eq!(declared.get(table), Some(columns), "table {table} in src/db/schema.rs");
    }
    assert_eq!(declared.len(), found.len(), "src/db/schema.rs has tables that are not there");
}
