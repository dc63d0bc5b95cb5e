//! What must never reach a log: keys, passwords, tokens. Its `Debug` shows nothing of it.

use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, SchemaType, Type};

use crate::limits::SECRET_CHARS_MAX;
use crate::problem::Code;
use crate::wire::{Decode, Faults, Node, Path, SchemaOrRef, Shape};

/// A value that is only looked at where [`Secret::reveal`] is written out.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret<T>(T);

impl<T> Secret<T> {
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    pub const fn reveal(&self) -> &T {
        &self.0
    }
}

impl<T> std::fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Shape for Secret<String> {
    fn shape() -> SchemaOrRef {
        ObjectBuilder::new()
            .schema_type(SchemaType::new(Type::String))
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Password)))
            .max_length(Some(SECRET_CHARS_MAX))
            .into()
    }
}

/// Exactly as sent, any characters: whoever is compared with it was made by the same rule.
impl Decode for Secret<String> {
    fn decode(node: &Node<'_>, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
        let text = node.text(at, faults)?;
        if text.chars().count() > SECRET_CHARS_MAX {
            let zh = format!("最多 {SECRET_CHARS_MAX} 个字符。");
            faults.add(Code::TooLong, at, zh, format!("At most {SECRET_CHARS_MAX} characters."));
            return None;
        }
        Some(Self::new(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_nothing_of_it() {
        assert_eq!(format!("{:?}", Some(Secret::new("hunter2"))), "Some(Secret(…))");
    }
}
