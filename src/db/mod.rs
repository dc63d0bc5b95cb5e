//! The database room: a PostgreSQL of our own where none is given, and its first roles.

pub mod bootstrap;
pub mod private;
