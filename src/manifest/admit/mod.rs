//! May this be filed? Every rule of domain.md's row "file", over plain values; all faults at once.
//!
//! One file a question: the parties, each leg, each item against the list, the receiver's licence,
//! and the accounts that the filing moves. Law: Order 23 Art. 10-14 (sender checks carrier and
//! receiver, fills in code, hazard, form and packaging), Code Art. 534 (no hand-over to anyone
//! without a licence), Art. 535 (no mixing), list 2021 with its exemptions. Balances are not
//! judged here: they are moves, settled under lock.

mod accounts;
mod border;
mod containers;
mod item;
mod leg;
mod licence;
mod opened;
mod party;
mod plan;

use chrono::{Datelike, Days, NaiveDate, TimeDelta};

use super::asked::FileManifest;
use super::facts::{Facts, Place};
use super::file::Scene;
use super::linked::{Course, Kind, Source, along, judge_return};
use super::opened::{Opened, UnderPlan};
use super::policy::{BEHIND_DAYS_MAX, PLANNED_DAYS_MAX};
use crate::catalogue::{Catalogue, LoadItem, Stream, Together};
use crate::container::Container;
use crate::ctx::Ctx;
use crate::decision::{Guard, Move};
use crate::grant::Mandate;
use crate::ids::ManagementPlanId;
use crate::limits::AHEAD_MINUTES_MAX;
use crate::problem::{Code, Fault, Findings, Text};
use crate::registry::{Known, Licence, ManagementPlan, TransferApproval};
use crate::units::Grams;

use border::{Crossing, Named};
pub use containers::counted;
pub use item::Wording;
pub use leg::{
    driver_right, mode as leg_mode, own_driver, own_vehicle, parties as leg_parties,
    right as leg_right, transport_was_free, vehicle_right, wording as leg_wording,
};
pub use licence::{covers, lacks_licence};
pub use party::{sender, withdrawn};

/// What filing may do for one item. Only this file makes one: holding it is the proof.
pub struct AdmittedItem {
    /// Index of the first of its moves; where it has none, that of the next item's.
    pub first_move: usize,
    /// Index of its licence move; none where an exemption frees the receiver.
    pub licence_move: Option<usize>,
    /// The licence and line behind each choice of that move.
    pub covering: Vec<(Known<Licence>, i64)>,
    /// Where no licence covers it: what an emergency opens, and the index of that move.
    pub opened: Option<(usize, Opened)>,
    /// None where all of it came in on other manifests.
    pub on_hand_move: Option<usize>,
    pub storage_move: Option<usize>,
    /// Where the producer's plan has the code.
    pub plan_move: Option<usize>,
    /// The parts that came in on other manifests.
    pub sources: Vec<Source>,
}

/// A filing that the rules let through, with the moves it asks for.
pub struct Admitted {
    pub stream: Stream,
    pub kind: Kind,
    pub edition: String,
    pub rule_pack: String,
    /// The plan that it is held against.
    pub plan: Option<ManagementPlanId>,
    /// The emergency plan that opens the receiver for an item.
    pub emergency_plan: Option<UnderPlan>,
    pub items: Vec<AdmittedItem>,
    pub moves: Vec<Move>,
    pub guards: Vec<Guard>,
    /// What it takes, with the lines of the items.
    pub containers: Vec<(Known<Container>, i64)>,
    /// The delegation by which it is filed for another producer.
    pub mandate: Option<Mandate>,
}

/// What the rules found, and the admission if the request was clear enough to make one.
pub struct Judged {
    pub findings: Findings,
    pub admitted: Option<Admitted>,
}

/// Judges a filing for `ctx.actor`.
pub fn judge(facts: &Facts, asked: &FileManifest, ctx: &Ctx, scene: &Scene) -> Judged {
    if let Course::Return(carried) = &facts.course {
        return judge_return(facts, asked, carried, ctx, scene);
    }
    let Scene { catalogue, borders, today, .. } = *scene;
    let mut findings = Findings::new();
    let stream = Stream::parse(asked.stream.as_str());
    if let Err(word) = &stream {
        findings.refuse(word.fault("/stream"));
    }
    let stream = stream.ok();
    let words = stream.map(Stream::as_str).unwrap_or_default();
    let signing = (ctx, words, scene.for_producer);
    let mandate = parties(facts, asked, signing, &mut findings);
    planned_day(asked.planned_departure_on, today, "/planned_departure_on", &mut findings);
    stored(asked, ctx, &mut findings);
    on_paper(asked, today, &mut findings);
    let producer = facts.producer.as_ref();
    let taken = match facts.course.carried() {
        Some(_) => along(&facts.containers, asked),
        None => containers::containers(&facts.containers, asked, producer, &mut findings),
    };
    let (Some(stream), Some(producer), Some(receiver)) = (stream, &facts.producer, &facts.receiver)
    else {
        let wording = Wording { catalogue, stream, today };
        for (n, item) in asked.items.iter().enumerate() {
            wording.declared(item, format_args!("/items/{n}"), &mut findings);
        }
        return Judged { findings, admitted: None };
    };
    let crossing = Crossing {
        stream,
        borders,
        from: &producer.site,
        to: &receiver.site,
        day: asked.planned_departure_on,
    };
    let named = Named::of(asked.transfer_approval_id, facts.approval.as_ref());
    let approval = border::approval(&crossing, named, &mut findings);
    let year = asked.planned_departure_on.year();
    let plans = if facts.course.carried().is_some() { &[] } else { facts.plans.as_slice() };
    let plan = plan::of_year(plans, year, asked.management_plan_id, &mut findings);
    let edition = catalogue.edition_on(today).map(|edition| edition.id.to_string());
    let mut admitted = Admitted {
        stream,
        kind: facts.course.kind(),
        edition: edition.unwrap_or_default(),
        rule_pack: catalogue.rule_pack_on(today).id.to_string(),
        items: Vec::new(),
        moves: Vec::new(),
        plan: plan.map(|plan| plan.id),
        emergency_plan: None,
        guards: approval
            .map(|one| one.guard)
            .into_iter()
            .chain(plan::filed(plans, i64::from(year)).map(|one| one.guard))
            .chain(mandate.as_ref().map(Mandate::guard))
            .collect(),
        containers: taken,
        mandate,
    };
    let mut judge =
        ItemJudge { facts, asked, catalogue, stream, today, producer, receiver, approval, plan };
    let frees = judge.items(scene.aboard, &mut admitted, &mut findings);
    legs(facts, asked, (stream, frees), &mut findings);
    let whole = admitted.items.len() == asked.items.len();
    Judged { findings, admitted: whole.then_some(admitted) }
}

