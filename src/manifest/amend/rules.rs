//! The rules of amendments themselves: what is touched, what is closed, who is asked, what stands
//! in the way. Pure; whether the amended manifest is lawful is the filing's judge's to say.

use serde_json::Value;

use super::asked::AmendmentChanges;
use super::event::{Need, Parts};
use super::fields::{Field, by_key};
use super::fold::{Amendment, organisations};
use super::form::index;
use super::merge::{CLEARED, Place};
use crate::catalogue::Catalogue;
use crate::ids::OrganisationId;
use crate::limits::{AMENDMENTS_MAX, AMENDMENTS_OPEN_MAX};
use crate::manifest::act::no_such_line;
use crate::manifest::event::Filed;
use crate::manifest::evolve::Manifest;
use crate::manifest::linked::Kind;
use crate::manifest::sealed;
use crate::manifest::status::Party;
use crate::problem::{Code, Fault, Text};

/// An item's containers, as events and requests name them.
pub const CONTAINERS: &str = "container_ids";

/// A field that changes, and of which line or leg.
#[derive(Clone, Copy, Debug)]
pub struct Touched {
    pub field: &'static Field,
    /// 0 for the head.
    pub number: i64,
}

/// The fields that these changes name.
pub fn touched(changes: &Parts) -> Vec<Touched> {
    let mut all = Vec::new();
    members(changes, Place::Head, 0, &mut all);
    for (list, number, place) in [("items", "line", Place::Item), ("legs", "n", Place::Leg)] {
        let entries = changes.get(list).and_then(Value::as_array);
        for entry in entries.into_iter().flatten().filter_map(Value::as_object) {
            let n = entry.get(number).and_then(Value::as_i64).unwrap_or(0);
            members(entry, place, n, &mut all);
        }
    }
    all
}

fn members(parts: &Parts, place: Place, number: i64, all: &mut Vec<Touched>) {
    let cleared = parts.get(CLEARED).and_then(Value::as_array);
    let cleared = cleared.into_iter().flatten().filter_map(Value::as_str);
    let names = parts.keys().map(String::as_str).chain(cleared);
    let fields = names.filter_map(|name| by_key(place, name));
    all.extend(fields.map(|field| Touched { field, number }));
}

/// Whether both change the same field of the same line or leg.
fn meet(one: &[Touched], other: &[Touched]) -> Option<Touched> {
    let same = |a: &Touched, b: &Touched| std::ptr::eq(a.field, b.field) && a.number == b.number;
    one.iter().find(|touched| other.iter().any(|theirs| same(touched, theirs))).copied()
}

/// Where the request names a touched field.
pub fn pointer(asked: &AmendmentChanges, touched: Touched) -> String {
    let name = touched.field.name;
    let items = || asked.items.iter().position(|one| one.line.get() == touched.number);
    let legs = || asked.legs.iter().position(|one| one.n.get() == touched.number);
    match touched.field.place {
        Place::Head => format!("/changes/{name}"),
        Place::Item => format!("/changes/items/{}/{name}", items().unwrap_or_default()),
        Place::Leg => format!("/changes/legs/{}/{name}", legs().unwrap_or_default()),
    }
}

/// Lines and legs that the manifest does not have, or that are named twice.
pub fn numbers(manifest: &Manifest, asked: &AmendmentChanges, faults: &mut Vec<Fault>) {
    let lines = asked.items.iter().map(|one| one.line.get()).collect();
    let legs = asked.legs.iter().map(|one| one.n.get()).collect();
    let known = (manifest.filed.items.len(), manifest.filed.legs.len());
    for (list, name, numbers, count) in
        [("items", "line", lines, known.0), ("legs", "n", legs, known.1)]
    {
        let numbers: Vec<i64> = numbers;
        for (at, number) in numbers.iter().enumerate() {
            let pointer = format!("/changes/{list}/{at}/{name}");
            if index(*number) >= count {
                faults.push(no_such_line(pointer, *number));
            } else if numbers[..at].contains(number) {
                let text = Text::new(
                    format!("{number} 出现了两次。"),
                    format!("{number} is named twice."),
                );
                faults.push(Fault::new(Code::InvalidValue, pointer, text));
            }
        }
    }
}

