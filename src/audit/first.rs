//! The first walk, from its beginning to its end.

use super::finding::{Check, Finding};
use super::leaves::{Way, walked};
use super::log::{Ended, LogWalk};
use super::met::Met;
use super::run::{AuditError, Progress, Stage, Trusted};
use super::signed::Signed;
use super::store::Source;
use super::tree_store::{KeyRow, TailRow};
use super::witness::unpublished;
use crate::custody::{VerifierKey, verifiers};
use crate::problem::Text;

/// All that it takes.
pub struct First<'a> {
    source: &'a Source,
    trusted: &'a Trusted,
    /// The keys that the database says the log was signed with.
    known: Vec<KeyRow>,
    /// The size of the log, and of the tree.
    sizes: (i64, i64),
    tail: TailRow,
}

impl<'a> First<'a> {
    /// Through a log of `size` events.
    pub async fn of(
        source: &'a Source,
        trusted: &'a Trusted,
        size: i64,
    ) -> Result<Self, AuditError> {
        let known = source.log_keys().await?;
        let tree = source.tree_size().await?.ok_or(AuditError::Headless("tree_head"))?;
        let tail = source.tail(tree).await?;
        Ok(Self { source, trusted, known, sizes: (size, tree), tail })
    }

    /// `met` has met nothing.
    pub async fn walk(
        &self,
        (way, met): (Way, Met),
        tell: &mut dyn FnMut(Progress),
    ) -> Result<Ended, AuditError> {
        let Self { source, ref known, sizes: (size, tree), tail, .. } = *self;
        let Trusted { keys, witnesses, kept, .. } = self.trusted;
        let keys = if keys.is_empty() { verifiers_of(known) } else { keys.clone() };
        let signed = Signed::new(known, tail.wall);
        let walk = LogWalk::new(keys, witnesses.clone(), (signed, met), kept);
        let of = size.max(0).cast_unsigned();
        let mut told = |done, findings| tell(Progress { stage: Stage::Log, done, of, findings });
        let mut walk = walked(source, (size, tree, way), walk, &mut told).await?;
        for tile in source.spare_tiles(tree).await? {
            walk.spare(tile);
        }
        for (key, size) in source.unpublished().await? {
            walk.findings.add(Finding::new(Check::Witness, unpublished(size, &key)));
        }
        Ok(walk.end(size, tree, tail))
    }

    /// Of tiles or events that are wrong, which, and where. `met` is what the second walk has met.
    pub async fn again(
        &self,
        met: &Met,
        tell: &mut dyn FnMut(Progress),
    ) -> Result<Ended, AuditError> {
        let mut ended = self.walk((Way::Events, met.beside()), tell).await?;
        if !met.is_same(&ended.met) {
            // By an index that lacks some, they would be in one walk and not in the other.
            let text = unequal(ended.met.count(), met.count());
            ended.findings.add(Finding::new(Check::Log, text));
        }
        Ok(ended)
    }
}

/// What is no key signs nothing.
fn verifiers_of(keys: &[KeyRow]) -> Vec<VerifierKey> {
    keys.iter().filter_map(|row| verifiers(&row.key).ok()).flatten().collect()
}

fn unequal(leaves: u64, events: u64) -> Text {
    Text::new(
        format!("日志按位置有 {leaves} 个事件，按主体有 {events} 个，二者不是同样的事件。"),
        format!(
            "The log has {leaves} events by their positions and {events} by their subjects, which \
             are not the same ones."
        ),
    )
}
