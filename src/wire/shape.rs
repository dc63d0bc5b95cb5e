//! What a type looks like on the wire, for the OpenAPI document (utoipa's schema types).
//!
//! utoipa's derive reads `Option` and `Vec` from the spelling of a field's type and would call a
//! `Patch<T>` or a field with a default required. Here the type itself says how it is shown, so
//! the document cannot disagree with the reader.

use utoipa::openapi::schema::{
    KnownFormat, Object, ObjectBuilder, Ref, Schema, SchemaFormat, SchemaType, Type,
};
use utoipa::openapi::{OneOfBuilder, RefOr};

/// A schema in place, or the name of a component.
pub type SchemaOrRef = RefOr<Schema>;

/// The named schemas of the document.
pub type Components = Vec<(String, SchemaOrRef)>;

/// How a type is shown where it is a field: in place, or by reference to a named component.
pub trait Shape {
    fn shape() -> SchemaOrRef;

    /// Adds the components that `shape` refers to, and theirs.
    fn components(_found: &mut Components) {}
}

/// A type that has a component of its own, under its name.
pub fn reference(name: &str) -> SchemaOrRef {
    RefOr::Ref(Ref::from_schema_name(name))
}

/// Adds one named component, unless it is there (types may name each other in a ring).
/// Answers whether it was new, that is whether what it refers to is still to be added.
pub fn add_component(found: &mut Components, name: &str, schema: SchemaOrRef) -> bool {
    let new = found.iter().all(|(known, _)| known != name);
    if new {
        found.push((name.to_owned(), schema));
    }
    new
}

pub fn plain(kind: Type) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::new(kind))
}

pub fn formatted(kind: Type, format: KnownFormat) -> ObjectBuilder {
    plain(kind).format(Some(SchemaFormat::KnownFormat(format)))
}

/// The same, or `null`.
pub fn nullable(schema: SchemaOrRef) -> SchemaOrRef {
    match schema {
        RefOr::T(Schema::Object(mut object)) => {
            object.schema_type = with_null(&object.schema_type);
            if let Some(values) = object.enum_values.as_mut() {
                values.push(serde_json::Value::Null);
            }
            RefOr::T(Schema::Object(object))
        }
        RefOr::T(Schema::Array(mut array)) => {
            array.schema_type = with_null(&array.schema_type);
            RefOr::T(Schema::Array(array))
        }
        other => OneOfBuilder::new()
            .item(Object::with_type(SchemaType::new(Type::Null)))
            .item(other)
            .into(),
    }
}

fn with_null(kind: &SchemaType) -> SchemaType {
    match kind {
        SchemaType::Type(one) => SchemaType::Array(vec![one.clone(), Type::Null]),
        SchemaType::Array(_) | SchemaType::AnyValue => kind.clone(),
    }
}

/// The same without `null`: a query parameter has no way to say it.
pub fn not_null(schema: SchemaOrRef) -> SchemaOrRef {
    match schema {
        RefOr::T(Schema::Object(mut object)) => {
            object.schema_type = without_null(object.schema_type);
            if let Some(values) = object.enum_values.as_mut() {
                values.retain(|value| !value.is_null());
            }
            RefOr::T(Schema::Object(object))
        }
        RefOr::T(Schema::Array(mut array)) => {
            array.schema_type = without_null(array.schema_type);
            RefOr::T(Schema::Array(array))
        }
        // `nullable` puts the schema itself last.
        RefOr::T(Schema::OneOf(mut one_of)) => {
            one_of.items.pop().unwrap_or(RefOr::T(Schema::OneOf(one_of)))
        }
        other => other,
    }
}

fn without_null(kind: SchemaType) -> SchemaType {
    match kind {
        SchemaType::Array(kinds) => kinds
            .into_iter()
            .find(|kind| *kind != Type::Null)
            .map_or(SchemaType::AnyValue, SchemaType::Type),
        SchemaType::Type(_) | SchemaType::AnyValue => kind,
    }
}

/// The schema with a sentence about this use of it.
pub fn described(schema: SchemaOrRef, words: &str) -> SchemaOrRef {
    if words.is_empty() {
        return schema;
    }
    match schema {
        RefOr::T(Schema::Object(mut object)) => {
            object.description = Some(words.to_owned());
            RefOr::T(Schema::Object(object))
        }
        RefOr::T(Schema::Array(mut array)) => {
            array.description = Some(words.to_owned());
            RefOr::T(Schema::Array(array))
        }
        RefOr::T(Schema::OneOf(mut one_of)) => {
            one_of.description = Some(words.to_owned());
            RefOr::T(Schema::OneOf(one_of))
        }
        RefOr::Ref(mut reference) => {
            words.clone_into(&mut reference.description);
            RefOr::Ref(reference)
        }
        // Our types make none of the other kinds.
        other @ RefOr::T(_) => other,
    }
}

/// The lines of a doc comment as one text.
pub fn words(lines: &[&str]) -> String {
    lines.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ").trim().to_owned()
}
