//! Finding a waste in the list: by code, by words, by category, by stream.
//!
//! A walk over some 470 rows, kept in the order of their codes, is faster than any index would
//! earn. Pages go on after a code (keyset), so that they are stable when an edition grows.

use super::{Catalogue, Category, Edition, Known, Stream, Waste, WasteCode};

/// What to look for; an empty query finds all.
#[derive(Clone, Debug, Default)]
pub struct Search<'a> {
    /// Words; each must be in a row: the beginning of its code (hyphens may be left out), or a part
    /// of its category, its industry or its description.
    pub q: &'a str,
    /// `HW08`, or a part of a category's name.
    pub category: Option<&'a str>,
    pub stream: Option<Stream>,
    /// Go on after this code.
    pub after: Option<WasteCode>,
}

/// A page of finds.
#[derive(Clone, Debug)]
pub struct Found<'a> {
    /// In the order of their codes, national ones first.
    pub wastes: Vec<Known<'a>>,
    /// There are more after the last one.
    pub more: bool,
}

impl Catalogue {
    /// At most `limit` wastes of an edition, and of the kitchen wastes, that fit the query.
    pub fn search<'a>(
        &'a self,
        edition: &'a Edition,
        query: &Search<'_>,
        limit: usize,
    ) -> Found<'a> {
        let category = query.category.map(|text| (Category::parse(&text.to_uppercase()), text));
        let words: Vec<String> = query.q.split_whitespace().map(str::to_uppercase).collect();
        let national = edition.wastes().iter().map(Known::Listed);
        let kitchen = self.kitchen_wastes().iter().map(Known::Kitchen);
        let mut finds = national.chain(kitchen).filter(|known| {
            query.after.is_none_or(|after| known.code() > after)
                && query.stream.is_none_or(|stream| known.code().stream() == stream)
                && category.as_ref().is_none_or(|(parsed, name)| match (parsed, known) {
                    (Ok(category), known) => known.code().category() == Some(*category),
                    (Err(_), Known::Listed(waste)) => waste.category_name.contains(name),
                    (Err(_), _) => false,
                })
                && words.iter().all(|word| speaks_of(known, word))
        });
        let wastes: Vec<_> = finds.by_ref().take(limit).collect();
        let more = finds.next().is_some();
        Found { wastes, more }
    }
}

/// Whether a row speaks of an upper-case word.
fn speaks_of(known: &Known<'_>, word: &str) -> bool {
    let code = known.code();
    if begins(code.as_str(), word) {
        return true;
    }
    match known {
        Known::Listed(Waste { category, category_name, industry, description, .. }) => {
            category.as_str() == word
                || [category_name, industry, description].iter().any(|text| holds(text, word))
        }
        Known::Kitchen(waste) => holds(&waste.name_zh, word) || holds(&waste.name_en, word),
        Known::Identified(..) => false,
    }
}

/// The code begins with the word, hyphens or not.
fn begins(code: &str, word: &str) -> bool {
    let plain = |text: &str| text.bytes().filter(|&byte| byte != b'-').collect::<Vec<_>>();
    code.starts_with(word)
        || (word.is_ascii() && !word.contains('-') && plain(code).starts_with(word.as_bytes()))
}

/// Latin letters are compared without regard to case; Chinese has none.
fn holds(text: &str, word: &str) -> bool {
    text.contains(word) || text.to_uppercase().contains(word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::lookup::tests::{catalogue, code};

    fn finds(query: &Search<'_>, limit: usize) -> (Vec<String>, bool) {
        let found = catalogue().search(catalogue().edition("2021").unwrap(), query, limit);
        (found.wastes.iter().map(|known| known.code().to_string()).collect(), found.more)
    }

    fn query(q: &str) -> Search<'_> {
        Search { q, ..Search::default() }
    }

    #[test]
    fn by_the_beginning_of_a_code_with_or_without_hyphens() {
        assert_eq!(finds(&query("900-249"), 9), (vec!["900-249-08".to_owned()], false));
        assert_eq!(finds(&query("90024908"), 9), (vec!["900-249-08".to_owned()], false));
        assert_eq!(finds(&query("cy-"), 9).0, ["CY-01", "CY-02", "CY-03"]);
        assert_eq!(finds(&query("841"), 9).0.len(), 5);
        assert!(finds(&query("249-08"), 9).0.is_empty());
    }

    #[test]
    fn by_words_that_all_must_be_there() {
        assert_eq!(finds(&query("铅蓄电池 拆解"), 9).0, ["900-052-31"]);
        assert_eq!(finds(&query("老油"), 9).0, ["CY-02"]);
        assert!(finds(&query("铅蓄电池 医疗"), 9).0.is_empty());
    }

    #[test]
    fn by_category_and_stream() {
        let of = |category, stream| {
            finds(&Search { category: Some(category), stream, ..Search::default() }, 500).0.len()
        };
        assert_eq!(of("HW31", None), of("含铅废物", None));
        assert_eq!(of("hw01", Some(Stream::Medical)), 5);
        assert_eq!(of("HW01", Some(Stream::Hazardous)), 0);
        assert_eq!(of("HW41", None), 0);
        let medical = Search { stream: Some(Stream::Kitchen), ..Search::default() };
        assert_eq!(finds(&medical, 9).0.len(), 3);
    }

    #[test]
    fn pages_join_without_gap_or_repeat() {
        let (mut all, mut after) = (Vec::new(), None);
        loop {
            let (page, more) = finds(&Search { after, ..Search::default() }, 100);
            after = page.last().map(|text| code(text));
            all.extend(page);
            if !more {
                break;
            }
        }
        assert_eq!(all.len(), 470);
        assert!(all.is_sorted());
        // Exactly full: nothing more.
        assert!(!finds(&query("841"), 5).1 && finds(&query("841"), 4).1);
    }
}
