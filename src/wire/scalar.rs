//! Single values: booleans, whole numbers, text, digests and ids.

use sha2::{Digest, Sha256};
use utoipa::openapi::schema::{KnownFormat, Type};
use uuid::Uuid;

use crate::problem::Code;

use super::decode::Decode;
use super::faults::Faults;
use super::json::{Node, Value};
use super::named::named_shape;
use super::path::Path;
use super::shape::{SchemaOrRef, Shape, formatted, plain};

impl Shape for bool {
    fn shape() -> SchemaOrRef {
        plain(Type::Boolean).into()
    }
}

impl Decode for bool {
    fn decode(node: &Node<'_>, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
        match &node.value {
            Value::Bool(value) => Some(*value),
            Value::Parameter(word) if word == "true" => Some(true),
            Value::Parameter(word) if word == "false" => Some(false),
            _ => node.wrong_type(at, faults, "true 或 false", "true or false"),
        }
    }

    fn stand_in() -> Option<Self> {
        Some(false)
    }
}

/// A whole number from `MIN` to `MAX`, both allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Whole<const MIN: i64, const MAX: i64>(i64);

impl<const MIN: i64, const MAX: i64> Whole<MIN, MAX> {
    /// `None` outside the range.
    pub fn of(number: i64) -> Option<Self> {
        (MIN..=MAX).contains(&number).then_some(Self(number))
    }

    pub const fn get(self) -> i64 {
        self.0
    }
}

impl<const MIN: i64, const MAX: i64> Shape for Whole<MIN, MAX> {
    fn shape() -> SchemaOrRef {
        plain(Type::Integer).minimum(Some(MIN)).maximum(Some(MAX)).into()
    }
}

impl<const MIN: i64, const MAX: i64> Decode for Whole<MIN, MAX> {
    fn decode(node: &Node<'_>, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
        whole(node, at, faults, MIN, MAX).map(Self)
    }

    fn stand_in() -> Option<Self> {
        Some(Self(MIN))
    }
}

macro_rules! integers {
    ($($type:ty, $format:expr;)+) => {$(
        impl Shape for $type {
            fn shape() -> SchemaOrRef {
                formatted(Type::Integer, $format)
                    .minimum(Some(<$type>::MIN))
                    .maximum(Some(<$type>::MAX))
                    .into()
            }
        }

        impl Decode for $type {
            fn decode(node: &Node<'_>, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
                let (min, max) = (i64::from(<$type>::MIN), i64::from(<$type>::MAX));
                let value = whole(node, at, faults, min, max);
                Self::try_from(value?).ok()
            }
        }
    )+};
}

integers! {
    i32, KnownFormat::Int32;
    u32, KnownFormat::Int64;
    i64, KnownFormat::Int64;
}

/// JSON Schema calls `4.0` an integer, and so do we; an exponent is refused as in masses.
fn whole(node: &Node<'_>, at: &Path<'_>, faults: &mut Faults, min: i64, max: i64) -> Option<i64> {
    let text = node.number(at, faults)?;
    let (digits, decimals) = text.split_once('.').unwrap_or((text, "0"));
    let unsigned = digits.strip_prefix('-').unwrap_or(digits);
    let is_number = !unsigned.is_empty() && unsigned.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number || decimals.is_empty() || decimals.bytes().any(|byte| byte != b'0') {
        return node.wrong_type(at, faults, "整数", "a whole number");
    }
    // Too many digits for an i64 are out of any range.
    let value = digits.parse().ok().filter(|value| (min..=max).contains(value));
    if value.is_none() {
        let zh = format!("应在 {min} 到 {max} 之间。");
        faults.add(Code::OutOfRange, at, zh, format!("Must be from {min} to {max}."));
    }
    value
}

impl Shape for String {
    fn shape() -> SchemaOrRef {
        plain(Type::String).into()
    }
}

/// Exactly as sent. Most fields want a [`BoundedText`]; only what is parsed further goes without.
impl Decode for String {
    fn decode(node: &Node<'_>, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
        node.text(at, faults).map(ToOwned::to_owned)
    }
}

/// Texts that may be so long are notes; names, numbers and the like are shorter and one line.
const ONE_LINE_CHARS: usize = 200;

/// A character that is not seen, ends a line or turns the direction of what follows: with it a name
/// can be made to look like another, or like what a program says. (The marks that Uyghur, Arabic
/// and emoji are written with, U+200C to U+200F, are none.)
pub const fn is_deceptive(one: char) -> bool {
    matches!(
        one,
        '\u{200b}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
    )
}

/// Text of `MIN` to `MAX` characters, kept exactly as sent. White space alone does not count as
/// text. Control characters are refused (but line breaks and tabs in notes), because neither a
/// printed form nor a spreadsheet can hold them; so are those that deceive ([`is_deceptive`]).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BoundedText<const MIN: usize, const MAX: usize>(String);

