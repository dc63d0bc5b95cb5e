//! A strict JSON document: every node with the raw text of its number and its place in the bytes.
//!
//! Exact masses need the number as written, and naming all faults at once needs a tree; serde
//! gives neither without `arbitrary_precision` for the whole program. Keys are unique, no text
//! holds U+0000, nesting is bounded: what the reader lets through is safe to walk recursively.

use std::borrow::Cow;

use crate::problem::Problem;

use super::parser::Parser;
use super::path;

/// A value and the offset of its first byte.
#[derive(Clone, Debug, PartialEq)]
pub struct Node<'a> {
    pub at: usize,
    pub value: Value<'a>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    Null,
    Bool(bool),
    /// The number as written.
    Number(&'a str),
    String(Cow<'a, str>),
    Array(Vec<Node<'a>>),
    /// In the order written; no key twice.
    Object(Vec<(Cow<'a, str>, Node<'a>)>),
    /// The value of a query parameter: text, a number or a word, as the reader needs it.
    Parameter(Cow<'a, str>),
}

/// A whole document, borrowing from the bytes it was read from.
#[derive(Clone, Debug, PartialEq)]
pub struct Document<'a> {
    pub root: Node<'a>,
}

impl<'a> Document<'a> {
    /// Reads the one JSON value that `bytes` are, or says with a 400 why they are not.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Problem> {
        Parser::document(bytes).map(|root| Self { root })
    }

    /// The byte offset that `pointer` stands for. A field that is not there has the place of its
    /// deepest existing ancestor: a missing field is read where its object begins.
    pub fn position(&self, pointer: &str) -> usize {
        let mut node = &self.root;
        for token in path::tokens(pointer) {
            match node.child(&token) {
                Some(child) => node = child,
                None => break,
            }
        }
        node.at
    }
}

impl<'a> Node<'a> {
    fn child(&self, token: &str) -> Option<&Node<'a>> {
        match &self.value {
            Value::Object(members) => {
                members.iter().find(|(key, _)| key == token).map(|(_, node)| node)
            }
            Value::Array(nodes) => nodes.get(token.parse::<usize>().ok()?),
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Parameter(_) => None,
        }
    }

    pub const fn is_null(&self) -> bool {
        matches!(self.value, Value::Null)
    }
}
