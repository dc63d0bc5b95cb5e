//! Which sessions are alive, as far as this process knows: the hot path asks here, not the database.
//!
//! An access token is good for 15 minutes, but a sign-out must count at once here and within ten
//! seconds in the other processes. So a session that was found alive is believed for ten seconds
//! and then asked for again, by one request while the others go on. A dead session never lives
//! again. Invariant: an answer read before a sign-out of this process is never remembered after
//! it; a generation number that every sign-out raises sees to that.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use chrono::{DateTime, TimeDelta, Utc};

use crate::ids::{SessionId, UserId};
use crate::limits::{SESSION_BELIEVED_S, SESSIONS_KNOWN_MAX};

/// What a session may still do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    Alive,
    /// An administrator has set the password: nothing but changing it.
    MustChangePassword,
    Dead,
}

/// Whether a session may still act.
#[derive(Debug, PartialEq, Eq)]
pub enum Belief {
    Known(Life),
    /// Not known, or not for sure any more: ask the database and tell [`Live::learn`].
    Ask(Ticket),
}

/// Proof of when a question was asked.
#[derive(Debug, PartialEq, Eq)]
pub struct Ticket {
    generation: u64,
}

#[derive(Clone, Copy)]
struct Known {
    user_id: UserId,
    life: Life,
    /// When the database said so.
    learnt: DateTime<Utc>,
    /// When somebody last set out to ask again.
    asked: DateTime<Utc>,
}

#[derive(Default)]
struct Book {
    sessions: HashMap<SessionId, Known>,
    generation: u64,
}

#[derive(Default)]
pub struct Live(RwLock<Book>);

impl Live {
    pub fn belief(&self, session: SessionId, wall: DateTime<Utc>) -> Belief {
        {
            let book = self.0.read().unwrap_or_else(PoisonError::into_inner);
            match book.sessions.get(&session) {
                Some(known) if known.life == Life::Dead => return Belief::Known(Life::Dead),
                Some(known) if is_believed(known, wall) => return Belief::Known(known.life),
                _ => {}
            }
        }
        let mut book = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let generation = book.generation;
        if let Some(known) = book.sessions.get_mut(&session) {
            known.asked = wall;
        }
        Belief::Ask(Ticket { generation })
    }

    /// What the database answered. Not kept when somebody signed out meanwhile.
    pub fn learn(
        &self,
        ticket: &Ticket,
        session: SessionId,
        user_id: UserId,
        life: Life,
        wall: DateTime<Utc>,
    ) {
        let mut book = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if book.generation != ticket.generation {
            return;
        }
        if book.sessions.len() >= SESSIONS_KNOWN_MAX {
            // Rare, and a miss costs one read; the dead are found dead again.
            book.sessions.clear();
        }
        book.sessions.insert(session, Known { user_id, life, learnt: wall, asked: wall });
    }

    /// The session has ended.
    pub fn end(&self, session: SessionId) {
        let mut book = self.0.write().unwrap_or_else(PoisonError::into_inner);
        book.generation += 1;
        if let Some(known) = book.sessions.get_mut(&session) {
            known.life = Life::Dead;
        }
    }

    /// The user's rights, password or standing changed: its sessions are asked for again.
    pub fn forget(&self, user: UserId) {
        let mut book = self.0.write().unwrap_or_else(PoisonError::into_inner);
        book.generation += 1;
        book.sessions.retain(|_, known| known.user_id != user);
    }
}

/// Fresh, or a little stale while another request is asking. Should that one be given up by its
/// client, the next asks a second later; nothing is believed for twice the time.
fn is_believed(known: &Known, wall: DateTime<Utc>) -> bool {
    let within =
        |since: DateTime<Utc>, seconds| (0..seconds * 1000).contains(&since_ms(since, wall));
    within(known.learnt, SESSION_BELIEVED_S)
        || (within(known.learnt, 2 * SESSION_BELIEVED_S) && within(known.asked, 1))
}

fn since_ms(since: DateTime<Utc>, wall: DateTime<Utc>) -> i64 {
    let passed: TimeDelta = wall - since;
    passed.num_milliseconds()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const SESSION: SessionId = SessionId::of(Uuid::from_bytes([1; 16]));
    const USER: UserId = UserId::of(Uuid::from_bytes([2; 16]));

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_780_000_000 + seconds, 0).unwrap()
    }

    fn ask(live: &Live, seconds: i64) -> Ticket {
        match live.belief(SESSION, at(seconds)) {
            Belief::Ask(ticket) => ticket,
            known @ Belief::Known(_) => panic!("{known:?}"),
        }
    }

    #[test]
    fn what_was_learnt_is_believed_for_ten_seconds_and_one_asks_again() {
        let live = Live::default();
        live.learn(&ask(&live, 0), SESSION, USER, Life::Alive, at(0));
        assert_eq!(live.belief(SESSION, at(9)), Belief::Known(Life::Alive));
        let ticket = ask(&live, 10);
        assert_eq!(
            live.belief(SESSION, at(10)),
            Belief::Known(Life::Alive),
            "one asks, the others go on"
        );
        ask(&live, 11);
        live.learn(&ticket, SESSION, USER, Life::Alive, at(11));
        assert_eq!(live.belief(SESSION, at(20)), Belief::Known(Life::Alive));
        assert_ne!(live.belief(SESSION, at(40)), Belief::Known(Life::Alive));
    }

    #[test]
    fn a_session_that_nobody_confirms_is_not_believed_for_twice_the_time() {
        let live = Live::default();
        live.learn(&ask(&live, 0), SESSION, USER, Life::Alive, at(0));
        ask(&live, 19);
        assert_eq!(live.belief(SESSION, at(19)), Belief::Known(Life::Alive));
        ask(&live, 20);
        ask(&live, 20);
    }

    #[test]
    fn a_clock_set_back_does_not_prolong_belief() {
        let live = Live::default();
        live.learn(&ask(&live, 100), SESSION, USER, Life::Alive, at(100));
        ask(&live, 50);
    }

    #[test]
    fn the_dead_stay_dead() {
        let live = Live::default();
        live.learn(&ask(&live, 0), SESSION, USER, Life::Alive, at(0));
        live.end(SESSION);
        assert_eq!(live.belief(SESSION, at(1)), Belief::Known(Life::Dead));
        assert_eq!(live.belief(SESSION, at(1000)), Belief::Known(Life::Dead));
    }

    #[test]
    fn an_answer_from_before_a_sign_out_is_not_kept() {
        let live = Live::default();
        let ticket = ask(&live, 0);
        live.end(SESSION);
        live.learn(&ticket, SESSION, USER, Life::Alive, at(0));
        let ticket = ask(&live, 0);
        live.forget(USER);
        live.learn(&ticket, SESSION, USER, Life::Alive, at(0));
        ask(&live, 0);
    }

    #[test]
    fn a_changed_user_is_asked_for_again_and_others_are_not() {
        let live = Live::default();
        let other = SessionId::of(Uuid::from_bytes([3; 16]));
        let ticket = ask(&live, 0);
        live.learn(&ticket, SESSION, USER, Life::Alive, at(0));
        live.learn(&ticket, other, UserId::of(other.uuid()), Life::Alive, at(0));
        live.forget(USER);
        ask(&live, 1);
        assert_eq!(live.belief(other, at(1)), Belief::Known(Life::Alive));
    }
}
