//! What a manifest's steps do to the containers on it: pure, and committed with the step.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::model::{Carriage, Container, ContainerStatus as Status};
use super::store;
use crate::ctx::Ctx;
use crate::decision::{Decision, EventDraft, Stamp, Written};
use crate::ids::StorageAreaId;
use crate::problem::Problem;
use crate::registry::{Entry, Known};

/// One thing that a manifest does to a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Carry {
    /// A filing takes it: no other manifest may.
    Reserve(Carriage),
    /// The manifest was cancelled.
    Release,
    /// It has left, and lies in no storage area any more.
    Ship,
    /// It is at the receiver's. `accepted` is nothing where the receiver spoke of the mass alone.
    Receive { accepted: Option<bool>, storage_area_id: Option<StorageAreaId> },
    /// It was not found at the gate.
    Miss,
    /// All that its receiver accepted is treated.
    Empty,
}

impl Carry {
    const fn event_kind(&self) -> &'static str {
        match self {
            Self::Reserve(_) => "reserved",
            Self::Release => "released",
            Self::Ship => "shipped",
            Self::Receive { accepted: Some(false), .. } => "refused",
            Self::Receive { .. } => "received",
            Self::Miss => "missing",
            Self::Empty => "emptied",
        }
    }

    /// The container after it; `None` where its state does not allow it.
    fn after(&self, before: &Container) -> Option<Container> {
        let is_home = matches!(before.status, Status::Open | Status::Sealed);
        let is_on_its_way = before.status == Status::Shipped;
        let mut after = before.clone();
        match self {
            Self::Reserve(carriage) if before.is_free() => after.manifest = Some(carriage.clone()),
            Self::Reserve(carriage) if before.is_refused() => {
                after.refused_on = after.manifest.replace(carriage.clone());
            }
            Self::Release if is_home && before.manifest.is_some() => after.manifest = None,
            Self::Release if before.is_taken_on() => after.manifest = after.refused_on.take(),
            Self::Ship if (is_home && before.manifest.is_some()) || before.is_taken_on() => {
                after.status = Status::Shipped;
                after.storage_area_id = None;
                (after.refused_on, after.accepted) = (None, None);
            }
            Self::Receive { accepted, storage_area_id } if is_on_its_way => {
                after.status = Status::Received;
                after.accepted = *accepted;
                after.missing = false;
                after.storage_area_id = *storage_area_id;
                if *accepted == Some(true) && is_back(before) {
                    // Its producer's again, and free to leave once more.
                    after.status = Status::Sealed;
                    (after.manifest, after.accepted) = (None, None);
                }
            }
            Self::Miss if is_on_its_way => after.missing = true,
            Self::Empty if before.status == Status::Received && !before.is_taken_on() => {
                after.status = Status::Emptied;
                after.storage_area_id = None;
            }
            Self::Reserve(_)
            | Self::Release
            | Self::Ship
            | Self::Receive { .. }
            | Self::Miss
            | Self::Empty => return None,
        }
        Some(after)
    }
}

/// Whether the manifest that it is on brings it to where it was filled.
fn is_back(container: &Container) -> bool {
    let to = container.manifest.as_ref().map(|carriage| carriage.receiver_site_id);
    to == Some(container.site_id)
}

/// A container as it was read, and what happens to it, in order.
#[derive(Clone, Debug)]
pub struct Carried {
    pub known: Known<Container>,
    /// With the times that are claimed for it.
    pub carries: Vec<(Carry, DateTime<Utc>)>,
}

impl Carried {
    pub fn new(known: &Known<Container>, carry: Carry, occurred_at: DateTime<Utc>) -> Self {
        Self { known: known.clone(), carries: vec![(carry, occurred_at)] }
    }
}

