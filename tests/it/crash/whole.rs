//! What must hold of a database after any crash: nothing half there, nothing skipped, nothing
//! counted twice. Everything in it was filed by [`super::filers`] and nothing went further.

use std::collections::BTreeMap;

use super::filers::Filed;

/// What there must be none of, and the query that counts it.
const NONE_OF: &[(&str, &str)] = &[
    (
        "manifests without all their items",
        "SELECT count(*) FROM manifest m
          WHERE json_array_length(m.state -> 'filed' -> 'items') <> 1
             OR (SELECT count(*) FROM manifest_item i WHERE i.manifest_id = m.id) <> 1",
    ),
    (
        "items of no manifest",
        "SELECT count(*) FROM manifest_item i
          WHERE NOT EXISTS (SELECT FROM manifest m WHERE m.id = i.manifest_id)",
    ),
    (
        "manifests whose filing is not their one event",
        "SELECT count(*) FROM manifest m
          WHERE (SELECT count(*) FROM event e WHERE e.subject_id = m.id) <> 1
             OR NOT EXISTS (
                SELECT FROM event e
                 WHERE e.subject_id = m.id AND e.seq = 0 AND e.kind = 'filed'
                   AND e.body::jsonb -> 'data' ->> 'number' = m.number)",
    ),
    (
        "filings in the journal without a manifest",
        "SELECT count(*) FROM event e
          WHERE e.kind = 'filed' AND NOT EXISTS (SELECT FROM manifest m WHERE m.id = e.subject_id)",
    ),
    (
        "subjects that are not where their chain ends",
        "SELECT count(*) FROM subject s
          WHERE s.version <> (SELECT count(*) FROM event e WHERE e.subject_id = s.id)
             OR s.head <> (SELECT e.leaf FROM event e
                            WHERE e.subject_id = s.id AND e.seq = s.version - 1)",
    ),
    (
        "events of no subject",
        "SELECT count(*) FROM event e
          WHERE NOT EXISTS (SELECT FROM subject s WHERE s.id = e.subject_id)",
    ),
    (
        "positions missing in the log",
        "SELECT next_position - (SELECT count(*) FROM event) FROM log_head",
    ),
    (
        "events beyond the log's end",
        "SELECT count(*) FROM event, log_head WHERE position >= next_position",
    ),
    (
        "counters whose numbers have a gap",
        "SELECT count(*) FROM serial s
          WHERE s.last <> (SELECT count(*) FROM manifest m WHERE starts_with(m.number, s.prefix))
             OR s.last <> (SELECT max(substr(m.number, length(s.prefix) + 1)::bigint)
                             FROM manifest m WHERE starts_with(m.number, s.prefix))",
    ),
    (
        "numbers of no counter",
        "SELECT count(*) FROM manifest m
          WHERE NOT EXISTS (SELECT FROM serial s WHERE starts_with(m.number, s.prefix))",
    ),
    (
        "manifests that are not told, once",
        "SELECT count(*) FROM manifest m
          WHERE (SELECT count(*) FROM outbox o JOIN event e USING (position)
                  WHERE o.subject_id = m.id AND e.subject_id = m.id
                    AND o.recipient_id = m.receiver_id)
              + (SELECT count(*) FROM delivery d JOIN event e USING (position)
                  WHERE d.subject_id = m.id AND e.subject_id = m.id
                    AND d.channel = 'console') <> 1",
    ),
    (
        // What rules found is told of a case, which is no event's subject.
        "notices of nothing",
        "SELECT count(*) FROM outbox o
          WHERE o.kind NOT LIKE 'anomaly%'
            AND NOT EXISTS (SELECT FROM event e
                             WHERE e.position = o.position AND e.subject_id = o.subject_id)",
    ),
    (
        "manifests without their one idempotency record",
        "SELECT count(*) FROM manifest m
          WHERE (SELECT count(*) FROM idempotency k
                  WHERE k.subject_id = m.id AND k.version = 1 AND k.status = 201
                    AND k.organisation_id = m.producer_id) <> 1",
    ),
    (
        "idempotency records of nothing",
        "SELECT count(*) FROM idempotency k
          WHERE NOT EXISTS (SELECT FROM manifest m WHERE m.id = k.subject_id)",
    ),
    (
        "manifests without their ledger entry",
        "SELECT count(*) FROM manifest m
          WHERE (SELECT count(*) FROM ledger_entry l
                  WHERE l.manifest_id = m.id AND l.kind = 'produced'
                    AND l.mass_g = m.shipped_g) <> 1",
    ),
    (
        "ledger entries of nothing",
        "SELECT count(*) FROM ledger_entry l
          WHERE NOT EXISTS (SELECT FROM manifest m WHERE m.id = l.manifest_id)",
    ),
    (
        "licence accounts that do not hold what the manifests reserved",
        "SELECT count(*) FROM account a
          WHERE a.kind IN (1, 2)
            AND (a.used_g <> 0 OR a.reserved_g <> (
                SELECT coalesce(sum(m.shipped_g), 0)
                  FROM manifest m, json_array_elements(m.state -> 'filed' -> 'items') AS i (one)
                 WHERE one ->> 'licence_id' = a.owner_id::text
                   AND (one ->> 'year')::int = a.year
                   AND (a.kind = 2 OR one ->> 'licence_line' = a.item)))",
    ),
    (
        "reservations on no account",
        "SELECT count(*)
           FROM manifest m, json_array_elements(m.state -> 'filed' -> 'items') AS i (one)
          WHERE (SELECT count(*) FROM account a
                  WHERE a.kind IN (1, 2) AND a.owner_id::text = one ->> 'licence_id'
                    AND a.year = (one ->> 'year')::int) <> 2",
    ),
    (
        "sites whose mass on hand is not what was produced, all of it reserved",
        "SELECT count(*) FROM site s LEFT JOIN account a ON a.kind = 3 AND a.owner_id = s.id
          WHERE s.kind = 'production'
            AND (SELECT coalesce(sum(m.shipped_g), 0) FROM manifest m
                  WHERE m.producer_site_id = s.id)
                NOT IN (coalesce(a.limit_g, 0), coalesce(a.reserved_g, 0))",
    ),
];

