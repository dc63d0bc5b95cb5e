//! A return or forward as a filing: the words of the manifest that it comes from, with the masses,
//! legs and days that were asked for.

use chrono::NaiveDate;

use super::asked::{ForwardManifest, ReturnManifest};
use super::boxes;
use super::course::{Carried, Course};
use super::event::{Kind, Source};
use crate::container::Container;
use crate::ids::{ApprovalId, ContainerId, ManifestId, SiteId};
use crate::manifest::form;
use crate::manifest::{
    CONTAINERS_MAX, FileManifest, ITEMS_MAX, Item, ItemAsked, LEGS_MAX, LegAsked, Manifest,
    PACKAGES_MAX, PackageAsked, Stored,
};
use crate::problem::{Code, Fault, Findings, Text};
use crate::registry::Known;
use crate::wire::{self, BoundedText, List, PositiveKg};

/// What was asked for, of either kind.
pub struct Sending {
    pub kind: Kind,
    /// Where a forward goes; a return goes where it came from.
    pub receiver_site_id: Option<SiteId>,
    pub planned_departure_on: NaiveDate,
    pub legs: List<LegAsked, 1, LEGS_MAX>,
    pub items: Vec<Sent>,
    pub depart_now: bool,
    pub transfer_approval_id: Option<ApprovalId>,
    pub external_id: Option<BoundedText<1, 100>>,
    pub note: Option<BoundedText<0, 1000>>,
}

/// One line of it.
pub struct Sent {
    pub line: i64,
    pub mass_kg: PositiveKg,
    pub method: Option<BoundedText<1, 5>>,
    pub packages: Option<List<PackageAsked, 0, PACKAGES_MAX>>,
    pub container_ids: Option<List<ContainerId, 0, CONTAINERS_MAX>>,
}

impl From<ReturnManifest> for Sending {
    fn from(asked: ReturnManifest) -> Self {
        let items = asked.items.into_iter().map(|item| Sent {
            line: item.line.get(),
            mass_kg: item.mass_kg,
            method: None,
            packages: item.packages,
            container_ids: item.container_ids,
        });
        Self {
            kind: Kind::Return,
            receiver_site_id: None,
            planned_departure_on: asked.planned_departure_on,
            legs: asked.legs,
            items: items.collect(),
            depart_now: asked.depart_now,
            transfer_approval_id: None,
            external_id: asked.external_id,
            note: asked.note,
        }
    }
}

impl From<ForwardManifest> for Sending {
    fn from(asked: ForwardManifest) -> Self {
        let items = asked.items.into_iter().map(|item| Sent {
            line: item.line.get(),
            mass_kg: item.mass_kg,
            method: item.method,
            packages: item.packages,
            container_ids: item.container_ids,
        });
        Self {
            kind: Kind::Forward,
            receiver_site_id: Some(asked.receiver_site_id),
            planned_departure_on: asked.planned_departure_on,
            legs: asked.legs,
            items: items.collect(),
            depart_now: asked.depart_now,
            transfer_approval_id: asked.transfer_approval_id,
            external_id: asked.external_id,
            note: asked.note,
        }
    }
}

impl Sending {
    /// Faults of the lines: each is there, once, and holds what is asked of it.
    pub fn look(&self, origin: &Manifest, there: &[Known<Container>]) -> Findings {
        let mut findings = Findings::new();
        if self.receiver_site_id == Some(origin.filed.receiver_site_id) {
            let text = Text::new("它已在这个场所。", "It is at this site already.");
            findings.refuse(Fault::new(Code::InvalidValue, "/receiver_site_id", text));
        }
        for (n, sent) in self.items.iter().enumerate() {
            let at = |field: &str| format!("/items/{n}/{field}");
            let Some(held) = origin.held_g(sent.line) else {
                findings.refuse(crate::manifest::no_such_line(at("line"), sent.line));
                continue;
            };
            if self.items[..n].iter().any(|other| other.line == sent.line) {
                let text = Text::new("这一行已出现过。", "This line is there already.");
                findings.refuse(Fault::new(Code::InvalidValue, at("line"), text));
            } else if sent.mass_kg.grams() > held {
                let held = held.to_kg_text();
                let text = Text::new(
                    format!("超过在手的拒收量：这一行尚余 {held} kg。"),
                    format!("More than is held: {held} kg of this line are left."),
                );
                findings.refuse(Fault::new(Code::MassBalance, at("mass_kg"), text));
            } else {
                boxes::look((n, sent), origin, there, &mut findings);
            }
        }
        findings
    }

