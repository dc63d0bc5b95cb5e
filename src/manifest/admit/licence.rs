//! Does the receiver's licence cover the item? A line does when its code (or whole category) and
//! its method are both in it, and its licence is in force on the planned day (Code Art. 534).

use chrono::NaiveDate;

use super::super::asked::{FileManifest, ItemAsked};
use super::ItemJudge;
use super::item::Parsed;
use crate::catalogue::{Method, Stream, WasteCode};
use crate::problem::{Code, Fault, Text};
use crate::registry::{Known, Licence, LicenceLine, LicenceStatus};

impl ItemJudge<'_> {
    /// The lines that take this code by this method on the planned day. Errors: why none does.
    pub fn covering(&self, parsed: &Parsed, n: usize) -> Result<Vec<(Known<Licence>, i64)>, Fault> {
        let day = self.asked.planned_departure_on;
        let takes = |line: &&LicenceLine| covers(line, parsed.code, parsed.method);
        let mut found = Vec::new();
        let mut why = None;
        for licence in self.facts.licences.iter() {
            if !licence.lines.iter().any(|line| takes(&line)) {
                continue;
            }
            match out_of_force(licence, day) {
                None => {
                    let lines = licence.lines.iter().filter(takes);
                    found.extend(lines.map(|line| (licence.clone(), line.line)));
                }
                Some(reason) => why = Some(reason),
            }
        }
        if !found.is_empty() {
            return Ok(found);
        }
        Err(why.map_or_else(
            || not_covered(parsed, n),
            |(code, text)| Fault::new(code, "/receiver_site_id", text),
        ))
    }
}

/// Whether an item is medical waste that no licence in force covers: then it matters what an
/// emergency opens.
pub fn lacks_licence(asked: &FileManifest, licences: &[Known<Licence>]) -> bool {
    let day = asked.planned_departure_on;
    let in_force = || licences.iter().filter(|licence| out_of_force(licence, day).is_none());
    let lacks = |item: &ItemAsked| {
        let code = WasteCode::parse(item.waste_code.as_str());
        let (Ok(code), Ok(method)) = (code, Method::parse(item.method.as_str())) else {
            return false;
        };
        let mut lines = in_force().flat_map(|licence| &licence.lines);
        !lines.any(|line| covers(line, code, method))
    };
    asked.stream.as_str() == Stream::Medical.as_str() && asked.items.iter().any(lacks)
}

/// A line covers an item when its code (or whole category) and its method are both in it.
pub fn covers(line: &LicenceLine, code: WasteCode, method: Method) -> bool {
    let category = code.category();
    let by_code = line.waste_codes.iter().any(|listed| listed == code.as_str());
    let whole = |listed: &String| category.is_some_and(|one| one.as_str() == listed);
    (by_code || line.categories.iter().any(whole))
        && line.methods.iter().any(|listed| listed == method.as_str())
}

/// Both days count, as licences are read in law: `day` is Beijing's.
fn out_of_force(licence: &Licence, day: NaiveDate) -> Option<(Code, Text)> {
    let number = &licence.number;
    match licence.status {
        LicenceStatus::Active if licence.valid_from <= day && day <= licence.valid_to => None,
        LicenceStatus::Active | LicenceStatus::Lapsed => {
            let (from, to) = (licence.valid_from, licence.valid_to);
            let text = Text::new(
                format!("许可证 {number} 有效期为 {from} 至 {to}，不含 {day}。"),
                format!("Licence {number} is valid from {from} to {to}, not on {day}."),
            );
            Some((Code::LicenceExpired, text))
        }
        LicenceStatus::Suspended => {
            let text = Text::new(
                format!("许可证 {number} 已被暂停。"),
                format!("Licence {number} is suspended."),
            );
            Some((Code::RightWithdrawn, text))
        }
    }
}

fn not_covered(parsed: &Parsed, n: usize) -> Fault {
    let (code, method) = (parsed.code.as_str(), parsed.method.as_str());
    let text = Text::new(
        format!("接受人的许可证不涵盖以 {method} 方式接受 {code}。"),
        format!("No licence of the receiver covers {code} by method {method}."),
    );
    Fault::new(Code::LicenceDoesNotCover, format!("/items/{n}/waste_code"), text)
}