/// Panics unless all of that holds, and the manifests are those that were acknowledged, each
/// under its number: no more, no fewer.
pub async fn check(database: &tokio_postgres::Client, filed: &BTreeMap<String, Filed>) {
    for (what, query) in NONE_OF {
        let row =
            database.query_one(*query, &[]).await.unwrap_or_else(|err| panic!("{what}: {err:?}"));
        assert_eq!(row.get::<_, i64>(0), 0, "{what}");
    }
    let rows = database
        .query(
            "SELECT k.key, m.id::text, m.number FROM manifest m
               JOIN idempotency k ON k.subject_id = m.id",
            &[],
        )
        .await
        .unwrap();
    let there: BTreeMap<String, Filed> = rows
        .into_iter()
        .map(|row| (row.get(0), Filed { id: row.get(1), number: row.get(2) }))
        .collect();
    let lost: Vec<_> = filed.iter().filter(|(key, one)| there.get(*key) != Some(one)).collect();
    assert!(lost.is_empty(), "acknowledged and not there: {lost:?}");
    let more: Vec<_> = there.keys().filter(|key| !filed.contains_key(*key)).collect();
    assert!(more.is_empty(), "there and never acknowledged: {more:?}");
    leaves(database).await;
}

/// Every event is the text that its hash is of.
async fn leaves(database: &tokio_postgres::Client) {
    let rows = database.query("SELECT position, leaf, body FROM event", &[]).await.unwrap();
    for row in rows {
        let leaf = liandan::journal::leaf_hash(row.get(2));
        assert_eq!(row.get::<_, &[u8]>(1), leaf, "event {}", row.get::<_, i64>(0));
    }
}
