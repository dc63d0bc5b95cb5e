//! From a node of a document to a value, gathering every fault on the way (api.md: "all of them
//! at once"). A decoder that answers `None` has added at least one fault.

use std::borrow::Cow;

use crate::problem::{Code, Problem};

use super::faults::Faults;
use super::json::{Document, Node, Value};
use super::path::Path;
use super::shape::Shape;

/// A type that can be read from a request.
pub trait Decode: Shape + Sized {
    /// The value, or `None` with at least one fault added.
    fn decode(node: &Node<'_>, at: &Path<'_>, faults: &mut Faults) -> Option<Self>;

    /// What an absent field means; `None` when the field is required.
    fn missing() -> Option<Self> {
        None
    }

    /// A harmless value to go on with in place of a faulty one (see [`mended`]); `None` where any
    /// value would mean something.
    fn stand_in() -> Option<Self> {
        None
    }
}

/// A request's content: what was asked, or every reason why it cannot be read (all 422). Kept
/// apart from the 400s because 404, 403, 412 and `illegal_transition` are told before it: a use
/// case takes an `Asked`, looks at the subject first, and then at this.
pub type Asked<T> = Result<T, Problem>;

/// Reads one JSON document. The outer error is a 400 (no well-formed document).
pub fn asked<T: Decode>(bytes: &[u8]) -> Result<Asked<T>, Problem> {
    let document = Document::parse(bytes)?;
    let mut faults = Faults::new();
    let value = T::decode(&document.root, &Path::Root, &mut faults);
    Ok(settle(value, faults).map_err(|mut problem| {
        problem.sort_by_document(|pointer| document.position(pointer));
        problem
    }))
}

/// Reads one JSON document where nothing has to be looked at in between (a line of a bulk file).
pub fn read<T: Decode>(bytes: &[u8]) -> Result<T, Problem> {
    asked(bytes)?
}

/// A body that the program itself has made, read as one from outside is.
pub fn body<T: Decode>(json: &serde_json::Value) -> Result<T, Problem> {
    read(json.to_string().as_bytes())
}

/// The same document with a stand-in for every faulty value, so that the rules can be asked about
/// the rest and one answer names all that is wrong. Nothing may be written from it, and what the
/// rules say of a place that is faulty itself does not count. `None` where too much is missing.
pub fn mended<T: Decode>(bytes: &[u8]) -> Option<T> {
    let document = Document::parse(bytes).ok()?;
    T::decode(&document.root, &Path::Root, &mut Faults::mending())
}

/// A value only counts when nothing was wrong with it.
pub fn settle<T>(value: Option<T>, faults: Faults) -> Asked<T> {
    faults.into_result()?;
    value.ok_or_else(|| Problem::internal("a decoder refused without a fault"))
}

impl<'a> Node<'a> {
    /// The text of a string, or of a query parameter.
    pub fn text(&self, at: &Path<'_>, faults: &mut Faults) -> Option<&str> {
        match &self.value {
            Value::String(text) | Value::Parameter(text) => Some(text),
            _ => self.wrong_type(at, faults, "字符串", "a string"),
        }
    }

    /// The text of a number as written.
    pub fn number(&self, at: &Path<'_>, faults: &mut Faults) -> Option<&str> {
        match &self.value {
            Value::Number(text) => Some(text),
            Value::Parameter(text) => Some(text),
            _ => self.wrong_type(at, faults, "数字", "a number"),
        }
    }

    pub fn members(
        &self,
        at: &Path<'_>,
        faults: &mut Faults,
    ) -> Option<&[(Cow<'a, str>, Node<'a>)]> {
        match &self.value {
            Value::Object(members) => Some(members),
            _ => self.wrong_type(at, faults, "对象", "an object"),
        }
    }

    pub fn elements(&self, at: &Path<'_>, faults: &mut Faults) -> Option<&[Self]> {
        match &self.value {
            Value::Array(nodes) => Some(nodes),
            _ => self.wrong_type(at, faults, "数组", "an array"),
        }
    }

    /// The fault that this is not `zh`/`en`; the answer is always `None`.
    pub fn wrong_type<T>(
        &self,
        at: &Path<'_>,
        faults: &mut Faults,
        zh: &str,
        en: &str,
    ) -> Option<T> {
        if self.is_null() {
            faults.add(
                Code::Required,
                at,
                format!("不能为 null，应为{zh}。"),
                format!("Must not be null: {en} is required."),
            );
        } else {
            faults.add(
                Code::WrongType,
                at,
                format!("类型错误，应为{zh}。"),
                format!("Must be {en}."),
            );
        }
        None
    }
}
