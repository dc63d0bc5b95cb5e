//! Is the receiver opened by an emergency plan? For medical waste of the plan's divisions, to leave
//! on its days; after its end for nobody (capacity.md, "Medical emergency").

use super::super::opened::{Opened, UnderPlan};
use super::ItemJudge;
use crate::capacity::{EmergencyPlan, EmergencyPlanState};
use crate::catalogue::{Stream, WasteCode};
use crate::decision::Guard;
use crate::problem::{Code, Fault, Text};
use crate::registry::Known;

/// By which a receiver without a licence takes an item.
pub struct Opening {
    pub plan: Known<EmergencyPlan>,
    pub by: Opened,
    /// The plan and the entry on the list, as they were read.
    pub guards: Vec<Guard>,
}

impl ItemJudge<'_> {
    /// The plan that opens the receiver for the planned day, and where the mass counts. Errors: why
    /// it is closed, where a plan once opened it; `None` where none ever did.
    pub fn opened(&self, code: WasteCode) -> Result<Opening, Option<Fault>> {
        if self.stream != Stream::Medical || code.stream() != Stream::Medical {
            return Err(None);
        }
        let day = self.asked.planned_departure_on;
        let mut why = None;
        for plan in &self.facts.openings {
            let Some(opening) = plan.opening_at(self.receiver.site.id) else { continue };
            let facility = opening.co_disposal_facility_id;
            let listed = self.facts.listed.iter().find(|one| one.subject.id == facility.uuid());
            // What is back-filled left while it was on the list, as far as anybody can tell.
            let is_gone = listed.is_none() && self.asked.backfill.is_none();
            why = self.closed(plan).or_else(|| is_gone.then(|| left_the_list(plan)));
            if why.is_none() {
                let by =
                    Opened { co_disposal_facility_id: facility, day, daily_g: opening.daily_g };
                let guards = listed.copied().into_iter().chain([plan.guard]).collect();
                return Ok(Opening { plan: plan.clone(), by, guards });
            }
        }
        Err(why.map(|text| Fault::new(Code::LicenceDoesNotCover, "/receiver_site_id", text)))
    }

    /// Why a plan does not open the receiver for this filing.
    fn closed(&self, plan: &EmergencyPlan) -> Option<Text> {
        let number = plan.government_plan.as_ref().map(|document| document.number.as_str());
        let number = number.unwrap_or_default();
        let (from, to, day) = (plan.starts_on, plan.ends_on, self.asked.planned_departure_on);
        let division = &self.producer.site.division;
        // What is back-filled left while it was in force.
        let is_over = plan.stands_on(self.today) == EmergencyPlanState::Ended
            && self.asked.backfill.is_none();
        if is_over || day > plan.last_day() {
            let last = plan.last_day();
            Some(Text::new(
                format!("应急方案（{number}）已于 {last} 终止，接受人不再接受医疗废物。"),
                format!("The emergency plan ({number}) that opened the receiver ended on {last}."),
            ))
        } else if day < from {
            Some(Text::new(
                format!("应急方案（{number}）的期限为 {from} 至 {to}，不含 {day}。"),
                format!("The emergency plan ({number}) is for {from} to {to}, not for {day}."),
            ))
        } else if !plan.divisions.contains(division) {
            Some(Text::new(
                format!("应急方案（{number}）不适用于 {division} 师。"),
                format!("The emergency plan ({number}) is not for division {division}."),
            ))
        } else {
            None
        }
    }
}

fn left_the_list(plan: &EmergencyPlan) -> Text {
    let number = plan.government_plan.as_ref().map(|document| document.number.as_str());
    let number = number.unwrap_or_default();
    Text::new(
        format!("接受人已不在协同处置名单上，应急方案（{number}）不再对其开放。"),
        format!("The receiver has left the co-disposal list: plan ({number}) opens it no more."),
    )
}

/// The plan as a manifest tells of it.
pub fn under(plan: &EmergencyPlan) -> Option<UnderPlan> {
    let government_plan = plan.government_plan.clone()?;
    Some(UnderPlan { id: plan.id, government_plan })
}
