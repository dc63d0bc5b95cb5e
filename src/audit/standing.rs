//! What is stored of all subjects together, read beside the walk through their chains, and what of
//! it is wrong.

use uuid::Uuid;

use super::chains::{Counted, Counters};
use super::finding::{Check, Finding, Findings};
use super::numbers::Numbers;
use super::run::AuditError;
use super::standing_store::{DeviceRow, SerialRow};
use super::store::{LedgerRow, Source};
use super::year_store::WrongYear;
use crate::decision::{Subject, SubjectKind};
use crate::problem::Text;

pub struct Standing {
    pub ledgers: Vec<LedgerRow>,
    wrong_years: Vec<WrongYear>,
    /// Rows by table.
    counts: Vec<(String, i64)>,
    serials: Vec<SerialRow>,
    devices: Vec<DeviceRow>,
    wrong_labels: Vec<Uuid>,
    late_label_counters: Vec<String>,
    wrong_contents: Vec<(String, Uuid)>,
}

impl Standing {
    pub async fn read(source: &Source) -> Result<Self, AuditError> {
        Ok(Self {
            ledgers: source.ledgers().await?,
            wrong_years: source.wrong_years().await?,
            counts: source.counts().await?,
            serials: source.serials().await?,
            devices: source.devices().await?,
            wrong_labels: source.wrong_labels().await?,
            late_label_counters: source.late_label_counters().await?,
            wrong_contents: source.wrong_contents().await?,
        })
    }

    /// Whether each table has as many rows as the chains make. Where each row that they make is
    /// there, it has no other then, and nobody has to look for one.
    pub fn has_no_more_than(&self, made: &Counted) -> bool {
        self.counts.iter().all(|(table, count)| made.get(table.as_str()).unwrap_or(&0) == count)
    }

    /// All that is wrong but for the ledgers and for rows of nobody's; `numbers` and `counters` are
    /// what the chains make.
    pub fn judge(self, (numbers, counters): (Numbers, &Counters), findings: &mut Findings) {
        for wrong in self.wrong_years {
            let site = Subject::new(SubjectKind::Site, wrong.site_id);
            findings.add(Finding::new(Check::Ledger, wrong_year(&wrong)).of(site));
        }
        numbers.judge(&self.serials, findings);
        for key in self.late_label_counters {
            findings.add(Finding::new(Check::Number, late_counter(&key)));
        }
        for id in self.wrong_labels {
            let container = Subject::new(SubjectKind::Container, id);
            findings.add(Finding::new(Check::Table, wrong_label()).of(container));
        }
        for (table, id) in self.wrong_contents {
            findings.add(Finding::new(Check::Table, wrong_content(&table, id)));
        }
        for DeviceRow { id, counter } in self.devices {
            let should = counters.get(&id).copied().unwrap_or(0);
            if counter != should {
                let key = Subject::new(SubjectKind::DeviceKey, id);
                let text = wrong_counter(counter, should);
                findings.add(Finding::new(Check::Table, text).of(key));
            }
        }
    }
}

fn wrong_year(WrongYear { year, waste_code, .. }: &WrongYear) -> Text {
    Text::new(
        format!("台账 {year} 年 {waste_code} 的合计与各条记录不符。"),
        format!("The ledger's sums of {waste_code} in {year} are not those of its entries."),
    )
}

pub fn orphan(table: &str, id: Uuid) -> Text {
    Text::new(
        format!("表 {table} 中的 {id} 没有任何事件。"),
        format!("{id} in table {table} has no event."),
    )
}

fn late_counter(key: &str) -> Text {
    Text::new(
        format!("标签 {key} 的计数器小于已给出的流水号。"),
        format!("The counter of labels {key} is behind a serial that it gave."),
    )
}

fn wrong_label() -> Text {
    Text::new(
        "表 container 的 label_key、label_serial 与数字识别码不符。",
        "Table container: label_key and label_serial are not those of the code.",
    )
}

fn wrong_content(table: &str, id: Uuid) -> Text {
    Text::new(
        format!("表 {table} 中 {id} 的内容与其哈希不符：已被改动。"),
        format!("The content of {id} in table {table} has not its hash: it was altered."),
    )
}

fn wrong_counter(is: i64, should: i64) -> Text {
    Text::new(
        format!("设备密钥的计数为 {is}，最新签名的计数为 {should}。"),
        format!("The device key's counter is {is}; that of its newest statement is {should}."),
    )
}
