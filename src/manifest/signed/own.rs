//! The caller's own signature on what it does.

use chrono::{DateTime, Utc};

use super::facts::{SealFacts, look};
use super::judge::{Signs, judge};
use super::said::{Said, Signable};
use crate::app::App;
use crate::ctx::Ctx;
use crate::identity::device::{Claim, Sealed, SignatureAsked};
use crate::manifest::act::Step;
use crate::manifest::evolve::Manifest;
use crate::manifest::mended::Content;
use crate::manifest::policy;
use crate::manifest::status::Action;
use crate::manifest::store::Stored;
use crate::problem::{Code, Problem};

/// A command's signature, if it has one, with what it is over.
pub struct OwnSignature {
    asked: Option<SignatureAsked>,
    said: Option<Said>,
    occurred_at: Option<DateTime<Utc>>,
}

impl OwnSignature {
    /// Of a command that can be read; one that cannot is not judged by its signature.
    pub fn of<A: Signable>(content: &Content<A>) -> Self {
        let asked = content.asked.as_ref().ok();
        Self {
            asked: asked.and_then(Signable::signature).cloned(),
            said: content.said.clone(),
            occurred_at: asked.and_then(Signable::occurred_at),
        }
    }

    /// What judging it depends on; nothing where there is none.
    pub async fn look(&self, app: &App, stored: &Stored) -> Result<Option<SealFacts>, Problem> {
        match &self.asked {
            Some(asked) => look(app, stored, asked).await.map(Some),
            None => Ok(None),
        }
    }

    /// The signature, if there is one. `word` is what the statement calls what is done.
    pub fn judge(
        &self,
        ctx: &Ctx,
        stored: &Stored,
        facts: Option<&SealFacts>,
        (word, signs): (&'static str, Signs),
    ) -> Result<Option<Sealed>, Problem> {
        let (Some(asked), Some(facts)) = (&self.asked, facts) else { return Ok(None) };
        let claim = Claim {
            asked,
            at: "/signature",
            user: ctx.actor.user_id,
            action: word,
            subject: ("manifest", stored.id.uuid()),
            bodies: self.said.as_ref().map_or(&[], Said::bodies),
            occurred_at: self.occurred_at,
        };
        match judge(&claim, facts, signs, (ctx, stored.manifest.filed_at)) {
            Ok(sealed) => Ok(Some(sealed)),
            Err(faults) => Problem::unless_empty(faults).map(|()| None),
        }
    }

    /// Refuses what must be signed and is not.
    pub fn demand(&self, app: &App, manifest: &Manifest) -> Result<(), Problem> {
        if self.asked.is_some() {
            return Ok(());
        }
        policy::demand_signature(&app.config, manifest, Some("/signature"))
    }

    /// The step with the signature, or the faults of both.
    pub fn seal(
        &self,
        (app, ctx): (&App, &Ctx),
        (stored, action): (&Stored, Action),
        facts: Option<&SealFacts>,
        step: Result<Step, Problem>,
    ) -> Result<Step, Problem> {
        let sealed = match action {
            Action::Depart | Action::HandOver | Action::Receive => {
                let signs = (action.as_str(), Signs::Step(action));
                let demanded = self.demand(app, &stored.manifest);
                demanded.and_then(|()| self.judge(ctx, stored, facts, signs))
            }
            _ => Ok(None),
        };
        match (step, sealed) {
            (Ok(step), Ok(seal)) => Ok(Step { seal, ..step }),
            // Who may not act is told nothing of how.
            (Err(problem), Err(more)) if problem.code() != Code::Forbidden => {
                Err(problem.and(more))
            }
            (Ok(_), Err(problem)) | (Err(problem), _) => Err(problem),
        }
    }
}
