//! Reading an object field by field, and `wire!`, which declares a request's struct once and gives
//! its reader, its OpenAPI component and, for queries, its parameters.

use std::borrow::Cow;

use utoipa::openapi::Required;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{AdditionalProperties, ObjectBuilder, Schema, Type};

use crate::problem::Code;

use super::decode::Decode;
use super::faults::Faults;
use super::json::Node;
use super::path::Path;
use super::shape::{SchemaOrRef, described, not_null, nullable, plain};

/// The members of one object while its fields are taken from it.
pub struct Fields<'n, 'f> {
    members: &'n [(Cow<'n, str>, Node<'n>)],
    at: &'n Path<'n>,
    faults: &'f mut Faults,
}

impl<'n, 'f> Fields<'n, 'f> {
    pub fn of(node: &'n Node<'n>, at: &'n Path<'n>, faults: &'f mut Faults) -> Option<Self> {
        let members = node.members(at, faults)?;
        Some(Self { members, at, faults })
    }

    /// The field, or what its absence means, or the fault that it is required.
    pub fn take<T: Decode>(&mut self, name: &'static str) -> Option<T> {
        let at = self.at.key(name);
        if let Some(node) = self.member(name) {
            return T::decode(node, &at, self.faults).or_else(|| self.faults.stand_in());
        }
        let absent = T::missing();
        if absent.is_none() {
            self.faults.add(Code::Required, &at, "缺少必填字段。", "This field is required.");
            return self.faults.stand_in();
        }
        absent
    }

    /// The field; absent or `null`, the default.
    pub fn take_or<T: Decode>(
        &mut self,
        name: &'static str,
        default: impl FnOnce() -> T,
    ) -> Option<T> {
        match self.member(name) {
            Some(node) if !node.is_null() => {
                T::decode(node, &self.at.key(name), self.faults).or_else(|| self.faults.stand_in())
            }
            _ => Some(default()),
        }
    }

    /// A fault at every member that is none of `known`. Call it once, after the fields.
    pub fn refuse_unknown(self, known: &[&str]) {
        for (key, _) in self.members {
            if !known.contains(&key.as_ref()) {
                let at = self.at.key(key);
                self.faults.add(Code::UnknownField, &at, "未知字段。", "There is no such field.");
            }
            if self.faults.is_full() {
                return;
            }
        }
    }

    fn member(&self, name: &str) -> Option<&'n Node<'n>> {
        self.members.iter().find(|(key, _)| key == name).map(|(_, node)| node)
    }
}

/// One field as the OpenAPI document shows it.
pub struct FieldShape {
    pub name: &'static str,
    pub schema: SchemaOrRef,
    pub required: bool,
    pub words: String,
}

impl FieldShape {
    pub fn of<T: Decode>(name: &'static str, has_default: bool, words: String) -> Self {
        let schema = if has_default { nullable(T::shape()) } else { T::shape() };
        let required = !has_default && T::missing().is_none();
        Self { name, schema, required, words }
    }
}

/// The component of a struct: its fields and no others.
pub fn object_schema(words: &str, fields: Vec<FieldShape>) -> SchemaOrRef {
    let described_as = (!words.is_empty()).then(|| words.to_owned());
    let mut object: ObjectBuilder = plain(Type::Object)
        .description(described_as)
        .additional_properties(Some(AdditionalProperties::<Schema>::FreeForm(false)));
    for field in fields {
        object = object.property(field.name, described(field.schema, &field.words));
        if field.required {
            object = object.required(field.name);
        }
    }
    object.into()
}

/// The same fields as parameters of a query or a path.
pub fn parameters(fields: Vec<FieldShape>, place: &ParameterIn) -> Vec<Parameter> {
    let parameter = |field: FieldShape| {
        ParameterBuilder::new()
            .name(field.name)
            .parameter_in(place.clone())
            .required(if field.required { Required::True } else { Required::False })
            .description((!field.words.is_empty()).then_some(field.words))
            .schema(Some(not_null(field.schema)))
            .build()
    };
    fields.into_iter().map(parameter).collect()
}

