//! One look at the log: a bounded part of it from a number on, and of that what the caller sees.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use super::shown::{ChangeView, show};
use crate::anomaly;
use crate::app::App;
use crate::ctx::{Actor, Ctx};
use crate::decision::SubjectKind;
use crate::journal::{self, Place};
use crate::limits::FEED_SCAN_MAX;
use crate::notify::{subscription, webhook};
use crate::problem::Problem;
use crate::wire::PageLimit;
use crate::{capacity, container, identity, inspection, manifest, registry, report, round, trip};

pub struct Looked {
    pub data: Vec<ChangeView>,
    /// Everything up to this number has been looked at.
    pub next_after: i64,
    pub is_at_end: bool,
}

/// Looks from `after` on until the page is full, the log ends, or [`FEED_SCAN_MAX`] events are
/// seen through: first as many as the page holds, and more at a time where few are the caller's.
pub async fn look(app: &App, ctx: &Ctx, after: i64, limit: PageLimit) -> Result<Looked, Problem> {
    let rows_max = limit.rows_to_show();
    let (mut next_after, mut left, mut window) = (after, FEED_SCAN_MAX, rows_max as i64);
    let mut found: Vec<Place> = Vec::new();
    let mut is_at_end = false;
    while found.len() < rows_max && left > 0 && !is_at_end {
        let rows = window.min(left);
        // The number after which to read is the position to read from: it is one more.
        let places = journal::scan(&app.pool, next_after, rows).await?;
        is_at_end = (places.len() as i64) < rows;
        let seen = seen_among(app, &ctx.actor, &places).await?;
        for place in places {
            if found.len() == rows_max {
                is_at_end = false;
                break;
            }
            next_after = place.position + 1;
            if seen.contains(&(place.subject_kind, place.subject_id)) {
                found.push(place);
            }
        }
        left -= rows;
        window *= 4;
    }
    Ok(Looked { data: show(app, ctx, &found).await?, next_after, is_at_end })
}

type Seen = HashSet<(SubjectKind, Uuid)>;

async fn seen_among(app: &App, actor: &Actor, places: &[Place]) -> Result<Seen, Problem> {
    let mut by_kind: HashMap<SubjectKind, HashSet<Uuid>> = HashMap::new();
    for place in places {
        by_kind.entry(place.subject_kind).or_default().insert(place.subject_id);
    }
    let mut seen = Seen::new();
    for (kind, ids) in by_kind {
        let ids: Vec<Uuid> = ids.into_iter().collect();
        let found = match kind {
            SubjectKind::Manifest => manifest::seen_among(&app.pool, actor, &ids).await?,
            SubjectKind::Container => container::feed::seen_among(&app.pool, actor, &ids).await?,
            SubjectKind::Inspection => inspection::feed::seen_among(&app.pool, actor, &ids).await?,
            SubjectKind::Assessment => capacity::feed::seen_among(&app.pool, actor, &ids).await?,
            SubjectKind::TransferApplication => {
                registry::application::seen_among(&app.pool, actor, &ids).await?
            }
            SubjectKind::EmergencyPlan => {
                capacity::plan_feed::seen_among(&app.pool, actor, &ids).await?
            }
            SubjectKind::Anomaly => anomaly::seen_among(&app.pool, actor, &ids).await?,
            SubjectKind::RuleSetting => anomaly::settings_seen(&app.pool, actor, &ids).await?,
            SubjectKind::Report => report::feed::seen_among(&app.pool, actor, &ids).await?,
            SubjectKind::Webhook => webhook::seen_among(&app.pool, actor, &ids).await?,
            SubjectKind::Subscription => subscription::seen_among(&app.pool, actor, &ids).await?,
            SubjectKind::User => identity::seen_among(&app.pool, actor, &ids).await?,
            SubjectKind::ApiKey => identity::keys::seen_among(&app.pool, actor, &ids).await?,
            SubjectKind::DeviceKey => identity::device::seen_among(&app.pool, actor, &ids).await?,
            SubjectKind::SignIn => identity::sign_ins_among(&app.pool, actor, &ids).await?,
            SubjectKind::Delegation => {
                identity::delegation::seen_among(&app.pool, actor, &ids).await?
            }
            SubjectKind::Trip => trip::feed::seen_among(&app.pool, actor, &ids).await?,
            SubjectKind::Round => round::feed::seen_among(&app.pool, actor, &ids).await?,
            _ => Box::pin(registry::feed::seen_among(&app.pool, actor, (kind, &ids))).await?,
        };
        seen.extend(found.into_iter().map(|id| (kind, id)));
    }
    Ok(seen)
}
