//! Which fields the signatures so far have locked: the form's table, asked of one manifest.
//!
//! What a step seals, nobody changes alone any more. A filing's seals open to an amendment that the
//! other side agrees to ([`super::amend`]); what a departure made a fact opens to nobody.

use serde_json::{Map, Value};

use super::amend::{FIELDS, Field, Place};
use super::asked::ITEMS_MAX;
use super::evolve::Manifest;
use super::status::Status;
use crate::catalogue::Catalogue;
use crate::limits::FAULTS_MAX;
use crate::problem::{Code, Fault, Text};

/// More members than any form has are not looked through.
const PATCH_FIELDS_MAX: usize = 64;

/// Whether a step is behind the manifest, so that its seals hold.
fn is_taken(manifest: &Manifest, step: &str) -> bool {
    match step {
        "file" => true,
        "depart" => manifest.has_moved_out(),
        "arrive" => manifest.arrived.is_some() || manifest.received.is_some(),
        "receive" => manifest.received.is_some(),
        "complete" => manifest.status == Status::Completed,
        "cancel" => manifest.cancelled.is_some(),
        _ => false,
    }
}

/// The paths of the locked fields, sorted.
pub fn paths(manifest: &Manifest, catalogue: &Catalogue) -> Vec<String> {
    let mut paths: Vec<String> = Vec::new();
    for field in catalogue.sealed_fields(&manifest.filed.stream) {
        // Sorted: a path that several fields of the form share comes in a row.
        if is_taken(manifest, &field.from_step)
            && paths.last().is_none_or(|last| **last != *field.path)
        {
            paths.push(field.path.to_string());
        }
    }
    paths
}

/// The step that has closed a field even to amendments.
pub fn closed_by<'c>(
    manifest: &Manifest,
    field: &Field,
    catalogue: &'c Catalogue,
) -> Option<&'c str> {
    let rows = catalogue.sealed_fields(&manifest.filed.stream).iter();
    let own = rows.filter(|row| field.paths.contains(&&*row.path));
    own.map(|row| &*row.from_step).find(|step| is_taken(manifest, field.amendable_until(step)))
}

/// What a patch of a filed manifest would change of what is signed: a patch is for drafts, an
/// amendment for the rest.
pub fn in_patch(manifest: &Manifest, patch: &Value, catalogue: &Catalogue) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut look = |place: Place, base: String, members: &Map<String, Value>| {
        for name in members.keys().take(PATCH_FIELDS_MAX) {
            let mut fields = FIELDS.iter();
            let field = fields.find(|field| field.place == place && field.name == name);
            if let Some(step) = field.and_then(|field| sealed_by(manifest, field, catalogue)) {
                faults.push(refusal(format!("{base}/{name}"), name, step));
            }
        }
    };
    let Some(members) = patch.as_object() else { return faults };
    look(Place::Head, String::new(), members);
    for (list, place) in [("items", Place::Item), ("legs", Place::Leg)] {
        let entries = members.get(list).and_then(Value::as_array).into_iter().flatten();
        for (n, entry) in entries.take(ITEMS_MAX).enumerate() {
            if let Some(entry) = entry.as_object() {
                look(place, format!("/{list}/{n}"), entry);
            }
        }
    }
    faults.truncate(FAULTS_MAX);
    faults
}

/// The step whose signature has locked a field, be it open to amendments or not.
fn sealed_by<'c>(manifest: &Manifest, field: &Field, catalogue: &'c Catalogue) -> Option<&'c str> {
    let rows = catalogue.sealed_fields(&manifest.filed.stream).iter();
    let own = rows.filter(|row| field.paths.contains(&&*row.path));
    own.map(|row| &*row.from_step).find(|step| is_taken(manifest, step))
}

/// The refusal that names the field and the step that sealed it.
pub fn refusal(pointer: impl Into<String>, name: &str, step: &str) -> Fault {
    let text = Text::new(
        format!("{name} 已由 {step} 步骤的签署锁定。"),
        format!("{name} is sealed by the step {step}."),
    );
    Fault::new(Code::FieldSealed, pointer, text).with("field", name).with("sealed_by", step)
}
