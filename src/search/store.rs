//! The statements of the search, one a section; each by an index that fits it.
//!
//! All are given the same: `$1` the words, `$2` the end of what begins so, `$3` after which key,
//! `$4` how many, `$5` division and `$6` regiment of the asker (NULL: all), `$7` the asker's own
//! body, `$8` the streams that concern it, `$9` the grams of the words.

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Array, BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::db::Pool;
use crate::problem::Problem;

/// What a statement is given.
pub struct Given {
    pub word: String,
    pub end: String,
    pub after: String,
    pub rows: i64,
    pub division: Option<String>,
    pub regiment: Option<String>,
    pub own: Uuid,
    pub streams: Vec<&'static str>,
    pub grams: Vec<String>,
}

#[derive(QueryableByName)]
pub struct Found {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// Where the next page begins.
    #[diesel(sql_type = Text)]
    pub key: String,
    #[diesel(sql_type = Text)]
    pub label: String,
    #[diesel(sql_type = Text)]
    pub detail: String,
    #[diesel(sql_type = Text)]
    pub status: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub division: Option<String>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub manifest_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub filed_at: Option<DateTime<Utc>>,
}

pub async fn find(pool: &Pool, sql: &str, given: &Given) -> Result<Vec<Found>, Problem> {
    let query = diesel::sql_query(sql)
        .bind::<Text, _>(&given.word)
        .bind::<Text, _>(&given.end)
        .bind::<Text, _>(&given.after)
        .bind::<BigInt, _>(given.rows)
        .bind::<Nullable<Text>, _>(&given.division)
        .bind::<Nullable<Text>, _>(&given.regiment)
        .bind::<SqlUuid, _>(given.own)
        .bind::<Array<Text>, _>(&given.streams)
        .bind::<Array<Text>, _>(&given.grams);
    Ok(query.load(&mut pool.get().await?).await?)
}

/// A manifest's columns; `$key` is what its section goes by.
macro_rules! manifest {
    ($key:literal, $from:literal) => {
        concat!(
            "SELECT m.id, ",
            $key,
            " AS key, m.number AS label, concat_ws(' → ', m.state #>> '{filed,producer,name}',
                m.state #>> '{filed,receiver,name}') AS detail,
            m.status, m.producer_division AS division, NULL::uuid AS manifest_id, m.filed_at ",
            $from,
            " AND m.stream = ANY($8)
              AND ($5 IS NULL
                OR $6 IS NULL AND (m.producer_division = $5 OR m.receiver_division = $5
                    OR EXISTS (SELECT FROM manifest_incident i
                                WHERE i.manifest_id = m.id AND i.division = $5))
                OR m.producer_division = $5 AND m.state #>> '{filed,producer,regiment}' = $6
                OR m.receiver_division = $5 AND m.state #>> '{filed,receiver,regiment}' = $6)
            ORDER BY "
        )
    };
}

/// Newest first, below the key.
macro_rules! newest {
    ($from:literal) => {
        concat!(manifest!("m.id::text", $from), "m.id DESC LIMIT $4")
    };
}

pub const MANIFESTS: &str = concat!(
    "-- search: manifests by number\n",
    manifest!(
        "m.number",
        "FROM manifest m WHERE m.number >= $1 AND m.number < $2 AND m.number > $3"
    ),
    "m.number LIMIT $4"
);

pub const MANIFESTS_BY_CONTAINER: &str = concat!(
    "-- search: the manifest of a container\n",
    newest!(
        "FROM container c JOIN manifest m ON m.id = c.manifest_id
         WHERE c.code = $1
           AND m.id < coalesce(nullif($3, ''), 'ffffffff-ffff-ffff-ffff-ffffffffffff')::uuid"
    )
);

pub const MANIFESTS_BY_PLATE: &str = concat!(
    "-- search: manifests that rode on a plate\n",
    newest!(
        "FROM (SELECT DISTINCT manifest_id FROM ridden WHERE plate = $1 AND manifest_id
                < coalesce(nullif($3, ''), 'ffffffff-ffff-ffff-ffff-ffffffffffff')::uuid) r
         JOIN manifest m ON m.id = r.manifest_id WHERE true"
    )
);

pub const MANIFESTS_BY_DRIVER: &str = concat!(
    "-- search: manifests that somebody of this name drove\n",
    newest!(
        "FROM (SELECT DISTINCT manifest_id FROM ridden WHERE driver_id = ANY(ARRAY(
                SELECT id FROM driver WHERE search_grams(name) @> $9 AND lower(name) = $1))
            AND manifest_id
                < coalesce(nullif($3, ''), 'ffffffff-ffff-ffff-ffff-ffffffffffff')::uuid) r
         JOIN manifest m ON m.id = r.manifest_id WHERE true"
    )
);

pub const CONTAINERS: &str = "-- search: containers by code
SELECT c.id, c.code AS key, c.code AS label, c.waste_code AS detail, c.status, s.division,
    c.manifest_id, NULL::timestamptz AS filed_at
