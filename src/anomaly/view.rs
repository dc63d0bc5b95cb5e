//! A case as the API shows it: whole to regulators; to a party without what regulators wrote.

use chrono::{DateTime, NaiveTime, Utc};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::case::Case;
use super::finding::About;
use super::review::{CaseStatus, Review, ReviewStatus, Sharing};
use super::rule::{RuleId, Severity};
use super::sight::Sight;
use super::store::Stored;
use super::words::{Names, explained};
use crate::app::App;
use crate::calendar::Calendar;
use crate::clock::{beijing, legal_day, rfc3339};
use crate::ctx::Ctx;
use crate::identity::Agency;
use crate::ids::{AnomalyId, ManifestId, OrganisationId, UserId};
use crate::problem::Lang;

/// A case: what a rule found, with which evidence, and what people made of it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AnomalyView {
    pub id: AnomalyId,
    /// Code of the rule.
    pub rule: String,
    pub family: String,
    pub severity: Severity,
    pub status: CaseStatus,
    /// `hazardous`, `medical` or `kitchen`; empty for what is of no one stream.
    pub stream: String,
    pub subject: CaseSubjectView,
    /// Tells apart what one rule finds on one subject.
    pub key: String,
    pub divisions: Vec<String>,
    pub manifest_ids: Vec<ManifestId>,
    pub organisation_ids: Vec<OrganisationId>,
    /// In the language that was asked for.
    pub title: String,
    pub title_zh: String,
    pub title_en: String,
    /// What it means, with the numbers that made it, as a person reads them: rounded, with their
    /// units, in Beijing time, and names for ids. `evidence` has them exactly.
    pub explanation_zh: String,
    pub explanation_en: String,
    /// The numbers that made it.
    #[schema(value_type = Object)]
    pub evidence: Value,
    /// The events that prove it.
    pub proofs: Vec<CaseProofView>,
    #[schema(value_type = DateTime<Utc>)]
    pub first_seen_at: String,
    #[schema(value_type = DateTime<Utc>)]
    pub last_seen_at: String,
    /// How often it was found.
    pub times: i32,
    /// How often it came back after it had been resolved.
    pub reopened: i32,
    /// When the facts that made it were gone; null while they are there.
    #[schema(value_type = Option<DateTime<Utc>>, required)]
    pub resolved_at: Option<String>,
    /// `came_late`, `normal`, `corrected`, `remedied` or `superseded`.
    #[schema(required)]
    pub resolved_reason: Option<String>,
    /// By when somebody has to judge it, by its severity; null where nobody has to any more.
    #[schema(value_type = Option<DateTime<Utc>>, required)]
    pub due_at: Option<String>,
    pub is_overdue: bool,
    /// What people made of it; null to the parties.
    #[schema(required)]
    pub review: Option<ReviewView>,
    /// Where its evidence package is; null to the parties.
    #[schema(required)]
    pub evidence_url: Option<String>,
    /// The number of people's acts: the ETag.
    pub version: i64,
}

/// What a case is about.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CaseSubjectView {
    pub kind: About,
    pub id: Uuid,
}

impl CaseSubjectView {
    pub fn of(case: &Case) -> Self {
        let kind = About::parse(&case.subject_kind).unwrap_or(About::Manifest);
        Self { kind, id: case.subject_id }
    }
}

/// An event that proves a case.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CaseProofView {
    /// Its position in the log.
    pub position: i64,
    /// Its number in the change feed, for those who see it there.
    pub sequence: i64,
    /// Where it is: to regulators the event itself with its place in the log, to the parties the
    /// change that it is in the feed.
    pub href: String,
}

/// What people made of a case.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReviewView {
    pub id: AnomalyId,
    pub status: ReviewStatus,
    /// Of the judgement.
    pub note: String,
    #[schema(required)]
    pub judged_by: Option<UserId>,
    #[schema(value_type = Option<DateTime<Utc>>, required)]
    pub judged_at: Option<String>,
    #[schema(required)]
    pub assignee_id: Option<UserId>,
    /// Agencies beside the owner's that see it.
    pub agencies: Vec<Agency>,
    pub referrals: Vec<ReferralView>,
    /// Who let which agencies in, and what they were told.
    pub sharings: Vec<SharingView>,
    #[schema(required)]
    pub merged_into: Option<AnomalyId>,
    /// Cases that go on with this one.
    pub absorbed: Vec<AnomalyId>,
}

/// A case handed on to another agency.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReferralView {
    pub agency: Agency,
    pub note: String,
    #[schema(required)]
    pub referred_by: Option<UserId>,
    #[schema(value_type = DateTime<Utc>)]
    pub referred_at: String,
}

/// A case that other agencies were let in to see.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SharingView {
    pub agencies: Vec<Agency>,
    pub note: String,
    #[schema(required)]
    pub shared_by: Option<UserId>,
    #[schema(value_type = DateTime<Utc>)]
    pub shared_at: String,
}

