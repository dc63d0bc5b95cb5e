//! Reads the snapshot in batches and hands each to the walks; the next batch is read while one is
//! judged.

use serde::Serialize;
use tokio::task::spawn_blocking;
use uuid::Uuid;

use super::account_sums::Sums;
use super::chains::Walk;
use super::files;
use super::finding::{Check, Finding, Findings};
use super::kept::{Extended, KeptNote};
use super::log::{Ended, LogWalk};
use super::replay::replay;
use super::signed::Signed;
use super::snapshot_store::Rows;
use super::standing::{Standing, orphan};
use super::store::{LeafRow, Source};
use super::tree_store::{CheckpointRow, KeyRow, TailRow};
use super::witness::{Witnessed, unpublished};
use crate::blob::Objects;
use crate::custody::{FullTile, VerifierKey, WitnessKey, verifiers};
use crate::limits::{AUDIT_EVENTS_AT_ONCE, AUDIT_LEAVES_AT_ONCE};
use crate::problem::Text;

/// Why there was no audit. That something is wrong is none: it is in the report.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    #[error("the database cannot be read: {0}")]
    Database(#[from] tokio_postgres::Error),
    #[error("the object store does not answer")]
    Objects,
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

/// What an audit found.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Events in the log, by its head.
    pub log_size: i64,
    pub audited: Counts,
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
    let size = source.size().await?;
    let of = u64::try_from(size).unwrap_or(0);
    let Trusted { mut keys, witnesses, kept, objects } = trusted;
    let known = source.log_keys().await?;
    if keys.is_empty() {
        keys = verifiers_of(&known);
    }
    // The first word of each walk comes before it: whoever listens knows what each took.
    tell(Progress { stage: Stage::Log, done: 0, of, findings: 0 });
    let tree = source.tree_size().await?;
    let tail = source.tail(tree).await?;
    let walk = LogWalk::new(keys, witnesses, Signed::new(&known, tail.wall), kept);
    let ended = log(&source, (size, tree, tail), walk, &mut |done, findings| {
        tell(Progress { stage: Stage::Log, done, of, findings });
    })
    .await?;
    let Ended { mut findings, witnesses, extended, leaves } = ended;
    let before = findings.count;
    tell(Progress { stage: Stage::Chains, done: 0, of, findings: before });
    let mut told = |done: u64, found: u64| {
        tell(Progress { stage: Stage::Chains, done, of, findings: before + found });
    };
    // What is summed up by PostgreSQL alone is, meanwhile.
    let (walk, standing) =
        futures_util::try_join!(replay(&source, size, &mut told), Standing::read(&source))?;
    let Walk { findings: found, mut sums, numbers, counters, counted, .. } = walk;
    let Walk { events, subjects, manifests, .. } = walk;
    findings.extend(found);
    if events != leaves {
        // By an index that lacks some, they would be in one walk and not in the other.
        findings.add(Finding::new(Check::Log, uncounted(leaves, events)));
    }
    if findings.count > 0 || !standing.has_no_more_than(&counted) {
        orphans(&source, &mut findings).await?;
    }
    tell(Progress { stage: Stage::Accounts, done: 0, of: 1, findings: findings.count });
    sums.ledgers(&standing.ledgers, &mut findings);
    accounts(&source, &mut sums, &mut findings).await?;
    standing.judge((numbers, &counters), &mut findings);
    let files = files::walk((&source, objects.as_ref()), &mut findings, &mut |done, findings| {
        tell(Progress { stage: Stage::Files, done, of: done, findings });
    })
    .await?;
    name_manifests(&source, &mut findings).await?;
    let audited = Counts { events, subjects, manifests, accounts: sums.compared, files };
    let Findings { kept, count } = findings;
    Ok(Report {
        log_size: size,
        audited,
        witnesses,
        consistent_with: extended,
        findings_count: count,
        findings: kept,
    })
}

/// What the database says the log was signed with; what is no key signs nothing.
fn verifiers_of(keys: &[KeyRow]) -> Vec<VerifierKey> {
    keys.iter().filter_map(|row| verifiers(&row.key).ok()).flatten().collect()
}

async fn log(
    source: &Source,
    (size, tree, tail): (i64, i64, TailRow),
    mut walk: LogWalk,
    tell: &mut dyn FnMut(u64, u64),
) -> Result<Ended, AuditError> {
    let rows = source.leaves(size).await?;
    let mut leaves = Leaves { rows, reached: i64::MIN, is_over: false };
    let mut next = leaves.next(source).await?;
    // Tiles that the batch before has filled are read while this one is judged.
    let mut full: Vec<FullTile> = Vec::new();
    while let Some((rows, checkpoints)) = next.take() {
        let done = leaves.reached.min(size);
        let judged = spawn_blocking(move || {
            walk.take(&rows, &checkpoints);
            walk
        });
        let (judged, more, tiles) =
            futures_util::join!(judged, leaves.next(source), source.tiles(&full));
        (walk, next) = (judged?, more?);
        walk.tiles(&full, &tiles?, tree.cast_unsigned());
        full = std::mem::take(&mut walk.full);
        tell(u64::try_from(done).unwrap_or(0), walk.findings.count);
    }
    walk.tiles(&full, &source.tiles(&full).await?, tree.cast_unsigned());
    for tile in source.spare_tiles(tree).await? {
        walk.spare(tile);
    }
    for (key, size) in source.unpublished().await? {
        walk.findings.add(Finding::new(Check::Witness, unpublished(size, &key)));
    }
    Ok(walk.end(size, tree, tail))
}

/// The log with its checkpoints, on its way here.
struct Leaves {
    rows: Rows<LeafRow>,
    /// The size up to which checkpoints were read.
    reached: i64,
    is_over: bool,
}

impl Leaves {
    async fn next(
        &mut self,
        source: &Source,
    ) -> Result<Option<(Vec<LeafRow>, Vec<CheckpointRow>)>, AuditError> {
        if self.is_over {
            return Ok(None);
        }
        let rows = self.rows.next(AUDIT_LEAVES_AT_ONCE).await?;
        self.is_over = rows.len() < AUDIT_LEAVES_AT_ONCE;
        // A checkpoint that is of more events than the log has belongs to its end.
        let last = rows.last().filter(|_| !self.is_over);
        let upto = last.map_or(i64::MAX, |row| row.position + 1);
        let checkpoints = source.checkpoints((self.reached, upto)).await?;
        self.reached = upto;
        Ok(Some((rows, checkpoints)))
    }
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
    for (table, id) in source.orphans().await? {
        findings.add(Finding::new(Check::Table, orphan(&table, id)));
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

fn uncounted(leaves: u64, events: u64) -> Text {
    Text::new(
        format!("日志按位置有 {leaves} 个事件，按主体有 {events} 个。"),
        format!("The log has {leaves} events by their positions, and {events} by their subjects."),
    )
}
