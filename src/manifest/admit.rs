//! May this be filed? Every rule of domain.md's row "file", over plain values; all faults at once.
//!
//! Law: Order 23 Art. 10-14 (sender checks carrier and receiver, fills in code, hazard, form and
//! packaging), Code Art. 534 (no hand-over to anyone without a licence), Art. 535 (no mixing),
//! list 2021 with its exemptions. Balances are not judged here: they are moves, settled under lock.

use chrono::{Datelike, Days, NaiveDate};

use super::asked::{FileManifest, ItemAsked};
use super::facts::{Facts, LegFacts, Place};
use super::moves;
use super::policy::{BEHIND_DAYS_MAX, PLANNED_DAYS_MAX};
use crate::catalogue::rules::{self, Claim, Item as Declared};
use crate::catalogue::{
    Catalogue, Form, Groups, Hazard, Hazards, LoadItem, Method, PackagingKind, Stages, Stream,
    Together, WasteCode,
};
use crate::ctx::Ctx;
use crate::decision::{Guard, Move};
use crate::identity::policy as may;
use crate::problem::{Code, Fault, Findings, Text};
use crate::registry::{Known, Licence, LicenceLine, LicenceStatus, Part, Standing};
use crate::wire::BoundedText;

/// What filing may do for one item. Only this file makes one: holding it is the proof.
pub struct AdmittedItem {
    /// Index of its licence move; none where an exemption frees the receiver.
    pub licence_move: Option<usize>,
    /// The licence and line behind each choice of that move.
    pub covering: Vec<(Known<Licence>, i64)>,
    pub on_hand_move: usize,
    pub storage_move: Option<usize>,
}

/// A filing that the rules let through, with the moves it asks for.
pub struct Admitted {
    pub stream: Stream,
    pub edition: String,
    pub items: Vec<AdmittedItem>,
    pub moves: Vec<Move>,
    pub guards: Vec<Guard>,
}

/// What the rules found, and the admission if the request was clear enough to make one.
pub struct Judged {
    pub findings: Findings,
    pub admitted: Option<Admitted>,
}

/// Judges a filing for `ctx.actor` on Beijing day `today`.
pub fn judge(
    facts: &Facts,
    asked: &FileManifest,
    catalogue: &Catalogue,
    ctx: &Ctx,
    today: NaiveDate,
) -> Judged {
    let mut findings = Findings::new();
    let stream = Stream::parse(asked.stream.as_str());
    if let Err(word) = &stream {
        findings.refuse(word.fault("/stream"));
    }
    let stream = stream.ok();
    producer(facts.producer.as_ref(), ctx, &mut findings);
    receiver(facts.receiver.as_ref(), &mut findings);
    for (n, leg) in facts.legs.iter().enumerate() {
        leg_parties(leg, n, &mut findings);
    }
    planned_day(asked.planned_departure_on, today, &mut findings);
    let (Some(stream), Some(producer), Some(receiver)) = (stream, &facts.producer, &facts.receiver)
    else {
        return Judged { findings, admitted: None };
    };
    let edition = catalogue.edition_on(today).map(|edition| edition.id.to_string());
    let mut admitted = Admitted {
        stream,
        edition: edition.unwrap_or_default(),
        items: Vec::new(),
        moves: Vec::new(),
        guards: Vec::new(),
    };
    let mut judge = ItemJudge { facts, asked, catalogue, stream, today, producer, receiver };
    let frees = judge.items(&mut admitted, &mut findings);
    for (n, leg) in facts.legs.iter().enumerate() {
        leg_right(leg, n, (stream, asked.planned_departure_on), frees, &mut findings);
    }
    let whole = admitted.items.len() == asked.items.len();
    Judged { findings, admitted: whole.then_some(admitted) }
}

fn unknown(pointer: impl Into<String>) -> Fault {
    let text = Text::new(
        "没有这个编号的对象，或您不能使用它。",
        "This id names nothing that you may use.",
    );
    Fault::new(Code::UnknownReference, pointer, text)
}

/// The producer's site must be the caller's own: another's is none that he may use.
fn producer(place: Option<&Place>, ctx: &Ctx, findings: &mut Findings) {
    let pointer = "/producer_site_id";
    let own =
        place.filter(|place| may::acts_for(&ctx.actor, place.organisation.id, Part::Producer));
    let Some(place) = own else { return findings.refuse(unknown(pointer)) };
    standing(place, pointer, findings);
    if !place.organisation.roles.contains(&Part::Producer) {
        findings.refuse(role_not_held(pointer, "产废单位", "producer"));
    }
    if place.organisation.blacklisted {
        let text = Text::new("移出人在黑名单上。", "The producer is blacklisted.");
        findings.warn(Fault::new(Code::Blacklisted, pointer, text));
    }
}

