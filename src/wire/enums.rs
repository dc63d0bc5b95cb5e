//! Enumerations of the API: one fixed word for each value, declared once.

/// Declares an enumeration with its words; gives `ALL`, `as_str`, `parse`, `Display`, serde, the
/// reader and the OpenAPI component.
///
/// ```ignore
/// api_enum! {
///     /// What the receiver decides at the gate.
///     pub enum Verdict { Accept = "accept", Partial = "partial", Refuse = "refuse" }
/// }
/// ```
macro_rules! api_enum {
    ($(
        $(#[doc = $doc:literal])*
        $vis:vis enum $name:ident {
            $( $(#[doc = $variant_doc:literal])* $variant:ident = $word:literal ),+ $(,)?
        }
    )+) => {$(
        $(#[doc = $doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        $vis enum $name {
            $( $(#[doc = $variant_doc])* $variant ),+
        }

        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            pub fn parse(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
                let word = <std::borrow::Cow<'de, str>>::deserialize(reader)?;
                let unknown = || serde::de::Error::unknown_variant(&word, &[$($word),+]);
                Self::parse(&word).ok_or_else(unknown)
            }
        }

        impl $crate::wire::Decode for $name {
            fn decode(
                node: &$crate::wire::Node<'_>,
                at: &$crate::wire::Path<'_>,
                faults: &mut $crate::wire::Faults,
            ) -> Option<Self> {
                let word = node.text(at, faults)?;
                let value = Self::parse(word);
                if value.is_none() {
                    let allowed: Vec<&str> = Self::ALL.iter().map(|one| one.as_str()).collect();
                    $crate::wire::refuse_word(at, faults, &allowed);
                }
                value
            }

            fn stand_in() -> Option<Self> {
                Self::ALL.first().copied()
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> $crate::wire::SchemaOrRef {
                let words: Vec<&str> = Self::ALL.iter().map(|one| one.as_str()).collect();
                $crate::wire::enumeration(&words, &$crate::wire::words(&[$($doc),*]))
            }
        }

        $crate::wire::named_shape!($name);
    )+};
}
pub(crate) use api_enum;

use utoipa::openapi::schema::Type;

use crate::problem::{Code, Fault, Text};

use super::faults::Faults;
use super::path::Path;
use super::shape::{SchemaOrRef, plain};

/// The fault of a word that is none of the allowed ones; they are listed in it.
pub fn refuse_word(at: &Path<'_>, faults: &mut Faults, allowed: &[&str]) {
    let listed = allowed.join(", ");
    let detail =
        Text::new(format!("应为以下之一：{listed}。"), format!("Must be one of: {listed}."));
    faults.push(Fault::new(Code::InvalidValue, at.to_string(), detail).with("allowed", allowed));
}

/// The schema of a string that is one of `words`.
pub fn enumeration(words: &[&str], description: &str) -> SchemaOrRef {
    let description = (!description.is_empty()).then(|| description.to_owned());
    plain(Type::String)
        .enum_values(Some(words.iter().map(|word| serde_json::Value::from(*word))))
        .description(description)
        .into()
}
