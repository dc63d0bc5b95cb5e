//! What may be registered: every rule on one container of the list, all faults at once.

use chrono::TimeDelta;

use super::asked::NewContainer;
use super::label::Labelled;
use super::model::{Container, ContainerStatus};
use super::register::{Draft, Facts, Scene, entry, labelled};
use crate::catalogue::PackagingKind;
use crate::clock::legal_day;
use crate::ctx::Ctx;
use crate::ids::{ContainerId, LedgerEntryId};
use crate::limits::AHEAD_MINUTES_MAX;
use crate::problem::{Code, Fault, Findings, Text};
use crate::registry::{Site, Standing, not_listed, words};
use crate::wire::BoundedText;

/// One look at one container of the list.
pub struct Look<'a> {
    pub facts: &'a Facts,
    pub base: String,
    pub ctx: &'a Ctx,
    pub scene: &'a Scene<'a>,
}

impl Look<'_> {
    fn at(&self, field: &str) -> String {
        format!("{}/{field}", self.base)
    }

    pub fn draft(
        &self,
        one: &NewContainer,
        (id, entry_id): (ContainerId, LedgerEntryId),
        first: ContainerId,
        findings: &mut Findings,
    ) -> Option<Draft> {
        self.words(one, findings);
        let Some((site, owner)) = self.facts.sites.get(&one.site_id) else {
            findings.refuse(Fault::unknown_reference(self.at("site_id")));
            return None;
        };
        self.places(one, site, findings);
        let labelled = labelled(one, &owner.uscc, self.scene.layout, self.ctx);
        let given = self.given(one, &labelled, findings)?;
        let usual =
            if one.seal_number.is_some() { ContainerStatus::Sealed } else { ContainerStatus::Open };
        let container = Container {
            id,
            code: one.code.as_ref().map(words).unwrap_or_default(),
            site_id: site.id,
            waste_code: one.waste_code.to_string(),
            kind: words(&one.kind),
            mass_g: one.mass_kg.grams(),
            stored_since: one.stored_since.unwrap_or(self.ctx.now),
            storage_area_id: one.storage_area_id,
            seal_number: one.seal_number.as_ref().map(words),
            batch_number: one.batch_number.as_ref().map(words),
            note: words(&one.note),
            status: one.status.unwrap_or(usual),
            produced: one.produce,
            manifest: None,
            refused_on: None,
            accepted: None,
            missing: false,
            registered_with: first,
        };
        let entry = one.produce.then(|| entry(&container, entry_id, self.ctx));
        Some(Draft { container, labelled, given, entry })
    }

    fn words(&self, one: &NewContainer, findings: &mut Findings) {
        if self.scene.catalogue.find(one.waste_code, legal_day(self.ctx.now)).is_none() {
            findings.refuse(not_listed(one.waste_code, self.at("waste_code")));
        }
        if let Err(unknown) = PackagingKind::parse(one.kind.as_str()) {
            findings.refuse(unknown.fault(self.at("kind")));
        }
        let latest = self.ctx.now + TimeDelta::minutes(AHEAD_MINUTES_MAX);
        if one.stored_since.is_some_and(|time| time > latest) {
            let detail = Text::new(
                format!("贮存时间最多可比现在晚 {AHEAD_MINUTES_MAX} 分钟。"),
                format!("At most {AHEAD_MINUTES_MAX} minutes ahead of now."),
            );
            findings.refuse(Fault::new(Code::NotYet, self.at("stored_since"), detail));
        }
        if !matches!(one.status, None | Some(ContainerStatus::Open | ContainerStatus::Sealed)) {
            let detail = Text::new(
                "登记时只能为 open 或 sealed。",
                "A container begins as `open` or `sealed`.",
            );
            findings.refuse(Fault::new(Code::InvalidValue, self.at("status"), detail));
        }
    }

    fn places(&self, one: &NewContainer, site: &Site, findings: &mut Findings) {
        let closed = |pointer| {
            Fault::new(Code::RightWithdrawn, pointer, Text::new("已注销。", "This is closed."))
        };
        if site.status == Standing::Closed {
            findings.refuse(closed(self.at("site_id")));
        }
        let Some(id) = one.storage_area_id else { return };
        match self.facts.areas.get(&id).filter(|area| area.site_id == site.id) {
            None => findings.refuse(Fault::unknown_reference(self.at("storage_area_id"))),
            Some(area) if area.status == Standing::Closed => {
                findings.refuse(closed(self.at("storage_area_id")));
            }
            Some(_) => {}
        }
    }

    /// The serial of a code that was given and says what the container is; none was given:
    /// `Some(None)`.
    #[expect(clippy::option_option, reason = "faulty, absent, given")]
    fn given(
        &self,
        one: &NewContainer,
        labelled: &Labelled,
        findings: &mut Findings,
    ) -> Option<Option<i64>> {
        let Some(code) = &one.code else { return Some(None) };
        let read = self.scene.layout.read(code.as_str()).ok();
        let read = read.filter(|(said, day, _)| {
            said.uscc == labelled.uscc
                && said.waste == labelled.waste
                && *day <= legal_day(self.ctx.now + TimeDelta::minutes(AHEAD_MINUTES_MAX))
        });
        if read.is_none() {
            let zh = "编码应为 37 位，含本单位的统一社会信用代码、该废物代码和不晚于今天的日期。";
            let en = "A code has 37 characters: your USCC, this waste code, a day not after today, \
                      and a serial.";
            let example = self.scene.layout.code(labelled, 1);
            let fault = Fault::new(Code::InvalidValue, self.at("code"), Text::new(zh, en));
            findings.refuse(fault.with("example", example));
        }
        read.map(|(_, _, serial)| Some(serial))
    }

    pub fn code_is_new<'c>(
        &self,
        one: &NewContainer,
        mut before: impl Iterator<Item = &'c BoundedText<1, 64>>,
        findings: &mut Findings,
    ) {
        let Some(code) = &one.code else { return };
        if before.any(|other| other == code) || self.facts.taken.contains(code.as_str()) {
            let text = Text::new("该编码已被使用。", "Another container has this code.");
            findings.refuse(Fault::new(Code::AlreadyExists, self.at("code"), text));
        }
    }
}
