//! What the law says of a licence and the register only points at (licence measures 2016): how long
//! it may run, when another scale needs a new licence, what a collection licence may hold. The
//! authority that enters it is the one that decides, so each is a warning. Pure.

use chrono::{Months, NaiveDate};

use super::model::{Licence, LicenceKind};
use crate::catalogue::Catalogue;
use crate::problem::{Code, Fault, Findings, Text};
use crate::units::Grams;

/// What a licence is looked at beside.
#[derive(Clone, Copy)]
pub struct Beside<'a> {
    pub catalogue: &'a Catalogue,
    /// Where its facility lies.
    pub division: &'a str,
    pub today: NaiveDate,
    /// As it was granted, where this is a change.
    pub granted: Option<&'a Licence>,
}

/// Percent of the scale it was granted for, beyond which it needs a new licence (Art. 11, DL27).
const SCALE_PERCENT: i128 = 120;

pub fn warn(licence: &Licence, beside: &Beside<'_>, findings: &mut Findings) {
    years(licence, beside, findings);
    scale(licence, beside, findings);
    collected(licence, beside, findings);
}

fn note(pointer: impl Into<String>, zh: String, en: String, findings: &mut Findings) {
    findings.warn(Fault::new(Code::Other, pointer.into(), Text::new(zh, en)));
}

/// Five years, or three for collection (Art. 13, DL22 and DL23).
fn years(licence: &Licence, beside: &Beside<'_>, findings: &mut Findings) {
    let rule = match licence.kind {
        LicenceKind::Comprehensive => "DL22",
        LicenceKind::Collection => "DL23",
        LicenceKind::KitchenPermit => return,
    };
    let years = beside.catalogue.deadline_rule(rule).and_then(|rule| rule.value.parse().ok());
    let Some(years) = years.filter(|years: &u32| *years < 100) else { return };
    let end = licence.valid_from.checked_add_months(Months::new(12 * years));
    if let Some(last) = end.and_then(|end| end.pred_opt()).filter(|last| licence.valid_to > *last) {
        let zh = format!("此类许可证有效期为 {years} 年，至 {last} 止。");
        let en = format!("A licence of this kind runs for {years} years, to {last}.");
        note("/valid_to", zh, en, findings);
    }
}

/// What a licence permits in a year, all lines together.
fn permitted(licence: &Licence) -> Grams {
    let lines: Grams = licence.lines.iter().map(|line| line.annual_g).sum();
    licence.annual_limit_g.map_or(lines, |shared| shared.min(lines))
}

fn scale(licence: &Licence, beside: &Beside<'_>, findings: &mut Findings) {
    let Some(granted) = beside.granted else { return };
    let (now, was) = (permitted(licence), permitted(granted));
    if i128::from(now.0) * 100 > i128::from(was.0) * SCALE_PERCENT {
        let (now, was) = (now.to_kg_text(), was.to_kg_text());
        let zh = format!("年经营规模 {now} kg 超过核发时 {was} kg 的 20%，应重新申领许可证。");
        let en = format!(
            "{now} kg a year is more than 20 % beyond the {was} kg it was granted for: that \
             needs a new licence."
        );
        note("/lines", zh, en, findings);
    }
}

/// A collection licence is for few wastes (Art. 3), by the table of `seeds/collection_wastes.csv`.
fn collected(licence: &Licence, beside: &Beside<'_>, findings: &mut Findings) {
    if licence.kind != LicenceKind::Collection {
        return;
    }
    let may = |code: &str| beside.catalogue.may_be_collected(code, beside.division, beside.today);
    for (n, line) in licence.lines.iter().enumerate() {
        let codes = line.waste_codes.iter().filter(|code| !may(code));
        let strange: Vec<&str> = codes.chain(&line.categories).map(String::as_str).collect();
        if !strange.is_empty() {
            let strange = strange.join(", ");
            let zh = format!("收集经营许可证通常不含：{strange}。");
            let en = format!("A collection licence is not usually for {strange}.");
            note(format!("/lines/{n}/waste_codes"), zh, en, findings);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::licence_capacity::tests::licence;
    use super::*;

    fn told(licence: &Licence, division: &str, granted: Option<&Licence>) -> Vec<String> {
        let catalogue = Catalogue::load().unwrap();
        let today = "2026-11-30".parse().unwrap();
        let beside = Beside { catalogue: &catalogue, division, today, granted };
        let mut findings = Findings::new();
        warn(licence, &beside, &mut findings);
        let warnings = findings.settle().unwrap();
        warnings.into_iter().filter_map(|fault| fault.pointer).collect()
    }

    #[test]
    fn a_comprehensive_licence_runs_five_years_and_one_for_collection_three() {
        let day = |text: &str| text.parse().unwrap();
        for (kind, to, is_too_long) in [
            (LicenceKind::Comprehensive, "2030-12-31", false),
            (LicenceKind::Comprehensive, "2031-01-01", true),
            (LicenceKind::KitchenPermit, "2040-01-01", false),
        ] {
            let it = Licence { kind, valid_to: day(to), ..licence(&[1], None, 1000) };
            assert_eq!(told(&it, "01", None), if is_too_long { vec!["/valid_to"] } else { vec![] });
        }
        let collection = LicenceKind::Collection;
        let mut it =
            Licence { kind: collection, valid_to: day("2028-12-31"), ..licence(&[1], None, 1000) };
        it.lines[0].waste_codes = vec!["900-214-08".into()];
        assert_eq!(told(&it, "01", None), Vec::<String>::new());
        it.valid_to = day("2029-01-01");
        assert_eq!(told(&it, "01", None), ["/valid_to"]);
    }

    #[test]
    fn more_than_a_fifth_beyond_what_was_granted_needs_a_new_licence() {
        let granted = licence(&[600, 400], None, 1000);
        for (lines, shared, is_more) in [
            ([800, 400], None, false),
            ([801, 400], None, true),
            ([900, 900], Some(1200), false),
            ([900, 900], Some(1201), true),
        ] {
            let after = licence(&lines, shared, 1000);
            let told = told(&after, "01", Some(&granted));
            assert_eq!(told, if is_more { vec!["/lines"] } else { vec![] });
        }
    }

    #[test]
    fn batteries_are_collected_where_the_pilot_is() {
        let mut it = licence(&[1], None, 1000);
        it.kind = LicenceKind::Collection;
        it.valid_to = it.valid_from;
        it.lines[0].waste_codes = vec!["900-052-31".into()];
        assert_eq!(told(&it, "01", None), Vec::<String>::new());
        assert_eq!(told(&it, "03", None), Vec::<String>::new());
        assert_eq!(told(&it, "02", None), ["/lines/0/waste_codes"]);
        it.lines[0].waste_codes = Vec::new();
        it.lines[0].categories = vec!["HW31".into()];
        assert_eq!(told(&it, "01", None), ["/lines/0/waste_codes"]);
    }
}
