//! Where ids and secrets come from: the operating system, or a seed in a simulation.

use std::cell::RefCell;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use rand::rngs::{StdRng, SysRng};
use rand::{Rng, SeedableRng, TryRng};
use uuid::Uuid;

tokio::task_local! {
    /// The source of one act of a simulation.
    static ACT: RefCell<StdRng>;
}

/// Does one act of a simulation with a source of its own: acts that run side by side get the same
/// ids in whatever order they come to ask. A random mint knows nothing of it.
pub async fn within<T>(seed: u64, act: impl Future<Output = T>) -> T {
    ACT.scope(RefCell::new(StdRng::seed_from_u64(seed)), act).await
}

/// Makes ids and random tokens. Clones share one source.
#[derive(Clone, Debug)]
pub struct Mint {
    seeded: Option<Arc<Mutex<StdRng>>>,
}

impl Mint {
    pub const fn random() -> Self {
        Self { seeded: None }
    }

    /// The same seed gives the same ids, in the order asked for. Never for secrets in production.
    pub fn seeded(seed: u64) -> Self {
        Self { seeded: Some(Arc::new(Mutex::new(StdRng::seed_from_u64(seed)))) }
    }

    /// A UUIDv7 that sorts by `now`.
    pub fn uuid(&self, now: DateTime<Utc>) -> Uuid {
        let mut random = [0u8; 10];
        self.fill(&mut random);
        let millis = u64::try_from(now.timestamp_millis()).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
    }

    /// `N` bytes fit for a secret.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0u8; N];
        self.fill(&mut bytes);
        bytes
    }

    fn fill(&self, bytes: &mut [u8]) {
        if let Some(seeded) = &self.seeded {
            if ACT.try_with(|own| own.borrow_mut().fill_bytes(bytes)).is_ok() {
                return;
            }
            seeded.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(bytes);
        } else if SysRng.try_fill_bytes(bytes).is_err() {
            // Without entropy no id and no secret is safe: stopping is the only right answer.
            std::process::abort();
        }
    }
}
