//! The producer signs what was collected from it: on the spot with a code, or later by a call of
//! its own (domain.md, "Kitchen", "Medical"). One signature for each step that waits for it.

use super::countersign::not_the_second;
use super::event::{Countersigned, Unconfirmed};
use super::second::{Second, Signature};
use crate::app::App;
use crate::ctx::Ctx;
use crate::decision::Decision;
use crate::identity::policy as may;
use crate::ids::{ManifestId, OrganisationId};
use crate::manifest::act::{Step, write};
use crate::manifest::event::Happening;
use crate::manifest::event_store;
use crate::manifest::evolve::{Gap, Manifest};
use crate::manifest::status::Party;
use crate::manifest::store::{self, Stored};
use crate::problem::Problem;
use crate::registry::Part;

/// A signature and what it signs.
pub type Signed = (Signature, Vec<Happening>);

fn signed(seq: i64, organisation_id: OrganisationId) -> Happening {
    let party = Party::Producer.as_str().to_owned();
    Happening::Countersigned(Countersigned { seq, party, organisation_id })
}

/// The events that wait for the producer's signature.
fn owed(manifest: &Manifest) -> Vec<i64> {
    let own = manifest.filed.producer.organisation_id;
    let waits =
        |gap: &&Gap| gap.missing == Party::Producer.as_str() && gap.organisation_id == Some(own);
    manifest.gaps.iter().filter(waits).filter_map(|gap| gap.seq).collect()
}

impl Second {
    /// The signatures of a load that is filed for its producer and leaves in the same commit.
    pub fn on_the_spot(
        &self,
        ctx: &Ctx,
        producer: OrganisationId,
    ) -> Result<Option<Signed>, Problem> {
        let Self::Known(signer) = self else { return Ok(None) };
        let is_other = signer.user_id != ctx.actor.user_id;
        let is_producer = signer.organisation_id == producer && signer.plays(Part::Producer);
        // The carrier's own people sign what the producer's would: then nothing waits for a code.
        let waits = !may::acts_for(&ctx.actor, producer, Part::Producer);
        if !(is_other && is_producer && waits) {
            return Err(not_the_second(is_other));
        }
        let signature = Signature::of(signer, ctx.wall);
        Ok(Some((signature, vec![signed(0, producer), signed(1, producer)])))
    }
}

/// A manifest that was collected, with what its producer owes it.
pub struct Owing {
    stored: Stored,
    owed: Vec<i64>,
    /// Who called the step that waits.
    caller: Option<String>,
}

impl Owing {
    pub async fn read(app: &App, id: ManifestId) -> Result<Self, Problem> {
        let stored = store::by_id(&app.pool, id).await?.ok_or_else(Problem::not_found)?;
        let owed = owed(&stored.manifest);
        let event = match owed.last() {
            Some(seq) => event_store::event(&app.pool, id, *seq).await?,
            None => None,
        };
        let body = event.map(|event| serde_json::from_str::<serde_json::Value>(&event.body));
        let body = body.transpose().map_err(Problem::internal)?.unwrap_or_default();
        let caller = body["actor"]["user_id"].as_str().map(str::to_owned);
        Ok(Self { stored, owed, caller })
    }

    pub const fn is_signed(&self) -> bool {
        self.owed.is_empty()
    }

    /// The caller signs all that waits for the producer; it is another person than took the step.
    pub fn signs(&self, ctx: &Ctx) -> Result<Decision, Problem> {
        let own = self.caller.as_deref() == Some(&*ctx.actor.user_id.uuid().to_string());
        may::require(!own)?;
        let producer = self.stored.manifest.filed.producer.organisation_id;
        let mut owed = self.owed.iter().map(|seq| signed(*seq, producer));
        let first = owed.next().ok_or_else(|| Problem::internal("nothing waits to be signed"))?;
        let mut step = Step::new(first, ctx.now, "manifest_countersigned");
        step.happenings.extend(owed);
        write(ctx, &self.stored, step, 200)
    }

    /// The period is over.
    pub fn is_silent(
        &self,
        ctx: &Ctx,
        due_at: chrono::DateTime<chrono::Utc>,
    ) -> Result<Decision, Problem> {
        let happening = Happening::Unconfirmed(Unconfirmed { due_at });
        write(ctx, &self.stored, Step::new(happening, due_at, "manifest_unconfirmed"), 200)
    }
}
