//! Days of treatment facilities (设施运行日报): running, on less than usual, or down, and what was
//! treated. So an outage is on record when a plan for emergencies asks which facilities run.
//!
//! One entry a site and day, of no day to come (Beijing's). Nothing is treated on a day when all
//! was down.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::change::{patched, set, words};
use super::super::model::{Part, SiteKind};
use super::super::store::Narrow;
use super::super::view::view;
use super::{About, OwnerId, Record, Writers};
use crate::clock::legal_day;
use crate::ids::{FacilityDayId, SiteId};
use crate::problem::{Code, Fault, Findings, Text};
use crate::units::{Grams, Kg};
use crate::wire::{
    BoundedText, Change, Cursor, NonNegativeKg, PageLimit, Patch, api_enum, paged, wire,
};

api_enum! {
    /// How a facility ran on a day.
    pub enum Running {
        Running = "running",
        /// On less than usual.
        Reduced = "reduced",
        /// Not at all.
        Down = "down",
    }
}

wire! {
    /// How a treatment facility ran on a day.
    pub struct NewFacilityDay {
        pub site_id: SiteId,
        /// Beijing's; none to come.
        pub on: NaiveDate,
        pub status: Running,
        pub treated_kg: Option<NonNegativeKg>,
        /// Why it did not run, or on less than usual.
        pub reason: Option<BoundedText<1, 500>>,
    }

    /// A correction.
    pub struct FacilityDayPatch {
        pub status: Change<Running>,
        pub treated_kg: Patch<NonNegativeKg>,
        pub reason: Patch<BoundedText<1, 500>>,
    }

    /// Which days to list.
    pub struct FacilityDayQuery {
        pub site_id: Option<SiteId>,
        pub status: Option<Running>,
        /// From this day on.
        pub from: Option<NaiveDate>,
        /// Up to this day, itself included.
        pub to: Option<NaiveDate>,
        pub limit: PageLimit = PageLimit::default(),
        pub cursor: Option<Cursor<Uuid>>,
    }
}

paged!(FacilityDayQuery);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FacilityDay {
    pub id: FacilityDayId,
    pub site_id: SiteId,
    /// `on` is a word of SQL.
    pub day: NaiveDate,
    pub status: Running,
    pub treated_g: Option<Grams>,
    pub reason: Option<String>,
}

view! {
    /// How a treatment facility ran on a day.
    FacilityDayView of FacilityDay as it {
        id: FacilityDayId = it.id,
        site_id: SiteId = it.site_id,
        on: NaiveDate = it.day,
        status: Running = it.status,
        treated_kg: Option<Kg> = it.treated_g.map(Kg),
        reason: Option<String> = it.reason.clone(),
    }
}

impl FacilityDay {
    /// Whether the two of its figures agree.
    fn agrees(&self) -> Option<Fault> {
        let treated = self.treated_g.is_some_and(|mass| mass > Grams::ZERO);
        let detail = || {
            Text::new("停运当日不应有处置量。", "On a day when it was down, nothing is treated.")
        };
        let disagree = self.status == Running::Down && treated;
        disagree.then(|| Fault::new(Code::InvalidValue, "/treated_kg", detail()))
    }
}

impl Record for FacilityDay {
    type New = NewFacilityDay;
    type Patch = FacilityDayPatch;
    type Query = FacilityDayQuery;
    type View = FacilityDayView;

    const WRITERS: Writers = Writers::Own(Part::Receiver);

    fn owner(&self) -> OwnerId {
        OwnerId::Site(self.site_id)
    }

    fn owner_asked(new: &NewFacilityDay) -> OwnerId {
        OwnerId::Site(new.site_id)
    }

    fn made(id: Uuid, new: &NewFacilityDay, about: &About<'_>, findings: &mut Findings) -> Self {
        findings.faults.extend(about.owner.is_of_kind(SiteKind::Treatment));
        if new.on > legal_day(about.ctx.now) {
            let detail = Text::new("该日尚未到来。", "This day is still to come.");
            findings.refuse(Fault::new(Code::NotYet, "/on", detail));
        }
        let day = Self {
            id: FacilityDayId::of(id),
            site_id: new.site_id,
            day: new.on,
            status: new.status,
            treated_g: new.treated_kg.map(NonNegativeKg::grams),
            reason: new.reason.as_ref().map(words),
        };
        findings.faults.extend(day.agrees());
        day
    }

    fn patched(&self, patch: &FacilityDayPatch, _: &About<'_>, findings: &mut Findings) -> Self {
        let treated = self.treated_g.as_ref();
        let day = Self {
            status: set(&patch.status, &self.status, |status| *status),
            treated_g: patched(&patch.treated_kg, treated, |mass| mass.grams()),
            reason: patched(&patch.reason, self.reason.as_ref(), words),
            ..self.clone()
        };
        findings.faults.extend(day.agrees());
        day
    }

    fn page(query: &FacilityDayQuery) -> (PageLimit, Option<Cursor<Uuid>>) {
        (query.limit, query.cursor)
    }

    fn narrow(query: &FacilityDayQuery) -> Vec<Narrow> {
        let site = query.site_id.map(|site| Narrow::is("site_id", site.uuid()));
        let status = query.status.map(|status| Narrow::is("status", status.as_str()));
        let from = query.from.map(|day| Narrow::from("day", day));
        let to = query.to.map(|day| Narrow::to("day", day));
        [site, status, from, to].into_iter().flatten().collect()
    }
}
