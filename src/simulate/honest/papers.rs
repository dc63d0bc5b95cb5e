//! Papers: insurance, emergency plans, management plans, monthly activity and reports, each in its
//! time.

use chrono::{Datelike, Days, NaiveDate};
use serde_json::json;

use super::Planner;
use crate::simulate::load::{Paper, PaperKind};
use crate::simulate::plan::What;
use crate::simulate::units::kg;
use crate::simulate::waste::{ASH, WASTES};
use crate::simulate::world::{DAY, HOUR, Kind, MINUTE, Sec};

/// The day that worlds begin on.
const FIRST: Option<NaiveDate> = NaiveDate::from_ymd_opt(2026, 1, 1);

/// The date of a world's day.
pub fn date(day: i64) -> NaiveDate {
    let first = FIRST.unwrap_or_default();
    if day < 0 {
        return first.checked_sub_days(Days::new(day.unsigned_abs())).unwrap_or(first);
    }
    first.checked_add_days(Days::new(day.unsigned_abs())).unwrap_or(first)
}

impl Planner<'_> {
    /// Everybody comes into the registers; papers that are there on the first day.
    pub fn beginnings(&mut self) {
        for party in 0..self.world.parties.len() {
            let born = self.world.parties[party].born;
            let is_there = born == self.world.first;
            let at = born * DAY + if is_there { 0 } else { 8 * HOUR };
            self.plan.act(at, party, What::Settle(party));
            if !self.kind(party).reports() {
                continue;
            }
            let mut chance = self.chance(8, party, 0);
            let begins = at + 20 * MINUTE;
            let ends = born + chance.whole(70, 330);
            self.insure(party, begins, (ends - 365, ends));
            if let Some(at) = self.frauds.paper(party, PaperKind::Insurance, ends * DAY) {
                let early = at - ends * DAY - chance.whole(40, 62) * DAY;
                self.insure(party, (ends * DAY + early).max(begins + 60), (ends + 1, ends + 365));
            }
            if let Some(at) = self.frauds.paper(party, PaperKind::EmergencyPlan, begins + 90) {
                let filed = born - chance.whole(20, 500);
                let body = json!({
                    "number": format!("兵应急{party:04}"), "filed_on": date(filed),
                    "valid_to": date(filed + 3 * 365), "filed_with": "生态环境局",
                });
                self.plan.paper(at, Paper { party, kind: PaperKind::EmergencyPlan, body });
            }
            let day = born + chance.whole(12, 80).min(self.world.length() / 2);
            let at = day * DAY + chance.whole(10 * HOUR, 17 * HOUR);
            if let Some(at) = self.frauds.paper(party, PaperKind::ManagementPlan, at) {
                self.management_plan(party, at);
            }
        }
    }

    fn insure(&mut self, party: usize, at: Sec, (from, to): (i64, i64)) {
        let body = json!({
            "insurer": "中华联合财产保险", "number": format!("HJ{party:04}{to:04}"),
            "amount_yuan": 2_000_000, "valid_from": date(from), "valid_to": date(to),
        });
        self.plan.paper(at, Paper { party, kind: PaperKind::Insurance, body });
    }

    fn management_plan(&mut self, party: usize, at: Sec) {
        let one = &self.world.parties[party];
        let line = |waste: usize, daily: f64| {
            let annual = (daily * 366.0 * 1.6 / 100_000.0).ceil() as i64 * 100_000;
            json!({"waste_code": WASTES[waste].code, "annual_kg": kg(annual.max(100_000))})
        };
        let mut lines: Vec<_> = match one.kind {
            kind if kind.is_hospital() || kind == Kind::Clinic => {
                (0..5).map(|waste| line(waste, one.size as f64 * 900.0 + 2_000.0)).collect()
            }
            kind if kind.is_receiver() => vec![line(ASH, 4_000_000.0)],
            _ => one.flows.iter().map(|flow| line(flow.waste, flow.daily_g)).collect(),
        };
        if self.frauds.plans_without(party) {
            lines.truncate(lines.len().saturating_sub(1).max(1));
        }
        let body = json!({"year": date(at / DAY).year(), "lines": lines});
        self.plan.paper(at, Paper { party, kind: PaperKind::ManagementPlan, body });
    }

    /// What is due at the beginning of a month.
    pub fn papers(&mut self, day: i64) {
        let today = date(day);
        if today.day() != 1 || day == self.world.first {
            return;
        }
        let month = date(day - 1);
        for party in 0..self.world.parties.len() {
            if self.world.parties[party].born >= day {
                continue;
            }
            let mut chance = self.chance(9, party, day);
            let at = |from: i64, to: i64, chance: &mut crate::simulate::chance::Chance| {
                (day + chance.whole(from, to)) * DAY + chance.whole(10 * HOUR, 18 * HOUR)
            };
            let told = at(1, 4, &mut chance);
            self.activities(party, month, told);
            if !self.kind(party).reports() {
                continue;
            }
            let told = at(4, 11, &mut chance);
            let number = month.month();
            self.report(party, told, json!({"period": "month", "number": number}), month);
            if number.is_multiple_of(3) {
                let told = told + HOUR;
                let quarter = json!({"period": "quarter", "number": number / 3});
                self.report(party, told, quarter, month);
            }
        }
    }

    fn report(&mut self, party: usize, at: Sec, mut body: serde_json::Value, month: NaiveDate) {
        if let Some(at) = self.frauds.paper(party, PaperKind::Report, at) {
            body["year"] = json!(month.year());
            self.plan.paper(at, Paper { party, kind: PaperKind::Report, body });
        }
    }

    fn activities(&mut self, party: usize, month: NaiveDate, at: Sec) {
        let sums = self.activity.remove(&party).unwrap_or_default();
        let month = month.format("%Y-%m").to_string();
        let (first, second) = (sums.first.round() as i64, sums.second.round() as i64);
        let kinds: Vec<(&str, Option<&str>, i64)> = match self.kind(party) {
            kind if kind.is_hospital() => {
                vec![("bed_days", None, first), ("visits", None, second)]
            }
            Kind::Canteen => vec![("meals", None, first)],
            Kind::Coking => vec![("output", Some("焦炭"), first)],
            Kind::Aluminium => vec![("output", Some("电解铝"), first)],
            Kind::Pvc => vec![("output", Some("聚氯乙烯"), first)],
            Kind::Chemical => vec![("output", Some("化工产品"), first)],
            _ => Vec::new(),
        };
        for (kind, product, value) in kinds {
            let mut body = json!({"kind": kind, "month": month, "value": value});
            if let Some(product) = product {
                body["product"] = json!(product);
            }
            self.plan.paper(at, Paper { party, kind: PaperKind::Activity, body });
        }
    }
}