fn receiver(place: Option<&Place>, findings: &mut Findings) {
    let pointer = "/receiver_site_id";
    let Some(place) = place else { return findings.refuse(unknown(pointer)) };
    standing(place, pointer, findings);
    if !place.organisation.roles.contains(&Part::Receiver) {
        findings.refuse(role_not_held(pointer, "接受单位", "receiver"));
    }
    if place.organisation.blacklisted {
        findings.refuse(withdrawn(pointer, "接受人在黑名单上。", "The receiver is blacklisted."));
    }
}

fn standing(place: &Place, pointer: &str, findings: &mut Findings) {
    if place.organisation.status != Standing::Active {
        let (zh, en) = ("单位已暂停或注销。", "The organisation is suspended or closed.");
        findings.refuse(withdrawn(pointer, zh, en));
    }
    if place.site.status != Standing::Active {
        let (zh, en) = ("场所已暂停或关闭。", "The site is suspended or closed.");
        findings.refuse(withdrawn(pointer, zh, en));
    }
}

fn withdrawn(pointer: impl Into<String>, zh: &str, en: &str) -> Fault {
    Fault::new(Code::RightWithdrawn, pointer, Text::new(zh, en))
}

fn role_not_held(pointer: &str, zh: &str, en: &str) -> Fault {
    let text = Text::new(
        format!("该单位未登记为{zh}。"),
        format!("The organisation is not registered as a {en}."),
    );
    Fault::new(Code::RoleNotHeld, pointer, text)
}

/// The parties of a leg exist, belong together and may take part.
pub fn leg_parties(leg: &LegFacts, n: usize, findings: &mut Findings) {
    let at = |field: &str| format!("/legs/{n}/{field}");
    let Some(carrier) = &leg.carrier else {
        return findings.refuse(unknown(at("carrier_id")));
    };
    if !carrier.roles.contains(&Part::Carrier) {
        findings.refuse(role_not_held(&at("carrier_id"), "承运单位", "carrier"));
    }
    if carrier.status != Standing::Active || carrier.blacklisted {
        let (zh, en) = (
            "承运人已暂停、注销或在黑名单上。",
            "The carrier is suspended, closed or blacklisted.",
        );
        findings.refuse(withdrawn(at("carrier_id"), zh, en));
    }
    let own_vehicle = leg.vehicle.as_ref().filter(|one| one.organisation_id == carrier.id);
    match own_vehicle {
        None => findings.refuse(unknown(at("vehicle_id"))),
        Some(vehicle) if vehicle.status != Standing::Active => {
            let (zh, en) = ("车辆已停用。", "The vehicle is out of service.");
            findings.refuse(withdrawn(at("vehicle_id"), zh, en));
        }
        Some(_) => {}
    }
    let own_driver = leg.driver.as_ref().filter(|one| one.organisation_id == carrier.id);
    match own_driver {
        None => findings.refuse(unknown(at("driver_id"))),
        Some(driver) if driver.status != Standing::Active => {
            let (zh, en) = ("驾驶员已停用。", "The driver is not active.");
            findings.refuse(withdrawn(at("driver_id"), zh, en));
        }
        Some(_) => {}
    }
}

/// Vehicle and driver are allowed for the class, unless an exemption frees the transport of every
/// item on board.
pub fn leg_right(
    leg: &LegFacts,
    n: usize,
    (stream, day): (Stream, NaiveDate),
    transport_is_free: bool,
    findings: &mut Findings,
) {
    if transport_is_free {
        return;
    }
    if let Some(vehicle) = &leg.vehicle
        && !vehicle.classes.iter().any(|class| class == stream.as_str())
    {
        let text = Text::new(
            format!("车辆 {} 无此类废物运输资质。", vehicle.plate),
            format!("Vehicle {} is not allowed for {} waste.", vehicle.plate, stream.as_str()),
        );
        findings.refuse(Fault::new(Code::CarrierNotAllowed, format!("/legs/{n}/vehicle_id"), text));
    }
    if let Some(until) = leg.driver.as_ref().and_then(|driver| driver.licence_valid_to)
        && until < day
    {
        let text = Text::new(
            format!("驾驶员从业资格于 {until} 到期。"),
            format!("The driver's licence ended on {until}."),
        );
        findings.refuse(Fault::new(Code::CarrierNotAllowed, format!("/legs/{n}/driver_id"), text));
    }
}

