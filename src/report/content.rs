//! What a report says: the masses of a site's ledger in a period, by waste code, exact to the gram.
//!
//! The entries move the stock as they do everywhere else (`registry::ledger::on_hand_change`,
//! `ledger_year`): produced, brought in and corrections add to it, moved out, self-treated and
//! losses take from it; what is stored or taken out of an area stays at the site and is no movement
//! of the report. Of each code: opening stock + produced + brought in + corrections - moved out -
//! self-treated - losses = closing stock. Pure.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::period::ReportPeriodView;
use crate::ids::{OrganisationId, SiteId};
use crate::problem::Problem;
use crate::registry::producer::{ClassReason, ManagementClass};
use crate::units::{Grams, Kg};

/// Masses of a period.
#[expect(clippy::struct_field_names, reason = "the API's names, which carry their unit")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReportSumsView {
    /// On hand by the ledger when the period began.
    pub opening_kg: Kg,
    pub produced_kg: Kg,
    pub brought_in_kg: Kg,
    pub moved_out_kg: Kg,
    /// Used or disposed of at the site itself.
    pub self_treated_kg: Kg,
    /// Explained losses.
    pub loss_kg: Kg,
    /// Of corrections, signed.
    pub correction_kg: Kg,
    /// On hand by the ledger when the period ended, or now where it still runs.
    pub closing_kg: Kg,
    /// What has left that the ledger never had: zero unless the closing stock is below nothing.
    pub imbalance_kg: Kg,
}

/// What left for one receiver by one method.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReportTransferView {
    /// The receiving organisation; null for what left without a manifest of this system.
    #[schema(required)]
    pub receiver_id: Option<OrganisationId>,
    #[schema(required)]
    pub receiver_name: Option<String>,
    /// The method of use or disposal that the manifest has.
    #[schema(required)]
    pub method: Option<String>,
    pub mass_kg: Kg,
    pub manifests: i64,
}

/// One waste code of a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReportLineView {
    pub waste_code: String,
    #[serde(flatten)]
    pub sums: ReportSumsView,
    /// Entries of the ledger that were counted: all of the period but `stored` and `taken_out`.
    pub entries: i64,
    /// What `moved_out_kg` is made of.
    pub moved_out: Vec<ReportTransferView>,
}

/// Whose site it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReportedOrganisationView {
    pub id: OrganisationId,
    pub name: String,
    pub uscc: String,
}

/// Where it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReportedSiteView {
    pub id: SiteId,
    pub name: String,
    pub division: String,
    #[schema(required)]
    pub regiment: Option<String>,
    pub region_code: String,
}

/// A report as it is generated from the ledger. Of hazardous waste, medical included: kitchen waste
/// has no such duty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReportContentView {
    pub organisation: ReportedOrganisationView,
    pub site: ReportedSiteView,
    pub period: ReportPeriodView,
    /// The last day for it.
    pub due_on: NaiveDate,
    /// The class of its organisation owes such a report. A unit may report more often.
    pub is_required: bool,
    /// Of the organisation, when the period ended (or now).
    pub management_class: ManagementClass,
    /// Why; empty where it is registered alone.
    pub class_reasons: Vec<ClassReason>,
    pub legal_basis: String,
    /// By waste code, in their order.
    pub lines: Vec<ReportLineView>,
    /// Of all lines.
    pub totals: ReportSumsView,
    /// Entries of the ledger that were counted.
    pub entries: i64,
}

/// A code of which two versions say different things: the later less the earlier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReportDifferenceView {
    pub waste_code: String,
    /// All zero where only receivers, methods or the number of entries differ.
    #[serde(flatten)]
    pub sums: ReportSumsView,
    pub entries: i64,
}

impl ReportSumsView {
    /// The same with the stock that they end with.
    #[must_use]
    pub fn closed(self) -> Self {
        let added = self.opening_kg.0 + self.produced_kg.0 + self.brought_in_kg.0;
        let taken = self.moved_out_kg.0 + self.self_treated_kg.0 + self.loss_kg.0;
        let closing = added + self.correction_kg.0 - taken;
        let imbalance = if closing < Grams::ZERO { -closing } else { Grams::ZERO };
        Self { closing_kg: Kg(closing), imbalance_kg: Kg(imbalance), ..self }
    }

    /// Each mass of the one with the same of the other.
    fn with(self, other: Self, join: impl Fn(Grams, Grams) -> Grams) -> Self {
        let of = |one: Kg, two: Kg| Kg(join(one.0, two.0));
        Self {
            opening_kg: of(self.opening_kg, other.opening_kg),
            produced_kg: of(self.produced_kg, other.produced_kg),
            brought_in_kg: of(self.brought_in_kg, other.brought_in_kg),
            moved_out_kg: of(self.moved_out_kg, other.moved_out_kg),
            self_treated_kg: of(self.self_treated_kg, other.self_treated_kg),
            loss_kg: of(self.loss_kg, other.loss_kg),
            correction_kg: of(self.correction_kg, other.correction_kg),
            closing_kg: of(self.closing_kg, other.closing_kg),
            imbalance_kg: of(self.imbalance_kg, other.imbalance_kg),
        }
    }
}

