//! File a manifest: check everything, reserve everything, take a number (Order 23 Art. 10-16).

use std::sync::Arc;

use chrono::{DateTime, Datelike, NaiveDate, Utc};

use super::admit::{self, Admitted, Judged};
use super::asked::FileManifest;
use super::behalf;
use super::containers;
use super::event::{Departed, Filed, Happening, Stamped, Warning};
use super::evolve::evolve;
use super::facts::Facts;
use super::form;
use super::ledger::{Booking, entry_ids};
use super::linked::taken_on;
use super::moves;
use super::number::{KITCHEN, number_parts, serial};
use super::opened_store;
use super::origin::Origin;
use super::policy::{SERIAL_WARNING, unsigned};
use super::ridden::History as Ridden;
use super::store::{self, Stored};
use super::tell;
use super::transport::Signed;
use crate::app::App;
use crate::catalogue::{Catalogue, LoadItem, Stream};
use crate::clock::legal_day;
use crate::command::{self, Done, Freshness};
use crate::config::{Borders, Config, Numbering, SignedFrom};
use crate::container;
use crate::ctx::{Actor, Ctx};
use crate::db;
use crate::decision::{Decision, EventDraft, Row, Settled, Stamp, Subject, SubjectKind, Written};
use crate::identity::policy as may;
use crate::ids::{LedgerEntryId, ManifestId, RoundId, TripId};
use crate::problem::{Code, Fault, Problem, Text};
use crate::registry::{LedgerKind, Part};
use crate::wire::Asked;

/// Producers file, and receivers what they have stored (an administrator does all that its
/// organisation may). Whose site it is, the rules of filing ask.
pub fn may_file(actor: &Actor) -> Result<(), Problem> {
    let parts = [Part::Producer, Part::Receiver];
    may::require(parts.iter().any(|part| may::plays(actor, *part)))
}

/// Files at once: 201. A refusal lists every fault; nothing is written then.
pub async fn file(
    app: &App,
    ctx: &Ctx,
    asked: Asked<FileManifest>,
) -> Result<Done<Stored>, Problem> {
    may_file(&ctx.actor)?;
    match asked {
        Ok(asked) => {
            let id = ManifestId::of(app.mint.uuid(ctx.now));
            file_as(app, ctx, &asked, id, Origin::default()).await
        }
        Err(problem) => command::refuse(app, ctx, problem).await,
    }
}

/// Files `asked` under an id that is fresh, or a draft's.
pub async fn file_as(
    app: &App,
    ctx: &Ctx,
    asked: &FileManifest,
    id: ManifestId,
    origin: Origin,
) -> Result<Done<Stored>, Problem> {
    let entries = entry_ids(app, ctx, asked.items.iter().filter(|item| item.produce).count());
    let scene = Scene::of(app, ctx);
    let read = async |freshness| {
        if freshness == Freshness::Fresh {
            origin.demand(app, ctx, id).await?;
        }
        let mut facts = Facts::read(app, ctx, asked, freshness).await?;
        if freshness == Freshness::Fresh {
            let judged = admit::judge(&facts, asked, ctx, &scene);
            if let Some(admitted) = judged.admitted {
                facts.balances = Some(command::balances(app, &admitted.moves).await?);
            }
        }
        Ok(facts)
    };
    let filing = Filing { id, entries: &entries, origin: &origin, departing: None, round_id: None };
    command::run(app, ctx, read, |facts| decide(facts, asked, ctx, &scene, &filing)).await
}

/// What is the same for every filing of the moment.
pub struct Scene<'a> {
    pub catalogue: &'a Catalogue,
    pub numbering: Numbering,
    pub borders: Borders,
    pub today: NaiveDate,
    /// The carrier of a collection round files for the producer (domain.md, "Kitchen", "Medical").
    pub for_producer: bool,
    /// The trip that it is filed onto, looked at by the caller.
    pub trip_id: Option<TripId>,
    /// What already rides on the vehicle.
    pub aboard: &'a [LoadItem],
    pub signed_from: &'a SignedFrom,
}

