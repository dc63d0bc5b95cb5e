//! What may be asked of the solver, as it crosses the wire: a problem of one's own, or the
//! register's with what would be different.

use crate::capacity::limits::{
    PLAN_CODES_MAX, PLAN_FACILITIES_MAX, PLAN_LINES_MAX, PLAN_MASSES_MAX, PLAN_SOURCES_MAX,
};
use crate::catalogue::{Category, Stream};
use crate::ids::LicenceId;
use crate::registry::DivisionNumber;
use crate::wire::{
    BoundedText, Change, Decimal, Degrees, List, NonNegativeKg, Patch, Whole, api_enum, wire,
};

/// A calendar year, Beijing's.
pub type Year = Whole<2000, 2999>;
/// An id of the caller's own.
pub type OwnId = BoundedText<1, 100>;
type OwnCode = BoundedText<1, 40>;
type LineNumber = Whole<1, 1_000_000>;
/// A factor that a category's production grows by: 1.1 is a tenth more, 0 is none.
type Growth = Decimal<0, 100>;

api_enum! {
    /// How far apart two places are.
    pub enum Distance {
        GreatCircle = "great_circle",
    }

    /// What a facility of the register does in a plan that it does not do now.
    pub enum PlannedStatus {
        Active = "active",
        Suspended = "suspended",
        Closed = "closed",
    }
}

wire! {
    /// Where should each kilogram go? Either `problem`, or `year` for the register's.
    pub struct AskPlan {
        pub problem: Option<OwnProblem>,
        /// Of the register's ledgers and licences, in place of `problem`.
        pub year: Option<Year>,
        pub scope: Option<PlanScope>,
        pub changes: Option<WhatIf>,
        /// What more capacity would save; `false` answers sooner, with `binding` null.
        pub marginal_values: bool = true,
    }

    /// A matching problem. It knows no methods and no borders.
    pub struct OwnProblem {
        pub sources: List<OwnSource, 0, PLAN_SOURCES_MAX>,
        pub facilities: List<OwnFacility, 0, PLAN_FACILITIES_MAX>,
        pub distance: Distance = Distance::GreatCircle,
    }

    /// A place with waste to be taken.
    pub struct OwnSource {
        pub id: OwnId,
        pub division: Option<BoundedText<0, 20>>,
        pub location: Point,
        pub produced: List<OwnProduced, 0, PLAN_MASSES_MAX>,
    }

    /// So much of a code. The same code twice is the sum.
    pub struct OwnProduced {
        pub code: OwnCode,
        pub kg: NonNegativeKg,
    }

    /// A plant. All its lines together take no more than `annual_limit_kg`; null is no limit.
    pub struct OwnFacility {
        pub id: OwnId,
        pub location: Point,
        pub annual_limit_kg: Option<NonNegativeKg>,
        pub lines: List<OwnLine, 0, PLAN_LINES_MAX>,
    }

    /// So much in a year, of any of these codes together.
    pub struct OwnLine {
        pub line: LineNumber,
        pub codes: List<OwnCode, 0, PLAN_CODES_MAX>,
        pub annual_kg: NonNegativeKg,
    }

    /// A point on the earth, in degrees, as exact as given.
    pub struct Point {
        pub lon: Degrees<180>,
        pub lat: Degrees<90>,
    }

    /// What of the register is planned for; all of it that the caller regulates, when absent.
    pub struct PlanScope {
        pub divisions: Option<List<DivisionNumber, 1, 20>>,
        pub streams: Option<List<Stream, 1, 3>>,
    }

    /// What would be different.
    pub struct WhatIf {
        pub growth: List<CategoryGrowth, 0, 100> = List::default(),
        pub facilities: List<FacilityChange, 0, PLAN_FACILITIES_MAX> = List::default(),
        pub new_facilities: List<NewFacility, 0, 100> = List::default(),
    }

    /// All that is produced of a category, times `factor`.
    pub struct CategoryGrowth {
        pub category: Category,
        pub factor: Growth,
    }

    /// A licence of the register, otherwise.
    pub struct FacilityChange {
        pub licence_id: LicenceId,
        pub status: Change<PlannedStatus>,
        pub annual_limit_kg: Patch<NonNegativeKg>,
        /// The lines that change; the others stay as they are.
        pub lines: List<LineChange, 0, PLAN_LINES_MAX> = List::default(),
    }

    /// A line's mass in a year, otherwise.
    pub struct LineChange {
        pub line: LineNumber,
        pub annual_kg: NonNegativeKg,
    }

    /// A plant that is not there yet.
    pub struct NewFacility {
        pub id: OwnId,
        pub name: BoundedText<0, 200> = BoundedText::default(),
        pub location: Point,
        pub annual_limit_kg: Option<NonNegativeKg>,
        pub lines: List<NewLine, 1, PLAN_LINES_MAX>,
    }

    /// So much in a year, of any of these codes and categories together.
    pub struct NewLine {
        pub line: LineNumber,
        pub codes: List<OwnCode, 0, PLAN_CODES_MAX> = List::default(),
        pub categories: List<Category, 0, 100> = List::default(),
        pub annual_kg: NonNegativeKg,
    }
}

impl Default for WhatIf {
    /// Nothing is different.
    fn default() -> Self {
        let (growth, facilities) = (List::default(), List::default());
        Self { growth, facilities, new_facilities: List::default() }
    }
}
