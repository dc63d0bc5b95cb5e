//! The reader behind [`super::json::Document`]: one pass over the bytes (RFC 8259, nothing more).
//!
//! Hand-written because the filing path reads ten thousand bodies a second on two cores, and
//! recursion over serde_json's `RawValue` scans every byte once per level of nesting. It is
//! property-tested against serde_json. Recursion is bounded by [`JSON_DEPTH_MAX`].

use std::borrow::Cow;

use crate::limits::{FAULTS_MAX, JSON_DEPTH_MAX};
use crate::problem::{Code, Fault, Problem, Text};

use super::json::{Node, Value};
use super::path::Path;

/// Objects up to this size are searched for equal keys pair by pair; larger ones are sorted.
const PAIRWISE_KEYS_MAX: usize = 16;

type Members<'a> = Vec<(Cow<'a, str>, Node<'a>)>;

/// The reader cannot go on.
enum Stop {
    Malformed { at: usize },
    TooDeep { pointer: String },
}

type Step<T> = Result<T, Stop>;

pub struct Parser<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    /// What is wrong but does not stop the reading (equal keys, U+0000), with its place.
    faults: Vec<(usize, Fault)>,
}

impl<'a> Parser<'a> {
    pub fn document(bytes: &'a [u8]) -> Result<Node<'a>, Problem> {
        let text =
            std::str::from_utf8(bytes).map_err(|error| malformed(bytes, error.valid_up_to()))?;
        let mut parser = Self { text, bytes, at: 0, faults: Vec::new() };
        let read = parser.whole();
        match read {
            Ok(root) if parser.faults.is_empty() => Ok(root),
            Ok(_) => Err(gathered(parser.faults)),
            Err(Stop::Malformed { at }) => Err(malformed(bytes, at)),
            Err(Stop::TooDeep { pointer }) => Err(too_deep(pointer)),
        }
    }

    fn whole(&mut self) -> Step<Node<'a>> {
        self.skip_space();
        let root = self.value(&Path::Root, 0)?;
        self.skip_space();
        if self.at == self.bytes.len() { Ok(root) } else { self.malformed() }
    }