impl ReportLineView {
    /// Without the names, which may change while nothing of the ledger does.
    fn figures(&self) -> Self {
        let mut line = self.clone();
        for transfer in &mut line.moved_out {
            transfer.receiver_name = None;
        }
        line
    }
}

/// Of all lines.
pub fn totals(lines: &[ReportLineView]) -> (ReportSumsView, i64) {
    let none = ReportSumsView::default();
    let sums = lines.iter().fold(none, |sums, line| sums.with(line.sums, |a, b| a + b));
    (sums, lines.iter().map(|line| line.entries).sum())
}

/// The codes that two versions differ in, in their order: none where the ledger says the same.
pub fn differences(
    earlier: &[ReportLineView],
    later: &[ReportLineView],
) -> Vec<ReportDifferenceView> {
    let mut codes: BTreeMap<&str, [Option<&ReportLineView>; 2]> = BTreeMap::new();
    for (place, lines) in [earlier, later].into_iter().enumerate() {
        for line in lines {
            codes.entry(&line.waste_code).or_default()[place] = Some(line);
        }
    }
    let differ = |pair: &[Option<&ReportLineView>; 2]| {
        let [one, two] = pair.map(|line| line.map(ReportLineView::figures));
        one != two
    };
    let sums = |line: Option<&ReportLineView>| line.map(|line| line.sums).unwrap_or_default();
    let entries = |line: Option<&ReportLineView>| line.map_or(0, |line| line.entries);
    let changed = codes.into_iter().filter(|(_, pair)| differ(pair));
    let shown = changed.map(|(code, [earlier, later])| ReportDifferenceView {
        waste_code: code.to_owned(),
        sums: sums(later).with(sums(earlier), |a, b| a - b),
        entries: entries(later) - entries(earlier),
    });
    shown.collect()
}

/// The lines of a report as it was frozen.
pub fn frozen_lines(content: &str) -> Result<Vec<ReportLineView>, Problem> {
    #[derive(Deserialize)]
    struct Frozen {
        lines: Vec<ReportLineView>,
    }
    let frozen: Frozen = serde_json::from_str(content).map_err(Problem::internal)?;
    Ok(frozen.lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(code: &str, produced_g: i64, moved_out_g: i64) -> ReportLineView {
        let sums = ReportSumsView {
            opening_kg: Kg::of_grams(500),
            produced_kg: Kg::of_grams(produced_g),
            moved_out_kg: Kg::of_grams(moved_out_g),
            correction_kg: Kg::of_grams(-1),
            ..ReportSumsView::default()
        };
        let moved_out = vec![ReportTransferView {
            receiver_id: None,
            receiver_name: Some("甲".to_owned()),
            method: None,
            mass_kg: Kg::of_grams(moved_out_g),
            manifests: 0,
        }];
        ReportLineView { waste_code: code.to_owned(), sums: sums.closed(), entries: 2, moved_out }
    }

    #[test]
    fn stock_is_what_was_there_and_came_less_what_left() {
        let sums = line("900-249-08", 1_000, 200).sums;
        assert_eq!((sums.closing_kg, sums.imbalance_kg), (Kg::of_grams(1_299), Kg::of_grams(0)));
        let short = line("841-001-01", 0, 600).sums;
        assert_eq!((short.closing_kg, short.imbalance_kg), (Kg::of_grams(-101), Kg::of_grams(101)));
        let both = [line("841-001-01", 0, 600), line("900-249-08", 1_000, 200)];
        let (all, entries) = totals(&both);
        assert_eq!((all.opening_kg, all.closing_kg), (Kg::of_grams(1_000), Kg::of_grams(1_198)));
        assert_eq!((all.imbalance_kg, entries), (Kg::of_grams(101), 4));
    }

    #[test]
    fn what_was_frozen_is_read_back_to_the_gram() {
        let lines = vec![line("900-249-08", 812_501, 7), line("841-001-01", 0, 600)];
        let text = serde_json::to_string(&serde_json::json!({"lines": lines})).unwrap();
        assert_eq!(frozen_lines(&text).unwrap(), lines);
    }

    #[test]
    fn differences_are_by_code_and_names_are_none() {
        let earlier = [line("841-001-01", 5, 0), line("900-249-08", 1_000, 200)];
        let mut later = earlier.to_vec();
        later[0].moved_out[0].receiver_name = Some("乙".to_owned());
        assert_eq!(differences(&earlier, &later), []);
        later[1] = line("900-249-08", 1_250, 200);
        later.push(line("900-214-08", 3, 0));
        let found = differences(&earlier, &later);
        let codes: Vec<&str> = found.iter().map(|one| one.waste_code.as_str()).collect();
        assert_eq!(codes, ["900-214-08", "900-249-08"]);
        assert_eq!(found[1].sums.produced_kg, Kg::of_grams(250));
        assert_eq!(found[1].sums.closing_kg, Kg::of_grams(250));
        assert_eq!((found[0].entries, found[1].entries), (2, 0));
        let gone = differences(&earlier[..1], &[]);
        assert_eq!((gone[0].sums.produced_kg, gone[0].entries), (Kg::of_grams(-5), -2));
    }
}
