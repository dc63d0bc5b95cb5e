//! The evidence package of a case: the case with its history, the events that prove it, and the
//! custody bundles of the manifests that it names, as far as the asker may read them.

use std::collections::VecDeque;

use serde_json::json;

use super::package::{BUNDLES_MAX, Member, Package, bundle_name};
use super::zip::Archive;
use crate::anomaly;
use crate::app::App;
use crate::ctx::Ctx;
use crate::custody;
use crate::identity::policy;
use crate::ids::{AnomalyId, ManifestId};
use crate::journal;
use crate::manifest;
use crate::problem::Problem;

const README: &str = include_str!("case_readme.txt");

/// Begins the package of a case, and tells which manifests are shown in it. Errors: 404 for a case
/// that the asker does not see, 403 to the parties; 503 where no checkpoint covers it in time.
pub async fn case_package(
    app: &App,
    ctx: &Ctx,
    id: AnomalyId,
) -> Result<(Package, Vec<ManifestId>), Problem> {
    let case = anomaly::show(app, ctx, id).await?;
    policy::require(case.anomaly.review.is_some())?;
    let named = case.anomaly.manifest_ids.clone();
    let mut seen = Vec::new();
    for stored in manifest::by_ids(&app.pool, &named).await? {
        if manifest::sees(&ctx.actor, &stored.manifest) {
            seen.push((stored.id, stored.manifest.filed.number));
        }
    }
    seen.sort_by(|one, other| one.1.cmp(&other.1));
    seen.truncate(BUNDLES_MAX);
    let proofs: Vec<i64> = case.anomaly.proofs.iter().map(|proof| proof.position).collect();
    let mut events = String::new();
    for (position, body) in journal::bodies(&app.pool, &proofs).await? {
        events.push_str(&json!({"position": position, "body": body}).to_string());
        events.push('\n');
    }
    let keys = app.config.log_keys.as_ref().ok_or_else(Problem::busy)?;
    let keys: Vec<String> = keys.verifiers().map(|key| key.to_string()).collect();
    let text = |name: &str, text: String| Member::Text(name.to_owned(), text);
    let whole = serde_json::to_string_pretty(&case).map_err(Problem::internal)?;
    let mut left = VecDeque::from([
        text("README.txt", readme(id, seen.len(), named.len() - seen.len())),
        text("case.json", whole),
        text("events.ndjson", events),
        text("log.pub", keys.join("\n") + "\n"),
    ]);
    let mut others = seen.iter();
    // The first is read at once: what cannot be proven yet is refused before anything is sent.
    if let Some((id, number)) = others.next() {
        let bundle = custody::bundle(app, &ctx.actor, *id).await?;
        let bundle = serde_json::to_string(&bundle).map_err(Problem::internal)?;
        left.push_back(text(&bundle_name(number), bundle));
    }
    left.extend(others.map(|(id, number)| Member::Bundle(*id, bundle_name(number))));
    let archive = Some(Archive::begin());
    let number = format!("case-{id}");
    let package = Package { number, ctx: ctx.clone(), archive, left, file: None };
    Ok((package, seen.into_iter().map(|(id, _)| id).collect()))
}

fn readme(id: AnomalyId, bundles: usize, left_out: usize) -> String {
    let (mut zh, mut en) = (String::new(), String::new());
    if left_out > 0 {
        zh = format!("\n另有 {left_out} 份联单无权查看或超出数量，未包括在内。\n");
        en = format!(
            "\n{left_out} manifests are not in it: beyond the asker's sight, or too many.\n"
        );
    }
    README
        .replace("{id}", &id.to_string())
        .replace("{bundles}", &bundles.to_string())
        .replace("{left_out_zh}", &zh)
        .replace("{left_out_en}", &en)
}