/// What was written on paper was written before it is told here.
fn on_paper(asked: &FileManifest, today: NaiveDate, findings: &mut Findings) {
    let written = asked.backfill.as_ref().and_then(|backfill| backfill.paper_date);
    if written.is_some_and(|day| day > today) {
        let text = Text::new("纸质联单日期不能晚于今天。", "A paper is not written after today.");
        findings.refuse(Fault::new(Code::NotYet, "/backfill/paper_date", text));
    }
}

/// A clock that has not begun cannot run out: what is stored was stored before now.
fn stored(asked: &FileManifest, ctx: &Ctx, findings: &mut Findings) {
    let latest = ctx.now + TimeDelta::minutes(AHEAD_MINUTES_MAX);
    for (n, item) in asked.items.iter().enumerate() {
        if item.stored_since.is_some_and(|since| since > latest) {
            findings.refuse(stored_later(format!("/items/{n}/stored_since")));
        }
    }
}

pub fn stored_later(pointer: String) -> Fault {
    let text = Text::new(
        format!("入库时间不能晚于当前时间 {AHEAD_MINUTES_MAX} 分钟以上。"),
        format!("It was stored before now: at most {AHEAD_MINUTES_MAX} minutes ahead."),
    );
    Fault::new(Code::NotYet, pointer, text)
}

/// Whether each leg travels as its stream may, on a vehicle that is allowed for it.
fn legs(
    facts: &Facts,
    asked: &FileManifest,
    (stream, frees): (Stream, bool),
    findings: &mut Findings,
) {
    for (n, leg) in asked.legs.iter().enumerate() {
        let is_approved = (stream, asked.transfer_approval_id.is_some());
        leg::mode(leg.mode, is_approved, &format!("/legs/{n}/mode"), findings);
    }
    for (n, leg) in facts.legs.iter().enumerate() {
        leg::right(leg, n, (stream, asked.planned_departure_on), frees, findings);
    }
}

/// Who sends, carries and receives; the delegation that it is filed by.
fn parties(
    facts: &Facts,
    asked: &FileManifest,
    (ctx, stream, for_producer): (&Ctx, &str, bool),
    findings: &mut Findings,
) -> Option<Mandate> {
    let sender_at = facts.producer.as_ref();
    let mandate = match &facts.course {
        Course::Plain => {
            let signing = (ctx, stream, for_producer);
            party::producer(sender_at, is_carried_on(asked), signing, findings)
        }
        Course::Return(_) | Course::Forward(_) => sender(sender_at, (ctx, stream), findings),
    };
    party::receiver(facts.receiver.as_ref(), findings);
    for (n, leg) in facts.legs.iter().enumerate() {
        leg::parties(leg, n, findings);
    }
    for (n, leg) in asked.legs.iter().enumerate() {
        leg::wording(leg, n, findings);
    }
    mandate
}

/// Whether all that is filed names where it came in: whoever received it may send it on.
fn is_carried_on(asked: &FileManifest) -> bool {
    asked.items.iter().all(|item| {
        let sources = item.source_items.iter().map(|source| source.mass_kg.grams());
        sources.sum::<Grams>() == item.mass_kg.grams()
    })
}

/// A day that something is planned for: within a year of today, and a warning where it is past.
pub fn planned_day(day: NaiveDate, today: NaiveDate, pointer: &str, findings: &mut Findings) {
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
    approval: Option<&'a Known<TransferApproval>>,
    plan: Option<&'a Known<ManagementPlan>>,
}

impl ItemJudge<'_> {
    /// Answers whether the transport of every item is exempt.
    fn items(
        &mut self,
        aboard: &[LoadItem],
        admitted: &mut Admitted,
        findings: &mut Findings,
    ) -> bool {
        let mut load = Vec::with_capacity(aboard.len() + self.asked.items.len());
        load.extend_from_slice(aboard);
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
}
