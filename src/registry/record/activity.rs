//! Activity (活动水平): bed-days, outpatient visits, meals and output of a site by month, from which
//! its waste is expected.
//!
//! One entry a site, kind, product and month, of no month to come (Beijing's); what was wrong is
//! corrected in its place and the events keep what it was. The unit follows from the kind.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::change::{set, words};
use super::super::model::Part;
use super::super::store::Narrow;
use super::super::view::view;
use super::{About, OwnerId, Record, Writers};
use crate::ids::{ActivityId, SiteId};
use crate::problem::{Code, Fault, Findings, Text};
use crate::units::Quantity;
use crate::wire::{BoundedText, Change, Cursor, Decimal, Month, PageLimit, api_enum, paged, wire};

api_enum! {
    /// What a site does that makes waste.
    pub enum ActivityKind {
        BedDays = "bed_days",
        /// Outpatients.
        Visits = "visits",
        Meals = "meals",
        /// Of a product.
        Output = "output",
    }

    /// What its value counts.
    pub enum ActivityUnit {
        BedDay = "bed_day",
        Visit = "visit",
        Meal = "meal",
        Tonne = "t",
    }
}

impl ActivityKind {
    const fn unit(self) -> ActivityUnit {
        match self {
            Self::BedDays => ActivityUnit::BedDay,
            Self::Visits => ActivityUnit::Visit,
            Self::Meals => ActivityUnit::Meal,
            Self::Output => ActivityUnit::Tonne,
        }
    }
}

/// A billion a month: of anything that anybody counts, more than there is.
type Value = Decimal<0, 1_000_000_000>;

wire! {
    /// What a site did in a month.
    pub struct NewActivity {
        pub site_id: SiteId,
        pub kind: ActivityKind,
        /// Of output alone: which product, in tonnes.
        pub product: Option<BoundedText<1, 100>>,
        /// Beijing's; none to come.
        pub month: Month,
        pub value: Value,
        pub note: BoundedText<0, 500> = BoundedText::default(),
    }

    /// A correction.
    pub struct ActivityPatch {
        pub value: Change<Value>,
        pub note: Change<BoundedText<0, 500>>,
    }

    /// Which activity to list.
    pub struct ActivityQuery {
        pub site_id: Option<SiteId>,
        pub kind: Option<ActivityKind>,
        /// From this month on.
        pub from: Option<Month>,
        /// Up to this month, itself included.
        pub to: Option<Month>,
        pub limit: PageLimit = PageLimit::default(),
        pub cursor: Option<Cursor<Uuid>>,
    }
}

paged!(ActivityQuery);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activity {
    pub id: ActivityId,
    pub site_id: SiteId,
    pub kind: ActivityKind,
    /// Empty but for output: a NULL would be unlike another in the unique constraint.
    pub product: String,
    /// The first day of the month.
    pub month: NaiveDate,
    /// In thousandths of its unit.
    pub value_milli: i64,
    pub note: String,
}

view! {
    /// What a site did in a month.
    ActivityView of Activity as it {
        id: ActivityId = it.id,
        site_id: SiteId = it.site_id,
        kind: ActivityKind = it.kind,
        product: Option<String> = Some(it.product.clone()).filter(|name| !name.is_empty()),
        month: Month = Month::of(it.month),
        value: Quantity = Quantity(it.value_milli),
        unit: ActivityUnit = it.kind.unit(),
        note: String = it.note.clone(),
    }
}

impl Record for Activity {
    type New = NewActivity;
    type Patch = ActivityPatch;
    type Query = ActivityQuery;
    type View = ActivityView;

    const WRITERS: Writers = Writers::Own(Part::Producer);

    fn owner(&self) -> OwnerId {
        OwnerId::Site(self.site_id)
    }

    fn owner_asked(new: &NewActivity) -> OwnerId {
        OwnerId::Site(new.site_id)
    }

    fn made(id: Uuid, new: &NewActivity, about: &About<'_>, findings: &mut Findings) -> Self {
        findings.faults.extend(product(new.kind, new.product.is_some()));
        if new.month > Month::at(about.ctx.now) {
            let detail = Text::new("该月份尚未到来。", "This month is still to come.");
            findings.refuse(Fault::new(Code::NotYet, "/month", detail));
        }
        Self {
            id: ActivityId::of(id),
            site_id: new.site_id,
            kind: new.kind,
            product: new.product.as_ref().map(words).unwrap_or_default(),
            month: new.month.first(),
            value_milli: new.value.milli(),
            note: words(&new.note),
        }
    }

    fn patched(&self, patch: &ActivityPatch, _: &About<'_>, _: &mut Findings) -> Self {
        Self {
            value_milli: set(&patch.value, &self.value_milli, |value| value.milli()),
            note: set(&patch.note, &self.note, words),
            ..self.clone()
        }
    }

    fn page(query: &ActivityQuery) -> (PageLimit, Option<Cursor<Uuid>>) {
        (query.limit, query.cursor)
    }

    fn narrow(query: &ActivityQuery) -> Vec<Narrow> {
        let site = query.site_id.map(|site| Narrow::is("site_id", site.uuid()));
        let kind = query.kind.map(|kind| Narrow::is("kind", kind.as_str()));
        let from = query.from.map(|month| Narrow::from("month", month.first()));
        let to = query.to.map(|month| Narrow::to("month", month.first()));
        [site, kind, from, to].into_iter().flatten().collect()
    }
}

/// Output is of a product, and nothing else is.
fn product(kind: ActivityKind, named: bool) -> Option<Fault> {
    let (code, detail) = match (kind == ActivityKind::Output, named) {
        (true, true) | (false, false) => return None,
        (true, false) => {
            (Code::Required, Text::new("产量须写明产品。", "Output is of a product: name it."))
        }
        (false, true) => {
            let en = "Only output is of a product.";
            (Code::InvalidValue, Text::new("只有产量才写产品。", en))
        }
    };
    Some(Fault::new(code, "/product", detail))
}