/// The name on the wire of a field called `r#type` in Rust.
pub fn wire_name(field: &'static str) -> &'static str {
    field.strip_prefix("r#").unwrap_or(field)
}

/// Declares request structs. A field is required unless its type says otherwise (`Option`,
/// `Patch`) or a default follows it after `=`; fields that are not declared are refused.
///
/// ```ignore
/// wire! {
///     /// What a carrier signs at the gate.
///     pub struct Depart {
///         /// When it left; now, when absent.
///         pub occurred_at: Option<DateTime<Utc>>,
///         pub loaded_kg: Option<PositiveKg>,
///         pub vehicle_id: VehicleId,
///         pub note: BoundedText<0, 500> = BoundedText::default(),
///     }
/// }
/// ```
macro_rules! wire {
    ($(
        $(#[doc = $doc:literal])*
        $vis:vis struct $name:ident {
            $(
                $(#[doc = $field_doc:literal])*
                pub $field:ident : $type:ty $(= $default:expr)?
            ),* $(,)?
        }
    )+) => {$(
        $(#[doc = $doc])*
        #[derive(Clone, Debug, PartialEq)]
        $vis struct $name {
            $( $(#[doc = $field_doc])* pub $field: $type ),*
        }

        impl $name {
            fn field_shapes() -> Vec<$crate::wire::FieldShape> {
                vec![$(
                    $crate::wire::FieldShape::of::<$type>(
                        $crate::wire::wire_name(stringify!($field)),
                        $crate::wire::wire!(@has_default $($default)?),
                        $crate::wire::words(&[$($field_doc),*]),
                    )
                ),*]
            }
        }

        impl $crate::wire::Decode for $name {
            #[allow(unused_mut, reason = "a struct without fields takes none")]
            fn decode(
                node: &$crate::wire::Node<'_>,
                at: &$crate::wire::Path<'_>,
                faults: &mut $crate::wire::Faults,
            ) -> Option<Self> {
                let mut fields = $crate::wire::Fields::of(node, at, faults)?;
                // All fields are read before any is missed: every fault is gathered.
                $(
                    let $field: Option<$type> =
                        $crate::wire::wire!(@take fields, $field, $($default)?);
                )*
                fields.refuse_unknown(&[$($crate::wire::wire_name(stringify!($field))),*]);
                Some(Self { $($field: $field?),* })
            }
        }

        impl $crate::wire::Shape for $name {
            fn shape() -> $crate::wire::SchemaOrRef {
                $crate::wire::reference(stringify!($name))
            }

            fn components(found: &mut $crate::wire::Components) {
                let schema = <Self as utoipa::PartialSchema>::schema();
                if $crate::wire::add_component(found, stringify!($name), schema) {
                    $( <$type as $crate::wire::Shape>::components(found); )*
                }
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> $crate::wire::SchemaOrRef {
                let words = $crate::wire::words(&[$($doc),*]);
                $crate::wire::object_schema(&words, Self::field_shapes())
            }
        }

        impl utoipa::ToSchema for $name {
            fn name() -> std::borrow::Cow<'static, str> {
                std::borrow::Cow::Borrowed(stringify!($name))
            }

            #[allow(unused_variables, reason = "a struct without fields refers to none")]
            fn schemas(found: &mut $crate::wire::Components) {
                $( <$type as $crate::wire::Shape>::components(found); )*
            }
        }

        impl utoipa::IntoParams for $name {
            fn into_params(
                place: impl Fn() -> Option<utoipa::openapi::path::ParameterIn>,
            ) -> Vec<utoipa::openapi::path::Parameter> {
                let place = place().unwrap_or(utoipa::openapi::path::ParameterIn::Query);
                $crate::wire::parameters(Self::field_shapes(), &place)
            }
        }
    )+};

    (@has_default) => { false };
    (@has_default $default:expr) => { true };
    (@take $fields:ident, $field:ident,) => {
        $fields.take($crate::wire::wire_name(stringify!($field)))
    };
    (@take $fields:ident, $field:ident, $default:expr) => {
        $fields.take_or($crate::wire::wire_name(stringify!($field)), || $default)
    };
}
pub(crate) use wire;
