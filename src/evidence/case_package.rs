//! The evidence package of a case: the case with its history, the events that prove it, and the
//! bundles of all that they are about: the manifests that it names, as far as the asker may read
//! them, entries of ledgers and registers, and what devices told. Each is verified offline.

use std::collections::{BTreeSet, VecDeque};

use serde_json::json;

use super::package::{BUNDLES_MAX, Member, Package, bundle_name};
use crate::anomaly::{self, WholeAnomalyView};
use crate::app::App;
use crate::ctx::Ctx;
use crate::custody;
use crate::decision::{Subject, SubjectKind};
use crate::identity::policy;
use crate::ids::{AnomalyId, ManifestId};
use crate::journal;
use crate::manifest;
use crate::problem::Problem;

const README: &str = include_str!("case_readme.txt");

/// What the events of a case are about.
struct Subjects {
    /// Manifests that the asker may read, with their numbers.
    manifests: Vec<(ManifestId, String)>,
    others: Vec<Subject>,
    /// Of both: beyond the asker's sight, or too many.
    left_out: usize,
}

async fn subjects(
    app: &App,
    ctx: &Ctx,
    (case, proofs): (&WholeAnomalyView, &[i64]),
) -> Result<Subjects, Problem> {
    let mut named: BTreeSet<ManifestId> = case.anomaly.manifest_ids.iter().copied().collect();
    let mut others = BTreeSet::new();
    for place in journal::places(&app.pool, proofs).await? {
        if place.subject_kind == SubjectKind::Manifest {
            named.insert(ManifestId::of(place.subject_id));
        } else {
            others.insert(Subject::new(place.subject_kind, place.subject_id));
        }
    }
    let named: Vec<ManifestId> = named.into_iter().collect();
    let mut manifests = Vec::new();
    for stored in manifest::by_ids(&app.pool, &named).await? {
        if manifest::sees(&ctx.actor, &stored.manifest) {
            manifests.push((stored.id, stored.manifest.filed.number));
        }
    }
    manifests.sort_by(|one, other| one.1.cmp(&other.1));
    manifests.truncate(BUNDLES_MAX);
    let all = named.len() + others.len();
    let others: Vec<Subject> = others.into_iter().take(BUNDLES_MAX).collect();
    let left_out = all - manifests.len() - others.len();
    Ok(Subjects { manifests, others, left_out })
}

/// Begins the package of a case, and tells which manifests are shown in it. Errors: 404 for a case
/// that the asker does not see, 403 to the parties; 503 where no checkpoint covers it in time.
pub async fn case_package(
    app: &App,
    ctx: &Ctx,
    id: AnomalyId,
) -> Result<(Package, Vec<ManifestId>), Problem> {
    let case = anomaly::show(app, ctx, id).await?;
    policy::require(case.anomaly.review.is_some())?;
    let proofs: Vec<i64> = case.anomaly.proofs.iter().map(|proof| proof.position).collect();
    let about = subjects(app, ctx, (&case, &proofs)).await?;
    let mut events = String::new();
    for (position, body) in journal::bodies(&app.pool, &proofs).await? {
        events.push_str(&json!({"position": position, "body": body}).to_string());
        events.push('\n');
    }
    let keys = custody::all_keys(app).await?;
    let text = |name: &str, text: String| Member::Text(name.to_owned(), text);
    let whole = serde_json::to_string_pretty(&case).map_err(Problem::internal)?;
    let mut left = VecDeque::from([
        text("README.txt", readme(id, &about)),
        text("case.json", whole),
        text("events.ndjson", events),
        text("log.pub", keys),
    ]);
    // What cannot be proven yet is refused before anything is sent.
    if let Some(newest) = proofs.iter().max() {
        let newest = u64::try_from(*newest).map_err(Problem::internal)?;
        custody::covering(app, newest).await?;
    }
    let bundle = |(id, number): &(ManifestId, String)| Member::Bundle(*id, bundle_name(number));
    left.extend(about.manifests.iter().map(bundle));
    for subject in about.others {
        let name = format!("{}-{}", subject.kind.as_str(), subject.id);
        left.push_back(Member::Chain(subject, bundle_name(&name)));
        if subject.kind == SubjectKind::Track {
            left.push_back(Member::Readings(subject.id, format!("readings/{}.json", subject.id)));
        }
    }
    let package = Package::of(format!("case-{id}"), ctx, left);
    Ok((package, about.manifests.into_iter().map(|(id, _)| id).collect()))
}

fn readme(id: AnomalyId, about: &Subjects) -> String {
    let (mut zh, mut en) = (String::new(), String::new());
    let Subjects { manifests, others, left_out } = about;
    if *left_out > 0 {
        zh = format!("\n另有 {left_out} 个对象无权查看或超出数量，未包括在内。\n");
        en = format!(
            "\n{left_out} subjects are not in it: beyond the asker's sight, or too many.\n"
        );
    }
    README
        .replace("{id}", &id.to_string())
        .replace("{manifests}", &manifests.len().to_string())
        .replace("{others}", &others.len().to_string())
        .replace("{left_out_zh}", &zh)
        .replace("{left_out_en}", &en)
}
