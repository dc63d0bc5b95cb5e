//! What an emergency opens (capacity.md, "Medical emergency"): where no licence of the receiver
//! covers medical waste, an emergency plan in force may open its site, for the plan's divisions and
//! days. The manifest says by which document; its mass counts on the facility's account of the day.
//!
//! The day is that of the planned departure, at receipt that of the receipt, as a licence's year
//! is. A load on its way ends under the plan that it was filed under, whatever becomes of that.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::event::Item;
use super::policy;
use crate::capacity::GovernmentPlan;
use crate::catalogue::Stream;
use crate::decision::{Account, AccountKind, LimitChange, Move, Policy, Post};
use crate::ids::{CoDisposalFacilityId, EmergencyPlanId};
use crate::problem::Code;
use crate::units::Grams;

/// The plan that a manifest is filed under.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnderPlan {
    pub id: EmergencyPlanId,
    pub government_plan: GovernmentPlan,
}

/// Where an item counts, in place of a licence line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opened {
    pub co_disposal_facility_id: CoDisposalFacilityId,
    /// Beijing's.
    pub day: NaiveDate,
    /// What the facility can divert in a day.
    pub daily_g: Grams,
}

impl Opened {
    fn account_on(&self, day: NaiveDate) -> Account {
        let facility = self.co_disposal_facility_id.uuid();
        Account::new(AccountKind::CoDisposalDay, facility, day.to_string(), 0)
    }

    fn post(&self, day: NaiveDate, (used, reserved): (Grams, Grams), policy: Policy) -> Post {
        let (used, reserved) = (used.0, reserved.0);
        let limit = LimitChange::Set(Some(self.daily_g.0));
        Post { account: self.account_on(day), limit, used, reserved, policy }
    }

    /// Reserves an item's mass on the facility's day.
    pub fn reserve(&self, mass: Grams, stream: Stream, pointer: String) -> Move {
        let posts = vec![self.post(self.day, (Grams::ZERO, mass), policy::capacity(stream))];
        Move { choices: vec![posts], refusal: Code::CapacityExceeded, pointer, asked: mass.0 }
    }

    /// Turns what was reserved into use on the day of the receipt, and frees the rest.
    pub fn receive(
        &self,
        (mass, accepted): (Grams, Grams),
        on: NaiveDate,
        stream: Stream,
    ) -> Vec<Post> {
        let policy = policy::capacity(stream);
        if on == self.day {
            return vec![self.post(on, (accepted, -mass), policy)];
        }
        let freed = self.post(self.day, (Grams::ZERO, -mass), Policy::Warn);
        let freed = Post { limit: LimitChange::Keep, ..freed };
        vec![freed, self.post(on, (accepted, Grams::ZERO), policy)]
    }
}

/// The account of an item that was received on a day; of its planned day, where it is not received.
pub fn account(item: &Item, on: Option<NaiveDate>) -> Option<Account> {
    item.opened.as_ref().map(|opened| opened.account_on(on.unwrap_or(opened.day)))
}