/// An amendment changes something.
pub fn something(touched: &[Touched], faults: &mut Vec<Fault>) {
    if touched.is_empty() {
        let text = Text::new(
            "没有任何改动：所填内容与联单相同。",
            "Nothing changes: the manifest says so already.",
        );
        faults.push(Fault::new(Code::InvalidValue, "/changes", text));
    }
}

/// There is a bound on how many wait, and on how many there are in all.
pub fn bounds(manifest: &Manifest, faults: &mut Vec<Fault>) {
    let amendments = &manifest.amendments;
    let open = amendments.open.len() >= AMENDMENTS_OPEN_MAX;
    if open || amendments.count >= AMENDMENTS_MAX {
        let text = Text::new(
            format!("最多 {AMENDMENTS_OPEN_MAX} 项待定、共 {AMENDMENTS_MAX} 项更正。"),
            format!("At most {AMENDMENTS_OPEN_MAX} may wait, {AMENDMENTS_MAX} in all."),
        );
        faults.push(Fault::new(Code::TooLong, "/changes", text));
    }
}

/// What a step has made a fact is not agreed anew.
pub fn closed(
    manifest: &Manifest,
    touched: &[Touched],
    (asked, catalogue): (&AmendmentChanges, &Catalogue),
    faults: &mut Vec<Fault>,
) {
    for one in touched {
        if let Some(step) = sealed::closed_by(manifest, one.field, catalogue) {
            faults.push(sealed::refusal(pointer(asked, *one), one.field.name, step));
        }
    }
}

/// Labelled containers are on their way to one receiver, each with its own chain: a load of them
/// is cancelled and filed anew, not sent elsewhere by a change of the form.
pub fn labelled_elsewhere(
    manifest: &Manifest,
    touched: &[Touched],
    asked: &AmendmentChanges,
    faults: &mut Vec<Fault>,
) {
    let labelled = manifest.filed.items.iter().any(|item| !item.container_ids.is_empty());
    let receiver = touched.iter().find(|one| one.field.name == "receiver_site_id");
    if let (true, Some(one)) = (labelled, receiver) {
        let text = Text::new(
            "联单上有带标签的包装，不能改换接受场所；请作废后重新填领。",
            "Labelled containers are on it: cancel it and file anew to send them elsewhere.",
        );
        faults.push(Fault::new(Code::InUse, pointer(asked, *one), text));
    }
}

/// What came in on other manifests is theirs to the gram: its mass and code stay, as does all that
/// is said of what goes home, and where refused mass is sent.
pub fn carried_on(
    manifest: &Manifest,
    touched: &[Touched],
    asked: &AmendmentChanges,
    faults: &mut Vec<Fault>,
) {
    let filed = &manifest.filed;
    let has_sources = |number: i64| {
        let item = filed.items.iter().find(|item| item.line == number);
        item.is_some_and(|item| !item.source_items.is_empty())
    };
    let is_bound = |one: &&Touched| match (one.field.place, one.field.key) {
        (Place::Item, "mass_g" | "waste_code") => has_sources(one.number),
        (Place::Head, "receiver_site_id") | (Place::Item, CONTAINERS) => {
            filed.purpose() != Kind::Manifest
        }
        (Place::Item, _) => filed.purpose() == Kind::Return,
        (Place::Head | Place::Leg, _) => false,
    };
    for one in touched.iter().filter(is_bound) {
        let text = Text::new(
            "该废物来自其他联单，此项不能更改；请作废后重新填领。",
            "It came in on another manifest: cancel this one and send it anew to change this.",
        );
        faults.push(Fault::new(Code::InUse, pointer(asked, *one), text));
    }
}

/// What was lost on the way was part of the load: no less than that was on board. Pointers are
/// into the filing.
pub fn below_lost(manifest: &Manifest, touched: &[Touched], amended: &Filed) -> Vec<Fault> {
    let masses = touched.iter().filter(|one| one.field.key == "mass_g");
    let below = masses.filter_map(|one| {
        let at = index(one.number);
        let lost = manifest.progress.get(at)?.lost_g;
        let mass = amended.items.get(at)?.mass_g;
        let lost_kg = (mass < lost).then(|| lost.to_kg_text())?;
        let text = Text::new(
            format!("途中已记录损失 {lost_kg} kg，质量不得小于此数。"),
            format!("{lost_kg} kg of it were lost on the way: it cannot have been less."),
        );
        Some(Fault::new(Code::MassBalance, format!("/items/{at}/mass_kg"), text))
    });
    below.collect()
}

