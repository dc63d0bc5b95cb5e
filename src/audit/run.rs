//! The walks one after the other, and what they have found together.

use serde::Serialize;
use uuid::Uuid;

use super::account_sums::Sums;
use super::chains::Walk;
use super::files;
use super::finding::{Check, Finding, Findings, Named};
use super::first::First;
use super::kept::{Extended, KeptNote};
use super::leaves::Way;
use super::log::Ended;
use super::met::Met;
use super::replay::replay;
use super::standing::{Standing, orphan};
use super::store::Source;
use super::witness::Witnessed;
use crate::blob::Objects;
use crate::custody::{VerifierKey, WitnessKey};
use crate::limits::AUDIT_EVENTS_AT_ONCE;

/// Why there was no audit. That something is wrong is none: it is in the report.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    #[error("the database cannot be read: {0}")]
    Database(#[from] tokio_postgres::Error),
    #[error("the object store does not answer")]
    Objects,
    /// How long the log is stands nowhere else.
    #[error("table {0} has lost its row: it was deleted, and the log cannot be walked without it")]
    Headless(&'static str),
    #[error("the audit broke down: {0}")]
    Broken(#[from] tokio::task::JoinError),
}

/// Which walk it is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    Log,
    Chains,
    Accounts,
    Files,
}

/// How far it is.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    pub stage: Stage,
    pub done: u64,
    pub of: u64,
    pub findings: u64,
}

/// Whom the audit believes, from somewhere else than the database.
#[derive(Clone, Debug, Default)]
pub struct Trusted {
    /// One of them must have signed each checkpoint. Where there is none: one that the database
    /// says was the log's, which whoever holds the database could have put there.
    pub keys: Vec<VerifierKey>,
    /// Each of them must have cosigned some.
    pub witnesses: Vec<WitnessKey>,
    /// Checkpoints that were kept elsewhere: the log must still have what each was signed for.
    pub kept: Vec<KeptNote>,
    /// Where files are that are not in the database; none: nowhere.
    pub objects: Option<Objects>,
}

/// What was looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    pub events: u64,
    pub subjects: u64,
    pub manifests: u64,
    pub accounts: u64,
    /// Files that attachments name, each once.
    pub files: u64,
}

/// Where the keys came from that checkpoints were held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Keys {
    Given,
    /// From the database that is audited: whoever can write there can have put a key of its own
    /// there and signed everything anew.
    OfTheDatabase,
}

/// What an audit found.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Events in the log, by its head.
    pub log_size: i64,
    pub audited: Counts,
    /// Whose word the checkpoints were held against.
    pub keys: Keys,
    /// How far each witness has followed the log.
    pub witnesses: Vec<Witnessed>,
    /// Checkpoints from elsewhere that the log still has.
    pub consistent_with: Vec<Extended>,
    /// All that is wrong; the first thousand are in `findings`.
    pub findings_count: u64,
    pub findings: Vec<Finding>,
}

impl Report {
    pub const fn is_clean(&self) -> bool {
        self.findings_count == 0
    }
}