    fn value(&mut self, path: &Path<'_>, depth: usize) -> Step<Node<'a>> {
        let at = self.at;
        let value = match self.peek() {
            Some(b'"') => Value::String(self.string(path)?),
            Some(b'{') => self.object(path, depth + 1)?,
            Some(b'[') => self.array(path, depth + 1)?,
            Some(b'-' | b'0'..=b'9') => Value::Number(self.number()?),
            Some(b't') => self.word("true", Value::Bool(true))?,
            Some(b'f') => self.word("false", Value::Bool(false))?,
            Some(b'n') => self.word("null", Value::Null)?,
            _ => return self.malformed(),
        };
        Ok(Node { at, value })
    }

    fn object(&mut self, path: &Path<'_>, depth: usize) -> Step<Value<'a>> {
        self.enter(path, depth)?;
        let mut members = Members::new();
        if self.ends(b'}') {
            return Ok(Value::Object(members));
        }
        loop {
            if self.peek() != Some(b'"') {
                return self.malformed();
            }
            let key = self.string(path)?;
            self.skip_space();
            self.expect(b':')?;
            self.skip_space();
            let node = self.value(&path.key(&key), depth)?;
            if members.is_empty() {
                members.reserve(8);
            }
            members.push((key, node));
            if self.ends(b'}') {
                break;
            }
            self.expect(b',')?;
            self.skip_space();
        }
        self.note_equal_keys(&members, path);
        Ok(Value::Object(members))
    }

    fn array(&mut self, path: &Path<'_>, depth: usize) -> Step<Value<'a>> {
        self.enter(path, depth)?;
        let mut nodes = Vec::new();
        if self.ends(b']') {
            return Ok(Value::Array(nodes));
        }
        loop {
            let node = self.value(&path.index(nodes.len()), depth)?;
            nodes.push(node);
            if self.ends(b']') {
                return Ok(Value::Array(nodes));
            }
            self.expect(b',')?;
            self.skip_space();
        }
    }

    /// Past the opening bracket, if so deep is allowed.
    fn enter(&mut self, path: &Path<'_>, depth: usize) -> Step<()> {
        if depth > JSON_DEPTH_MAX {
            return Err(Stop::TooDeep { pointer: path.to_string() });
        }
        self.at += 1;
        self.skip_space();
        Ok(())
    }

    /// Takes the closing bracket if it comes next.
    fn ends(&mut self, close: u8) -> bool {
        self.skip_space();
        let ends = self.peek() == Some(close);
        self.at += usize::from(ends);
        ends
    }

    fn number(&mut self) -> Step<&'a str> {
        let start = self.at;
        self.take_if(b'-');
        if !self.take_if(b'0') {
            self.digits()?;
        }
        if self.take_if(b'.') {
            self.digits()?;
        }
        if self.take_if(b'e') || self.take_if(b'E') {
            let _signed = self.take_if(b'+') || self.take_if(b'-');
            self.digits()?;
        }
        Ok(&self.text[start..self.at])
    }

    /// One digit or more.
    fn digits(&mut self) -> Step<()> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        if self.at == start { self.malformed() } else { Ok(()) }
    }

    fn word(&mut self, word: &str, value: Value<'a>) -> Step<Value<'a>> {
        if self.bytes[self.at..].starts_with(word.as_bytes()) {
            self.at += word.len();
            Ok(value)
        } else {
            self.malformed()
        }
    }

    /// A string from its opening quote; borrowed when nothing in it is escaped.
    fn string(&mut self, path: &Path<'_>) -> Step<Cow<'a, str>> {
        let opening = self.at;
        self.at += 1;
        let start = self.at;
        self.run();
        if self.peek() == Some(b'"') {
            let plain = &self.text[start..self.at];
            self.at += 1;
            return Ok(Cow::Borrowed(plain));
        }
        let mut owned = String::from(&self.text[start..self.at]);
        loop {
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => owned.push(self.escape()?),
                // A raw U+0000 is named as such; any other control character is plain bad JSON.
                Some(0) => {
                    owned.push('\0');
                    self.at += 1;
                }
                _ => return self.malformed(),
            }
            let start = self.at;
            self.run();
            owned.push_str(&self.text[start..self.at]);
        }
        self.at += 1;
        if owned.contains('\0') {
            self.note(Code::NulCharacter, opening, path, NUL_ZH, NUL_EN);
        }
        Ok(Cow::Owned(owned))
    }

    /// To the next quote, backslash or control character, or the end.
    fn run(&mut self) {
        let rest = &self.bytes[self.at..];
        let plain = |byte: &u8| *byte != b'"' && *byte != b'\\' && *byte >= 0x20;
        self.at += rest.iter().position(|byte| !plain(byte)).unwrap_or(rest.len());
    }

    fn escape(&mut self) -> Step<char> {
        let escaped = self.bytes.get(self.at + 1).copied();
        let character = match escaped {
            Some(same @ (b'"' | b'\\' | b'/')) => char::from(same),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode_escape(),
            _ => return self.malformed(),
        };
        self.at += 2;
        Ok(character)
    }

    /// `\uXXXX`, or two of them for a character beyond U+FFFF; half a pair is no character.
    fn unicode_escape(&mut self) -> Step<char> {
        let high = self.hex4()?;
        let point = if (0xd800..0xdc00).contains(&high) {
            if !self.bytes[self.at..].starts_with(b"\\u") {
                return self.malformed();
            }
            let low = self.hex4()?;
            if !(0xdc00..0xe000).contains(&low) {
                return self.malformed();
            }
            0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00)
        } else {
            high
        };
        char::from_u32(point).map_or_else(|| self.malformed(), Ok)
    }

    /// The four hexadecimal digits after `\u` at the present place.
    fn hex4(&mut self) -> Step<u32> {
        let digits = self.bytes.get(self.at + 2..self.at + 6).unwrap_or_default();
        let mut point = 0;
        for digit in digits {
            let Some(digit) = char::from(*digit).to_digit(16) else { return self.malformed() };
            point = point * 16 + digit;
        }
        if digits.len() < 4 {
            return self.malformed();
        }
        self.at += 6;
        Ok(point)
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn take_if(&mut self, byte: u8) -> bool {
        let taken = self.peek() == Some(byte);
        self.at += usize::from(taken);
        taken
    }

    fn expect(&mut self, byte: u8) -> Step<()> {
        if self.take_if(byte) { Ok(()) } else { self.malformed() }
    }

    fn skip_space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
        }
    }

