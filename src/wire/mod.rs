//! What crosses the wire: strict JSON in, typed values out, and the schema that says so. A root
//! room: any capability may use it, and it knows neither HTTP nor a capability.

mod decimal;
mod decode;
mod enums;
mod faults;
mod fields;
mod json;
mod location;
mod many;
mod mass;
mod month;
mod named;
mod nothing;
mod page;
mod parser;
mod path;
mod query;
mod scalar;
mod shape;
#[cfg(test)]
mod tests;
mod time;

pub use decimal::Decimal;
pub use decode::{Asked, Decode, asked, body, mended, read, settle};
pub(crate) use enums::api_enum;
pub use enums::{enumeration, refuse_word};
pub use faults::Faults;
pub(crate) use fields::wire;
pub use fields::{FieldShape, Fields, object_schema, parameters, wire_name};
pub use json::{Document, Node, Value};
pub use location::{Degrees, Location};
pub use many::{Change, List, Patch};
pub use mass::{NonNegativeKg, PositiveKg, SignedKg};
pub use month::Month;
pub use named::parsed;
pub(crate) use named::{named_shape, shape_from_schema, text_on_the_wire};
pub use nothing::Nothing;
pub(crate) use page::paged;
pub use page::{Cursor, Page, PageLimit, Paged};
pub use path::Path;
pub use query::{asked_in_query, percent_decoded};
pub(crate) use scalar::id_on_the_wire;
pub use scalar::{BoundedText, Sha256Hex, Whole, is_deceptive, parse_uuid, uuid, uuid_schema};
pub use shape::{Components, SchemaOrRef, Shape, add_component, reference, words};
