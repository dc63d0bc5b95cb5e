//! How refusals and warnings look, for the OpenAPI document: written beside `answer.rs`, which
//! makes them, and checked against it by a test.

use std::borrow::Cow;

use utoipa::openapi::ObjectBuilder;
use utoipa::openapi::schema::{Array, Object, SchemaFormat, SchemaType, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::problem::ALL_CODES;
use crate::wire::{Components, SchemaOrRef, reference};

/// The component `Problem`: the body of every 4xx and 5xx.
pub struct ProblemBody;

/// The component `Fault`: an entry of `errors` and of `warnings`.
pub struct FaultEntry;

impl PartialSchema for ProblemBody {
    fn schema() -> SchemaOrRef {
        let id = ObjectBuilder::new()
            .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
            .description(Some("To be named when asking for help."));
        ObjectBuilder::new()
            .schema_type(Type::Object)
            .description(Some(
                "RFC 9457. The members of the first entry of `errors` stand here too, beside \
                 these.",
            ))
            .property("type", uri_reference())
            .property("title", string())
            .property("status", ObjectBuilder::new().schema_type(Type::Integer))
            .property("detail", string())
            .property("code", code())
            .property("request_id", id)
            .property("errors", Array::new(reference("Fault")))
            .required("type")
            .required("title")
            .required("status")
            .required("detail")
            .required("code")
            .required("request_id")
            .required("errors")
            .into()
    }
}

impl ToSchema for ProblemBody {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Problem")
    }

    fn schemas(found: &mut Components) {
        found.push((FaultEntry::name().into_owned(), FaultEntry::schema()));
    }
}

impl PartialSchema for FaultEntry {
    fn schema() -> SchemaOrRef {
        let pointer = ObjectBuilder::new().schema_type(Type::String).description(Some(
            "JSON pointer into the body, `/query/<name>` for a parameter, empty for the whole.",
        ));
        ObjectBuilder::new()
            .schema_type(Type::Object)
            .description(Some("What is wrong, where, and what to do; with figures for some codes."))
            .property("pointer", pointer)
            .property("code", code())
            .property("detail", string())
            .required("pointer")
            .required("code")
            .required("detail")
            .into()
    }
}

impl ToSchema for FaultEntry {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Fault")
    }
}

/// Not an enumeration: codes are added, and a client must survive one that it does not know.
fn code() -> Object {
    let known: Vec<&str> = ALL_CODES.iter().map(|code| code.as_str()).collect();
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some("Stable; branch on it. `docs/problems.md` lists all."))
        .examples(known.into_iter().take(3))
        .build()
}

fn string() -> Object {
    Object::with_type(Type::String)
}

fn uri_reference() -> Object {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::Custom("uri-reference".to_owned())))
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::problem_json;
    use crate::problem::{Code, Fault, Lang, Problem, Text};

    #[test]
    fn what_is_rendered_has_the_members_that_the_schema_requires() {
        let fault = Fault::new(Code::NotYet, "/occurred_at", Text::new("晚", "late"));
        let body = problem_json(&Problem::from(fault), Lang::En, Some("r"));
        let members =
            |schema: SchemaOrRef| serde_json::to_value(schema).unwrap()["required"].clone();
        let has_all = |schema, value: &serde_json::Value| {
            let required: Vec<String> = serde_json::from_value(members(schema)).unwrap();
            required.len() == value.as_object().unwrap().len()
                && required.iter().all(|name| value.get(name).is_some())
        };
        assert!(has_all(ProblemBody::schema(), &body));
        assert!(has_all(FaultEntry::schema(), &body["errors"][0]));
    }
}