impl<const MIN: usize, const MAX: usize> BoundedText<MIN, MAX> {
    /// `None` when too short or too long.
    pub fn of(text: String) -> Option<Self> {
        (MIN..=MAX).contains(&text.chars().count()).then_some(Self(text))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn into_string(self) -> String {
        self.0
    }
}

impl<const MIN: usize, const MAX: usize> Shape for BoundedText<MIN, MAX> {
    fn shape() -> SchemaOrRef {
        let shortest = (MIN > 0).then_some(MIN);
        plain(Type::String).min_length(shortest).max_length(Some(MAX)).into()
    }
}

impl<const MIN: usize, const MAX: usize> Decode for BoundedText<MIN, MAX> {
    fn decode(node: &Node<'_>, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
        let text = node.text(at, faults)?;
        let length = text.chars().count();
        if length > MAX {
            let zh = format!("最多 {MAX} 个字符，现有 {length} 个。");
            faults.add(Code::TooLong, at, zh, format!("At most {MAX} characters; {length} given."));
            return None;
        }
        if length < MIN || (MIN > 0 && text.trim().is_empty()) {
            let zh = format!("至少 {MIN} 个字符，空白不计。");
            let en = format!("At least {MIN} characters, not only white space.");
            faults.add(Code::TooShort, at, zh, en);
            return None;
        }
        let is_line = MAX <= ONE_LINE_CHARS;
        let breaks = |one: char| !is_line && matches!(one, '\n' | '\r' | '\t');
        if text.chars().any(|one| one.is_control() && !breaks(one)) {
            let en = "Control characters are not allowed.";
            faults.add(Code::InvalidValue, at, "不得含有控制字符。", en);
            return None;
        }
        if text.chars().any(is_deceptive) {
            let zh = "不得含有看不见或改变书写方向的字符。";
            let en =
                "Characters that are not seen or turn the direction of writing are not allowed.";
            faults.add(Code::InvalidValue, at, zh, en);
            return None;
        }
        Some(Self(text.to_owned()))
    }

    /// No word of any table, so what depends on it is not judged.
    fn stand_in() -> Option<Self> {
        Some(Self("?".repeat(MIN)))
    }
}

/// A SHA-256 digest, as 64 hexadecimal digits on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Sha256Hex(pub [u8; 32]);

impl Sha256Hex {
    /// The digest of some bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// `None` unless it is 64 hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        let mut digest = [0; 32];
        hex::decode_to_slice(text, &mut digest).ok().map(|()| Self(digest))
    }
}

impl serde::Serialize for Sha256Hex {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode(self.0))
    }
}

impl utoipa::PartialSchema for Sha256Hex {
    fn schema() -> SchemaOrRef {
        plain(Type::String).pattern(Some("^[0-9a-fA-F]{64}$")).into()
    }
}

named_shape!(Sha256Hex);

impl Decode for Sha256Hex {
    fn decode(node: &Node<'_>, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
        let digest = Self::parse(node.text(at, faults)?);
        if digest.is_none() {
            let en = "Must be a SHA-256 digest of 64 hexadecimal digits.";
            faults.add(Code::InvalidValue, at, "应为 64 位十六进制的 SHA-256 值。", en);
        }
        digest
    }
}

/// The hyphenated form alone: one id, one spelling (but for the case of its digits).
pub fn parse_uuid(text: &str) -> Option<Uuid> {
    (text.len() == 36).then(|| Uuid::try_parse(text).ok()).flatten()
}

/// Reads any typed id.
pub fn uuid(node: &Node<'_>, at: &Path<'_>, faults: &mut Faults) -> Option<Uuid> {
    let id = parse_uuid(node.text(at, faults)?);
    if id.is_none() {
        faults.add(Code::InvalidValue, at, "应为 UUID 形式的标识。", "Must be an id (UUID).");
    }
    id
}

/// The schema of any typed id.
pub fn uuid_schema() -> SchemaOrRef {
    formatted(Type::String, KnownFormat::Uuid).into()
}

/// The reader and the OpenAPI component of a typed id; `ids.rs` calls it for each.
macro_rules! id_on_the_wire {
    ($name:ident) => {
        impl utoipa::PartialSchema for $name {
            fn schema() -> $crate::wire::SchemaOrRef {
                $crate::wire::uuid_schema()
            }
        }

        $crate::wire::named_shape!($name);

        impl $crate::wire::Decode for $name {
            fn decode(
                node: &$crate::wire::Node<'_>,
                at: &$crate::wire::Path<'_>,
                faults: &mut $crate::wire::Faults,
            ) -> Option<Self> {
                $crate::wire::uuid(node, at, faults).map(Self::of)
            }

            fn stand_in() -> Option<Self> {
                Some(Self::of(uuid::Uuid::nil()))
            }
        }
    };
}
pub(crate) use id_on_the_wire;