impl<'a> Scene<'a> {
    pub fn of(app: &'a App, ctx: &Ctx) -> Self {
        let Config { numbering, borders, .. } = app.config;
        Self {
            catalogue: &app.catalogue,
            numbering,
            borders,
            today: legal_day(ctx.now),
            for_producer: false,
            trip_id: None,
            aboard: &[],
            signed_from: &app.config.signed_from,
        }
    }
}

/// What is this filing's own.
pub struct Filing<'a> {
    pub id: ManifestId,
    /// Ids for the ledger entries of items with `produce`.
    pub entries: &'a [LedgerEntryId],
    pub origin: &'a Origin,
    /// The load leaves in the same commit.
    pub departing: Option<Departing>,
    /// It is a stop of this round.
    pub round_id: Option<RoundId>,
}

/// A departure that goes with its filing.
#[derive(Clone)]
pub struct Departing {
    pub departed: Departed,
    pub occurred_at: DateTime<Utc>,
    /// Ids for the entries that book the items out of the producer's ledger.
    pub entries: Vec<LedgerEntryId>,
    /// The producer signs as well, with its code.
    pub signed: Option<Signed>,
}

/// Every rule of filing, over plain values: the same facts always give the same decision.
pub fn decide(
    facts: &Facts,
    asked: &FileManifest,
    ctx: &Ctx,
    scene: &Scene,
    filing: &Filing,
) -> Result<Decision, Problem> {
    let Judged { mut findings, admitted } = admit::judge(facts, asked, ctx, scene);
    if let (Some(admitted), Some(balances)) = (&admitted, &facts.balances) {
        findings.faults.extend(db::faults_of(balances, &admitted.moves));
    }
    // A filing that does not say so to its trip would not ride on it.
    if asked.trip_id != scene.trip_id {
        findings.refuse(Fault::unknown_reference("/trip_id"));
    }
    if filing.departing.is_some()
        && Stream::parse(asked.stream.as_str())
            .is_ok_and(|stream| scene.signed_from.asks(stream, scene.today))
    {
        findings.refuse(unsigned(None));
    }
    let warnings = findings.settle()?;
    let (Some(admitted), Some(producer), Some(receiver)) =
        (admitted, &facts.producer, &facts.receiver)
    else {
        return Err(Problem::internal("a filing without faults was not admitted"));
    };
    let mut template = form::describe(facts, asked, &admitted, producer, receiver);
    template.warnings = warnings.iter().map(warning).collect();
    (template.round_id, template.for_producer) = (filing.round_id, scene.for_producer);
    let sources = taken_on(ctx, filing.id, &template, &facts.sources)?;
    let serial = serial(scene, admitted.stream, producer)?;
    let subject = Subject::new(SubjectKind::Manifest, filing.id.uuid());
    form::of_containers(&mut template, &admitted);
    let mut moves = admitted.moves.clone();
    if filing.departing.is_some() {
        moves.extend(moves::move_out(&template));
        let leaving = admitted.containers.iter().map(|(container, _)| container);
        moves.extend(containers::out_of_areas(leaving));
    }
    let leaves = filing.departing.as_ref().map(|departing| departing.occurred_at);
    let onto = (filing.id, receiver.site.id);
    let carried = containers::reserve(&admitted.containers, onto, ctx.now, leaves);
    let guards = admitted.guards.clone();
    let finish = Finish {
        id: filing.id,
        // What leaves with its filing was filed when it left, and not afterwards.
        occurred_at: filing.departing.as_ref().map_or(ctx.now, |one| one.occurred_at.min(ctx.now)),
        stamp: Stamp::from(&ctx.actor)
            .for_others(admitted.mandate.iter().map(Into::into).collect()),
        template: Arc::new(template),
        admitted,
        contact: form::contact(asked),
        filed_by: ctx.actor.organisation_id,
        entries: filing.entries.to_vec(),
        draft_version: filing.origin.draft_version,
        departing: filing.departing.clone(),
    };
    let mut decision =
        Decision::new(subject, ctx, 201, Box::new(move |settled| finish.write(settled)));
    decision.lean_on(facts.guards());
    decision.lean_on(guards);
    decision.advance(subject, None);
    decision.moves = moves;
    decision.numbers = vec![serial];
    let mut beside = sources;
    beside.extend(container::carry(ctx, &carried)?);
    Ok(decision.with(beside))
}

