//! What the audit reads of all subjects together, beside accounts and ledgers: counters, labels,
//! devices, and content that events have only the hash of.

use tokio_postgres::Error;
use uuid::Uuid;

use super::store::Source;
use crate::decision::SubjectKind;

/// A counter of manifests' numbers.
pub struct SerialRow {
    pub prefix: String,
    pub last: i64,
}

/// How far a device key has counted.
pub struct DeviceRow {
    pub id: Uuid,
    pub counter: i64,
}

/// Counters of labels begin with `L`: of them `LABELS_SQL` asks.
const SERIALS_SQL: &str = "-- audit: counters
SELECT prefix, last FROM serial WHERE prefix NOT LIKE 'L%' ORDER BY prefix";

const DEVICES_SQL: &str = "-- audit: device counters
SELECT id, counter FROM device_key";

const DEVICE_EVENTS_SQL: &str = "-- audit: what the log says of device keys
SELECT e.position, e.body FROM subject s JOIN event e ON e.subject_id = s.id
 WHERE s.kind = $1 ORDER BY e.position";

/// Labels that say something else than their code does. The layout of a code is a setting, so this
/// asks only that the code has the label's parts: the unit (18 characters), the serial, and of
/// waste (8 or 10) and day (6 or 8) what is theirs in any layout.
const LABELS_SQL: &str = "-- audit: labels
SELECT id FROM container
 WHERE strpos(code, left(label_key, 18)) = 0
    OR strpos(code, substr(label_key, 19, 8)) = 0
    OR strpos(code, right(label_key, 6)) = 0
    OR length(code) - length(label_key) NOT BETWEEN 1 AND 9
    OR strpos(code, lpad(label_serial::text, length(code) - length(label_key), '0')) = 0
 LIMIT 1000";

/// A counter gives each serial once, so it is not behind one that it gave. It may be ahead: of
/// those that callers had taken by hand.
const LABEL_COUNTERS_SQL: &str = "-- audit: counters of labels
SELECT given.label_key
  FROM (SELECT label_key, max(label_serial) AS last FROM container WHERE NOT by_hand
         GROUP BY label_key) AS given
  LEFT JOIN serial s ON s.prefix = 'L' || given.label_key
 WHERE s.last IS NULL OR s.last < given.last
 LIMIT 1000";

/// Tables with content that is kept to the byte; that the hash is the event's, each row's
/// comparison has shown.
const CONTENTS: [&str; 4] = ["report", "assessment", "reading_batch", "emergency_plan"];

fn contents_sql() -> String {
    let of = |table: &&str| {
        format!(
            "SELECT '{table}', id FROM {table} WHERE content_sha256 IS DISTINCT FROM
                encode(sha256(convert_to(content, 'UTF8')), 'hex')"
        )
    };
    let each: Vec<String> = CONTENTS.iter().map(of).collect();
    format!("-- audit: contents\n{} LIMIT 1000", each.join(" UNION ALL "))
}

impl Source {
    /// The counters of manifests' numbers.
    pub async fn serials(&self) -> Result<Vec<SerialRow>, Error> {
        let rows = self.tables().query(SERIALS_SQL, &[]).await?;
        Ok(rows.iter().map(|row| SerialRow { prefix: row.get(0), last: row.get(1) }).collect())
    }

    pub async fn devices(&self) -> Result<Vec<DeviceRow>, Error> {
        let rows = self.tables().query(DEVICES_SQL, &[]).await?;
        Ok(rows.iter().map(|row| DeviceRow { id: row.get(0), counter: row.get(1) }).collect())
    }

    /// The events of device keys, with their places, in the order of the log.
    pub async fn device_events(&self) -> Result<Vec<(i64, String)>, Error> {
        let kind = SubjectKind::DeviceKey.number();
        let rows = self.tables().query(DEVICE_EVENTS_SQL, &[&kind]).await?;
        Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
    }

    /// Containers whose label is not that of their code.
    pub async fn wrong_labels(&self) -> Result<Vec<Uuid>, Error> {
        let rows = self.tables().query(LABELS_SQL, &[]).await?;
        Ok(rows.iter().map(|row| row.get(0)).collect())
    }

    /// What labels are counted for whose counter is behind.
    pub async fn late_label_counters(&self) -> Result<Vec<String>, Error> {
        let rows = self.tables().query(LABEL_COUNTERS_SQL, &[]).await?;
        Ok(rows.iter().map(|row| row.get(0)).collect())
    }

    /// Table and id of content that has not the hash beside it.
    pub async fn wrong_contents(&self) -> Result<Vec<(String, Uuid)>, Error> {
        let rows = self.tables().query(&contents_sql(), &[]).await?;
        Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
    }
}
