//! Reviews of what is filed: that something waits is told to the regulators of its place, and the
//! verdict to whose it is.
//!
//! What waits is work and no event of its own weight: an import files hundreds at once. It is shown
//! in the console of who reviews it, and goes by mail to those who subscribed.

use std::collections::HashMap;

use serde_json::Value;
use uuid::Uuid;

use super::kind::NoticeKind;
use super::statutory::{Authorities, Duty};
use super::subject_store::{self, Owned};
use super::topic::{Topic, Whereabouts};
use crate::app::App;
use crate::decision::SubjectKind;
use crate::problem::Problem;
use crate::registry::ManagementPlan;
use crate::registry::record::emergency_plan::EmergencyPlanFiled;
use crate::registry::record::insurance::InsurancePolicy;
use crate::registry::record::risk_source::RiskSource;
use crate::registry::review::{EntryReviewStatus, Review, Reviewed};

/// The registers whose entries are reviewed.
pub const REVIEWED: [SubjectKind; 4] = [
    SubjectKind::ManagementPlan,
    SubjectKind::RiskSource,
    SubjectKind::EmergencyPlanFiled,
    SubjectKind::InsurancePolicy,
];

/// What the entries of some events belong to, by site or organisation.
pub async fn owners(
    app: &App,
    entries: &HashMap<i64, Value>,
) -> Result<HashMap<Uuid, Owned>, Problem> {
    let id = |data: &Value, name: &str| data.get(name)?.as_str()?.parse::<Uuid>().ok();
    let all = |name: &str| entries.values().filter_map(|data| id(data, name)).collect::<Vec<_>>();
    let is_reviewed = entries.values().any(|data| data.get("review_status").is_some());
    if !is_reviewed {
        return Ok(HashMap::new());
    }
    subject_store::owned(&app.pool, &all("site_id"), &all("organisation_id")).await
}

/// An entry of these registers, as far as it is told of.
struct Entry {
    owner: Uuid,
    folder: &'static str,
    name_zh: String,
    name_en: String,
    /// The text by which it is filed and looked at.
    basis: &'static str,
    streams: Vec<crate::catalogue::Stream>,
    review: Review,
}

fn plan(data: Value) -> Option<Entry> {
    let plan: ManagementPlan = serde_json::from_value(data).ok()?;
    let mut streams = plan.streams();
    streams.sort_unstable_by_key(|stream| stream.as_str());
    streams.dedup();
    Some(Entry {
        owner: plan.site_id.uuid(),
        folder: "management-plans",
        name_zh: format!("{} 年管理计划", plan.year),
        name_en: format!("Management plan for {}", plan.year),
        basis: "《固体废物污染环境防治法》（2020）第七十八条",
        streams,
        review: plan.review,
    })
}

fn risk_source(data: Value) -> Option<Entry> {
    let source: RiskSource = serde_json::from_value(data).ok()?;
    Some(Entry {
        owner: source.site_id.uuid(),
        folder: "risk-sources",
        name_zh: format!("环境风险源“{}”", source.name),
        name_en: format!("Risk source {}", source.name),
        basis: "《企业突发环境事件风险分级方法》（HJ 941-2018）",
        streams: Vec::new(),
        review: source.review,
    })
}

fn emergency_plan(data: Value) -> Option<Entry> {
    let plan: EmergencyPlanFiled = serde_json::from_value(data).ok()?;
    Some(Entry {
        owner: plan.site_id.uuid(),
        folder: "emergency-plans-filed",
        name_zh: format!("应急预案备案 {}", plan.number),
        name_en: format!("Emergency plan filed {}", plan.number),
        basis: "《生态环境法典》第五百三十九条",
        streams: Vec::new(),
        review: plan.review,
    })
}

fn insurance(data: Value) -> Option<Entry> {
    let policy: InsurancePolicy = serde_json::from_value(data).ok()?;
    Some(Entry {
        owner: policy.organisation_id.uuid(),
        folder: "insurance-policies",
        name_zh: format!("环境污染责任保险 {}", policy.number),
        name_en: format!("Insurance policy {}", policy.number),
        basis: "《生态环境法典》第四百八十四条",
        streams: Vec::new(),
        review: policy.review,
    })
}

/// What is told of an entry as its event left it; none where it is of no such register.
pub fn topic(
    kind: NoticeKind,
    (of, id, data): (SubjectKind, Uuid, Value),
    owners: &HashMap<Uuid, Owned>,
) -> Option<Topic> {
    let entry = match of {
        SubjectKind::ManagementPlan => plan(data),
        SubjectKind::RiskSource => risk_source(data),
        SubjectKind::EmergencyPlanFiled => emergency_plan(data),
        SubjectKind::InsurancePolicy => insurance(data),
        _ => None,
    }?;
    let owned = owners.get(&entry.owner)?;
    let (zh, en) = match (kind, entry.review.status) {
        (NoticeKind::ReviewDecided, EntryReviewStatus::Accepted) => ("已受理", "was accepted"),
        (NoticeKind::ReviewDecided, EntryReviewStatus::Returned) => ("已退回", "was returned"),
        _ => kind.words(),
    };
    let is_decided = kind == NoticeKind::ReviewDecided;
    let organisations = vec![owned.organisation_id];
    Some(Topic {
        path: format!("/api/v1/{}/{id}", entry.folder),
        title_zh: format!("{}：{zh}", entry.name_zh),
        title_en: format!("{}: {en}", entry.name_en),
        streams: entry.streams,
        places: vec![Whereabouts {
            division: owned.division.clone(),
            regiment: owned.regiment.clone(),
        }],
        duty: Some(Duty {
            basis: entry.basis.to_owned(),
            organisations: if is_decided { organisations.clone() } else { Vec::new() },
            authorities: if is_decided { Authorities::Nobody } else { Authorities::Competent },
            is_mailed: is_decided,
        }),
        organisations,
        ..Topic::of_kind(kind)
    })
}