/// Walks the whole log of the database at `url`, in one snapshot.
pub async fn audit(
    url: &str,
    trusted: Trusted,
    tell: &mut dyn FnMut(Progress),
) -> Result<Report, AuditError> {
    let source = Source::open(url).await?;
    let size = source.size().await?.ok_or(AuditError::Headless("log_head"))?;
    let of = u64::try_from(size).unwrap_or(0);
    // The first word of each walk comes before it: whoever listens knows what each took.
    tell(Progress { stage: Stage::Log, done: 0, of, findings: 0 });
    let first = First::of(&source, &trusted, size).await?;
    let mut ended = first.walk((Way::Tiles, Met::default()), tell).await?;
    let before = ended.findings.count;
    tell(Progress { stage: Stage::Chains, done: 0, of, findings: before });
    let mut told = |done: u64, found: u64| {
        tell(Progress { stage: Stage::Chains, done, of, findings: before + found });
    };
    // What is summed up by PostgreSQL alone is, meanwhile.
    let (walk, standing) = futures_util::try_join!(
        replay(&source, (size, &ended.met), &mut told),
        Standing::read(&source)
    )?;
    let Walk { findings: found, mut sums, numbers, counters, counted, met, .. } = walk;
    let Walk { subjects, manifests, .. } = walk;
    if before > 0 || !met.is_same(&ended.met) {
        ended = first.again(&met, tell).await?;
    }
    let Ended { mut findings, witnesses, extended, .. } = ended;
    findings.extend(found);
    if findings.count > 0 || !standing.has_no_more_than(&counted) {
        orphans(&source, &mut findings).await?;
    }
    tell(Progress { stage: Stage::Accounts, done: 0, of: 1, findings: findings.count });
    sums.ledgers(&standing.ledgers, &mut findings);
    accounts(&source, &mut sums, &mut findings).await?;
    standing.judge((numbers, &counters), &mut findings);
    let mut told =
        |done, findings| tell(Progress { stage: Stage::Files, done, of: done, findings });
    let objects = trusted.objects.as_ref();
    let files = files::walk((&source, objects), &mut findings, &mut told).await?;
    name_places(&source, &mut findings).await?;
    name_manifests(&source, &mut findings).await?;
    let (events, accounts) = (met.count(), sums.compared);
    let audited = Counts { events, subjects, manifests, accounts, files };
    let Findings { kept, count } = findings;
    let keys = if trusted.keys.is_empty() { Keys::OfTheDatabase } else { Keys::Given };
    Ok(Report {
        log_size: size,
        audited,
        keys,
        witnesses,
        consistent_with: extended,
        findings_count: count,
        findings: kept,
    })
}

/// Each account, beside what the manifests hold of it.
async fn accounts(
    source: &Source,
    sums: &mut Sums,
    findings: &mut Findings,
) -> Result<(), AuditError> {
    let mut accounts = source.accounts().await?;
    loop {
        let rows = accounts.next(AUDIT_EVENTS_AT_ONCE).await?;
        if rows.is_empty() {
            break;
        }
        for row in &rows {
            sums.account(row, findings);
        }
    }
    sums.missing(findings);
    Ok(())
}

/// Rows that no event has made.
async fn orphans(source: &Source, findings: &mut Findings) -> Result<(), AuditError> {
    for (table, id, of) in source.orphans().await? {
        let finding = Finding::new(Check::Table, orphan(&table, id));
        findings.add(match of {
            Some(subject) => finding.of(subject),
            None => finding,
        });
    }
    Ok(())
}

/// Findings of a place in the log get the subject whose event is there.
async fn name_places(source: &Source, findings: &mut Findings) -> Result<(), AuditError> {
    let nameless = |one: &&mut Finding| one.subject.is_none();
    let places = findings.kept.iter_mut().filter(nameless).filter_map(|one| one.position);
    let subjects = source.subjects_at(&places.collect::<Vec<i64>>()).await?;
    for one in findings.kept.iter_mut().filter(nameless) {
        let subject = one.position.and_then(|place| subjects.get(&place));
        one.subject = subject.map(|subject| Named::of(*subject));
    }
    Ok(())
}

/// Findings of manifests get the number that people know them by.
async fn name_manifests(source: &Source, findings: &mut Findings) -> Result<(), AuditError> {
    let nameless = |one: &&mut Finding| one.is_of_manifest() && one.number.is_none();
    let ids = findings.kept.iter_mut().filter(nameless);
    let ids: Vec<Uuid> = ids.filter_map(|one| one.subject.map(|named| named.id)).collect();
    let numbers = source.numbers(&ids).await?;
    for one in findings.kept.iter_mut().filter(nameless) {
        one.number = one.subject.and_then(|named| numbers.get(&named.id).cloned());
    }
    Ok(())
}
