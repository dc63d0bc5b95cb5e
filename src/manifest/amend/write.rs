//! Writing amendments: their events, the row that these make, the accounts and the ledger.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::event::{AmendmentApproved, AmendmentExpired, Need, Parts};
use super::fold::{Amendment, fold, organisations};
use super::judge::{Amended, Booking, Facts};
use super::merge::{content, diff, merged};
use super::moves::corrections;
use crate::container;
use crate::ctx::Ctx;
use crate::decision::{
    Decision, EventDraft, Notice, Row, Settled, Stamp, Subject, SubjectKind, Written,
};
use crate::identity::device::Sealed;
use crate::ids::{LedgerEntryId, OrganisationId};
use crate::manifest::behalf;
use crate::manifest::event::{Filed, Happening, Stamped};
use crate::manifest::evolve::{Manifest, evolve};
use crate::manifest::file::place;
use crate::manifest::opened_store;
use crate::manifest::ridden::History as Ridden;
use crate::manifest::store::{self, Stored};
use crate::problem::Problem;
use crate::registry::{self, LedgerEntry, LedgerKind};

/// What a command on an amendment answers with.
#[derive(Clone, Debug)]
pub struct Done {
    pub stored: Stored,
    pub amendment: Amendment,
}

/// The last step of an amendment: it takes effect.
pub struct Effect {
    /// Which amendment, and who has the last word.
    pub n: i64,
    pub by: Vec<String>,
    pub consents: Vec<Need>,
    pub organisation_id: OrganisationId,
    pub amended: Amended,
    pub entries: Vec<LedgerEntryId>,
}

impl Effect {
    pub fn of(
        n: i64,
        (by, consents): (Vec<String>, Vec<Need>),
        ctx: &Ctx,
        (amended, facts): (Amended, &Facts),
    ) -> Self {
        let organisation_id = ctx.actor.organisation_id;
        Self { n, by, consents, organisation_id, amended, entries: facts.entries.clone() }
    }

    /// The event, with what the lock decided.
    fn event(&self, filed: &Filed, settled: &Settled) -> Result<Happening, Problem> {
        let Amended { changes, before, template, booking, .. } = &self.amended;
        let mut now = template.clone();
        if let Some(Booking { admitted, difference }) = booking {
            now.management_plan_id = admitted.plan.or(now.management_plan_id);
            place(&mut now, admitted, |wanted| {
                difference.picked(wanted, &settled.picks, &settled.excess)
            });
        }
        let merged = merged(filed, &[changes]).map_err(Problem::internal)?;
        let (asked, whole) = (content(&merged), content(&now));
        let (asked, whole) = (asked.map_err(Problem::internal)?, whole.map_err(Problem::internal)?);
        let (derived, _) = diff(&asked, &whole, |_, _| true);
        Ok(Happening::AmendmentApproved(AmendmentApproved {
            n: self.n,
            by: self.by.clone(),
            organisation_id: self.organisation_id,
            consents: self.consents.clone(),
            is_final: true,
            changes: changes.clone(),
            before: before.clone(),
            derived,
        }))
    }

    /// The producer's ledger follows what is now said to have been produced and to have left.
    fn ledger(&self, (was, is): (&Manifest, &Manifest), at: Times, subject: Subject) -> Vec<Row> {
        let has_left = was.has_moved_out();
        let pairs = was.filed.items.iter().zip(&is.filed.items);
        let all = pairs.flat_map(|(was, is)| {
            let line = is.line;
            corrections(was, is, has_left).into_iter().map(move |(code, mass)| (line, code, mass))
        });
        let row = |((line, waste_code, mass_g), id): ((i64, String, _), &LedgerEntryId)| {
            registry::ledger_row(&LedgerEntry {
                id: *id,
                site_id: is.filed.producer_site_id,
                kind: LedgerKind::Correction,
                waste_code,
                mass_g,
                occurred_at: at.occurred,
                recorded_at: at.recorded,
                storage_area_id: None,
                container_id: None,
                manifest_id: Some(crate::ids::ManifestId::of(subject.id)),
                manifest_line: Some(line),
                batch_number: None,
                external_id: None,
                note: format!("联单更正 {}", self.n),
            })
        };
        all.zip(&self.entries).map(row).collect()
    }
}

#[derive(Clone, Copy)]
struct Times {
    occurred: DateTime<Utc>,
    recorded: DateTime<Utc>,
}

/// What is written about a manifest's amendments in one commit.
pub struct Writing {
    pub stored: Stored,
    /// Events that are known before the lock, in order.
    pub happenings: Vec<Happening>,
    /// The amendment that is answered with.
    pub n: i64,
    pub effect: Option<Effect>,
    pub notice: &'static str,
    /// Told beside the other parties.
    pub regulators: Vec<OrganisationId>,
    pub occurred_at: DateTime<Utc>,
    /// The caller's own device's signature of it.
    pub seal: Option<Sealed>,
}

