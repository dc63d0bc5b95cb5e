//! What may be absent, what may change, what there may be many of.

use utoipa::openapi::schema::{Array, ArrayBuilder};

use crate::problem::Code;

use super::decode::Decode;
use super::faults::Faults;
use super::json::{Node, Value};
use super::path::Path;
use super::shape::{Components, SchemaOrRef, Shape, nullable};

impl<T: Shape> Shape for Option<T> {
    fn shape() -> SchemaOrRef {
        nullable(T::shape())
    }

    fn components(found: &mut Components) {
        T::components(found);
    }
}

/// Absent and `null` are both nothing.
impl<T: Decode> Decode for Option<T> {
    fn decode(node: &Node<'_>, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
        if node.is_null() { Some(None) } else { T::decode(node, at, faults).map(Some) }
    }

    fn missing() -> Option<Self> {
        Some(None)
    }

    fn stand_in() -> Option<Self> {
        Some(None)
    }
}

impl<T: Shape> Shape for Box<T> {
    fn shape() -> SchemaOrRef {
        T::shape()
    }

    fn components(found: &mut Components) {
        T::components(found);
    }
}

impl<T: Decode> Decode for Box<T> {
    fn decode(node: &Node<'_>, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
        T::decode(node, at, faults).map(Self::new)
    }

    fn missing() -> Option<Self> {
        T::missing().map(Self::new)
    }
}

/// A field of a merge patch (RFC 7396) that may be cleared: absent keeps, `null` clears.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Patch<T> {
    #[default]
    Keep,
    Clear,
    Set(T),
}

impl<T> Patch<T> {
    /// What the field is after the patch.
    pub fn apply(self, before: Option<T>) -> Option<T> {
        match self {
            Self::Keep => before,
            Self::Clear => None,
            Self::Set(value) => Some(value),
        }
    }
}

impl<T: Shape> Shape for Patch<T> {
    fn shape() -> SchemaOrRef {
        nullable(T::shape())
    }

    fn components(found: &mut Components) {
        T::components(found);
    }
}

impl<T: Decode> Decode for Patch<T> {
    fn decode(node: &Node<'_>, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
        if node.is_null() { Some(Self::Clear) } else { T::decode(node, at, faults).map(Self::Set) }
    }

    fn missing() -> Option<Self> {
        Some(Self::Keep)
    }

    fn stand_in() -> Option<Self> {
        Some(Self::Keep)
    }
}

/// A field of a merge patch that always has a value: absent keeps, `null` is refused.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Change<T> {
    #[default]
    Keep,
    Set(T),
}

impl<T> Change<T> {
    /// What the field is after the patch.
    pub fn apply(self, before: T) -> T {
        match self {
            Self::Keep => before,
            Self::Set(value) => value,
        }
    }
}

impl<T: Shape> Shape for Change<T> {
    fn shape() -> SchemaOrRef {
        T::shape()
    }

    fn components(found: &mut Components) {
        T::components(found);
    }
}

impl<T: Decode> Decode for Change<T> {
    fn decode(node: &Node<'_>, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
        T::decode(node, at, faults).map(Self::Set)
    }

    fn missing() -> Option<Self> {
        Some(Self::Keep)
    }

    fn stand_in() -> Option<Self> {
        Some(Self::Keep)
    }
}

/// From `MIN` to `MAX` of one kind. There is no reader for a bare `Vec`: what grows by someone
/// else's hand has a bound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List<T, const MIN: usize, const MAX: usize>(Vec<T>);

impl<T, const MIN: usize, const MAX: usize> List<T, MIN, MAX> {
    /// `None` when there are too few or too many.
    pub fn of(values: Vec<T>) -> Option<Self> {
        (MIN..=MAX).contains(&values.len()).then_some(Self(values))
    }

    pub fn as_slice(&self) -> &[T] {
        &self.0
    }

    pub fn into_vec(self) -> Vec<T> {
        self.0
    }
}

/// Only where none is allowed: the default of an absent list is the empty one.
impl<T, const MAX: usize> Default for List<T, 0, MAX> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T, const MIN: usize, const MAX: usize> std::ops::Deref for List<T, MIN, MAX> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T, const MIN: usize, const MAX: usize> IntoIterator for List<T, MIN, MAX> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<T: Shape, const MIN: usize, const MAX: usize> Shape for List<T, MIN, MAX> {
    fn shape() -> SchemaOrRef {
        ArrayBuilder::from(Array::new(T::shape()))
            .min_items((MIN > 0).then_some(MIN))
            .max_items(Some(MAX))
            .into()
    }

    fn components(found: &mut Components) {
        T::components(found);
    }
}

impl<T: Decode, const MIN: usize, const MAX: usize> Decode for List<T, MIN, MAX> {
    fn decode(node: &Node<'_>, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
        // In a query one value needs no brackets, and several may be written with commas.
        if let Value::Parameter(text) = &node.value {
            let part = |part: &str| Node { at: 0, value: Value::Parameter(part.to_owned().into()) };
            return elements(&text.split(',').map(part).collect::<Vec<_>>(), MIN, MAX, at, faults)
                .map(Self);
        }
        elements(node.elements(at, faults)?, MIN, MAX, at, faults).map(Self)
    }

    fn stand_in() -> Option<Self> {
        (MIN == 0).then(|| Self(Vec::new()))
    }
}

fn elements<T: Decode>(
    nodes: &[Node<'_>],
    min: usize,
    max: usize,
    at: &Path<'_>,
    faults: &mut Faults,
) -> Option<Vec<T>> {
    let count = nodes.len();
    if count > max {
        let en = format!("At most {max} entries; {count} given.");
        faults.add(Code::TooLong, at, format!("最多 {max} 项，现有 {count} 项。"), en);
        return None;
    }
    if count < min {
        let en = format!("At least {min} entries; {count} given.");
        faults.add(Code::TooShort, at, format!("至少 {min} 项，现有 {count} 项。"), en);
        return None;
    }
    let mut values = Vec::with_capacity(count);
    // All are read, also after one has failed: every fault is gathered.
    for (index, node) in nodes.iter().enumerate() {
        values.extend(T::decode(node, &at.index(index), faults).or_else(|| faults.stand_in()));
    }
    (values.len() == count).then_some(values)
}
