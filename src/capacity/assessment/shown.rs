//! An assessment's shape in answers.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::asked::Dimension;
use super::estimate::EstimateBasis;
use crate::catalogue::Stream;
use crate::units::{Kg, Quantity};

/// What was produced against what can be treated, in a year.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AssessmentView {
    pub year: i32,
    pub by: Vec<Dimension>,
    pub divisions: Vec<String>,
    /// Events of the log when it was read.
    pub tree_size: i64,
    pub cells: Vec<CellView>,
    /// Of all cells. Capacity counts once here, though a licence line that takes several kinds of
    /// waste stands in the cell of each.
    pub totals: FiguresView,
    /// Producing sites with no entry in the year's ledger: what they made is not known.
    pub missing: Vec<MissingView>,
    /// What of it was estimated, where that was asked for.
    pub estimates: Vec<EstimateView>,
}

/// One cell; what cells are not told apart by is null.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CellView {
    /// Of production: where it was made. Of capacity: where the facility stands.
    #[schema(required)]
    pub division: Option<String>,
    /// `HW08`, or `CY` for kitchen waste.
    #[schema(required)]
    pub category: Option<String>,
    #[schema(required)]
    pub code: Option<String>,
    #[schema(required)]
    pub stream: Option<Stream>,
    #[serde(flatten)]
    pub figures: FiguresView,
}

/// Masses of a year.
#[expect(clippy::struct_field_names, reason = "the API's names, which carry their unit")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FiguresView {
    /// As the ledgers have it, with their corrections.
    pub produced_kg: Kg,
    /// What sites without a ledger made, by estimate: in no other figure but `reachable_kg`,
    /// `gap_kg` and `idle_kg`. 0 where none was asked for.
    pub estimated_kg: Kg,
    /// Left the sites that made it.
    pub shipped_kg: Kg,
    pub self_treated_kg: Kg,
    /// On hand at the year's end, or now where the year is not over.
    pub stored_kg: Kg,
    /// Capacity in scope that may take what was produced here, wherever it stands.
    pub reachable_kg: Kg,
    /// Permitted mass of the year, with each licence's factor and within its shared limit.
    pub licensed_kg: Kg,
    /// Of it, what was received under it.
    pub used_kg: Kg,
    /// Production that no licensed capacity in scope can take.
    pub gap_kg: Kg,
    /// Capacity that no production uses where all of it goes to the best place.
    pub idle_kg: Kg,
}

/// What a site without a ledger made of a code, by estimate.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EstimateView {
    pub site_id: Uuid,
    pub division: String,
    pub code: String,
    pub estimated_kg: Kg,
    /// By the lowest coefficient, and by the highest.
    pub low_kg: Kg,
    pub high_kg: Kg,
    pub basis: EstimateBasis,
    /// How much of it: bed-days, visits, meals, seat-days, tonnes.
    pub amount: Quantity,
    /// Of that amount, what nobody told: months without an entry, at as much a day as those that
    /// have one.
    pub assumed_amount: Quantity,
    /// Row of the table of coefficients, `GC02`.
    pub coefficient: String,
    /// What of the coefficient was read somewhere, and what is assumed.
    pub certainty: String,
}

/// A producing site whose ledger has nothing of the year.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MissingView {
    pub site_id: Uuid,
    pub organisation_id: Uuid,
    pub name: String,
    pub division: String,
}
