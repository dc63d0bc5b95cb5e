//! Rows of `manifest_opened`: which manifests were filed under which emergency plan.

use super::evolve::Manifest;
use crate::decision::{Cell, Implied, Row, Table, Type, Write};
use crate::ids::{EmergencyPlanId, ManifestId};

static UNDER: Table = Table {
    name: "manifest_opened",
    order: 24,
    write: Write::Insert,
    columns: &[("manifest_id", Type::Uuid), ("emergency_plan_id", Type::Uuid)],
};

/// An amendment has taken it from under the plan.
static UNDER_NO_MORE: Table = Table { order: 23, write: Write::Delete, ..UNDER };

fn plan(manifest: &Manifest) -> Option<EmergencyPlanId> {
    manifest.filed.emergency_plan.as_ref().map(|plan| plan.id)
}

fn cells(id: ManifestId, plan: EmergencyPlanId) -> Vec<Cell> {
    vec![Cell::Uuid(Some(id.uuid())), Cell::Uuid(Some(plan.uuid()))]
}

/// What a commit changes of the plan that the manifest is under.
pub fn rows(id: ManifestId, before: Option<&Manifest>, after: &Manifest) -> Vec<Row> {
    let (was, is) = (before.and_then(plan), plan(after));
    if was == is {
        return Vec::new();
    }
    let gone = was.map(|plan| Row { table: &UNDER_NO_MORE, cells: cells(id, plan) });
    let new = is.map(|plan| Row { table: &UNDER, cells: cells(id, plan) });
    gone.into_iter().chain(new).collect()
}

/// The rows that must be there of a manifest as it stands.
pub fn implied(id: ManifestId, manifest: &Manifest) -> Implied {
    let rows = plan(manifest).map(|plan| cells(id, plan)).into_iter().collect();
    Implied { table: &UNDER, rows }
}
