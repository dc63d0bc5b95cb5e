//! Cases as they are told to those who subscribed: their rule, weight and places, and the parties
//! who may know of them.

use std::collections::HashMap;

use diesel::sql_types::{Array, Nullable, SmallInt, Text, Uuid as Id};
use diesel::{QueryableByName, sql_query};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::rule::{Rule, RuleId, Severity};
use super::sight::is_open_to_parties;
use crate::db::Pool;
use crate::ids::OrganisationId;
use crate::problem::Problem;

/// What is told of a case, or of what would become one.
#[derive(Clone, Debug)]
pub struct CaseTold {
    pub rule: &'static Rule,
    pub stream: String,
    pub severity: Severity,
    /// What it is about: `manifest`, `site`, …
    pub about: (String, Uuid),
    pub divisions: Vec<String>,
    /// Parties that it names, where its rule is one that parties are shown.
    pub organisations: Vec<OrganisationId>,
    /// Agencies that see it beside those whose matter its stream is.
    pub shared_with: Vec<String>,
    /// The row of the table of deadlines that it is about, where it names one.
    pub term: Option<String>,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Id)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    rule: String,
    #[diesel(sql_type = Text)]
    stream: String,
    #[diesel(sql_type = SmallInt)]
    severity: i16,
    #[diesel(sql_type = Text)]
    about: String,
    #[diesel(sql_type = Id)]
    about_id: Uuid,
    #[diesel(sql_type = Array<Text>)]
    divisions: Vec<String>,
    #[diesel(sql_type = Array<Id>)]
    organisations: Vec<Uuid>,
    #[diesel(sql_type = Array<Text>)]
    agencies: Vec<String>,
    #[diesel(sql_type = Nullable<Text>)]
    term: Option<String>,
}

/// A reminder is of no weight yet.
const TOLD_SQL: &str = "-- watch: cases to be told of
SELECT id, rule, stream, severity, subject_kind AS about, subject_id AS about_id, divisions,
       organisation_ids AS organisations,
       ARRAY(SELECT jsonb_array_elements_text(agencies)) AS agencies, evidence ->> 'term' AS term
  FROM anomaly WHERE id = ANY($1)
UNION ALL
SELECT r.id, r.rule, r.finding ->> 'stream', 0::int2, r.finding -> 'subject' ->> 'kind',
       (r.finding -> 'subject' ->> 'id')::uuid,
       ARRAY(SELECT jsonb_array_elements_text(r.finding -> 'divisions')),
       ARRAY(SELECT jsonb_array_elements_text(r.finding -> 'organisation_ids')::uuid),
       '{}'::text[], r.finding -> 'evidence' ->> 'term'
  FROM anomaly_reminder r
 WHERE r.id = ANY($1) AND NOT EXISTS (SELECT FROM anomaly a WHERE a.id = r.id)";

/// The cases, and reminders, of these ids. What is of a rule that this build does not know is left
/// out.
pub async fn cases_told(pool: &Pool, ids: &[Uuid]) -> Result<HashMap<Uuid, CaseTold>, Problem> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let query = sql_query(TOLD_SQL).bind::<Array<Id>, _>(ids);
    let rows: Vec<Row> = query.load(&mut pool.get().await?).await?;
    let told = |row: Row| {
        let rule = RuleId::parse(&row.rule)?.rule()?;
        let organisations = if is_open_to_parties(rule) { row.organisations } else { Vec::new() };
        let severity = usize::try_from(row.severity).ok();
        let severity = severity.and_then(|at| Severity::ALL.get(at)).copied();
        let told = CaseTold {
            rule,
            stream: row.stream,
            about: (row.about, row.about_id),
            severity: severity.unwrap_or(Severity::Info),
            divisions: row.divisions,
            organisations: organisations.into_iter().map(OrganisationId::of).collect(),
            shared_with: row.agencies,
            term: row.term,
        };
        Some((row.id, told))
    };
    Ok(rows.into_iter().filter_map(told).collect())
}
