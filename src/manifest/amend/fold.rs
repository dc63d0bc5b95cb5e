//! What has become of amendments: the fold of their events. A manifest's state keeps those that
//! are open; all of them are read from its chain. Pure.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::event::{Need, Parts};
use super::merge::merged;
use crate::ids::OrganisationId;
use crate::manifest::event::{Filed, Happening, Stamped};
use crate::manifest::evolve::{IllegalEvent, Manifest};
use crate::manifest::status::{Action, Status};
use crate::wire::api_enum;

/// Signs what an authority corrects by itself.
pub const REGULATOR: &str = "regulator";

api_enum! {
    /// What has become of an amendment.
    pub enum AmendmentStatus {
        Proposed = "proposed",
        Approved = "approved",
        Rejected = "rejected",
        Expired = "expired",
    }
}

/// An amendment, as its events have made it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Amendment {
    pub n: i64,
    pub status: AmendmentStatus,
    pub changes: Parts,
    pub before: Parts,
    pub reason: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason_text: Option<String>,
    pub proposed_by: Vec<String>,
    pub organisation_id: OrganisationId,
    /// Whose consent is still waited for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<Need>,
    /// Who has consented.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub approved_by: Vec<String>,
    pub proposed_at: DateTime<Utc>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<DateTime<Utc>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Ended>,
}

/// How an amendment ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ended {
    pub at: DateTime<Utc>,
    /// Who rejected it; nobody where it expired, and where it was approved see `approved_by`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by: Vec<String>,
    /// Why it expired.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason_text: Option<String>,
}

/// An organisation that was a party until an amendment took its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Former {
    pub organisation_id: OrganisationId,
    /// The manifest's version by that amendment: what it signed stays readable to it.
    pub version: i64,
}

/// What a manifest's state knows of amendments.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Amendments {
    /// How many were ever proposed: the number of the newest.
    pub count: i64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub open: Vec<Amendment>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former: Vec<Former>,
}

impl Amendments {
    pub const fn is_none(&self) -> bool {
        self.count == 0
    }

    /// When the first of those that wait runs out.
    pub fn due_at(&self) -> Option<DateTime<Utc>> {
        self.open.iter().filter_map(|one| one.expires_at).min()
    }

    pub fn find_open(&self, n: i64) -> Option<&Amendment> {
        self.open.iter().find(|one| one.n == n)
    }
}

impl Amendment {
    pub fn is_by_regulator(&self) -> bool {
        self.proposed_by.iter().any(|by| by == REGULATOR)
    }
}

/// The amendments after an event, those that ended among them; others leave them as they are.
pub fn fold(list: &mut Vec<Amendment>, event: &Stamped) -> Result<(), IllegalEvent> {
    let at = event.recorded_at;
    let end =
        |by: &[String]| Ended { at, by: by.to_vec(), cause: None, reason: None, reason_text: None };
    match &event.happening {
        Happening::AmendmentProposed(data) => list.push(Amendment {
            n: data.n,
            status: AmendmentStatus::Proposed,
            changes: data.changes.clone(),
            before: data.before.clone(),
            reason: data.reason.clone(),
            reason_text: data.reason_text.clone(),
            proposed_by: data.by.clone(),
            organisation_id: data.organisation_id,
            needs: data.needs.clone(),
            approved_by: Vec::new(),
            proposed_at: at,
            expires_at: data.expires_at,
            ended: None,
        }),
        Happening::AmendmentApproved(data) => {
            let one = open(list, data.n)?;
            one.approved_by.extend(data.by.iter().cloned());
            one.needs.retain(|need| !data.consents.contains(need));
            if data.is_final {
                one.status = AmendmentStatus::Approved;
                one.ended = Some(end(&[]));
            }
        }
        Happening::AmendmentRejected(data) => {
            let one = open(list, data.n)?;
            one.status = AmendmentStatus::Rejected;
            let (reason, reason_text) = (data.reason.clone(), data.reason_text.clone());
            one.ended = Some(Ended { reason, reason_text, ..end(&data.by) });
        }
        Happening::AmendmentExpired(data) => {
            let one = open(list, data.n)?;
            one.status = AmendmentStatus::Expired;
            one.ended = Some(Ended { cause: Some(data.cause.clone()), ..end(&[]) });
        }
        _ => {}
    }
    Ok(())
}

fn open(list: &mut [Amendment], n: i64) -> Result<&mut Amendment, IllegalEvent> {
    let waits = |one: &&mut Amendment| one.n == n && one.status == AmendmentStatus::Proposed;
    list.iter_mut().find(waits).ok_or(IllegalEvent::Step)
}

/// Applies an amendment's event to the manifest.
pub fn evolve(manifest: &mut Manifest, event: &Stamped) -> Result<(), IllegalEvent> {
    let by_regulator = |by: &[String]| by.iter().any(|by| by == REGULATOR);
    match &event.happening {
        Happening::AmendmentProposed(data) => {
            allow(manifest, by_regulator(&data.by))?;
            if data.n != manifest.amendments.count + 1 {
                return Err(IllegalEvent::Step);
            }
            manifest.amendments.count = data.n;
        }
        Happening::AmendmentApproved(data) => {
            let own = by_regulator(&data.by)
                && manifest.amendments.find_open(data.n).is_some_and(Amendment::is_by_regulator);
            allow(manifest, own)?;
            if data.is_final {
                amend(manifest, &[&data.changes, &data.derived])?;
            }
        }
        _ => {}
    }
    fold(&mut manifest.amendments.open, event)?;
    manifest.amendments.open.retain(|one| one.status == AmendmentStatus::Proposed);
    Ok(())
}

/// The parties amend before acceptance; the authority as long as there is something to correct.
fn allow(manifest: &Manifest, by_regulator: bool) -> Result<(), IllegalEvent> {
    let status = manifest.status;
    let may = Action::Amend.is_open(status) || (by_regulator && status != Status::Cancelled);
    if may { Ok(()) } else { Err(IllegalEvent::Step) }
}

fn amend(manifest: &mut Manifest, changes: &[&Parts]) -> Result<(), IllegalEvent> {
    let before = organisations(&manifest.filed);
    let filed = merged(&manifest.filed, changes).map_err(|_| IllegalEvent::Content)?;
    if filed.items.len() != manifest.filed.items.len() {
        return Err(IllegalEvent::Line);
    }
    let now = organisations(&filed);
    let version = manifest.version + 1;
    let former = &mut manifest.amendments.former;
    former.retain(|one| !now.contains(&one.organisation_id));
    for organisation_id in before.into_iter().filter(|one| !now.contains(one)) {
        former.push(Former { organisation_id, version });
    }
    manifest.filed = filed;
    let total = manifest.on_the_way();
    if let Some(riding) = &mut manifest.riding {
        riding.fit(total);
    }
    Ok(())
}

/// The parties' organisations.
pub fn organisations(filed: &Filed) -> Vec<OrganisationId> {
    let mut all = vec![filed.producer.organisation_id, filed.receiver.organisation_id];
    all.extend(filed.legs.iter().map(|leg| leg.carrier_id));
    all.sort_unstable();
    all.dedup();
    all
}
