//! A place on earth: degrees on the wire, whole micro-degrees (a tenth of a metre) inside, so that
//! it hashes and compares exactly.

use serde::ser::SerializeStruct;
use utoipa::openapi::schema::{AdditionalProperties, Schema, Type};

use crate::problem::Code;

use super::decode::Decode;
use super::faults::Faults;
use super::fields::Fields;
use super::json::Node;
use super::named::named_shape;
use super::path::Path;
use super::shape::{SchemaOrRef, Shape, plain};

/// WGS 84, in millionths of a degree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Location {
    pub lon_e6: i32,
    pub lat_e6: i32,
}

/// Degrees up to `LIMIT` either way, as exact as they were sent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Degrees<const LIMIT: i32>(f64);

impl<const LIMIT: i32> Degrees<LIMIT> {
    pub const fn get(self) -> f64 {
        self.0
    }

    /// To the nearest millionth: receivers send more digits than they measure.
    fn millionths(self) -> i32 {
        (self.0 * 1e6).round() as i32
    }
}

impl<const LIMIT: i32> Shape for Degrees<LIMIT> {
    fn shape() -> SchemaOrRef {
        plain(Type::Number).minimum(Some(-LIMIT)).maximum(Some(LIMIT)).into()
    }
}

impl<const LIMIT: i32> Decode for Degrees<LIMIT> {
    fn decode(node: &Node<'_>, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
        let degrees = node.number(at, faults)?.parse::<f64>().unwrap_or(f64::NAN);
        if degrees.abs() <= f64::from(LIMIT) {
            return Some(Self(degrees));
        }
        let zh = format!("应为 -{LIMIT} 到 {LIMIT} 之间的度数。");
        faults.add(Code::OutOfRange, at, zh, format!("Must be degrees from -{LIMIT} to {LIMIT}."));
        None
    }
}

impl Decode for Location {
    fn decode(node: &Node<'_>, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = Fields::of(node, at, faults)?;
        let lon = fields.take::<Degrees<180>>("lon");
        let lat = fields.take::<Degrees<90>>("lat");
        fields.refuse_unknown(&["lon", "lat"]);
        Some(Self { lon_e6: lon?.millionths(), lat_e6: lat?.millionths() })
    }
}

impl serde::Serialize for Location {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Location", 2)?;
        object.serialize_field("lon", &(f64::from(self.lon_e6) / 1e6))?;
        object.serialize_field("lat", &(f64::from(self.lat_e6) / 1e6))?;
        object.end()
    }
}

impl utoipa::PartialSchema for Location {
    fn schema() -> SchemaOrRef {
        plain(Type::Object)
            .description(Some("WGS 84 degrees."))
            .property("lon", Degrees::<180>::shape())
            .property("lat", Degrees::<90>::shape())
            .required("lon")
            .required("lat")
            .additional_properties(Some(AdditionalProperties::<Schema>::FreeForm(false)))
            .into()
    }
}

named_shape!(Location);
