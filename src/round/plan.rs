//! Plan a round: each stop is a draft of a manifest, which its producer sees.

use std::sync::Arc;

use serde_json::{Value, json};

use super::act::{self, Beside};
use super::asked::{PlanRound, StopToPlan};
use super::event::{Happening, Planned, StopPlanned};
use super::store::{self, Stored};
use super::words::planned_items;
use crate::app::App;
use crate::catalogue::{Catalogue, Stream};
use crate::clock::legal_day;
use crate::command::{self, Done, Freshness};
use crate::ctx::Ctx;
use crate::decision::{Decision, Guard, Row};
use crate::identity::policy as may;
use crate::ids::{ManifestId, OrganisationId, RoundId, SiteId};
use crate::limits::ROUND_STOPS_MAX;
use crate::manifest::{
    self, Crew, Draft, LegFacts, LegIds, PartyAt, Wording, crew, crew_faults, planned_day,
};
use crate::problem::{Code, Fault, Findings, Problem, Text};
use crate::registry::{Known, Organisation, Part, Site, Standing};
use crate::wire::Asked;

/// A site and whose it is.
pub struct End {
    pub site: Known<Site>,
    pub organisation: Known<Organisation>,
}

impl End {
    pub async fn read(
        app: &App,
        id: SiteId,
        freshness: Freshness,
    ) -> Result<Option<Arc<Self>>, Problem> {
        let registers = &app.registers;
        let Some(site) = registers.site(&app.pool, id, freshness).await? else { return Ok(None) };
        let owner = registers.organisation(&app.pool, site.organisation_id, freshness).await?;
        Ok(owner.map(|organisation| Arc::new(Self { site, organisation })))
    }

    pub fn guards(&self) -> [Guard; 2] {
        [self.site.guard, self.organisation.guard]
    }

    pub fn party(&self) -> PartyAt {
        PartyAt {
            organisation_id: self.organisation.id,
            name: self.organisation.name.clone(),
            uscc: self.organisation.uscc.clone(),
            site_name: self.site.name.clone(),
            division: self.site.division.clone(),
            regiment: self.site.regiment.clone(),
            region_code: self.site.region_code.clone(),
        }
    }
}

/// A stop with what is known of it. Its manifest's id is a fact: a decision makes none.
pub struct StopFacts {
    pub site_id: SiteId,
    pub end: Option<Arc<End>>,
    pub manifest_id: ManifestId,
    /// In the form of a filing.
    pub items: Value,
    /// Where the request says so; none of a template's stop.
    pub pointer: Option<String>,
}

struct Facts {
    leg: LegFacts,
    receiver: Option<Arc<End>>,
    stops: Vec<StopFacts>,
    /// The template is there and the caller carried it.
    template_is_known: bool,
}

/// Plans a round: 201. Its stops' manifests are drafts until they are collected.
pub async fn plan(app: &App, ctx: &Ctx, asked: Asked<PlanRound>) -> Result<Done<Stored>, Problem> {
    may::require(may::prepares_for(&ctx.actor, ctx.actor.organisation_id))?;
    may::require(may::plays(&ctx.actor, Part::Carrier))?;
    let asked = match asked {
        Ok(asked) => asked,
        Err(problem) => return command::refuse(app, ctx, problem).await,
    };
    let id = RoundId::of(app.mint.uuid(ctx.now));
    let read = async |freshness| Facts::read(app, ctx, &asked, freshness).await;
    command::run(app, ctx, read, |facts| decide((id, facts), &asked, ctx, &app.catalogue)).await
}

impl Facts {
    async fn read(
        app: &App,
        ctx: &Ctx,
        asked: &PlanRound,
        freshness: Freshness,
    ) -> Result<Self, Problem> {
        let ids = LegIds {
            carrier: asked.carrier_id,
            vehicle: asked.vehicle_id,
            driver: asked.driver_id,
            escort: None,
        };
        let template = match asked.template_round_id {
            Some(id) => template(app, ctx, id).await?,
            None => Some(Vec::new()),
        };
        let template_is_known = template.is_some();
        let mut wanted: Vec<(SiteId, Value, Option<String>)> = template
            .unwrap_or_default()
            .into_iter()
            .map(|(site, items)| (site, items, None))
            .collect();
        for (n, stop) in asked.stops.iter().enumerate() {
            let pointer = Some(format!("/stops/{n}"));
            wanted.push((stop.producer_site_id, items_of(stop), pointer));
        }
        let mut stops = Vec::with_capacity(wanted.len());
        for (site_id, items, pointer) in wanted {
            let end = End::read(app, site_id, freshness).await?;
            let manifest_id = ManifestId::of(app.mint.uuid(ctx.now));
            stops.push(StopFacts { site_id, end, manifest_id, items, pointer });
        }
        Ok(Self {
            leg: LegFacts::read(app, ids, freshness).await?,
            receiver: End::read(app, asked.receiver_site_id, freshness).await?,
            stops,
            template_is_known,
        })
    }
}