impl Writing {
    /// The decision that writes it; `status` is that of the first answer.
    pub fn decision(self, ctx: &Ctx, status: i16) -> Result<Decision, Problem> {
        let subject = Subject::new(SubjectKind::Manifest, self.stored.id.uuid());
        let version = self.stored.manifest.version;
        let (mut moves, mut guards, mut containers) = (Vec::new(), Vec::new(), None);
        if let Some(effect) = &self.effect {
            guards.extend(effect.amended.guards.iter().copied());
            containers = container::carry(ctx, &effect.amended.carried)?;
            if let Some(booking) = &effect.amended.booking {
                moves.clone_from(&booking.difference.moves);
            }
        }
        // What is delegated now must still be so as it is written.
        let used = behalf::used_for(&ctx.actor, &self.stored.manifest, ("amend", None));
        guards.extend(used.iter().map(|mandate| mandate.guard()));
        let signed = used.into_iter().map(Into::into).collect();
        let stamp = Stamp::from(&ctx.actor).for_others(signed);
        let stamp = match &self.seal {
            Some(seal) => seal.stamp(stamp),
            None => stamp,
        };
        guards.extend(self.seal.iter().map(Sealed::guard));
        let spent = self.seal.as_ref().map(|seal| seal.spend(ctx.wall));
        let own = ctx.actor.organisation_id;
        let finish = move |settled: &Settled| {
            let mut written = self.write((subject, own), &stamp, settled)?;
            written.rows.extend(spent.clone());
            Ok(written)
        };
        let mut decision = Decision::new(subject, ctx, status, Box::new(finish));
        decision.lean_on(guards);
        decision.advance(subject, Some(version));
        decision.moves = moves;
        Ok(decision.with(containers.into_iter().collect()))
    }

    fn write(
        &self,
        (subject, own): (Subject, OrganisationId),
        stamp: &Stamp,
        settled: &Settled,
    ) -> Result<Written, Problem> {
        let was = &self.stored.manifest;
        let mut happenings = self.happenings.clone();
        if let Some(effect) = &self.effect {
            happenings.push(effect.event(&was.filed, settled)?);
        }
        let mut list = was.amendments.open.clone();
        let (mut manifest, mut events) = (was.clone(), Vec::with_capacity(happenings.len()));
        let mut ridden = Ridden::since(was);
        for happening in happenings {
            let (occurred_at, recorded_at) = (self.occurred_at, settled.recorded_at);
            let signed_for = behalf::signed_for(happening.kind(), stamp);
            let stamped = Stamped { happening, occurred_at, recorded_at, signed_for };
            fold(&mut list, &stamped).map_err(Problem::internal)?;
            manifest = evolve(Some(manifest), &stamped).map_err(Problem::internal)?;
            ridden.tell(self.stored.id, &manifest);
            events.push(EventDraft {
                subject,
                kind: stamped.happening.kind(),
                occurred_at,
                actor: stamp.clone(),
                data: stamped.happening.data().map_err(Problem::internal)?,
            });
        }
        let mut rows = Vec::new();
        if let Some(effect) = &self.effect {
            rows.extend(store::amended_rows(self.stored.id, was, &manifest)?);
            rows.extend(opened_store::rows(self.stored.id, Some(was), &manifest));
            let at = Times { occurred: self.occurred_at, recorded: settled.recorded_at };
            rows.extend(effect.ledger((was, &manifest), at, subject));
        } else {
            rows.push(store::step_row(self.stored.id, &manifest)?);
        }
        rows.extend(store::riding_rows(self.stored.id, Some(was), &manifest));
        rows.extend(ridden.into_rows());
        let notices = self.notices((was, &manifest), own, subject, events.len());
        let amendment = list.into_iter().find(|one| one.n == self.n);
        let amendment = amendment.ok_or_else(|| Problem::internal("no such amendment"))?;
        let stored = Stored { manifest, ..self.stored.clone() };
        Ok(Written { events, rows, notices, output: Arc::new(Done { stored, amendment }) })
    }

    /// All who are or were parties, but for who acts; and the regulators where they are named.
    fn notices(
        &self,
        (was, is): (&Manifest, &Manifest),
        own: OrganisationId,
        subject: Subject,
        events: usize,
    ) -> Vec<Notice> {
        let mut told = organisations(&was.filed);
        told.extend(organisations(&is.filed));
        told.extend(&self.regulators);
        told.sort_unstable();
        told.dedup();
        told.retain(|one| *one != own);
        let (kind, event) = (self.notice, events.saturating_sub(1));
        told.into_iter()
            .map(Some)
            .map(|recipient| Notice { kind, recipient, subject, event })
            .collect()
    }
}

/// An open amendment comes to nothing.
pub fn expired(open: &Amendment, cause: &str) -> Happening {
    let (changes, before): (Parts, Parts) = (open.changes.clone(), open.before.clone());
    Happening::AmendmentExpired(AmendmentExpired {
        n: open.n,
        changes,
        before,
        cause: cause.to_owned(),
    })
}
