//! Pages of a list, by key and not by offset: stable while rows are inserted before them.
//!
//! The cursor is the key of the last row shown. It is opaque to clients and needs no seal: a forged
//! one only starts the same caller's own list elsewhere.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;
use utoipa::openapi::schema::Type;

use crate::limits::{PAGE_ROWS_DEFAULT, PAGE_ROWS_MAX};
use crate::problem::{Code, Problem};

use super::decode::Decode;
use super::faults::Faults;
use super::json::Node;
use super::path::Path;
use super::scalar::Whole;
use super::shape::{SchemaOrRef, Shape, plain};

/// How many rows a page has at most: `pub limit: PageLimit = PageLimit::default()` in a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageLimit(u32);

impl PageLimit {
    /// One more than is shown, as a bound for SQL: whether it exists tells whether to go on.
    pub fn rows_to_read(self) -> i64 {
        i64::from(self.0) + 1
    }

    /// How many rows a page shows.
    pub const fn rows_to_show(self) -> usize {
        self.0 as usize
    }
}

impl PageLimit {
    /// As many as a page may have: for whoever reads a whole list page by page.
    pub const MOST: Self = Self(PAGE_ROWS_MAX);
}

impl Default for PageLimit {
    fn default() -> Self {
        Self(PAGE_ROWS_DEFAULT)
    }
}

impl Shape for PageLimit {
    fn shape() -> SchemaOrRef {
        plain(Type::Integer)
            .minimum(Some(1))
            .maximum(Some(PAGE_ROWS_MAX))
            .default(Some(PAGE_ROWS_DEFAULT.into()))
            .into()
    }
}

impl Decode for PageLimit {
    fn decode(node: &Node<'_>, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
        let rows = Whole::<1, { PAGE_ROWS_MAX as i64 }>::decode(node, at, faults)?;
        u32::try_from(rows.get()).ok().map(Self)
    }
}

/// Where a page begins: after the row with this key. `K` is the list's sort key, complete enough
/// to be unique: `pub cursor: Option<Cursor<(DateTime<Utc>, ManifestId)>>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor<K>(pub K);

/// The query of a list that can be read page by page.
pub trait Paged: Clone {
    /// The same list from a page's `next_cursor` on, in the largest pages; from where the query
    /// itself begins where there is none. `None` for a cursor that is not this list's.
    fn from(&self, cursor: Option<&str>) -> Option<Self>;
}

/// [`Paged`] for queries declared with `wire!` that have a `limit` and a `cursor`.
macro_rules! paged {
    ($($name:ty),+ $(,)?) => {$(
        impl $crate::wire::Paged for $name {
            fn from(&self, cursor: Option<&str>) -> Option<Self> {
                let cursor = match cursor {
                    Some(text) => Some($crate::wire::Cursor::read(text)?),
                    None => self.cursor.clone(),
                };
                Some(Self { limit: $crate::wire::PageLimit::MOST, cursor, ..self.clone() })
            }
        }
    )+};
}
pub(crate) use paged;

impl<K> Shape for Cursor<K> {
    fn shape() -> SchemaOrRef {
        plain(Type::String).into()
    }
}

impl<K: DeserializeOwned> Decode for Cursor<K> {
    fn decode(node: &Node<'_>, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
        let cursor = Self::read(node.text(at, faults)?);
        if cursor.is_none() {
            let en = "Not a cursor of this list: use `next_cursor` as it was given.";
            faults.add(Code::InvalidValue, at, "不是本列表的游标，请原样使用 next_cursor。", en);
        }
        cursor
    }
}

impl<K: DeserializeOwned> Cursor<K> {
    /// What [`Page::next_cursor`] stands for.
    pub fn read(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        serde_json::from_slice(&bytes).ok().map(Self)
    }
}

/// The answer of a list.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Page<T> {
    pub data: Vec<T>,
    /// Give it as `cursor` for the next page; `null` at the end.
    #[schema(required)]
    pub next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// A page of `rows`, which were read up to [`PageLimit::rows_to_read`].
    pub fn of<R, K: Serialize>(
        mut rows: Vec<R>,
        limit: PageLimit,
        key: impl Fn(&R) -> K,
        show: impl Fn(R) -> T,
    ) -> Result<Self, Problem> {
        let shown = limit.0 as usize;
        let more = rows.len() > shown;
        rows.truncate(shown);
        let last = rows.last().filter(|_| more).map(key);
        let next_cursor = last.map(|key| cursor_text(&key)).transpose()?;
        Ok(Self { data: rows.into_iter().map(show).collect(), next_cursor })
    }
}

fn cursor_text(key: &impl Serialize) -> Result<String, Problem> {
    let json = serde_json::to_vec(key).map_err(Problem::internal)?;
    Ok(URL_SAFE_NO_PAD.encode(json))
}
