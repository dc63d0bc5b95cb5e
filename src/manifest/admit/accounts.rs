//! Which accounts an item moves when it is filed: a covering licence line, the producer's mass on
//! hand, the receiver's storage, the approval it travels under, the
//! producer's plan. Whether they have room is settled under lock.

use chrono::Datelike;

use super::super::asked::ItemAsked;
use super::super::moves;
use super::item::Parsed;
use super::{Admitted, AdmittedItem, ItemJudge, border, plan};
use crate::decision::Move;
use crate::problem::Findings;

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
        let site = self.producer.site.id;
        let wanted = moves::reserve_on_hand(site, code, mass, item.produce, pointer());
        let on_hand_move = push(wanted);
        let receiver = &self.receiver.site;
        let storage_move = receiver.storage_capacity_g.map(|capacity| {
            let at = pointer();
            push(moves::reserve_storage(receiver.id, capacity, mass, self.stream, at))
        });
        if let Some(approval) = self.approval {
            border::covers(approval, code, n, findings);
            push(moves::reserve_approval(approval, mass, pointer()));
        }
        let plan_move = self.plan.and_then(|plan| {
            let line = plan::line(plan, code, n, findings)?;
            Some(push(moves::reserve_plan(plan.id, line, mass, pointer())))
        });
        admitted.guards.extend(covering.iter().map(|(known, _)| known.guard));
        AdmittedItem { licence_move, covering, on_hand_move, storage_move, plan_move }
    }
}