fn planned_day(day: NaiveDate, today: NaiveDate, findings: &mut Findings) {
    let pointer = "/planned_departure_on";
    let earliest = today.checked_sub_days(Days::new(BEHIND_DAYS_MAX as u64)).unwrap_or(today);
    let latest = today.checked_add_days(Days::new(PLANNED_DAYS_MAX as u64)).unwrap_or(today);
    if day < earliest || day > latest {
        let text = Text::new(
            format!("计划转移日期应在 {earliest} 与 {latest} 之间。"),
            format!("The planned day must lie between {earliest} and {latest}."),
        );
        findings.refuse(Fault::new(Code::OutOfRange, pointer, text));
    } else if day < today {
        let text = Text::new("计划转移日期已过。", "The planned day is past.");
        findings.warn(Fault::new(Code::Late, pointer, text));
    }
}

/// Judges the items one by one, and as a load.
struct ItemJudge<'a> {
    facts: &'a Facts,
    asked: &'a FileManifest,
    catalogue: &'a Catalogue,
    stream: Stream,
    today: NaiveDate,
    producer: &'a Place,
    receiver: &'a Place,
}

/// An item's words, parsed; `None` where one is misspelt.
struct Parsed {
    code: WasteCode,
    hazards: Hazards,
    method: Method,
    groups: Groups,
    stages: Stages,
}

impl ItemJudge<'_> {
    /// Answers whether the transport of every item is exempt.
    fn items(&mut self, admitted: &mut Admitted, findings: &mut Findings) -> bool {
        let mut load = Vec::with_capacity(self.asked.items.len());
        let mut all_free = true;
        for (n, item) in self.asked.items.iter().enumerate() {
            let Some(parsed) = self.parse(item, n, findings) else {
                all_free = false;
                continue;
            };
            all_free &= parsed.stages.frees_transport();
            load.push(LoadItem {
                code: parsed.code,
                hazards: parsed.hazards,
                groups: parsed.groups,
                index: Some(n),
            });
            let admitted_item = self.moves(item, n, &parsed, admitted, findings);
            admitted.items.push(admitted_item);
        }
        self.catalogue.incompatible().check(&load, Together::Vehicle, "/items", findings);
        all_free
    }

    fn parse(&self, item: &ItemAsked, n: usize, findings: &mut Findings) -> Option<Parsed> {
        let base = format_args!("/items/{n}");
        let code = WasteCode::parse(item.waste_code.as_str());
        let form = Form::parse(item.form.as_str());
        let method = Method::parse(item.method.as_str());
        if code.is_err() {
            let text = Text::new(
                format!("废物代码“{}”不存在。", item.waste_code.as_str()),
                format!("There is no waste code `{}`.", item.waste_code.as_str()),
            );
            findings.refuse(Fault::new(Code::UnknownWasteCode, format!("{base}/waste_code"), text));
        }
        if let Err(word) = &form {
            findings.refuse(word.fault(format!("{base}/form")));
        }
        if let Err(word) = &method {
            findings.refuse(word.fault(format!("{base}/method")));
        }
        let hazards = hazards(item, base, findings);
        let packagings = packagings(item, base, findings);
        let ids = item.reactivity_groups.iter().map(BoundedText::as_str);
        let groups = self.catalogue.reactivity().declared(ids, base, findings);
        let (code, form, method) = (code.ok()?, form.ok()?, method.ok()?);
        let declared = Declared {
            stream: self.stream,
            day: self.today,
            code,
            name: item.name.as_str(),
            form,
            hazards: hazards?,
            method,
            groups,
        };
        rules::item(self.catalogue, &declared, packagings?.into_iter(), base, findings)?;
        let stages = self.exemption(item, &declared, base, findings);
        Some(Parsed { code, hazards: declared.hazards, method, groups, stages })
    }

    fn exemption(
        &self,
        item: &ItemAsked,
        declared: &Declared<'_>,
        base: std::fmt::Arguments<'_>,
        findings: &mut Findings,
    ) -> Stages {
        let Some(claimed) = &item.exemption else { return Stages::NONE };
        let modes = self.asked.legs.iter().map(|leg| leg.mode == Some(super::asked::Mode::Water));
        let claim = Claim {
            id: claimed.id.as_str(),
            has_evidence: claimed.evidence_sha256.is_some(),
            day: self.today,
            code: declared.code,
            hazards: declared.hazards,
            method: declared.method,
            intact: item.intact,
            epidemic: item.epidemic.unwrap_or(false),
            beds: self.producer.site.beds.and_then(|beds| u32::try_from(beds).ok()),
            treated_by: None,
            by_water: Some(modes.into_iter().all(|by_water| by_water)),
        };
        rules::exempt_stages(self.catalogue, &claim, base, findings)
    }

    /// The moves of one item, and the faults of a licence that does not cover it.
    fn moves(
        &self,
        item: &ItemAsked,
        n: usize,
        parsed: &Parsed,
        admitted: &mut Admitted,
        findings: &mut Findings,
    ) -> AdmittedItem {
        let mass = item.mass_kg.grams();
        let pointer = || format!("/items/{n}/mass_kg");
        let code = parsed.code;
        let mut push = |wanted: Move| {
            admitted.moves.push(wanted);
            admitted.moves.len() - 1
        };
        let mut licence_move = None;
        let mut covering = Vec::new();
        if !parsed.stages.frees_receiver(parsed.method) {
            covering = self.covering(parsed, n, findings);
            if !covering.is_empty() {
                let year = i64::from(self.asked.planned_departure_on.year());
                let lines = covering.iter().filter_map(|(known, number)| {
                    let line = known.lines.iter().find(|line| line.line == *number);
                    line.map(|line| (&*known.value, line))
                });
                let wanted = moves::reserve_licence(lines, year, mass, self.stream, pointer());
                licence_move = Some(push(wanted));
            }
        }
        let at = (self.stream, pointer());
        let site = self.producer.site.id;
        let wanted = moves::reserve_on_hand(site, code.as_str(), mass, item.produce, at);
        let on_hand_move = push(wanted);
        let receiver = &self.receiver.site;
        let storage_move = receiver.storage_capacity_g.map(|capacity| {
            let at = pointer();
            push(moves::reserve_storage(receiver.id, capacity, mass, self.stream, at))
        });
        admitted.guards.extend(covering.iter().map(|(known, _)| known.guard));
        AdmittedItem { licence_move, covering, on_hand_move, storage_move }
    }

    /// The lines that take this code by this method on the planned day; a fault where none does.
    fn covering(
        &self,
        parsed: &Parsed,
        n: usize,
        findings: &mut Findings,
    ) -> Vec<(Known<Licence>, i64)> {
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
        if found.is_empty() {
            findings.refuse(why.map_or_else(
                || not_covered(parsed, n),
                |(code, text)| Fault::new(code, "/receiver_site_id", text),
            ));
        }
        found
    }
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