/// The stops of an earlier round of the caller's, in their order, as they were planned.
async fn template(
    app: &App,
    ctx: &Ctx,
    id: RoundId,
) -> Result<Option<Vec<(SiteId, Value)>>, Problem> {
    let found = store::by_id(&app.pool, id).await?;
    let Some(found) = found.filter(|one| act::carries(&ctx.actor, &one.round)) else {
        return Ok(None);
    };
    let mut plans = store::plans(&app.pool, id).await?;
    let stops = found.round.stops.iter().map(|stop| {
        let items = plans.remove(&stop.plan.n).unwrap_or_default();
        (stop.plan.producer_site_id, items)
    });
    Ok(Some(stops.collect()))
}

/// The items of a stop, as a draft's body holds them.
pub fn items_of(stop: &StopToPlan) -> Value {
    stop.items.iter().map(|item| item.body.clone()).collect()
}

fn decide(
    (id, facts): (RoundId, &Facts),
    asked: &PlanRound,
    ctx: &Ctx,
    catalogue: &Catalogue,
) -> Result<Decision, Problem> {
    let mut findings = Findings::new();
    let stream = stream(asked, &mut findings);
    if !may::acts_for(&ctx.actor, asked.carrier_id, Part::Carrier) {
        findings.refuse(Fault::unknown_reference("/carrier_id"));
    }
    crew_faults(&facts.leg, stream.map(|stream| (stream, asked.planned_on)), &mut findings);
    receiver_faults(facts.receiver.as_deref(), &mut findings);
    planned_day(asked.planned_on, legal_day(ctx.now), "/planned_on", &mut findings);
    if !facts.template_is_known {
        findings.refuse(Fault::unknown_reference("/template_round_id"));
    }
    count(facts.stops.len(), facts.template_is_known, &mut findings);
    let wording = Wording { catalogue, stream, today: legal_day(ctx.now) };
    for (n, stop) in facts.stops.iter().enumerate() {
        producer_faults(stop, &mut findings);
        planned_items(&wording, (n + 1, stop.pointer.as_deref(), &stop.items), &mut findings);
    }
    findings.settle()?;
    let (Some(receiver), Some(carrier), Some(crew)) =
        (&facts.receiver, &facts.leg.carrier, crew(&facts.leg))
    else {
        return Err(Problem::internal("a round without faults was not admitted"));
    };
    let numbered = facts.stops.iter().enumerate();
    let stops: Vec<StopPlanned> =
        numbered.filter_map(|(n, stop)| planned_stop(n as i64 + 1, stop)).collect();
    let planned = Planned {
        stream: asked.stream.as_str().to_owned(),
        carrier_id: carrier.id,
        carrier_name: carrier.name.clone(),
        carrier_uscc: carrier.uscc.clone(),
        crew,
        receiver_site_id: receiver.site.id,
        receiver: receiver.party(),
        planned_on: asked.planned_on,
        template_round_id: asked.template_round_id,
        stops: stops.clone(),
    };
    let mut beside = Beside::default();
    for (stop, facts) in stops.iter().zip(&facts.stops) {
        beside.rows.push(store::stop_row(id, stop, &facts.items));
        beside.rows.push(draft_row(&planned, stop, &facts.items, ctx));
        beside.notices.push(("round_planned", stop.producer.organisation_id));
    }
    beside.notices.push(("round_planned", receiver.organisation.id));
    once(&mut beside.notices);
    let happening = Happening::Planned(Box::new(planned));
    let mut decision = act::write(ctx, (id, None), vec![(happening, ctx.now)], beside, 201)?;
    decision.lean_on(facts.leg.guards());
    decision.lean_on(receiver.guards());
    decision.lean_on(facts.stops.iter().flat_map(|stop| &stop.end).flat_map(|end| end.guards()));
    Ok(decision)
}

