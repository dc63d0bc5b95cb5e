//! What ends soon (到期提醒): licences, approvals, insurance, filed emergency plans, drivers' licences,
//! and by when one has to act. Of a licence that is thirty working days before its end (licence
//! measures Art. 13, rule DL24); of the others the last day itself.

use chrono::{Days, NaiveDate};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::access::Scope;
use super::store;
use crate::app::App;
use crate::clock::legal_day;
use crate::ctx::Ctx;
use crate::ids::{OrganisationId, SiteId};
use crate::problem::Problem;
use crate::wire::{Whole, api_enum, wire};

api_enum! {
    /// What ends.
    pub enum ExpiryKind {
        Licence = "licence",
        TransferApproval = "transfer_approval",
        InsurancePolicy = "insurance_policy",
        EmergencyPlanFiled = "emergency_plan_filed",
        Driver = "driver",
    }

    /// How it stands.
    pub enum ExpiryState {
        /// There is time.
        Ahead = "ahead",
        /// The day by which one has to act has come.
        Due = "due",
        Expired = "expired",
    }
}

wire! {
    /// What to look for.
    pub struct ExpiryQuery {
        /// What ends within so many days; 60 when absent.
        pub within_days: Option<Whole<0, 400>>,
        pub kind: Option<ExpiryKind>,
    }
}

/// A thing that ends, as its register has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    pub kind: ExpiryKind,
    pub id: Uuid,
    /// Its number, or a driver's name.
    pub name: String,
    pub organisation_id: Option<OrganisationId>,
    pub site_id: Option<SiteId>,
    pub valid_to: NaiveDate,
}

/// A thing that ends.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ExpiryView {
    pub kind: ExpiryKind,
    pub id: Uuid,
    /// Its number, or a driver's name.
    pub name: String,
    #[schema(required)]
    pub organisation_id: Option<OrganisationId>,
    /// Of an approval, the site that it leaves.
    #[schema(required)]
    pub site_id: Option<SiteId>,
    /// The last valid day, Beijing.
    pub valid_to: NaiveDate,
    /// The day by which one has to act.
    pub act_by: NaiveDate,
    pub state: ExpiryState,
}

/// What ends soon, the soonest first.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ExpiriesView {
    pub data: Vec<ExpiryView>,
    /// There is more than is shown: ask for fewer days.
    pub is_cut: bool,
}

/// Days after its end in which a thing is still told of.
const AFTER: Days = Days::new(30);
const WITHIN: i64 = 60;
const RENEWAL: &str = "DL24";

/// What of the caller's own, or of its jurisdiction, ends soon or has lately.
pub async fn list(app: &App, ctx: &Ctx, asked: &ExpiryQuery) -> Result<ExpiriesView, Problem> {
    let today = legal_day(ctx.now);
    let within = asked.within_days.map_or(WITHIN, Whole::get);
    let from = today.checked_sub_days(AFTER).unwrap_or(today);
    let to = today.checked_add_days(Days::new(within.unsigned_abs())).unwrap_or(today);
    let scope = Scope::of(&ctx.actor);
    let mut endings = store::endings(&app.pool, &scope, asked.kind, (from, to)).await?;
    let is_cut = endings.len() > store::ENDINGS_MAX;
    endings.truncate(store::ENDINGS_MAX);
    let days = app.catalogue.deadline_rule(RENEWAL).and_then(|rule| rule.value.parse().ok());
    let view = |one: Ending| {
        let act_by = match one.kind {
            ExpiryKind::Licence => {
                app.calendar.subtract_working_days(one.valid_to, days.unwrap_or(0))
            }
            _ => one.valid_to,
        };
        ExpiryView {
            kind: one.kind,
            id: one.id,
            name: one.name,
            organisation_id: one.organisation_id,
            site_id: one.site_id,
            valid_to: one.valid_to,
            act_by,
            state: if today > one.valid_to {
                ExpiryState::Expired
            } else if today >= act_by {
                ExpiryState::Due
            } else {
                ExpiryState::Ahead
            },
        }
    };
    Ok(ExpiriesView { data: endings.into_iter().map(view).collect(), is_cut })
}
