//! The maker of small closed vocabularies: forms, packagings, methods, streams.
//!
//! Each word has two spellings: the table's own code (`SS`, `DRUM_S`) and the one of the API
//! (`semi_solid`, `steel_drum`). A word is an enum and not a row number, so that a match on it is
//! total and OpenAPI lists it; the loader checks that enum and table hold the same words, so
//! neither can drift. Given up: a new word is a line here beside its row.

use crate::problem::{Code, Fault, Text};

/// A word that its vocabulary does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` is not a known {en}")]
pub struct UnknownWord {
    pub code: Code,
    pub zh: &'static str,
    pub en: &'static str,
    pub given: String,
}

/// How much of a wrong word is quoted back: enough to find it, not enough to flood an answer.
const QUOTED_CHARS_MAX: usize = 40;

impl UnknownWord {
    pub fn new(code: Code, zh: &'static str, en: &'static str, given: &str) -> Self {
        Self { code, zh, en, given: given.chars().take(QUOTED_CHARS_MAX).collect() }
    }

    /// The fault for the field that held the word.
    pub fn fault(&self, pointer: impl Into<String>) -> Fault {
        let Self { code, zh, en, given } = self;
        let detail = Text::new(
            format!("“{given}”不是已知的{zh}，可选值见 GET /api/v1/catalogue。"),
            format!("`{given}` is not a known {en}; GET /api/v1/catalogue lists them."),
        );
        Fault::new(*code, pointer, detail)
    }
}

macro_rules! coded {
    (
        $(#[$doc:meta])* $name:ident, $fault:ident, $zh:literal, $en:literal;
        $($variant:ident $code:literal $api:literal;)+
    ) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord,
            serde::Serialize, serde::Deserialize,
        )]
        pub enum $name { $(#[serde(rename = $api)] $variant),+ }

        impl $name {
            /// Every word, in the order of its table.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The code in the reference table.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            /// The code in the API.
            pub const fn api_code(self) -> &'static str {
                match self { $(Self::$variant => $api),+ }
            }

            /// What the API, events and rows write: the API's code.
            pub const fn as_str(self) -> &'static str {
                self.api_code()
            }

            /// Its place in [`Self::ALL`] and in the loaded table.
            pub const fn index(self) -> usize {
                self as usize
            }

            /// From the API's code.
            pub fn parse(api_code: &str) -> Result<Self, $crate::catalogue::UnknownWord> {
                match api_code {
                    $($api => Ok(Self::$variant),)+
                    _ => Err($crate::catalogue::UnknownWord::new(
                        $crate::problem::Code::$fault, $zh, $en, api_code,
                    )),
                }
            }

            /// From the code in the reference table.
            pub fn of_code(code: &str) -> Option<Self> {
                match code {
                    $($code => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }

        // By hand: utoipa's derive does not see a `rename` that comes out of a macro.
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .enum_values(Some([$($api),+]))
                    .description(Some($en))
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {}

        $crate::wire::text_on_the_wire!($name, |text: &str| {
            $name::parse(text).map_err(|unknown| unknown.fault(""))
        });

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.api_code())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::catalogue::UnknownWord;
            fn from_str(api_code: &str) -> Result<Self, Self::Err> {
                Self::parse(api_code)
            }
        }
    };
}

pub(super) use coded;
