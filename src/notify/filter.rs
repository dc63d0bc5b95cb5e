//! What somebody wants to be told of.

use serde::{Deserialize, Serialize};

use super::kind::{NoticeKind, NoticeSeverity};
use super::topic::Topic;
use crate::catalogue::Stream;
use crate::wire::{Change, List, Patch};

/// As many kinds as a list may name.
pub const KINDS_MAX: usize = 40;

pub type Kinds = List<NoticeKind, 0, KINDS_MAX>;
pub type Streams = List<Stream, 0, 3>;

/// All that is given must hold; an empty list is no condition.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filter {
    pub kinds: Vec<NoticeKind>,
    pub streams: Vec<Stream>,
    /// The lowest that is told. What has no severity is told only where its kind is named.
    pub min_severity: Option<NoticeSeverity>,
}

impl Filter {
    pub fn of(kinds: &Kinds, streams: &Streams, min_severity: Option<NoticeSeverity>) -> Self {
        Self { kinds: sorted(kinds), streams: sorted(streams), min_severity }
    }

    /// After a change of some of it.
    #[must_use]
    pub fn changed(
        &self,
        kinds: &Change<Kinds>,
        streams: &Change<Streams>,
        min_severity: Patch<NoticeSeverity>,
    ) -> Self {
        let kinds = match kinds {
            Change::Keep => self.kinds.clone(),
            Change::Set(kinds) => sorted(kinds),
        };
        let streams = match streams {
            Change::Keep => self.streams.clone(),
            Change::Set(streams) => sorted(streams),
        };
        Self { kinds, streams, min_severity: min_severity.apply(self.min_severity) }
    }

    pub fn wants(&self, topic: &Topic) -> bool {
        let of_kind = self.kinds.is_empty() || self.kinds.contains(&topic.kind);
        let of_stream = self.streams.is_empty()
            || topic.streams.is_empty()
            || topic.streams.iter().any(|stream| self.streams.contains(stream));
        let severe = match (self.min_severity, topic.severity) {
            (Some(lowest), Some(severity)) => severity >= lowest,
            (Some(_), None) => !self.kinds.is_empty(),
            (None, _) => true,
        };
        of_kind && of_stream && severe
    }
}

fn sorted<T: Copy + Ord>(values: &[T]) -> Vec<T> {
    let mut values = values.to_vec();
    values.sort_unstable();
    values.dedup();
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_conditions_hold_and_none_is_no_condition() {
        let topic = Topic {
            severity: Some(NoticeSeverity::Medium),
            streams: vec![Stream::Medical],
            ..Topic::of_kind(NoticeKind::AnomalyOpened)
        };
        let filter = |kinds: &[NoticeKind], streams: &[Stream], lowest| Filter {
            kinds: kinds.to_vec(),
            streams: streams.to_vec(),
            min_severity: lowest,
        };
        let (opened, filed) = (NoticeKind::AnomalyOpened, NoticeKind::ManifestFiled);
        assert!(Filter::default().wants(&topic));
        assert!(filter(&[opened], &[Stream::Medical], Some(NoticeSeverity::Low)).wants(&topic));
        assert!(!filter(&[filed], &[], None).wants(&topic));
        assert!(!filter(&[], &[Stream::Kitchen], None).wants(&topic));
        assert!(!filter(&[], &[], Some(NoticeSeverity::High)).wants(&topic));
        let step = Topic::of_kind(filed);
        assert!(!filter(&[], &[], Some(NoticeSeverity::Low)).wants(&step));
        assert!(filter(&[filed], &[], Some(NoticeSeverity::Critical)).wants(&step), "by its name");
    }
}