fn hazards(
    item: &ItemAsked,
    base: std::fmt::Arguments<'_>,
    findings: &mut Findings,
) -> Option<Hazards> {
    let mut set = Some(Hazards::NONE);
    for (n, word) in item.hazards.iter().enumerate() {
        match Hazard::parse(word.as_str()) {
            Ok(hazard) => set = set.map(|set| set.with(hazard)),
            Err(unknown) => {
                findings.refuse(unknown.fault(format!("{base}/hazards/{n}")));
                set = None;
            }
        }
    }
    set
}

fn packagings(
    item: &ItemAsked,
    base: std::fmt::Arguments<'_>,
    findings: &mut Findings,
) -> Option<Vec<PackagingKind>> {
    let mut kinds = Some(Vec::with_capacity(item.packages.len()));
    for (n, package) in item.packages.iter().enumerate() {
        match PackagingKind::parse(package.kind.as_str()) {
            Ok(kind) => {
                if let Some(kinds) = &mut kinds {
                    kinds.push(kind);
                }
            }
            Err(unknown) => {
                findings.refuse(unknown.fault(format!("{base}/packages/{n}/kind")));
                kinds = None;
            }
        }
    }
    kinds
}

/// Whether the transport of every item was freed by an exemption when it was filed: the claims
/// were judged then, under the list of that day, and are not judged again.
pub fn transport_was_free(manifest: &super::evolve::Manifest, catalogue: &Catalogue) -> bool {
    manifest.filed.items.iter().all(|item| {
        let claim = item.exemption.as_ref().and_then(|claim| catalogue.exemption(&claim.id));
        claim.is_some_and(|exemption| exemption.stages().frees_transport())
    })
}
