//! Review by the regulator (审查): whether what was filed is in order.
//!
//! Filing alone suffices in law (备案: Solid Waste Law 2020 Art. 78), so what waits for its review
//! counts as what was accepted does; a plan that was returned does not hold until it is filed again
//! (`manifest/admit/plan.rs`). Must hold: what was reviewed is what stands. Any change of content,
//! and opening again what was closed, waits for a review anew; closing or suspending does not.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::cache::Known;
use super::change::{Entered, unchanged, words};
use super::entry::Entry;
use super::model::{ManagementPlan, Standing};
use super::record::InForce;
use super::record::emergency_plan::EmergencyPlanFiled;
use super::record::insurance::InsurancePolicy;
use super::record::risk_source::RiskSource;
use crate::catalogue::{Stream, WasteCode};
use crate::clock::in_milliseconds_if_any;
use crate::ctx::{Actor, Ctx};
use crate::decision::{Decision, Row};
use crate::identity::policy;
use crate::ids::{OrganisationId, UserId};
use crate::problem::{Code, Problem, Text};
use crate::wire::{Asked, BoundedText, api_enum, wire};

api_enum! {
    /// How the regulator's review of an entry stands.
    pub enum EntryReviewStatus {
        /// Filed, and waits (待审).
        Submitted = "submitted",
        /// In order (已受理).
        Accepted = "accepted",
        /// Not in order: to be changed and filed again (退回).
        Returned = "returned",
    }

    /// What a regulator says of an entry.
    pub enum ReviewVerdict {
        Accepted = "accepted",
        Returned = "returned",
    }
}

wire! {
    /// A regulator's verdict on an entry.
    pub struct NewReview {
        pub verdict: ReviewVerdict,
        /// Needed to return it: what is wrong.
        pub note: Option<BoundedText<1, 1000>>,
    }
}

/// The review of an entry. Its members lie beside the entry's own, as do its columns; entries of
/// before there were reviews have none, and wait.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    #[serde(rename = "review_status", default = "submitted")]
    pub status: EntryReviewStatus,
    #[serde(rename = "review_note", default)]
    pub note: Option<String>,
    #[serde(default, serialize_with = "in_milliseconds_if_any")]
    pub reviewed_at: Option<DateTime<Utc>>,
    /// Whose the user is who reviewed it.
    #[serde(default)]
    pub reviewed_by: Option<OrganisationId>,
    #[serde(default)]
    pub reviewed_by_user: Option<UserId>,
}

const fn submitted() -> EntryReviewStatus {
    EntryReviewStatus::Submitted
}

impl Review {
    /// It waits.
    pub const fn submitted() -> Self {
        Self {
            status: EntryReviewStatus::Submitted,
            note: None,
            reviewed_at: None,
            reviewed_by: None,
            reviewed_by_user: None,
        }
    }

    fn by(asked: &NewReview, ctx: &Ctx) -> Self {
        Self {
            status: match asked.verdict {
                ReviewVerdict::Accepted => EntryReviewStatus::Accepted,
                ReviewVerdict::Returned => EntryReviewStatus::Returned,
            },
            note: asked.note.as_ref().map(words),
            reviewed_at: Some(ctx.now),
            reviewed_by: Some(ctx.actor.organisation_id),
            reviewed_by_user: Some(ctx.actor.user_id),
        }
    }

    pub fn is_returned(&self) -> bool {
        self.status == EntryReviewStatus::Returned
    }
}

/// Who reviewed an entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReviewerView {
    pub organisation_id: OrganisationId,
    pub user_id: UserId,
}

/// The review of an entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct EntryReviewView {
    pub status: EntryReviewStatus,
    #[schema(required)]
    pub note: Option<String>,
    /// Null while it waits.
    #[schema(required)]
    #[serde(serialize_with = "in_milliseconds_if_any")]
    pub reviewed_at: Option<DateTime<Utc>>,
    #[schema(required)]
    pub reviewed_by: Option<ReviewerView>,
}

impl From<&Review> for EntryReviewView {
    fn from(review: &Review) -> Self {
        let by = review.reviewed_by.zip(review.reviewed_by_user);
        Self {
            status: review.status,
            note: review.note.clone(),
            reviewed_at: review.reviewed_at,
            reviewed_by: by
                .map(|(organisation_id, user_id)| ReviewerView { organisation_id, user_id }),
        }
    }
}

/// An entry that the regulator reviews.
pub trait Reviewed: Entry + PartialEq {
    fn review(&self) -> &Review;

    #[must_use]
    fn with_review(self, review: Review) -> Self;

    fn is_closed(&self) -> bool;

    /// The same with the status of another.
    #[must_use]
    fn standing_as(&self, other: &Self) -> Self;

    /// What it is about: whose agency's matter it is. Of no stream is what is the ecology's.
    fn streams(&self) -> Vec<Stream> {
        vec![Stream::Hazardous]
    }

    /// The entry after a change, as far as that has to be reviewed.
    #[must_use]
    fn resubmitted(self, before: &Self) -> Self {
        let is_reopened = before.is_closed() && !self.is_closed();
        if !is_reopened && self.standing_as(before) == *before {
            return self;
        }
        self.with_review(Review::submitted())
    }

    /// What the regulators are told: that it waits, once.
    fn waits(&self, before: Option<&Self>) -> Vec<(&'static str, Option<OrganisationId>)> {
        let waits = |entry: &Self| entry.review().status == EntryReviewStatus::Submitted;
        let waited = before.is_some_and(waits);
        if waits(self) && !waited { vec![("review_requested", None)] } else { Vec::new() }
    }
}

