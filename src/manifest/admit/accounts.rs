//! Which accounts an item moves when it is filed: a covering licence line, the producer's mass on
//! hand, the receiver's storage, the approval it travels under, the
//! producer's plan. Whether they have room is settled under lock.

use chrono::Datelike;

use super::super::asked::ItemAsked;
use super::super::linked::{Source, as_sources};
use super::super::moves;
use super::item::Parsed;
use super::opened::{Opening, under};
use super::{Admitted, AdmittedItem, ItemJudge, border, plan};
use crate::catalogue::WasteCode;
use crate::decision::Move;
use crate::problem::{Code, Fault, Findings, Text};
use crate::registry::{Known, Licence};
use crate::units::Grams;

/// By which right a receiver takes an item.
enum Right {
    /// An exemption frees it, or there is none, which refuses the filing.
    NotNeeded,
    /// Lines of its licences.
    Lines(Vec<(Known<Licence>, i64)>),
    /// An emergency plan in force.
    Opened(Opening),
}

impl ItemJudge<'_> {
    /// The moves of one item, and the faults of a licence that does not cover it.
    pub fn moves(
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
        let first_move = admitted.moves.len();
        let mut push = |wanted: Move| {
            admitted.moves.push(wanted);
            admitted.moves.len() - 1
        };
        let sources = self.sources(n, code, findings);
        let own = own_mass(item, n, &sources, findings);
        let (mut licence_move, mut covering, mut opened) = (None, Vec::new(), None);
        match self.right(parsed, n, findings) {
            Right::NotNeeded => {}
            Right::Lines(lines) => {
                licence_move = Some(push(self.on_licence(&lines, mass, pointer())));
                covering = lines;
            }
            Right::Opened(Opening { plan, by, guards }) => {
                opened = Some((push(by.reserve(mass, self.stream, pointer())), by));
                admitted.guards.extend(guards);
                admitted.emergency_plan = under(&plan);
            }
        }
        let site = self.producer.site.id;
        let on_hand_move = (own.0 > 0)
            .then(|| push(moves::reserve_on_hand(site, code, own, item.produce, pointer())));
        let receiver = &self.receiver.site;
        let storage_move = receiver.storage_capacity_g.map(|capacity| {
            let at = pointer();
            push(moves::reserve_storage(receiver.id, capacity, mass, self.stream, at))
        });
        if let Some(approval) = self.approval {
            let applied = self.facts.applied.as_ref();
            border::covers((approval, applied), (code, parsed.method), n, findings);
            push(moves::reserve_approval(approval, mass, pointer()));
        }
        let plan_move = self.plan.and_then(|plan| {
            let line = plan::line(plan, code, n, findings)?;
            Some(push(moves::reserve_plan(plan.id, line, mass, pointer())))
        });
        admitted.guards.extend(covering.iter().map(|(known, _)| known.guard));
        AdmittedItem {
            first_move,
            licence_move,
            covering,
            opened,
            on_hand_move,
            storage_move,
            plan_move,
            sources,
        }
    }

    /// By which right the receiver takes an item; without one, why.
    fn right(&self, parsed: &Parsed, n: usize, findings: &mut Findings) -> Right {
        if parsed.stages.frees_receiver(parsed.method) {
            return Right::NotNeeded;
        }
        match self.covering(parsed, n) {
            Ok(lines) => return Right::Lines(lines),
            Err(fault) => match self.opened(parsed.code) {
                Ok(opening) => return Right::Opened(opening),
                Err(closed) => findings.refuse(closed.unwrap_or(fault)),
            },
        }
        Right::NotNeeded
    }

    fn on_licence(&self, lines: &[(Known<Licence>, i64)], mass: Grams, pointer: String) -> Move {
        let year = i64::from(self.asked.planned_departure_on.year());
        let lines = lines.iter().filter_map(|(known, number)| {
            let line = known.lines.iter().find(|line| line.line == *number);
            line.map(|line| (&*known.value, line))
        });
        moves::reserve_licence(lines, year, mass, self.stream, pointer)
    }

    /// The parts of an item that came in on other manifests.
    fn sources(&self, n: usize, code: WasteCode, findings: &mut Findings) -> Vec<Source> {
        if self.facts.course.carried().is_some() {
            return self.facts.course.sources(n);
        }
        let items = (self.asked.items.as_slice(), n);
        as_sources(&self.facts.sources, items, (self.producer.site.id, code), findings)
    }
}

/// What the sources leave of an item is the sender's own, by its ledger; so is what came home.
fn own_mass(item: &ItemAsked, n: usize, sources: &[Source], findings: &mut Findings) -> Grams {
    let sum = |returned: bool| -> Grams {
        let named = sources.iter().filter(|source| source.returned == returned);
        named.map(|source| source.mass_g).sum()
    };
    let (own, home) = (item.mass_kg.grams() - sum(false), sum(true));
    if own < home {
        let text = Text::new(
            "各来源的质量之和超过该项质量。",
            "The sources have more mass than the item.",
        );
        let pointer = format!("/items/{n}/source_items");
        findings.refuse(Fault::new(Code::MassBalance, pointer, text));
    }
    if item.produce && (own <= Grams::ZERO || home > Grams::ZERO) {
        let text = Text::new(
            "来自其他联单的废物不能记为产生；本单位产生的请另列一项。",
            "What came in on other manifests is not produced here: file what is as another item.",
        );
        let pointer = format!("/items/{n}/produce");
        findings.refuse(Fault::new(Code::InvalidValue, pointer, text));
    }
    own
}