/// Nobody is told twice.
fn once(notices: &mut Vec<(&'static str, OrganisationId)>) {
    notices.sort_unstable();
    notices.dedup();
}

fn stream(asked: &PlanRound, findings: &mut Findings) -> Option<Stream> {
    let pointer = "/stream";
    match Stream::parse(asked.stream.as_str()) {
        Ok(Stream::Hazardous) => {
            let text = Text::new(
                "收运趟次仅用于医疗废物和餐厨垃圾。",
                "Rounds are for medical and kitchen waste.",
            );
            findings.refuse(Fault::new(Code::InvalidValue, pointer, text));
            None
        }
        Ok(stream) => Some(stream),
        Err(word) => {
            findings.refuse(word.fault(pointer));
            None
        }
    }
}

pub fn count(stops: usize, template_is_known: bool, findings: &mut Findings) {
    if stops == 0 && template_is_known {
        let text = Text::new("至少要有一个收运点。", "A round has at least one stop.");
        findings.refuse(Fault::new(Code::TooShort, "/stops", text));
    } else if stops > ROUND_STOPS_MAX {
        let text = Text::new(
            format!("最多 {ROUND_STOPS_MAX} 个收运点，现有 {stops} 个。"),
            format!("At most {ROUND_STOPS_MAX} stops; there are {stops}."),
        );
        findings.refuse(Fault::new(Code::TooLong, "/stops", text));
    }
}

fn receiver_faults(receiver: Option<&End>, findings: &mut Findings) {
    let pointer = "/receiver_site_id";
    let Some(end) = receiver else { return findings.refuse(Fault::unknown_reference(pointer)) };
    standing(end, pointer, findings);
    if !end.organisation.roles.contains(&Part::Receiver) {
        let text = Text::new("该单位未登记为接受单位。", "It is not registered as a receiver.");
        findings.refuse(Fault::new(Code::RoleNotHeld, pointer, text));
    }
}

pub fn producer_faults(stop: &StopFacts, findings: &mut Findings) {
    let own = stop.pointer.as_ref().map(|pointer| format!("{pointer}/producer_site_id"));
    let pointer = own.as_deref().unwrap_or("/template_round_id");
    let Some(end) = &stop.end else { return findings.refuse(Fault::unknown_reference(pointer)) };
    standing(end, pointer, findings);
    if !end.organisation.roles.contains(&Part::Producer) {
        let text = Text::new("该单位未登记为产废单位。", "It is not registered as a producer.");
        findings.refuse(Fault::new(Code::RoleNotHeld, pointer, text));
    }
}

fn standing(end: &End, pointer: &str, findings: &mut Findings) {
    if end.organisation.status != Standing::Active || end.site.status != Standing::Active {
        let text = Text::new(
            format!("{}：单位或场所已暂停或关闭。", end.site.name),
            format!("{}: the organisation or site is suspended or closed.", end.site.name),
        );
        findings.refuse(Fault::new(Code::RightWithdrawn, pointer, text));
    }
}

pub fn planned_stop(n: i64, stop: &StopFacts) -> Option<StopPlanned> {
    let producer = stop.end.as_ref()?.party();
    Some(StopPlanned { n, manifest_id: stop.manifest_id, producer_site_id: stop.site_id, producer })
}

fn draft_row(planned: &Planned, stop: &StopPlanned, items: &Value, ctx: &Ctx) -> Row {
    let about = About {
        stream: &planned.stream,
        receiver: planned.receiver_site_id,
        carrier: planned.carrier_id,
        crew: &planned.crew,
        day: planned.planned_on,
    };
    draft_of(&about, stop, items, ctx)
}

/// What a stop's draft takes over from its round.
pub struct About<'a> {
    pub stream: &'a str,
    pub receiver: SiteId,
    pub carrier: OrganisationId,
    pub crew: &'a Crew,
    pub day: chrono::NaiveDate,
}

pub fn draft_of(about: &About, stop: &StopPlanned, items: &Value, ctx: &Ctx) -> Row {
    let body = json!({
        "stream": about.stream,
        "producer_site_id": stop.producer_site_id,
        "receiver_site_id": about.receiver,
        "legs": [{"carrier_id": about.carrier, "vehicle_id": about.crew.vehicle_id,
                  "driver_id": about.crew.driver_id}],
        "planned_departure_on": about.day,
        "items": items,
        "draft": true,
    });
    let draft = Draft {
        id: stop.manifest_id,
        owner: about.carrier,
        producer: Some(stop.producer.organisation_id),
        version: 1,
        body,
    };
    manifest::draft_row(&draft, ctx.now)
}