    fn malformed<T>(&self) -> Step<T> {
        Err(Stop::Malformed { at: self.at })
    }

    fn note(&mut self, code: Code, at: usize, path: &Path<'_>, zh: &str, en: &str) {
        if self.faults.len() < FAULTS_MAX {
            self.faults.push((at, Fault::new(code, path.to_string(), Text::new(zh, en))));
        }
    }

    fn note_equal_keys(&mut self, members: &Members<'a>, path: &Path<'_>) {
        for again in equal_keys(members) {
            let (key, node) = &members[again];
            self.note(Code::DuplicateKey, node.at, &path.key(key), DUPLICATE_ZH, DUPLICATE_EN);
        }
    }
}

const NUL_ZH: &str = "文本或键中不得有 U+0000 字符，请删除后重试。";
const NUL_EN: &str = "Text and keys must not hold the character U+0000; remove it.";
const DUPLICATE_ZH: &str = "同一对象中这个键出现了不止一次，请只保留一个。";
const DUPLICATE_EN: &str = "This key occurs more than once in its object; keep one.";

/// The places of keys that were there before, in order.
fn equal_keys(members: &Members<'_>) -> Vec<usize> {
    let key = |index: usize| members[index].0.as_ref();
    if members.len() <= PAIRWISE_KEYS_MAX {
        let seen_before = |&index: &usize| (0..index).any(|earlier| key(earlier) == key(index));
        return (1..members.len()).filter(seen_before).collect();
    }
    let mut order: Vec<usize> = (0..members.len()).collect();
    order.sort_by_key(|&index| key(index));
    let mut again: Vec<usize> =
        order.windows(2).filter(|pair| key(pair[0]) == key(pair[1])).map(|pair| pair[1]).collect();
    again.sort_unstable();
    again
}

/// One problem of all that was noted, in document order (inner objects are noted before outer).
fn gathered(mut faults: Vec<(usize, Fault)>) -> Problem {
    faults.sort_by_key(|(at, _)| *at);
    let faults = faults.into_iter().map(|(_, fault)| fault).collect();
    Problem::unless_empty(faults).err().unwrap_or_else(|| Problem::internal("no fault noted"))
}

fn malformed(bytes: &[u8], at: usize) -> Problem {
    let before = String::from_utf8_lossy(&bytes[..at.min(bytes.len())]);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    let detail = Text::new(
        format!("请求体不是一个合法的 JSON 文档：第 {line} 行第 {column} 个字符处有误。"),
        format!("The body is not one well-formed JSON document: line {line}, column {column}."),
    );
    Fault::without_field(Code::MalformedJson, detail)
        .with("line", line)
        .with("column", column)
        .into()
}

fn too_deep(pointer: String) -> Problem {
    let detail = Text::new(
        format!("JSON 嵌套超过 {JSON_DEPTH_MAX} 层。"),
        format!("The JSON is nested more than {JSON_DEPTH_MAX} levels deep."),
    );
    Problem::at(Code::TooDeep, pointer, detail)
}
