//! The kinds of events that a subject's chain has, declared once for writing and replaying.

/// Declares an enumeration of what can happen to a subject: each variant holds the `data` of its
/// events (custody.md), a struct that serde reads and writes, beside its word in the journal.
///
/// ```ignore
/// happenings! {
///     /// Anything that happens to a round.
///     pub enum Happening { Planned(Box<Planned>) = "planned", Skipped(Skipped) = "skipped" }
/// }
/// ```
macro_rules! happenings {
    (
        $(#[doc = $doc:literal])*
        $vis:vis enum $name:ident { $($variant:ident($data:ty) = $kind:literal),+ $(,)? }
    ) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        $vis enum $name {
            $($variant($data)),+
        }

        impl $name {
            pub const fn kind(&self) -> &'static str {
                match self {
                    $(Self::$variant(_) => $kind),+
                }
            }

            pub fn data(&self) -> Result<serde_json::Value, serde_json::Error> {
                match self {
                    $(Self::$variant(data) => serde_json::to_value(data)),+
                }
            }

            /// Reads an event's `data` back, which is JSON; `None` for a kind that is not this
            /// subject's.
            pub fn read(kind: &str, data: &str) -> Option<Result<Self, serde_json::Error>> {
                match kind {
                    $($kind => Some(serde_json::from_str(data).map(Self::$variant)),)+
                    _ => None,
                }
            }
        }
    };
}
pub(crate) use happenings;