    /// What it carries on, and the same as a filing. A line that is not there is judged as the
    /// first: its own fault is told by [`Self::look`]. `None` where the manifest that it comes from
    /// was not filed by these rules.
    pub fn form(
        &self,
        origin: &Stored,
        (transport_is_free, there): (bool, &[Known<Container>]),
    ) -> Option<(Course, FileManifest)> {
        let filed = &origin.manifest.filed;
        let mut items = Vec::with_capacity(self.items.len());
        for (n, sent) in self.items.iter().enumerate() {
            let found = filed.items.iter().find(|item| item.line == sent.line);
            let item = found.or(filed.items.first())?;
            let mut again = item_again(n, sent, item, origin.id);
            again.container_ids = boxes::taken(sent, &origin.manifest, there);
            if sent.packages.is_none() && !again.container_ids.is_empty() {
                // The filing counts them.
                again.packages = Vec::new();
            }
            items.push(again);
        }
        let asked: Option<Vec<ItemAsked>> = items.iter().map(asked_again).collect();
        let form = FileManifest {
            stream: BoundedText::of(filed.stream.clone())?,
            producer_site_id: filed.receiver_site_id,
            receiver_site_id: self.receiver_site_id.unwrap_or(filed.producer_site_id),
            legs: self.legs.clone(),
            planned_departure_on: self.planned_departure_on,
            items: List::<ItemAsked, 1, ITEMS_MAX>::of(asked?)?,
            transfer_approval_id: self.transfer_approval_id,
            external_id: self.external_id.clone(),
            note: self.note.clone(),
            draft: false,
            management_plan_id: None,
            emergency_measures: filed.emergency_measures.clone().and_then(BoundedText::of),
            producer_contact: None,
            backfill: None,
            agreement_number: None,
            trip_id: None,
        };
        let edition = filed.edition.clone();
        let carried = Carried { origin: origin.id, edition, items, transport_is_free };
        let course = match self.kind {
            Kind::Return => Course::Return(carried),
            Kind::Manifest | Kind::Forward => Course::Forward(carried),
        };
        Some((course, form))
    }
}

/// The item as it was filed, but for what is asked anew and what the lock decides.
fn item_again(n: usize, sent: &Sent, filed: &Item, origin: ManifestId) -> Item {
    let mass_g = sent.mass_kg.grams();
    let packages = sent.packages.as_ref().map(|asked| asked.iter().map(form::package).collect());
    let (line, storage_area_id, returned) = (sent.line, None, false);
    let source = Source { manifest_id: origin, line, mass_g, storage_area_id, returned };
    Item {
        line: n as i64 + 1,
        mass_g,
        method: sent.method.as_ref().map_or(filed.method.clone(), |it| it.as_str().to_owned()),
        packages: packages.unwrap_or_else(|| filed.packages.clone()),
        source_items: vec![source],
        produce: false,
        licence_id: None,
        licence_line: None,
        year: None,
        shared: false,
        plan_id: None,
        storage: false,
        opened: None,
        ..filed.clone()
    }
}

/// The item as somebody would ask for it: what the rules look at.
fn asked_again(item: &Item) -> Option<ItemAsked> {
    let body = form::item_body(item, true).ok()?;
    wire::read(body.to_string().as_bytes()).ok()
}
