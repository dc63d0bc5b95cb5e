//! The second walk on its way: each half of the subjects in batches, both halves side by side, so
//! that no processor waits.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use futures_util::future::try_join_all;
use tokio::task::spawn_blocking;
use uuid::Uuid;

use super::chains::{Ended, Walk};
use super::compare;
use super::finding::{Check, Finding, Findings};
use super::half_store::{Half, HeadRow, Owned, StoredRow, next_of};
use super::met::Met;
use super::run::AuditError;
use super::store::Source;
use crate::custody::Devices;
use crate::decision::{Implied, Table};
use crate::limits::AUDIT_EVENTS_AT_ONCE;
use crate::problem::Text;

/// Walks all subjects of a log of `size` events, whose leaves are to be held against `met`. `tell`
/// hears how many events are done, and what was found.
pub async fn replay(
    source: &Source,
    (size, met): (i64, &Met),
    tell: &mut dyn FnMut(u64, u64),
) -> Result<Walk, AuditError> {
    let origin = source.origin().await?;
    let halves = source.halves(size).await?;
    let told = RefCell::new((tell, [(0, 0); 2]));
    let tell = |half: usize, done: u64, found: u64| {
        let (tell, each) = &mut *told.borrow_mut();
        each[half] = (done, found);
        tell(each[0].0 + each[1].0, each[0].1 + each[1].1);
    };
    let mut devices = Devices::default();
    for (position, body) in source.device_events().await? {
        devices.learn(position, &body);
    }
    let devices = Arc::new(devices);
    let walk = || Walk::of(origin.clone(), Arc::clone(&devices), met.beside());
    let [first, second] = halves;
    let (one, other) = futures_util::try_join!(
        chains(&first, walk(), |done, found| tell(0, done, found)),
        chains(&second, walk(), |done, found| tell(1, done, found)),
    )?;
    Ok(one.and(other))
}

async fn chains(
    half: &Half<'_>,
    mut walk: Walk,
    tell: impl Fn(u64, u64),
) -> Result<Walk, AuditError> {
    let mut events = half.events().await?;
    let mut rows = events.next(AUDIT_EVENTS_AT_ONCE).await?;
    // What the batch before has ended is compared while this one is walked and the next is read.
    let mut ended = Vec::new();
    while !rows.is_empty() {
        let judged = spawn_blocking(move || {
            for row in rows {
                match row {
                    Ok(row) => walk.take(row),
                    Err(row) => {
                        walk.met.add(row.position, &row.leaf);
                        let finding = Finding::new(Check::Chain, strange(row.subject_id));
                        walk.findings.add(finding.at(row.position));
                    }
                }
            }
            walk
        });
        let next = events.next(AUDIT_EVENTS_AT_ONCE);
        let (judged, next, compared) = futures_util::join!(judged, next, tables(half, ended));
        (walk, rows) = (judged?, next?);
        walk.findings.extend(compared?);
        ended = std::mem::take(&mut walk.ended);
        tell(walk.met.count(), walk.findings.count);
    }
    walk.end();
    ended.append(&mut walk.ended);
    walk.findings.extend(tables(half, ended).await?);
    Ok(walk)
}

/// Heads and rows of the subjects that have ended, beside those stored.
async fn tables(half: &Half<'_>, ended: Vec<Ended>) -> Result<Findings, AuditError> {
    let (Some(first), Some(last)) = (ended.first(), ended.last()) else {
        return Ok(Findings::default());
    };
    let span = (first.subject.id, last.subject.id);
    // Of each table the subjects from the first that has rows there to the last.
    let mut wanted: HashMap<&'static str, (&'static Table, Uuid, Uuid)> = HashMap::new();
    for one in &ended {
        let id = one.subject.id;
        for Implied { table, .. } in one.rows.iter().flatten() {
            wanted.entry(table.name).or_insert((*table, id, id)).2 = id;
        }
    }
    let read = |(name, (table, first, last))| async move {
        Ok::<_, tokio_postgres::Error>((name, half.rows(table, (first, last)).await?))
    };
    let stored = try_join_all(wanted.into_iter().map(read));
    let (heads, stored) = futures_util::try_join!(half.heads(span), stored)?;
    let stored: HashMap<_, _> = stored.into_iter().collect();
    Ok(spawn_blocking(move || judge(&ended, &heads, &stored)).await?)
}

/// Subjects as they come, beside what is stored of them: all in the order of their ids.
fn judge(
    ended: &[Ended],
    heads: &Owned<HeadRow>,
    stored: &HashMap<&'static str, Owned<StoredRow>>,
) -> Findings {
    let mut findings = Findings::default();
    let mut heads = heads.as_slice();
    let mut left: HashMap<_, _> = stored.iter().map(|(name, rows)| (*name, &rows[..])).collect();
    for one in ended {
        let id = one.subject.id;
        let head = next_of(&mut heads, id).first();
        if let Some(wrong) = compare::head(one, head.map(|(_, head)| head)) {
            findings.add(wrong);
        }
        for implied in one.rows.iter().flatten() {
            let Some(left) = left.get_mut(implied.table.name) else { continue };
            for wrong in compare::rows(one, implied, next_of(left, id)) {
                findings.add(wrong);
            }
        }
    }
    findings
}

fn strange(id: Uuid) -> Text {
    Text::new(
        format!("主体 {id} 的种类未知。"),
        format!("Subject {id} is of a kind that is not known."),
    )
}
