//! Settings: read once at start from arguments and environment, checked, and passed down.

/// How divisions' manifests are numbered (domain.md, "Numbers").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Numbering {
    /// `66` and the division: a design assumption, the default.
    ByDivision,
    /// `6590` for all: the plain reading of Order 23 Art. 15.
    Plain,
}

/// The checked settings.
#[derive(Clone, Debug)]
pub struct Config {
    /// The log's name: origin of its checkpoints, in every event.
    pub origin: String,
    /// The sandbox clock and its paths exist.
    pub sandbox: bool,
    pub numbering: Numbering,
}
