//! Who is told what: rows of the outbox, in the same commit as the act.

use super::evolve::Manifest;
use crate::decision::{Notice, Subject};
use crate::ids::OrganisationId;

/// Receiver and carriers learn of a filing.
pub fn filed(manifest: &Manifest, subject: Subject) -> Vec<Notice> {
    others(manifest, manifest.filed.producer.organisation_id, "manifest_filed", subject)
}

/// The other parties learn of a step by one of them.
pub fn others(
    manifest: &Manifest,
    actor: OrganisationId,
    kind: &'static str,
    subject: Subject,
) -> Vec<Notice> {
    let filed = &manifest.filed;
    let mut parties = vec![filed.producer.organisation_id, filed.receiver.organisation_id];
    parties.extend(manifest.carriers());
    parties.sort_unstable();
    parties.dedup();
    parties.retain(|party| *party != actor);
    let notice = |recipient| Notice { kind, recipient, subject, event: 0 };
    parties.into_iter().map(Some).map(notice).collect()
}
