//! The delegations in force that organisations hold, as far as this process knows: every request
//! asks here who its caller may sign for.
//!
//! Believed for ten seconds, as sessions are (`live.rs`), and forgotten at once by the process that
//! gives or revokes one. That is long enough to see what one no longer may for a moment, and never
//! to sign it: whoever signs leans on the delegation as a guard.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use chrono::{DateTime, NaiveDate, Utc};

use super::super::store;
use super::model::Delegation;
use crate::app::App;
use crate::clock::legal_day;
use crate::grant::Mandate;
use crate::ids::OrganisationId;
use crate::limits::{HOLDERS_KNOWN_MAX, SESSION_BELIEVED_S};
use crate::problem::Problem;

#[derive(Clone)]
struct Known {
    mandates: Arc<[Mandate]>,
    /// The legal day that they are in force on.
    day: NaiveDate,
    learnt: DateTime<Utc>,
}

#[derive(Default)]
struct Book {
    holders: HashMap<OrganisationId, Known>,
    /// Raised by every change: an answer read before one is not kept after it.
    generation: u64,
}

#[derive(Default)]
pub struct Mandates(RwLock<Book>);

impl Mandates {
    /// What the organisation holds today.
    pub async fn of(&self, app: &App, holder: OrganisationId) -> Result<Arc<[Mandate]>, Problem> {
        let (day, wall) = (legal_day(app.clock.now()), app.clock.wall());
        let generation = {
            let book = self.0.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(known) = book.holders.get(&holder)
                && known.day == day
                && (0..SESSION_BELIEVED_S).contains(&(wall - known.learnt).num_seconds())
            {
                return Ok(Arc::clone(&known.mandates));
            }
            book.generation
        };
        let held = store::held(&app.pool, holder, day).await?;
        let mandates: Arc<[Mandate]> = held.iter().map(Delegation::mandate).collect();
        let mut book = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if book.generation == generation {
            if book.holders.len() >= HOLDERS_KNOWN_MAX {
                book.holders.clear();
            }
            let known = Known { mandates: Arc::clone(&mandates), day, learnt: wall };
            book.holders.insert(holder, known);
        }
        Ok(mandates)
    }

    /// Something was given to the organisation, or revoked.
    pub fn forget(&self, holder: OrganisationId) {
        let mut book = self.0.write().unwrap_or_else(PoisonError::into_inner);
        book.generation += 1;
        book.holders.remove(&holder);
    }
}
