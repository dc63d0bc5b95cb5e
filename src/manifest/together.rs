//! Steps of manifests that a trip or a round takes for all of them in one commit.
//!
//! Each is decided by the very rules of the step itself; the caller joins the decisions with its
//! own (`Decision::with`). What the step's body says beside (`If-Match`, the key) is the caller's.

use super::act::{Scene, Step, parties_for, with_obsolete, write};
use super::arrive;
use super::asked::{Arrive, Complete, Depart, FileManifest, Receive};
use super::complete::{self, Licences};
use super::containers;
use super::depart::{self, DepartFacts};
use super::event::{Arrived, Departed, Happening};
use super::facts::{Facts, LegFacts};
use super::file::{self, Departing, Filing};
use super::ledger::entry_ids;
use super::origin::Origin;
use super::policy::demand_signature;
use super::receive::{self, GateFacts};
use super::status::{Action, Party};
use super::store::Stored;
use super::transport::{Second, Signed};
use crate::app::App;
use crate::container::Container;
use crate::ctx::Ctx;
use crate::decision::{Decision, Move};
use crate::identity::policy as may;
use crate::ids::{LedgerEntryId, ManifestId, RoundId};
use crate::problem::Problem;
use crate::registry::Known;

/// A manifest that is to take a step, with the ids that its ledger entries would have.
pub struct Mover {
    pub stored: Stored,
    entries: Vec<LedgerEntryId>,
    containers: Vec<Known<Container>>,
}

impl Mover {
    pub async fn read(app: &App, ctx: &Ctx, stored: Stored) -> Result<Self, Problem> {
        let manifest = &stored.manifest;
        let items = if manifest.has_moved_out() { 0 } else { manifest.filed.items.len() };
        let containers = containers::carried_by(app, stored.id, manifest).await?;
        Ok(Self { entries: entry_ids(app, ctx, items), containers, stored })
    }

    /// The scene of a step that its state allows the actor.
    fn scene<T>(&self, ctx: &Ctx, action: Action, more: T) -> Result<Shown<T>, Problem> {
        let manifest = &self.stored.manifest;
        let parties = parties_for(&ctx.actor, manifest, action);
        may::require(action.is_for(manifest.status, &parties))?;
        action.demand(manifest.status, &parties)?;
        let beside = (self.entries.clone(), self.containers.clone());
        Ok((Scene::new(self.stored.clone(), more, beside), parties))
    }

    /// Writes the step, and the end of the open amendments that it makes impossible.
    fn write(&self, app: &App, ctx: &Ctx, step: Step) -> Result<Decision, Problem> {
        let step = with_obsolete(&self.stored.manifest, step, &app.catalogue)?;
        write(ctx, &self.stored, step, 200)
    }
}

type Shown<T> = (Scene<T>, Vec<Party>);

/// It leaves, on the vehicle and with the driver that `asked` names; `second` signs as well.
pub fn departs(
    app: &App,
    ctx: &Ctx,
    mover: &Mover,
    leg: LegFacts,
    (asked, second): (&Depart, Second),
) -> Result<Decision, Problem> {
    let more = DepartFacts { leg: Some(leg), second };
    let (scene, parties) = mover.scene(ctx, Action::Depart, more)?;
    demand_signature(&app.config, &mover.stored.manifest, None)?;
    mover.write(app, ctx, depart::admit(&scene, asked, &parties, (ctx, &app.catalogue))?)
}

/// It is at the receiver's gate.
pub fn arrives(app: &App, ctx: &Ctx, mover: &Mover, asked: &Arrive) -> Result<Decision, Problem> {
    let (scene, parties) = mover.scene(ctx, Action::Arrive, ())?;
    mover.write(app, ctx, arrive::admit(&scene, asked, (&parties, ctx))?)
}

/// It is received and, where nobody has said so, has arrived then.
pub fn is_received(
    app: &App,
    ctx: &Ctx,
    mover: &Mover,
    gate: GateFacts,
    asked: &Receive,
) -> Result<Decision, Problem> {
    let (scene, _) = mover.scene(ctx, Action::Receive, gate)?;
    demand_signature(&app.config, &mover.stored.manifest, None)?;
    let mut step = receive::admit(&scene, asked, (ctx, &app.catalogue, &app.calendar))?;
    let manifest = &mover.stored.manifest;
    if manifest.arrived.is_none() {
        let out_of_order = step.occurred_at < manifest.last_occurred_at;
        let arrived = Arrived { gross_g: None, location: None, carrier_id: None, out_of_order };
        step.happenings.insert(0, Happening::Arrived(arrived));
    }
    mover.write(app, ctx, step)
}

/// What was accepted is treated.
pub fn is_treated(
    ctx: &Ctx,
    mover: &Mover,
    licences: Licences,
    asked: &Complete,
) -> Result<Decision, Problem> {
    let (scene, _) = mover.scene(ctx, Action::Complete, licences)?;
    // Nothing is open to amend once it was received.
    write(ctx, &mover.stored, complete::admit(&scene, asked, ctx)?, 200)
}

/// What a stop of a round files, or a filing onto a trip.
pub struct ToFile {
    pub id: ManifestId,
    pub asked: FileManifest,
    pub facts: Facts,
    /// The draft's version, where one is filed: the commit takes the draft away.
    pub draft_version: Option<i64>,
    produced: Vec<LedgerEntryId>,
    moved_out: Vec<LedgerEntryId>,
}

impl ToFile {
    pub fn new(
        app: &App,
        ctx: &Ctx,
        (id, asked, draft_version): (ManifestId, FileManifest, Option<i64>),
        facts: Facts,
    ) -> Self {
        let produced = asked.items.iter().filter(|item| item.produce).count();
        let moved_out = entry_ids(app, ctx, asked.items.len());
        Self { produced: entry_ids(app, ctx, produced), id, asked, facts, draft_version, moved_out }
    }

    /// The accounts that it would move, where the rules let it.
    pub fn moves(&self, ctx: &Ctx, scene: &file::Scene) -> Vec<Move> {
        let judged = super::admit::judge(&self.facts, &self.asked, ctx, scene);
        judged.admitted.map(|admitted| admitted.moves).unwrap_or_default()
    }

    /// It is filed, as a stop of the round where there is one, and where it is collected, leaves in
    /// the same commit. The carrier of a round files for the producer; the producer itself as ever.
    pub fn decision(
        &self,
        ctx: &Ctx,
        scene: &file::Scene,
        round_id: Option<RoundId>,
        departed: Option<(Departed, chrono::DateTime<chrono::Utc>, Option<Signed>)>,
    ) -> Result<Decision, Problem> {
        let departing = departed.map(|(departed, occurred_at, signed)| Departing {
            departed,
            occurred_at,
            entries: self.moved_out.clone(),
            signed,
        });
        let origin = Origin { draft_version: self.draft_version };
        let (id, entries) = (self.id, self.produced.as_slice());
        let filing = Filing { id, entries, origin: &origin, departing, round_id };
        file::decide(&self.facts, &self.asked, ctx, scene, &filing)
    }
}