impl From<&Sharing> for SharingView {
    fn from(sharing: &Sharing) -> Self {
        Self {
            agencies: sharing.agencies.clone(),
            note: sharing.note.clone(),
            shared_by: sharing.shared_by,
            shared_at: rfc3339(sharing.shared_at),
        }
    }
}

impl From<&Review> for ReviewView {
    fn from(review: &Review) -> Self {
        let referral = |one: &super::review::Referral| ReferralView {
            agency: one.agency,
            note: one.note.clone(),
            referred_by: one.referred_by,
            referred_at: rfc3339(one.referred_at),
        };
        Self {
            id: review.id,
            status: review.status,
            note: review.note.clone(),
            judged_by: review.judged_by,
            judged_at: review.judged_at.map(rfc3339),
            assignee_id: review.assignee_id,
            agencies: review.agencies.clone(),
            referrals: review.referrals.iter().map(referral).collect(),
            sharings: review.sharings.iter().map(SharingView::from).collect(),
            merged_into: review.merged_into,
            absorbed: review.absorbed.clone(),
        }
    }
}

/// Working days within which a case of a severity has to be judged; none: whenever.
const fn term(severity: i16) -> Option<u32> {
    match severity {
        4 => Some(1),
        3 => Some(3),
        2 => Some(10),
        1 => Some(20),
        _ => None,
    }
}

/// By when somebody has to judge a case: the end of the last working day of its term.
pub fn due_at(stored: &Stored, calendar: &Calendar) -> Option<DateTime<Utc>> {
    let waits = matches!(stored.status, CaseStatus::Open | CaseStatus::Acknowledged);
    if !waits || stored.review.merged_into.is_some() {
        return None;
    }
    let days = term(stored.case.severity)?;
    let last = calendar.add_working_days(legal_day(stored.case.first_seen_at), days);
    let midnight = last.succ_opt()?.and_time(NaiveTime::MIN).and_local_timezone(beijing());
    midnight.single().map(|time| time.with_timezone(&Utc))
}

/// The case as the caller sees it. `names`: what the ids in its evidence are called.
pub fn anomaly_view(app: &App, ctx: &Ctx, (stored, names): (&Stored, &Names)) -> AnomalyView {
    let Stored { case, review, status, version } = stored;
    let rule = RuleId::parse(&case.rule).and_then(RuleId::rule);
    let text = |of: fn(&super::rule::Rule) -> &String| rule.map(of).cloned().unwrap_or_default();
    let (title_zh, title_en) = (text(|rule| &rule.name_zh), text(|rule| &rule.name_en));
    let told = |sentence: String, lang| explained(&sentence, &case.evidence, (names, lang));
    let due = due_at(stored, &app.calendar);
    let is_whole = Sight::of(&ctx.actor).is_regulator();
    let severity = usize::try_from(case.severity).ok();
    let severity = severity.and_then(|at| Severity::ALL.get(at)).copied();
    AnomalyView {
        id: AnomalyId::of(case.id),
        rule: case.rule.clone(),
        family: text(|rule| &rule.family),
        severity: severity.unwrap_or(Severity::Medium),
        status: *status,
        stream: case.stream.clone(),
        subject: CaseSubjectView::of(case),
        key: case.key.clone(),
        divisions: case.divisions.clone(),
        manifest_ids: case.manifest_ids.iter().copied().map(ManifestId::of).collect(),
        organisation_ids: case.organisation_ids.iter().copied().map(OrganisationId::of).collect(),
        title: if ctx.lang == Lang::Zh { title_zh.clone() } else { title_en.clone() },
        explanation_zh: told(text(|rule| &rule.explanation_zh), Lang::Zh),
        explanation_en: told(text(|rule| &rule.explanation_en), Lang::En),
        title_zh,
        title_en,
        evidence: case.evidence.clone(),
        proofs: case.proofs.iter().map(|at| proof(case.id, *at, is_whole)).collect(),
        first_seen_at: rfc3339(case.first_seen_at),
        last_seen_at: rfc3339(case.last_seen_at),
        times: case.times,
        reopened: case.reopened,
        resolved_at: case.resolved_at.map(rfc3339),
        resolved_reason: case.resolved_reason.clone(),
        due_at: due.map(rfc3339),
        is_overdue: due.is_some_and(|due| due < ctx.now),
        review: is_whole.then(|| ReviewView::from(review)),
        evidence_url: is_whole.then(|| format!("/api/v1/anomalies/{}/evidence", case.id)),
        version: *version,
    }
}

fn proof(case: Uuid, position: i64, is_whole: bool) -> CaseProofView {
    let href = if is_whole {
        format!("/api/v1/anomalies/{case}/events/{position}")
    } else {
        format!("/api/v1/changes?after={position}&limit=1")
    };
    CaseProofView { position, sequence: position + 1, href }
}