FROM container c JOIN site s ON s.id = c.site_id
WHERE c.code >= $1 AND c.code < $2 AND c.code > $3
  AND ($5 IS NULL OR EXISTS (SELECT FROM site e WHERE e.id IN (c.site_id, c.to_site_id)
        AND e.division = $5 AND ($6 IS NULL OR e.regiment = $6)))
ORDER BY c.code LIMIT $4";

pub const VEHICLES: &str = "-- search: vehicles by part of a plate
SELECT v.id, v.id::text AS key, v.plate AS label, o.name AS detail, v.status, o.division,
    NULL::uuid AS manifest_id, NULL::timestamptz AS filed_at
FROM vehicle v JOIN organisation o ON o.id = v.organisation_id
WHERE search_grams(v.plate) @> $9 AND position($1 IN v.plate) > 0
  AND v.id > coalesce(nullif($3, ''), '00000000-0000-0000-0000-000000000000')::uuid
  AND ($5 IS NULL OR o.division = $5 OR o.id = $7)
ORDER BY v.id LIMIT $4";

pub const ORGANISATIONS_BY_USCC: &str = "-- search: organisations by USCC
SELECT o.id, o.uscc AS key, o.name AS label, o.uscc AS detail, o.status, o.division,
    NULL::uuid AS manifest_id, NULL::timestamptz AS filed_at
FROM organisation o
WHERE o.uscc >= $1 AND o.uscc < $2 AND o.uscc > $3
  AND (o.roles <> '[]' OR $5 IS NULL OR o.division = $5 OR o.id = $7)
ORDER BY o.uscc LIMIT $4";

pub const ORGANISATIONS: &str = "-- search: organisations by part of a name
SELECT o.id, o.id::text AS key, o.name AS label, o.uscc AS detail, o.status, o.division,
    NULL::uuid AS manifest_id, NULL::timestamptz AS filed_at
FROM organisation o
WHERE search_grams(o.name) @> $9 AND position($1 IN lower(o.name)) > 0
  AND o.id > coalesce(nullif($3, ''), '00000000-0000-0000-0000-000000000000')::uuid
  AND (o.roles <> '[]' OR $5 IS NULL OR o.division = $5 OR o.id = $7)
ORDER BY o.id LIMIT $4";

pub const SITES: &str = "-- search: sites by part of a name
SELECT s.id, s.id::text AS key, s.name AS label, o.name AS detail, s.status, s.division,
    NULL::uuid AS manifest_id, NULL::timestamptz AS filed_at
FROM site s JOIN organisation o ON o.id = s.organisation_id
WHERE search_grams(s.name) @> $9 AND position($1 IN lower(s.name)) > 0
  AND s.id > coalesce(nullif($3, ''), '00000000-0000-0000-0000-000000000000')::uuid
ORDER BY s.id LIMIT $4";

pub const LICENCES: &str = "-- search: licences by part of a number
SELECT l.id, l.id::text AS key, l.number AS label, o.name AS detail, l.status, o.division,
    NULL::uuid AS manifest_id, NULL::timestamptz AS filed_at
FROM licence l JOIN organisation o ON o.id = l.organisation_id
WHERE search_grams(l.number) @> $9 AND position($1 IN lower(l.number)) > 0
  AND l.id > coalesce(nullif($3, ''), '00000000-0000-0000-0000-000000000000')::uuid
ORDER BY l.id LIMIT $4";

pub const DRIVERS: &str = "-- search: drivers by part of a name
SELECT d.id, d.id::text AS key, d.name AS label, o.name AS detail, d.status, o.division,
    NULL::uuid AS manifest_id, NULL::timestamptz AS filed_at
FROM driver d JOIN organisation o ON o.id = d.organisation_id
WHERE search_grams(d.name) @> $9 AND position($1 IN lower(d.name)) > 0
  AND d.id > coalesce(nullif($3, ''), '00000000-0000-0000-0000-000000000000')::uuid
  AND ($5 IS NULL OR o.division = $5 OR o.id = $7)
ORDER BY d.id LIMIT $4";

pub const DRIVERS_BY_LICENCE: &str = "-- search: drivers by the number of their qualification
SELECT d.id, d.licence_no || ' ' || d.id AS key, d.name AS label, o.name AS detail, d.status,
    o.division, NULL::uuid AS manifest_id, NULL::timestamptz AS filed_at
FROM driver d JOIN organisation o ON o.id = d.organisation_id
WHERE d.licence_no >= $1 AND d.licence_no < $2 AND d.licence_no || ' ' || d.id > $3
  AND ($5 IS NULL OR o.division = $5 OR o.id = $7)
ORDER BY d.licence_no || ' ' || d.id LIMIT $4";

/// All of them, for whoever asks PostgreSQL how it would go about them.
pub const STATEMENTS: [&str; 12] = [
    MANIFESTS,
    CONTAINERS,
    MANIFESTS_BY_CONTAINER,
    VEHICLES,
    MANIFESTS_BY_PLATE,
    ORGANISATIONS_BY_USCC,
    ORGANISATIONS,
    SITES,
    LICENCES,
    DRIVERS,
    DRIVERS_BY_LICENCE,
    MANIFESTS_BY_DRIVER,
];
