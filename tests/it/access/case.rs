//! What keeps the organisations apart at an operation, and how a line of the table says it.

use serde_json::Value;

use super::estate::Estate;

pub struct Case {
    pub operation: &'static str,
    pub kind: Kind,
}

pub enum Kind {
    Open(&'static str),
    /// Whoever is signed in is answered, and all alike, for this reason.
    Alike(&'static str),
    /// Tells and changes nothing but the caller's own, or the whole sandbox's.
    Own(&'static str),
    /// One thing: 404 to all who do not see it.
    One(&'static str),
    /// Things of a kind, found by each of these queries by those who see them and by nobody else.
    Many(&'static [(&'static str, &'static str)]),
    /// A change of one thing: 404 to who does not see it, 403 to who does and may not change it.
    Change {
        of: &'static str,
        may: &'static [&'static str],
        body: &'static str,
    },
    /// A new thing, in the name of one of the parties: 403 to all who may not.
    Make {
        may: &'static [&'static str],
        body: fn(&Estate) -> Value,
    },
    /// A question that is answered to these, and to all of them alike: 403 to everybody else.
    Ask {
        may: &'static [&'static str],
        query: &'static str,
    },
}

pub const fn case(operation: &'static str, kind: Kind) -> Case {
    Case { operation, kind }
}

pub const fn many(
    operation: &'static str,
    queries: &'static [(&'static str, &'static str)],
) -> Case {
    case(operation, Kind::Many(queries))
}

pub const fn change(
    operation: &'static str,
    of: &'static str,
    may: &'static [&'static str],
    body: &'static str,
) -> Case {
    case(operation, Kind::Change { of, may, body })
}

pub const fn make(
    operation: &'static str,
    may: &'static [&'static str],
    body: fn(&Estate) -> Value,
) -> Case {
    case(operation, Kind::Make { may, body })
}
