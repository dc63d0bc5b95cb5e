//! Insurance policies (环境污染责任保险) of an organisation: with whom, over how much, until when.

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
use crate::ids::{InsurancePolicyId, OrganisationId};
use crate::problem::Findings;
use crate::units::Quantity;
use crate::wire::{BoundedText, Change, Cursor, Decimal, PageLimit, paged, wire};

/// Nobody insures for less than a yuan or for more than a billion.
type Yuan = Decimal<1, 1_000_000_000>;

wire! {
    /// An insurance policy to register.
    pub struct NewInsurancePolicy {
        pub organisation_id: OrganisationId,
        pub insurer: BoundedText<1, 200>,
        /// Of the policy.
        pub number: BoundedText<1, 100>,
        /// What it insures for.
        pub amount_yuan: Yuan,
        /// Both days count.
        pub valid_from: NaiveDate,
        pub valid_to: NaiveDate,
    }

    /// What changes of an insurance policy.
    pub struct InsurancePolicyPatch {
        pub insurer: Change<BoundedText<1, 200>>,
        pub number: Change<BoundedText<1, 100>>,
        pub amount_yuan: Change<Yuan>,
        pub valid_from: Change<NaiveDate>,
        pub valid_to: Change<NaiveDate>,
        pub status: Change<InForce>,
    }

    /// Which insurance policies to list.
    pub struct InsurancePolicyQuery {
        pub organisation_id: Option<OrganisationId>,
        pub status: Option<InForce>,
        /// How its review stands: `submitted` is what waits.
        pub review: Option<EntryReviewStatus>,
        /// Whose last day is this one or an earlier one.
        pub ends_by: Option<NaiveDate>,
        pub limit: PageLimit = PageLimit::default(),
        pub cursor: Option<Cursor<Uuid>>,
    }
}

paged!(InsurancePolicyQuery);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InsurancePolicy {
    pub id: InsurancePolicyId,
    pub organisation_id: OrganisationId,
    pub insurer: String,
    pub number: String,
    /// Thousandths of a yuan.
    pub amount_milli: i64,
    pub valid_from: NaiveDate,
    pub valid_to: NaiveDate,
    pub status: InForce,
    #[serde(flatten)]
    pub review: Review,
}

view! {
    /// An insurance policy.
    InsurancePolicyView of InsurancePolicy as it {
        id: InsurancePolicyId = it.id,
        organisation_id: OrganisationId = it.organisation_id,
        insurer: String = it.insurer.clone(),
        number: String = it.number.clone(),
        amount_yuan: Quantity = Quantity(it.amount_milli),
        valid_from: NaiveDate = it.valid_from,
        valid_to: NaiveDate = it.valid_to,
        status: InForce = it.status,
        review: EntryReviewView = EntryReviewView::from(&it.review),
    }
}

impl Record for InsurancePolicy {
    type New = NewInsurancePolicy;
    type Patch = InsurancePolicyPatch;
    type Query = InsurancePolicyQuery;
    type View = InsurancePolicyView;

    const WRITERS: Writers = Writers::Own(Part::Producer);

    fn owner(&self) -> OwnerId {
        OwnerId::Organisation(self.organisation_id)
    }

    fn owner_asked(new: &NewInsurancePolicy) -> OwnerId {
        OwnerId::Organisation(new.organisation_id)
    }

    fn made(id: Uuid, new: &NewInsurancePolicy, _: &About<'_>, findings: &mut Findings) -> Self {
        findings.faults.extend(span(new.valid_from, new.valid_to));
        Self {
            id: InsurancePolicyId::of(id),
            organisation_id: new.organisation_id,
            insurer: words(&new.insurer),
            number: words(&new.number),
            amount_milli: new.amount_yuan.milli(),
            valid_from: new.valid_from,
            valid_to: new.valid_to,
            status: InForce::Active,
            review: Review::submitted(),
        }
    }

    fn patched(
        &self,
        patch: &InsurancePolicyPatch,
        _: &About<'_>,
        findings: &mut Findings,
    ) -> Self {
        let policy = Self {
            insurer: set(&patch.insurer, &self.insurer, words),
            number: set(&patch.number, &self.number, words),
            amount_milli: set(&patch.amount_yuan, &self.amount_milli, |yuan| yuan.milli()),
            valid_from: set(&patch.valid_from, &self.valid_from, |day| *day),
            valid_to: set(&patch.valid_to, &self.valid_to, |day| *day),
            status: set(&patch.status, &self.status, |status| *status),
            ..self.clone()
        };
        findings.faults.extend(span(policy.valid_from, policy.valid_to));
        policy.resubmitted(self)
    }

    fn told(&self, before: Option<&Self>) -> Vec<(&'static str, Option<OrganisationId>)> {
        self.waits(before)
    }

    fn page(query: &InsurancePolicyQuery) -> (PageLimit, Option<Cursor<Uuid>>) {
        (query.limit, query.cursor)
    }

    fn narrow(query: &InsurancePolicyQuery) -> Vec<Narrow> {
        let organisation =
            query.organisation_id.map(|one| Narrow::is("organisation_id", one.uuid()));
        let status = query.status.map(|status| Narrow::is("status", status.as_str()));
        let review = query.review.map(|review| Narrow::is("review_status", review.as_str()));
        let ends = query.ends_by.map(|day| Narrow::to("valid_to", day));
        [organisation, status, review, ends].into_iter().flatten().collect()
    }
}
