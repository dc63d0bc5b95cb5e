//! What is looked for.

use serde::{Deserialize, Serialize};

use super::view::SearchKind;
use crate::wire::{BoundedText, Cursor, PageLimit, wire};

wire! {
    /// What to look for, and among what.
    pub struct SearchQuery {
        /// A number, licence number or container's code from its beginning; a USCC from its
        /// beginning; a plate or a name by any part. Two characters at least.
        pub q: BoundedText<2, 64>,
        /// Only things of this kind.
        pub kind: Option<SearchKind>,
        pub limit: PageLimit = PageLimit::default(),
        pub cursor: Option<Cursor<After>>,
    }
}

/// Where a page ended: in which section, and at which key of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct After(pub u8, pub String);

/// The words as each kind of index wants them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// As names are: small letters, single spaces.
    pub name: String,
    /// As codes, plates and numbers are: capitals, without what people put between.
    pub code: String,
}

impl Words {
    pub fn of(text: &str) -> Self {
        let narrow: String = text.chars().map(narrow).collect();
        let name = narrow.split_whitespace().collect::<Vec<_>>().join(" ").to_ascii_lowercase();
        let between = |one: char| one.is_whitespace() || matches!(one, '·' | '•');
        let code = narrow.chars().filter(|one| !between(*one)).collect::<String>();
        Self { name, code: code.to_ascii_uppercase() }
    }
}

/// Wide letters and digits, as Chinese keyboards give them, are the narrow ones.
fn narrow(one: char) -> char {
    match one {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(one as u32 - 0xfee0).unwrap_or(one),
        '\u{3000}' => ' ',
        other => other,
    }
}

/// What a part of a word is found by: its pairs of letters, or the one letter (`search_grams`).
pub fn grams(word: &str) -> Vec<String> {
    let letters: Vec<char> = word.chars().collect();
    if letters.len() < 2 {
        return letters.iter().map(ToString::to_string).collect();
    }
    let mut grams: Vec<String> = letters.windows(2).map(|pair| pair.iter().collect()).collect();
    grams.sort_unstable();
    grams.dedup();
    grams
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_as_people_write_them() {
        let words = Words::of(" 新ａ·１２３４５ ");
        assert_eq!((&*words.name, &*words.code), ("新a·12345", "新A12345"));
        assert_eq!(Words::of("Tianshan  Chemical").name, "tianshan chemical");
        assert_eq!(grams("师医院"), ["医院", "师医"]);
        assert_eq!(grams("院"), ["院"]);
    }
}