/// Containers leave with the load: from then on it has those that it left with. Pointers are into
/// the filing.
pub fn containers_gone(manifest: &Manifest, touched: &[Touched]) -> Vec<Fault> {
    let changed = touched.iter().filter(|one| one.field.key == CONTAINERS);
    let changed = changed.filter(|_| manifest.has_moved_out());
    let at = |one: &Touched| format!("/items/{}/{CONTAINERS}", index(one.number));
    changed.map(|one| sealed::refusal(at(one), CONTAINERS, "depart")).collect()
}

/// After acceptance what stands on accounts is settled: not even the authority changes it here.
pub fn booked(touched: &[Touched], asked: &AmendmentChanges, faults: &mut Vec<Fault>) {
    for one in touched.iter().filter(|one| one.field.is_booked) {
        faults.push(sealed::refusal(pointer(asked, *one), one.field.name, "receive"));
    }
}

/// The open amendments of the proposer's own that this one takes the place of. Another's that
/// changes the same field must be decided first. An authority's correction goes before all.
pub fn in_the_way(
    manifest: &Manifest,
    touched: &[Touched],
    (own, is_regulator): (OrganisationId, bool),
    (asked, faults): (&AmendmentChanges, &mut Vec<Fault>),
) -> Vec<Amendment> {
    let mut superseded = Vec::new();
    for open in &manifest.amendments.open {
        let theirs = super::rules::touched(&open.changes);
        let Some(both) = meet(touched, &theirs) else { continue };
        if is_regulator || open.organisation_id == own {
            superseded.push(open.clone());
            continue;
        }
        let n = open.n;
        let text = Text::new(
            format!("第 {n} 项更正也改动此字段，须先对其作出决定。"),
            format!("Amendment {n} changes this field too and must be decided first."),
        );
        let fault = Fault::new(Code::AmendmentOpen, pointer(asked, both), text);
        faults.push(fault.with("amendment", n));
    }
    superseded
}

/// Whose consent is needed: of everybody whose matter a touched field is, but for the proposer's
/// own side. Where that is nobody, of everybody else there is.
pub fn needs(manifest: &Manifest, touched: &[Touched], side: &[OrganisationId]) -> Vec<Need> {
    let filed = &manifest.filed;
    let mut needs: Vec<Need> = Vec::new();
    let mut add = |party: Party, organisation_id: OrganisationId| {
        let need = Need { party: party.as_str().to_owned(), organisation_id };
        if !side.contains(&organisation_id) && !needs.contains(&need) {
            needs.push(need);
        }
    };
    for one in touched {
        for party in one.field.consent {
            match party {
                Party::Producer => add(*party, filed.producer.organisation_id),
                Party::Receiver => add(*party, filed.receiver.organisation_id),
                Party::Carrier => {
                    let its = |n: i64| one.field.place == Place::Head || n == one.number;
                    for leg in filed.legs.iter().filter(|leg| its(leg.n)) {
                        add(*party, leg.carrier_id);
                    }
                }
            }
        }
    }
    if needs.is_empty() {
        let others = organisations(filed).into_iter().filter(|one| !side.contains(one));
        needs.extend(others.flat_map(|organisation_id| {
            let parties = manifest.parties(organisation_id).into_iter();
            parties.map(move |party| Need { party: party.as_str().to_owned(), organisation_id })
        }));
    }
    needs
}

/// The open amendments that a step has made impossible, with the state after it.
pub fn obsolete(after: &Manifest, catalogue: &Catalogue) -> Vec<Amendment> {
    let is_over = |open: &&Amendment| {
        !crate::manifest::status::Action::Amend.is_open(after.status)
            || touched(&open.changes)
                .iter()
                .any(|one| sealed::closed_by(after, one.field, catalogue).is_some())
    };
    after.amendments.open.iter().filter(is_over).cloned().collect()
}