/// The part of a manifest's decision that moves its containers: their chains grow from the
/// versions read, so that no container is on two manifests. `None` where there are none.
pub fn carry(ctx: &Ctx, carried: &[Carried]) -> Result<Option<Decision>, Problem> {
    let Some(first) = carried.first() else { return Ok(None) };
    let actor = Stamp::from(&ctx.actor);
    let (mut events, mut rows) = (Vec::new(), Vec::new());
    for one in carried {
        let mut container = (*one.known.value).clone();
        for (carry, occurred_at) in &one.carries {
            let after = carry.after(&container).ok_or_else(|| {
                Problem::internal(format!("container {}: no {carry:?} from here", container.id))
            })?;
            events.push(EventDraft {
                subject: after.subject(),
                kind: carry.event_kind(),
                occurred_at: *occurred_at,
                actor: actor.clone(),
                data: serde_json::to_value(&after).map_err(Problem::internal)?,
            });
            container = after;
        }
        rows.push(store::update(&container)?);
    }
    let finish = move |_: &_| {
        let (events, rows) = (events.clone(), rows.clone());
        Ok(Written { events, rows, notices: Vec::new(), output: Arc::new(()) })
    };
    let mut decision = Decision::new(first.known.subject(), ctx, 200, Box::new(finish));
    for one in carried {
        decision.advance(one.known.subject(), Some(one.known.guard.version));
    }
    Ok(Some(decision))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{ContainerId, ManifestId, SiteId};
    use crate::units::Grams;
    use uuid::Uuid;

    fn id(n: u8) -> Uuid {
        Uuid::from_bytes([n; 16])
    }

    fn drum() -> Container {
        Container {
            id: ContainerId::of(id(1)),
            code: "x".into(),
            site_id: SiteId::of(id(2)),
            waste_code: "900-249-08".into(),
            kind: "steel_drum".into(),
            mass_g: Grams(1000),
            stored_since: DateTime::UNIX_EPOCH,
            storage_area_id: Some(StorageAreaId::of(id(3))),
            seal_number: None,
            batch_number: None,
            note: String::new(),
            status: Status::Open,
            produced: true,
            manifest: None,
            refused_on: None,
            accepted: None,
            missing: false,
            registered_with: ContainerId::of(id(1)),
        }
    }

    fn reserve(manifest: u8) -> Carry {
        Carry::Reserve(Carriage {
            manifest_id: ManifestId::of(id(manifest)),
            line: 1,
            receiver_site_id: SiteId::of(id(4)),
        })
    }

    fn all(carries: &[Carry]) -> Option<Container> {
        carries.iter().try_fold(drum(), |container, carry| carry.after(&container))
    }

    const ACCEPT: Carry = Carry::Receive { accepted: Some(true), storage_area_id: None };

    #[test]
    fn a_container_leaves_once_and_is_on_one_manifest() {
        let there = all(&[reserve(5), Carry::Ship, ACCEPT]).unwrap();
        assert_eq!((there.status, there.accepted), (Status::Received, Some(true)));
        assert_eq!(there.storage_area_id, None);
        assert!(all(&[reserve(5), Carry::Release, reserve(6)]).is_some());
        for wrong in [
            vec![reserve(5), reserve(6)],
            vec![Carry::Ship],
            vec![Carry::Release],
            vec![reserve(5), ACCEPT],
            vec![reserve(5), Carry::Ship, Carry::Ship],
            vec![reserve(5), Carry::Ship, Carry::Release],
            vec![reserve(5), Carry::Ship, ACCEPT, ACCEPT],
            vec![reserve(5), Carry::Ship, ACCEPT, reserve(6)],
        ] {
            assert_eq!(all(&wrong), None, "{wrong:?}");
        }
    }

    /// Refused, sent home, and on its way again; or freed by a cancel, and held as before.
    #[test]
    fn a_refused_container_leaves_once_more() {
        let refuse = Carry::Receive { accepted: Some(false), storage_area_id: None };
        let refused = [reserve(5), Carry::Ship, refuse];
        let held = all(&refused).unwrap();
        assert!(held.is_refused() && !held.is_free());
        let taken = reserve(6).after(&held).unwrap();
        assert_eq!(taken.manifest.as_ref().map(|one| one.manifest_id.uuid()), Some(id(6)));
        assert_eq!((taken.came_with(), taken.accepted), (held.manifest.as_ref(), Some(false)));
        assert!(taken.is_taken_on() && !taken.is_refused());
        assert_eq!(Carry::Release.after(&taken).as_ref(), Some(&held));
        for wrong in [reserve(7), Carry::Empty] {
            assert_eq!(wrong.after(&taken), None, "{wrong:?}");
        }
        let shipped = Carry::Ship.after(&taken).unwrap();
        assert_eq!((shipped.status, shipped.accepted), (Status::Shipped, None));
        assert_eq!(ACCEPT.after(&shipped).map(|one| one.status), Some(Status::Received));
        let mut home = shipped;
        home.manifest.as_mut().unwrap().receiver_site_id = home.site_id;
        let home = ACCEPT.after(&home).unwrap();
        assert_eq!(
            (home.status, home.manifest.as_ref(), home.accepted),
            (Status::Sealed, None, None)
        );
        assert!(home.is_free());
    }

    #[test]
    fn one_that_is_missing_may_still_turn_up() {
        let lost = all(&[reserve(5), Carry::Ship, Carry::Miss]).unwrap();
        assert!(lost.missing && lost.status == Status::Shipped);
        let found = ACCEPT.after(&lost).unwrap();
        assert!(!found.missing && found.status == Status::Received);
    }
}