macro_rules! reviewed {
    ($($entry:ident closed as $closed:expr $(, of $streams:ident)?;)+) => {$(
        impl Reviewed for $entry {
            fn review(&self) -> &Review {
                &self.review
            }

            fn with_review(self, review: Review) -> Self {
                Self { review, ..self }
            }

            fn is_closed(&self) -> bool {
                self.status == $closed
            }

            fn standing_as(&self, other: &Self) -> Self {
                Self { status: other.status, ..self.clone() }
            }

            $(fn streams(&self) -> Vec<Stream> {
                $streams(self)
            })?
        }
    )+};
}

reviewed! {
    ManagementPlan closed as Standing::Closed, of planned;
    RiskSource closed as InForce::Closed;
    EmergencyPlanFiled closed as InForce::Closed;
    InsurancePolicy closed as InForce::Closed;
}

fn planned(plan: &ManagementPlan) -> Vec<Stream> {
    let codes = plan.lines.iter().filter_map(|line| WasteCode::parse(&line.waste_code).ok());
    codes.map(|code| code.stream()).collect()
}

/// An entry under review: as it was read, whose it is, and whether the actor sees it.
pub struct Under<'a, T> {
    pub entry: &'a Known<T>,
    pub organisation: OrganisationId,
    pub division: &'a str,
    pub is_seen: bool,
}

impl<T: Reviewed> Under<'_, T> {
    /// The regulators of the place, of the agency whose matter it is, and nobody of what is its
    /// own.
    fn may_be_reviewed_by(&self, actor: &Actor) -> bool {
        policy::regulates(actor, self.division)
            && !policy::belongs_to(actor, self.organisation)
            && self.entry.streams().iter().all(|one| policy::decides_stream(actor, *one))
    }
}

/// A verdict; the same one again changes nothing. `row`: the entry's own. Errors: 404, 403; 409
/// `illegal_transition` of what is closed.
pub fn decide<T: Reviewed>(
    under: &Under<'_, T>,
    asked: &Asked<NewReview>,
    row: impl Fn(&T) -> Row,
    ctx: &Ctx,
) -> Result<Decision, Problem> {
    policy::allow(under.is_seen, under.may_be_reviewed_by(&ctx.actor))?;
    let known = under.entry;
    ctx.expect_version(known.guard.version)?;
    let before = &*known.value;
    if before.is_closed() {
        let en = "This is closed: there is nothing left to review.";
        let detail = Text::new("已注销或失效，无须再审查。", en);
        return Err(Problem::new(Code::IllegalTransition, detail));
    }
    let asked = asked.as_ref().map_err(Clone::clone)?;
    if asked.verdict == ReviewVerdict::Returned && asked.note.is_none() {
        let detail = Text::new("退回须说明理由。", "Say what is wrong with it.");
        return Err(Problem::at(Code::Required, "/note", detail));
    }
    let review = Review::by(asked, ctx);
    let said = |review: &Review| (review.status, review.note.clone());
    if said(&review) == said(before.review()) {
        return Ok(unchanged(before, known.guard.version, ctx));
    }
    let after = before.clone().with_review(review);
    let rows = vec![row(&after)];
    let mut entered = Entered::new(after, Some(known.guard.version), rows);
    entered.kind = "reviewed";
    entered.told = vec![("review_decided", Some(under.organisation))];
    entered.decision(ctx)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::registry::implied;

    /// As an event of before there were reviews has it.
    fn old() -> Value {
        json!({"id": "01a20000-0000-7000-8000-000000000001",
            "site_id": "01a20000-0000-7000-8000-000000000002", "name": "罐", "kind": "储罐",
            "level": "major", "substance": "废酸", "maximum_g": 1000, "status": "active"})
    }

    fn source() -> RiskSource {
        serde_json::from_value(old()).unwrap()
    }

    fn accepted() -> Review {
        Review { status: EntryReviewStatus::Accepted, ..Review::submitted() }
    }

    /// The audit makes the row of it that the migration's defaults have made.
    #[test]
    fn what_an_old_event_says_waits_as_the_migration_says() {
        assert_eq!(source().review, Review::submitted());
        let rows = |data: Value| {
            let kind = crate::decision::SubjectKind::RiskSource;
            implied(kind, data).unwrap().unwrap().remove(0).cells
        };
        let mut with_defaults = old();
        with_defaults["review_status"] = json!("submitted");
        for column in ["review_note", "reviewed_at", "reviewed_by", "reviewed_by_user"] {
            with_defaults[column] = Value::Null;
        }
        assert_eq!(rows(old()), rows(with_defaults));
        let told = serde_json::to_value(source().with_review(accepted())).unwrap();
        assert_eq!(told["review_status"], "accepted");
        assert!(told.get("review").is_none(), "they lie beside the entry's own: {told}");
    }

    #[test]
    fn what_changes_waits_again_and_what_only_ends_does_not() {
        let before = source().with_review(accepted());
        let after = |change: &dyn Fn(&mut RiskSource)| {
            let mut after = before.clone();
            change(&mut after);
            after.resubmitted(&before).review.status
        };
        assert_eq!(after(&|_| ()), EntryReviewStatus::Accepted);
        assert_eq!(after(&|it| it.status = InForce::Closed), EntryReviewStatus::Accepted);
        assert_eq!(after(&|it| it.name = "x".to_owned()), EntryReviewStatus::Submitted);
        let closed = RiskSource { status: InForce::Closed, ..before.clone() };
        let reopened = before.clone().resubmitted(&closed);
        assert_eq!(reopened.review, Review::submitted(), "it holds anew");
        // Told once that it waits.
        let waits = source();
        assert_eq!(waits.waits(None).len(), 1);
        assert_eq!((waits.waits(Some(&before)).len(), waits.waits(Some(&waits)).len()), (1, 0));
        assert!(before.waits(Some(&waits)).is_empty());
    }
}
