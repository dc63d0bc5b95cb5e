//! Emergency plans filed (突发环境事件应急预案备案): that a site has one, with whom it was filed and until
//! when it holds.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::change::{set, words};
use super::super::model::Part;
use super::super::review::{EntryReviewStatus, EntryReviewView, Review, Reviewed};
use super::super::store::Narrow;
use super::super::view::view;
use super::{About, InForce, OwnerId, Record, Writers, span};
use crate::clock::legal_day;
use crate::ids::{EmergencyPlanFiledId, OrganisationId, SiteId};
use crate::problem::{Code, Fault, Findings, Text};
use crate::wire::{BoundedText, Change, Cursor, PageLimit, paged, wire};

wire! {
    /// A filed emergency plan to register.
    pub struct NewEmergencyPlanFiled {
        pub site_id: SiteId,
        /// Of the filing.
        pub number: BoundedText<1, 100>,
        pub filed_on: NaiveDate,
        /// Its last day.
        pub valid_to: NaiveDate,
        /// The authority.
        pub filed_with: BoundedText<1, 200>,
    }

    /// What changes of a filed emergency plan.
    pub struct EmergencyPlanFiledPatch {
        pub number: Change<BoundedText<1, 100>>,
        pub filed_on: Change<NaiveDate>,
        pub valid_to: Change<NaiveDate>,
        pub filed_with: Change<BoundedText<1, 200>>,
        pub status: Change<InForce>,
    }

    /// Which filed emergency plans to list.
    pub struct EmergencyPlanFiledQuery {
        pub site_id: Option<SiteId>,
        pub status: Option<InForce>,
        /// How its review stands: `submitted` is what waits.
        pub review: Option<EntryReviewStatus>,
        /// Whose last day is this one or an earlier one.
        pub ends_by: Option<NaiveDate>,
        pub limit: PageLimit = PageLimit::default(),
        pub cursor: Option<Cursor<Uuid>>,
    }
}

paged!(EmergencyPlanFiledQuery);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmergencyPlanFiled {
    pub id: EmergencyPlanFiledId,
    pub site_id: SiteId,
    pub number: String,
    pub filed_on: NaiveDate,
    pub valid_to: NaiveDate,
    pub filed_with: String,
    pub status: InForce,
    #[serde(flatten)]
    pub review: Review,
}

view! {
    /// A filed emergency plan.
    EmergencyPlanFiledView of EmergencyPlanFiled as it {
        id: EmergencyPlanFiledId = it.id,
        site_id: SiteId = it.site_id,
        number: String = it.number.clone(),
        filed_on: NaiveDate = it.filed_on,
        valid_to: NaiveDate = it.valid_to,
        filed_with: String = it.filed_with.clone(),
        status: InForce = it.status,
        review: EntryReviewView = EntryReviewView::from(&it.review),
    }
}

impl EmergencyPlanFiled {
    fn judged(self, about: &About<'_>, findings: &mut Findings) -> Self {
        findings.faults.extend(span(self.filed_on, self.valid_to));
        if self.filed_on > legal_day(about.ctx.now) {
            let detail = Text::new("该日尚未到来。", "This day is still to come.");
            findings.refuse(Fault::new(Code::NotYet, "/filed_on", detail));
        }
        self
    }
}

impl Record for EmergencyPlanFiled {
    type New = NewEmergencyPlanFiled;
    type Patch = EmergencyPlanFiledPatch;
    type Query = EmergencyPlanFiledQuery;
    type View = EmergencyPlanFiledView;

    const WRITERS: Writers = Writers::Own(Part::Producer);

    fn owner(&self) -> OwnerId {
        OwnerId::Site(self.site_id)
    }

    fn owner_asked(new: &NewEmergencyPlanFiled) -> OwnerId {
        OwnerId::Site(new.site_id)
    }

    fn made(
        id: Uuid,
        new: &NewEmergencyPlanFiled,
        about: &About<'_>,
        findings: &mut Findings,
    ) -> Self {
        let plan = Self {
            id: EmergencyPlanFiledId::of(id),
            site_id: new.site_id,
            number: words(&new.number),
            filed_on: new.filed_on,
            valid_to: new.valid_to,
            filed_with: words(&new.filed_with),
            status: InForce::Active,
            review: Review::submitted(),
        };
        plan.judged(about, findings)
    }

    fn patched(
        &self,
        patch: &EmergencyPlanFiledPatch,
        about: &About<'_>,
        findings: &mut Findings,
    ) -> Self {
        let plan = Self {
            number: set(&patch.number, &self.number, words),
            filed_on: set(&patch.filed_on, &self.filed_on, |day| *day),
            valid_to: set(&patch.valid_to, &self.valid_to, |day| *day),
            filed_with: set(&patch.filed_with, &self.filed_with, words),
            status: set(&patch.status, &self.status, |status| *status),
            ..self.clone()
        };
        plan.judged(about, findings).resubmitted(self)
    }

    fn told(&self, before: Option<&Self>) -> Vec<(&'static str, Option<OrganisationId>)> {
        self.waits(before)
    }

    fn page(query: &EmergencyPlanFiledQuery) -> (PageLimit, Option<Cursor<Uuid>>) {
        (query.limit, query.cursor)
    }

    fn narrow(query: &EmergencyPlanFiledQuery) -> Vec<Narrow> {
        let site = query.site_id.map(|site| Narrow::is("site_id", site.uuid()));
        let status = query.status.map(|status| Narrow::is("status", status.as_str()));
        let review = query.review.map(|review| Narrow::is("review_status", review.as_str()));
        let ends = query.ends_by.map(|day| Narrow::to("valid_to", day));
        [site, status, review, ends].into_iter().flatten().collect()
    }
}
