//! Which fields the signatures so far have locked: the form's table, asked of one manifest.
//!
//! What a step seals, nobody changes alone any more. A filing's seals open to an amendment that the
//! other side agrees to ([`super::amend`]); what a departure made a fact opens to nobody.

use super::amend::Field;
use super::evolve::Manifest;
use super::status::Status;
use crate::catalogue::Catalogue;
use crate::problem::{Code, Fault, Text};

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

/// The refusal that names the field and the step that sealed it.
pub fn refusal(pointer: impl Into<String>, name: &str, step: &str) -> Fault {
    let text = Text::new(
        format!("{name} 已由 {step} 步骤的签署锁定。"),
        format!("{name} is sealed by the step {step}."),
    );
    Fault::new(Code::FieldSealed, pointer, text).with("field", name).with("sealed_by", step)
}
