//! The kinds of things that are looked for, in the order in which they are shown: codes and numbers
//! go before names.

use super::asked::Words;
use super::store::{
    CONTAINERS, DRIVERS, DRIVERS_BY_LICENCE, LICENCES, MANIFESTS, MANIFESTS_BY_CONTAINER,
    MANIFESTS_BY_DRIVER, MANIFESTS_BY_PLATE, ORGANISATIONS, ORGANISATIONS_BY_USCC, SITES, VEHICLES,
};
use super::view::{SearchKind as K, SearchMatch as M};

pub struct Section {
    pub kind: K,
    pub matched: M,
    pub sql: &'static str,
    /// The words as its index has them; none where they cannot be of such a thing at all.
    pub word: fn(&Words) -> Option<&str>,
    /// Its pages go by what was looked for, not by id.
    pub by_text: bool,
}

const fn section(
    (kind, matched): (K, M),
    sql: &'static str,
    word: fn(&Words) -> Option<&str>,
    by_text: bool,
) -> Section {
    Section { kind, matched, sql, word, by_text }
}

pub const SECTIONS: [Section; 12] = [
    section((K::Manifest, M::Number), MANIFESTS, number, true),
    section((K::Container, M::Container), CONTAINERS, code, true),
    section((K::Manifest, M::Container), MANIFESTS_BY_CONTAINER, code, false),
    section((K::Vehicle, M::Plate), VEHICLES, plate, false),
    section((K::Manifest, M::Plate), MANIFESTS_BY_PLATE, plate, false),
    section((K::Organisation, M::Uscc), ORGANISATIONS_BY_USCC, code, true),
    section((K::Organisation, M::Name), ORGANISATIONS, name, false),
    section((K::Site, M::Name), SITES, name, false),
    section((K::Licence, M::Number), LICENCES, name, false),
    section((K::Driver, M::Name), DRIVERS, name, false),
    section((K::Driver, M::LicenceNo), DRIVERS_BY_LICENCE, code, true),
    section((K::Manifest, M::Driver), MANIFESTS_BY_DRIVER, name, false),
];

fn name(words: &Words) -> Option<&str> {
    (!words.name.is_empty()).then_some(&*words.name)
}

/// `C` and digits, or digits, a year's at least.
fn number(words: &Words) -> Option<&str> {
    let digits = words.code.strip_prefix('C').unwrap_or(&words.code);
    let fits = digits.len() >= 4 && digits.bytes().all(|byte| byte.is_ascii_digit());
    fits.then_some(&*words.code)
}

/// Letters, digits and strokes.
fn code(words: &Words) -> Option<&str> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    (words.code.len() >= 4 && words.code.bytes().all(plain)).then_some(&*words.code)
}

/// A plate has no room for more.
fn plate(words: &Words) -> Option<&str> {
    (1..=8).contains(&words.code.chars().count()).then_some(&*words.code)
}
