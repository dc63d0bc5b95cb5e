//! What a failed read means: nothing a client did, so the log gets the cause and the client an id.

use diesel::result::{DatabaseErrorKind, Error};

use crate::problem::Problem;

impl From<Error> for Problem {
    fn from(err: Error) -> Self {
        match &err {
            Error::NotFound => Self::not_found(),
            Error::DatabaseError(
                DatabaseErrorKind::SerializationFailure | DatabaseErrorKind::ClosedConnection,
                _,
            ) => Self::busy(),
            _ => Self::internal(err),
        }
    }
}
