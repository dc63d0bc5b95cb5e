//! Types with a component of their own in the OpenAPI document, and readers for those that are
//! parsed from text (a waste code, a plate, a word of the catalogue).

/// `Shape` from the type's own `ToSchema`: a reference to its component.
macro_rules! shape_from_schema {
    ($name:ident) => {
        impl $crate::wire::Shape for $name {
            fn shape() -> $crate::wire::SchemaOrRef {
                $crate::wire::reference(&<Self as utoipa::ToSchema>::name())
            }

            fn components(found: &mut $crate::wire::Components) {
                let name = <Self as utoipa::ToSchema>::name();
                let schema = <Self as utoipa::PartialSchema>::schema();
                if $crate::wire::add_component(found, &name, schema) {
                    <Self as utoipa::ToSchema>::schemas(found);
                }
            }
        }
    };
}
pub(crate) use shape_from_schema;

/// `ToSchema` (the `PartialSchema` is the type's own) and `Shape`, for a type that refers to no
/// other.
macro_rules! named_shape {
    ($name:ident) => {
        impl utoipa::ToSchema for $name {
            fn name() -> std::borrow::Cow<'static, str> {
                std::borrow::Cow::Borrowed(stringify!($name))
            }
        }

        $crate::wire::shape_from_schema!($name);
    };
}
pub(crate) use named_shape;

/// The reader of a type that has a `ToSchema` and is parsed from text. `$parse` is
/// `Fn(&str) -> Result<$name, Fault>`; the fault gets the pointer of the field.
///
/// ```ignore
/// text_on_the_wire!(WasteCode, |text| {
///     WasteCode::parse(text).map_err(|unknown| unknown.fault(""))
/// });
/// ```
macro_rules! text_on_the_wire {
    ($name:ident, $parse:expr) => {
        impl $crate::wire::Decode for $name {
            fn decode(
                node: &$crate::wire::Node<'_>,
                at: &$crate::wire::Path<'_>,
                faults: &mut $crate::wire::Faults,
            ) -> Option<Self> {
                $crate::wire::parsed(node, at, faults, $parse)
            }
        }

        $crate::wire::shape_from_schema!($name);
    };
}
pub(crate) use text_on_the_wire;

use crate::problem::Fault;

use super::faults::Faults;
use super::json::Node;
use super::path::Path;

/// What `parse` makes of a text, or its fault, at this place.
pub fn parsed<T>(
    node: &Node<'_>,
    at: &Path<'_>,
    faults: &mut Faults,
    parse: impl Fn(&str) -> Result<T, Fault>,
) -> Option<T> {
    let read = parse(node.text(at, faults)?);
    read.map_err(|fault| faults.push(Fault { pointer: Some(at.to_string()), ..fault })).ok()
}
