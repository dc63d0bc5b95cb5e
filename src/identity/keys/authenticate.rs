//! Who bears this API key: from memory, asking the database at most every ten seconds a key.
//!
//! Revoked here, a key is dead at once; revoked by another process, it is seen dead within ten
//! seconds, and commits nothing from the first: every decision made by a key leans on the key's
//! version. Keys that are none are counted by address, so that guessing does not load the database
//! for ever; a good key behind the same address goes on.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{PoisonError, RwLock};

use chrono::{DateTime, Utc};

use super::model::{ApiKey, hash_of, looks_like_one};
use crate::app::App;
use crate::ctx::Actor;
use crate::identity::lockout::{self, Counters};
use crate::identity::store;
use crate::identity::token::unauthorized;
use crate::ids::{ApiKeyId, UserId};
use crate::limits::{API_KEY_NOTED_S, SESSION_BELIEVED_S, SESSIONS_KNOWN_MAX};
use crate::problem::Problem;

#[derive(Clone)]
struct Known {
    id: ApiKeyId,
    actor: Actor,
    expires_at: DateTime<Utc>,
    learnt: DateTime<Utc>,
}

#[derive(Default)]
struct Book {
    keys: HashMap<[u8; 32], Known>,
    /// Raised by everything that ends a key: an answer read before is not kept after it.
    generation: u64,
}

#[derive(Default)]
pub struct KnownKeys(RwLock<Book>);

impl KnownKeys {
    fn get(&self, hash: &[u8; 32], wall: DateTime<Utc>) -> Result<Actor, u64> {
        let book = self.0.read().unwrap_or_else(PoisonError::into_inner);
        match book.keys.get(hash) {
            Some(known)
                if wall < known.expires_at
                    && (0..SESSION_BELIEVED_S).contains(&(wall - known.learnt).num_seconds()) =>
            {
                Ok(known.actor.clone())
            }
            _ => Err(book.generation),
        }
    }

    fn learn(&self, generation: u64, hash: [u8; 32], key: &ApiKey, wall: DateTime<Utc>) {
        let mut book = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if book.generation != generation {
            return;
        }
        if book.keys.len() >= SESSIONS_KNOWN_MAX {
            book.keys.clear();
        }
        let (id, actor, expires_at) = (key.id, key.actor(), key.expires_at);
        book.keys.insert(hash, Known { id, actor, expires_at, learnt: wall });
    }

    /// The key has been revoked.
    pub fn forget(&self, id: ApiKeyId) {
        let mut book = self.0.write().unwrap_or_else(PoisonError::into_inner);
        book.generation += 1;
        book.keys.retain(|_, known| known.id != id);
    }

    /// The user's rights or standing changed: its keys are asked for again.
    pub fn forget_of(&self, user: UserId) {
        let mut book = self.0.write().unwrap_or_else(PoisonError::into_inner);
        book.generation += 1;
        book.keys.retain(|_, known| known.actor.user_id != user);
    }
}

/// Who bears it, and whom it may sign for. 401 for what is none, revoked or expired; 429 where an
/// address has tried too many that are none.
pub async fn authenticate(
    app: &App,
    text: &str,
    address: Option<IpAddr>,
) -> Result<Actor, Problem> {
    let wall = app.clock.wall();
    if !looks_like_one(text) {
        return Err(refused(app, address, wall).await);
    }
    let hash = hash_of(text);
    let mut actor = match app.identity.keys.get(&hash, wall) {
        Ok(actor) => actor,
        Err(generation) => {
            let Some(key) = store::good_key(&app.pool, &hash, wall).await? else {
                return Err(refused(app, address, wall).await);
            };
            app.identity.keys.learn(generation, hash, &key, wall);
            let noted =
                key.last_used_at.is_some_and(|at| (wall - at).num_seconds() < API_KEY_NOTED_S);
            if !noted {
                store::note_use(&app.pool, key.id, wall).await?;
            }
            key.actor()
        }
    };
    actor.grants.hold(app.identity.mandates.of(app, actor.organisation_id).await?);
    Ok(actor)
}

/// Counts what is no key. While an address is locked nothing more is counted.
async fn refused(app: &App, address: Option<IpAddr>, wall: DateTime<Utc>) -> Problem {
    let Some(counters) = Counters::of_keys(address) else { return unauthorized() };
    let counted = async {
        let failures = store::failures(&app.pool, &counters, wall).await?;
        lockout::judge_keys(&failures, wall)?;
        store::record_failure(&app.pool, &counters, wall).await
    };
    counted.await.err().unwrap_or_else(unauthorized)
}
