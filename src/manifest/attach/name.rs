//! Names of files: for people to know them by, never a path and never more than it seems.

use utoipa::openapi::schema::{ObjectBuilder, Type};

use crate::blob::MediaType;
use crate::problem::{Code, Fault, Text};
use crate::wire::{SchemaOrRef, text_on_the_wire};

/// What file systems allow of a name's characters, with room for an ending.
const CHARS_MAX: usize = 120;

/// Characters that some file system reads as a path, a stream or a pattern.
const RESERVED: &str = "/\\:*?\"<>|";

/// A name without path, control characters or marks that turn text around.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileName(String);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a file's name")]
pub struct NotAFileName;

impl FileName {
    pub fn parse(text: &str) -> Result<Self, NotAFileName> {
        let text = text.trim();
        let fits = (1..=CHARS_MAX).contains(&text.chars().count());
        let hides = text.starts_with('.') || text.ends_with('.');
        let is_plain = |one: char| !one.is_control() && !RESERVED.contains(one) && !turns(one);
        if fits && !hides && text.chars().all(is_plain) {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotAFileName)
        }
    }

    /// The name that a form's file has: what some browsers send is a path.
    pub fn of_form(text: &str) -> Result<Self, NotAFileName> {
        Self::parse(text.rsplit(['/', '\\']).next().unwrap_or_default())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// With an ending of what it is: `photo.exe` of a picture is `photo.exe.jpg`.
    #[must_use]
    pub fn of_type(self, kind: MediaType) -> Self {
        let ending = self.0.rsplit_once('.').map_or("", |(_, ending)| ending);
        if kind.is_ending(ending) {
            return self;
        }
        // Together they are no longer than a name may be.
        let ending = kind.extension();
        let stem = self.0.chars().take(CHARS_MAX - 1 - ending.len());
        Self(format!("{}.{ending}", stem.collect::<String>()))
    }
}

/// Marks that change the direction of text or cannot be seen: `gpj.exe` would read `exe.jpg`.
fn turns(one: char) -> bool {
    matches!(one, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{fff9}'..='\u{ffff}' | '\u{e0000}'..='\u{e0fff}' | '\u{61c}')
}

impl From<NotAFileName> for Fault {
    fn from(_: NotAFileName) -> Self {
        let detail = Text::new(
            format!(
                "文件名应为 1 到 {CHARS_MAX} 个字符，不含路径、控制字符和 {RESERVED}，\
                 不以句点开头或结尾。"
            ),
            format!(
                "A file's name has 1 to {CHARS_MAX} characters, no path, no control characters, \
                 none of {RESERVED}, and no full stop at either end."
            ),
        );
        Self::without_field(Code::InvalidValue, detail)
    }
}

impl utoipa::PartialSchema for FileName {
    fn schema() -> SchemaOrRef {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .min_length(Some(1))
            .max_length(Some(CHARS_MAX))
            .description(Some("A file's name, without path"))
            .examples(["磅单.jpg"])
            .into()
    }
}

impl utoipa::ToSchema for FileName {
    fn name() -> std::borrow::Cow<'static, str> {
        std::borrow::Cow::Borrowed("FileName")
    }
}

text_on_the_wire!(FileName, |text| FileName::parse(text).map_err(Into::into));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_no_path_and_no_trick() {
        for good in ["磅单 1.jpg", "a", "weigh-ticket (2).pdf", "фото.png"] {
            assert_eq!(FileName::parse(good).unwrap().as_str(), good);
        }
        for bad in [
            "",
            " ",
            ".",
            "..",
            ".htaccess",
            "a.",
            "../a.jpg",
            "a/b.jpg",
            "a\\b.jpg",
            "C:a.jpg",
            "a\0.jpg",
            "a\n.jpg",
            "a\u{202e}gpj.exe",
            "a\u{200b}.jpg",
            "a\"b.jpg",
            "a*.jpg",
        ] {
            assert_eq!(FileName::parse(bad), Err(NotAFileName), "{bad:?}");
        }
        assert!(FileName::parse(&"长".repeat(CHARS_MAX)).is_ok());
        assert!(FileName::parse(&"长".repeat(CHARS_MAX + 1)).is_err());
        assert_eq!(FileName::of_form("C:\\photos\\a.jpg").unwrap().as_str(), "a.jpg");
    }

    #[test]
    fn it_ends_as_what_it_is() {
        let named = |name: &str, kind| FileName::parse(name).unwrap().of_type(kind).0;
        assert_eq!(named("a.JPEG", MediaType::Jpeg), "a.JPEG");
        assert_eq!(named("a.exe", MediaType::Jpeg), "a.exe.jpg");
        assert_eq!(named("磅单", MediaType::Pdf), "磅单.pdf");
    }
}
