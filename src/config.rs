//! Settings: read once at start from arguments and environment, checked, and passed down.
//!
//! The only room that knows `std::env`. A bad value stops the start with one line that names the
//! variable; nothing falls back silently to what the operator did not mean.

mod environment;
mod files;
mod notices;
mod serving;
mod signed_from;

pub use environment::{BadSetting, Environment, VARIABLES};
pub(crate) use files::objects;
pub(crate) use serving::of_this_log;
pub use serving::{DemoHome, Metrics, Serving};
pub use signed_from::SignedFrom;

use crate::blob::Files;
use crate::container::{LabelLayout, QrContent};
use crate::custody::{LogKeys, Witnesses};
use crate::identity::PasswordCost;
use crate::notify;
use crate::secret::Secret;

/// How divisions' manifests are numbered (domain.md, "Numbers").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Numbering {
    /// `66` and the division: a design assumption, the default.
    ByDivision,
    /// `6590` for all: the plain reading of Order 23 Art. 15.
    Plain,
}

/// Which borders hazardous and medical waste crosses only under a transfer approval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Borders {
    /// The border of a province (Code Art. 536, Order 23 Art. 23-28): the default.
    Province,
    /// That, and the one between the corps and whatever is not the corps: no law says that the
    /// corps is a province to the autonomous region around it, and none says that it is not.
    ProvinceAndCorps,
}

/// [`Config::amendment_days`] where nothing else is set: as long as a receipt may take (Order 23
/// Art. 12), since what is to be put right is what the receiver will find.
pub const AMENDMENT_DAYS: u32 = 5;

/// The checked settings.
#[derive(Clone, Debug)]
pub struct Config {
    /// The log's name: origin of its checkpoints, in every event.
    pub origin: String,
    /// The sandbox clock and its paths exist.
    pub sandbox: bool,
    pub numbering: Numbering,
    pub borders: Borders,
    /// How the 37 characters of a label are shared (HJ 1276-2022 leaves it to us).
    pub labels: LabelLayout,
    /// What the QR on a label holds.
    pub label_qr: QrContent,
    /// Working days in which an amendment is answered; then it expires and the regulators are
    /// told. No law gives a period.
    pub amendment_days: u32,
    /// From when on each stream's steps must be signed by devices.
    pub signed_from: SignedFrom,
    /// What access tokens are signed with: at least 32 random bytes, the same in every process
    /// of a deployment (`identity::TOKEN_SECRET_BYTES_MIN`).
    pub token_secret: Secret<Vec<u8>>,
    /// What hashing a password costs: `PasswordCost::default()` wherever people have passwords.
    pub password_cost: PasswordCost,
    /// What the log's checkpoints are signed with, of the name `origin`; none where this process
    /// lets no tree grow (an import, an export).
    pub log_keys: Option<LogKeys>,
    /// Who is handed our checkpoints to cosign.
    pub witnesses: Witnesses,
    /// A reverse proxy stands before us: the client's address is the last that it added to
    /// `X-Forwarded-For`. False wherever clients can reach us directly, who could write it too.
    pub behind_proxy: bool,
    /// Files that are attached.
    pub files: Files,
    /// How mail leaves, and where webhooks may go.
    pub notify: notify::Settings,
}
