//! Delegations: an organisation lets another file or sign for it (api.md, "Identity").
//!
//! Given by an administrator of the organisation that is signed for, to an organisation that is
//! known, for some of the parts that it plays, for its sites and streams or some of them, for a
//! span of days. Either side ends it, and so does the corps' regulator. Nobody passes it on: only
//! what one's own organisation plays is given. It is seen by both, and by the regulators of both.

mod asked;
mod give;
mod held;
mod look;
mod model;
mod revoke;

pub use asked::{GiveDelegation, ListDelegations, Side};
pub use give::give;
pub use held::Mandates;
pub use look::{as_it_stood, list, one, seen_among};
pub use model::{Delegation, DelegationStatus, DelegationView};
pub use revoke::revoke;
