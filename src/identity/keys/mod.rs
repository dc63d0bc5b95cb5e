//! API keys: what programs sign in with (api.md, "Access").
//!
//! A key has scopes and the role of who made it, never more. A *personal* key lives as long as its
//! maker's rights: a new role, a disabled user or a password reset ends it. A key *of the
//! organisation*, which only administrators make, outlives its maker: a plant's weighbridge must
//! not stop because somebody left. Both are seen and revoked by the organisation's administrators.
//! Either way events name the maker, the key and `via: api_key`: a machine acted, which somebody
//! put there.

mod asked;
mod authenticate;
mod look;
mod make;
mod model;
mod revoke;

pub use asked::{ListApiKeys, MakeApiKey};
pub use authenticate::{KnownKeys, authenticate};
pub use look::{list, one, seen_among, shown};
pub use make::{Made, make};
pub use model::{ApiKey, ApiKeyStatus, ApiKeyView, KeyKind, MadeApiKeyView};
pub use revoke::revoke;
