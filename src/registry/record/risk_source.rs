//! Risk sources (环境风险源): what of a site could do harm, and how much of it there is at most.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::change::{set, words};
use super::super::model::Part;
use super::super::review::{EntryReviewStatus, EntryReviewView, Review, Reviewed};
use super::super::store::Narrow;
use super::super::view::view;
use super::{About, InForce, OwnerId, Record, Writers};
use crate::ids::{OrganisationId, RiskSourceId, SiteId};
use crate::problem::Findings;
use crate::units::{Grams, Kg};
use crate::wire::{BoundedText, Change, Cursor, PageLimit, PositiveKg, api_enum, paged, wire};

api_enum! {
    /// How grave (企业环境风险等级, HJ 941-2018): general, considerable, major.
    pub enum RiskLevel {
        General = "general",
        Considerable = "considerable",
        Major = "major",
    }
}

wire! {
    /// A risk source to register.
    pub struct NewRiskSource {
        pub site_id: SiteId,
        pub name: BoundedText<1, 200>,
        /// What it is: a tank, a store, a line.
        pub kind: BoundedText<1, 100>,
        pub level: RiskLevel,
        pub substance: BoundedText<1, 200>,
        /// The most there is of it at any time.
        pub maximum_kg: PositiveKg,
    }

    /// What changes of a risk source.
    pub struct RiskSourcePatch {
        pub name: Change<BoundedText<1, 200>>,
        pub kind: Change<BoundedText<1, 100>>,
        pub level: Change<RiskLevel>,
        pub substance: Change<BoundedText<1, 200>>,
        pub maximum_kg: Change<PositiveKg>,
        pub status: Change<InForce>,
    }

    /// Which risk sources to list.
    pub struct RiskSourceQuery {
        pub site_id: Option<SiteId>,
        pub level: Option<RiskLevel>,
        pub status: Option<InForce>,
        /// How its review stands: `submitted` is what waits.
        pub review: Option<EntryReviewStatus>,
        pub limit: PageLimit = PageLimit::default(),
        pub cursor: Option<Cursor<Uuid>>,
    }
}

paged!(RiskSourceQuery);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RiskSource {
    pub id: RiskSourceId,
    pub site_id: SiteId,
    pub name: String,
    pub kind: String,
    pub level: RiskLevel,
    pub substance: String,
    pub maximum_g: Grams,
    pub status: InForce,
    #[serde(flatten)]
    pub review: Review,
}

view! {
    /// A risk source.
    RiskSourceView of RiskSource as it {
        id: RiskSourceId = it.id,
        site_id: SiteId = it.site_id,
        name: String = it.name.clone(),
        kind: String = it.kind.clone(),
        level: RiskLevel = it.level,
        substance: String = it.substance.clone(),
        maximum_kg: Kg = Kg(it.maximum_g),
        status: InForce = it.status,
        review: EntryReviewView = EntryReviewView::from(&it.review),
    }
}

impl Record for RiskSource {
    type New = NewRiskSource;
    type Patch = RiskSourcePatch;
    type Query = RiskSourceQuery;
    type View = RiskSourceView;

    const WRITERS: Writers = Writers::Own(Part::Producer);

    fn owner(&self) -> OwnerId {
        OwnerId::Site(self.site_id)
    }

    fn owner_asked(new: &NewRiskSource) -> OwnerId {
        OwnerId::Site(new.site_id)
    }

    fn made(id: Uuid, new: &NewRiskSource, _: &About<'_>, _: &mut Findings) -> Self {
        Self {
            id: RiskSourceId::of(id),
            site_id: new.site_id,
            name: words(&new.name),
            kind: words(&new.kind),
            level: new.level,
            substance: words(&new.substance),
            maximum_g: new.maximum_kg.grams(),
            status: InForce::Active,
            review: Review::submitted(),
        }
    }

    fn patched(&self, patch: &RiskSourcePatch, _: &About<'_>, _: &mut Findings) -> Self {
        let source = Self {
            name: set(&patch.name, &self.name, words),
            kind: set(&patch.kind, &self.kind, words),
            level: set(&patch.level, &self.level, |level| *level),
            substance: set(&patch.substance, &self.substance, words),
            maximum_g: set(&patch.maximum_kg, &self.maximum_g, |mass| mass.grams()),
            status: set(&patch.status, &self.status, |status| *status),
            ..self.clone()
        };
        source.resubmitted(self)
    }

    fn told(&self, before: Option<&Self>) -> Vec<(&'static str, Option<OrganisationId>)> {
        self.waits(before)
    }

    fn page(query: &RiskSourceQuery) -> (PageLimit, Option<Cursor<Uuid>>) {
        (query.limit, query.cursor)
    }

    fn narrow(query: &RiskSourceQuery) -> Vec<Narrow> {
        let site = query.site_id.map(|site| Narrow::is("site_id", site.uuid()));
        let level = query.level.map(|level| Narrow::is("level", level.as_str()));
        let status = query.status.map(|status| Narrow::is("status", status.as_str()));
        let review = query.review.map(|review| Narrow::is("review_status", review.as_str()));
        [site, level, status, review].into_iter().flatten().collect()
    }
}