pub fn warning(fault: &Fault) -> Warning {
    Warning {
        pointer: fault.pointer.clone().unwrap_or_default(),
        code: fault.code.as_str().to_owned(),
        zh: fault.detail.zh.clone(),
        en: fault.detail.en.clone(),
    }
}

/// The pure last step: fills in what the lock decided, and writes.
struct Finish {
    id: ManifestId,
    occurred_at: DateTime<Utc>,
    stamp: Stamp,
    template: Arc<Filed>,
    admitted: Admitted,
    contact: Option<serde_json::Value>,
    filed_by: crate::ids::OrganisationId,
    entries: Vec<LedgerEntryId>,
    draft_version: Option<i64>,
    departing: Option<Departing>,
}

impl Finish {
    fn write(&self, settled: &Settled) -> Result<Written, Problem> {
        let filed = self.filled(settled);
        let mut steps = vec![(Happening::Filed(Box::new(filed)), self.occurred_at, &self.stamp)];
        let signed = self.departing.as_ref().and_then(|departing| departing.signed.as_ref());
        if let Some(departing) = &self.departing {
            let departed = Happening::Departed(departing.departed.clone());
            steps.push((departed, departing.occurred_at, &self.stamp));
            let all = signed.into_iter().flat_map(|(by, all)| all.iter().map(move |one| (one, by)));
            steps.extend(all.map(|(one, by)| (one.clone(), departing.occurred_at, &by.stamp)));
        }
        let subject = Subject::new(SubjectKind::Manifest, self.id.uuid());
        let (mut manifest, mut events) = (None, Vec::with_capacity(steps.len()));
        let mut ridden = Ridden::default();
        for (happening, occurred_at, stamp) in steps {
            let signed_for = behalf::signed_for(happening.kind(), stamp);
            let recorded_at = settled.recorded_at;
            let stamped = Stamped { happening, occurred_at, recorded_at, signed_for };
            events.push(EventDraft {
                subject,
                kind: stamped.happening.kind(),
                occurred_at,
                actor: stamp.clone(),
                data: stamped.happening.data().map_err(Problem::internal)?,
            });
            let after = evolve(manifest, &stamped).map_err(Problem::internal)?;
            ridden.tell(self.id, &after);
            manifest = Some(after);
        }
        let manifest = manifest.ok_or_else(|| Problem::internal("a filing without events"))?;
        let mut rows = store::new_rows(self.id, &manifest, self.filed_by, self.contact.as_ref())?;
        rows.extend(store::riding_rows(self.id, None, &manifest));
        rows.extend(opened_store::rows(self.id, None, &manifest));
        rows.extend(ridden.into_rows());
        rows.extend(self.produced(&manifest.filed, settled));
        rows.extend(self.moved_out(&manifest.filed, settled));
        rows.extend(signed.map(|(by, _)| by.spend.clone()));
        if let Some(version) = self.draft_version {
            rows.push(store::draft_filed(self.id, version));
        }
        let notices = tell::filed(&manifest, subject);
        let output = Arc::new(Stored { id: self.id, manifest, contact: self.contact.clone() });
        Ok(Written { events, rows, notices, output })
    }

    fn filled(&self, settled: &Settled) -> Filed {
        let mut filed = (*self.template).clone();
        filed.number = settled.numbers.first().cloned().unwrap_or_default();
        place(&mut filed, &self.admitted, |wanted| {
            let pick = settled.picks.get(wanted).copied().unwrap_or(0);
            (pick, settled.excess.get(wanted).copied().unwrap_or(false))
        });
        let serial = number_parts(&filed.number).and_then(|(_, serial)| serial.parse::<i64>().ok());
        if serial >= Some(SERIAL_WARNING) && !filed.number.starts_with(KITCHEN) {
            let text =
                Text::new("本辖区当年编号将用尽。", "This prefecture's numbers run out this year.");
            filed.warnings.push(warning(&Fault::new(Code::NumbersRunningOut, "", text)));
        }
        filed
    }

