//! Where we are in a document while reading it: a list on the stack, rendered as a JSON pointer
//! (RFC 6901) only when something is wrong there. A sound request never pays for one.

use std::fmt;

/// No field of the API has a name near this long. A longer key is cut in pointers, lest a hundred
/// faults below one key of half a megabyte buy an answer of fifty.
const KEY_CHARS_SHOWN: usize = 128;

/// A place, linked to its parent's place.
#[derive(Clone, Copy, Debug)]
pub enum Path<'a> {
    /// The whole document.
    Root,
    Key(&'a Path<'a>, &'a str),
    Index(&'a Path<'a>, usize),
}

impl<'a> Path<'a> {
    #[must_use]
    pub const fn key(&'a self, name: &'a str) -> Self {
        Self::Key(self, name)
    }

    #[must_use]
    pub const fn index(&'a self, index: usize) -> Self {
        Self::Index(self, index)
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => Ok(()),
            Self::Key(parent, name) => {
                write!(f, "{parent}/")?;
                for character in name.chars().take(KEY_CHARS_SHOWN) {
                    match character {
                        '~' => f.write_str("~0")?,
                        '/' => f.write_str("~1")?,
                        other => fmt::Write::write_char(f, other)?,
                    }
                }
                Ok(())
            }
            Self::Index(parent, index) => write!(f, "{parent}/{index}"),
        }
    }
}

/// The parts of a pointer, unescaped; none for the whole document.
pub fn tokens(pointer: &str) -> impl Iterator<Item = String> {
    pointer.split('/').skip(1).map(|token| token.replace("~1", "/").replace("~0", "~"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_escapes_what_rfc_6901_says() {
        let root = Path::Root;
        let items = root.key("a/b~c");
        let second = items.index(1);
        assert_eq!(second.to_string(), "/a~1b~0c/1");
        assert_eq!(tokens("/a~1b~0c/1").collect::<Vec<_>>(), ["a/b~c", "1"]);
        assert_eq!(tokens("").count(), 0);
    }
}
