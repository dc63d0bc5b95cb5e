//! A draft as the API shows it: what was saved, and what may be done with it.

use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::drafts::Draft;
use super::shape::{AllowedAction, ManifestView};
use super::status::{Status, open_to};
use crate::ctx::Actor;
use crate::ids::ManifestId;
use crate::wire::api_enum;

api_enum! {
    /// The status of what is not filed yet.
    pub enum DraftStatus { Draft = "draft" }
}

/// A draft: the fields as they were saved, beside these.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DraftView {
    pub id: ManifestId,
    pub status: DraftStatus,
    pub version: i64,
    /// Always null: a draft takes no number.
    #[schema(required)]
    pub number: Option<String>,
    pub allowed_actions: Vec<AllowedAction>,
    #[serde(flatten)]
    #[schema(value_type = Object)]
    pub saved: Map<String, Value>,
}

/// A filed manifest or a draft.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum AnyManifest {
    Filed(Box<ManifestView>),
    Draft(DraftView),
}

/// A step's entry for `allowed_actions`.
pub fn allowed_action(action: super::status::Action) -> AllowedAction {
    let row = action.transition();
    let fields = row.required.iter().chain(row.optional);
    AllowedAction {
        action: action.as_str().to_owned(),
        fields: fields.map(|field| (*field).to_owned()).collect(),
    }
}

pub fn draft_view(draft: &Draft, actor: &Actor) -> DraftView {
    let mut saved = draft.body.as_object().cloned().unwrap_or_default();
    for own in ["id", "status", "version", "number", "allowed_actions"] {
        saved.remove(own);
    }
    DraftView {
        id: draft.id,
        status: DraftStatus::Draft,
        version: draft.version,
        number: None,
        allowed_actions: open_to(Status::Draft, &draft.parties(actor))
            .map(allowed_action)
            .collect(),
        saved,
    }
}