    /// The ledger entries of items that are produced with the filing.
    fn produced(&self, filed: &Filed, settled: &Settled) -> Vec<Row> {
        let booking = Booking {
            manifest_id: self.id,
            kind: LedgerKind::Produced,
            occurred_at: self.occurred_at,
        };
        let items = filed.items.iter().filter(|item| item.produce);
        booking.rows(filed, items, &self.entries, settled.recorded_at)
    }

    /// The ledger entries of items that leave with the filing.
    fn moved_out(&self, filed: &Filed, settled: &Settled) -> Vec<Row> {
        let Some(departing) = &self.departing else { return Vec::new() };
        let booking = Booking {
            manifest_id: self.id,
            kind: LedgerKind::MovedOut,
            occurred_at: departing.occurred_at,
        };
        booking.rows(filed, filed.items.iter(), &departing.entries, settled.recorded_at)
    }
}

/// Puts the items on the accounts that were picked for them; `picked` answers, for an admitted
/// move, which of its choices had room and whether it passed a limit.
pub fn place(filed: &mut Filed, admitted: &Admitted, picked: impl Fn(usize) -> (usize, bool)) {
    let year = i64::from(filed.planned_departure_on.year());
    let mut warnings = Vec::new();
    filed.emergency_plan.clone_from(&admitted.emergency_plan);
    for (n, (item, placing)) in filed.items.iter_mut().zip(&admitted.items).enumerate() {
        item.storage = placing.storage_move.is_some();
        item.plan_id = admitted.plan.filter(|_| placing.plan_move.is_some());
        let excess = |wanted: usize| picked(wanted).1;
        let line = placing.licence_move.and_then(|wanted| placing.covering.get(picked(wanted).0));
        item.licence_id = line.map(|(licence, _)| licence.id);
        item.licence_line = line.map(|(_, line)| *line);
        item.year = line.map(|_| year);
        item.shared = line.is_some_and(|(licence, _)| licence.annual_limit_g.is_some());
        item.opened = placing.opened.as_ref().map(|(_, by)| by.clone());
        let opened = placing.opened.as_ref().map(|(wanted, _)| *wanted);
        let passed = [
            (placing.licence_move, Code::CapacityWarning, BEYOND_LICENCE),
            (opened, Code::CapacityWarning, BEYOND_OPENING),
            (placing.on_hand_move, Code::LedgerShort, NOT_ON_HAND),
            (placing.plan_move, Code::OutsidePlan, BEYOND_PLAN),
        ];
        let passed = passed.into_iter().filter(|(wanted, ..)| wanted.is_some_and(excess));
        warnings.extend(passed.map(|(_, code, text)| excess_warning(code, text, n)));
    }
    filed.warnings.extend(warnings);
}

/// A sentence in both languages.
type Words = (&'static str, &'static str);

const BEYOND_LICENCE: Words = ("超出许可量，已记录。", "Beyond the licensed mass; recorded.");
const BEYOND_OPENING: Words = (
    "超出协同处置设施当日可处置量，已记录。",
    "Beyond what the co-disposal facility takes on that day; recorded.",
);
const NOT_ON_HAND: Words =
    ("台账余量不足，已记录。", "The ledger does not hold this mass; recorded.");
const BEYOND_PLAN: Words = (
    "超出管理计划的年度量，已记录。",
    "Beyond the mass that the management plan has for the year; recorded.",
);

fn excess_warning(code: Code, (zh, en): Words, n: usize) -> Warning {
    warning(&Fault::new(code, format!("/items/{n}/mass_kg"), Text::new(zh, en)))
}
