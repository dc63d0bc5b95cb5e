//! What a failed read means: nothing a client did, so the log gets the cause and the client an id.
//!
//! A server that went away in the middle is no fault of ours: 503, as when it cannot be reached.

use diesel::result::{DatabaseErrorKind, Error};

use crate::problem::Problem;

impl From<Error> for Problem {
    fn from(err: Error) -> Self {
        match &err {
            Error::NotFound => Self::not_found(),
            Error::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => Self::busy(),
            Error::DatabaseError(
                DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand,
                _,
            ) => went_away(&err),
            Error::DatabaseError(DatabaseErrorKind::Unknown, said) if is_last(said.message()) => {
                went_away(&err)
            }
            _ => Self::internal(err),
        }
    }
}

fn went_away(err: &Error) -> Problem {
    tracing::warn!(error = %err, "the database went away");
    Problem::busy()
}

/// A server's last words (57P01 to 57P03, always FATAL): the driver hands them on without their
/// code.
fn is_last(words: &str) -> bool {
    words.starts_with("terminating connection") || words.starts_with("the database system is")
}
