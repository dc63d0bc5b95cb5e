//! All that is told of one manifest: its events, what they make, who the organisations are, what is
//! due, and who looked at it on the road.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;
use uuid::Uuid;

use crate::app::App;
use crate::command::Freshness;
use crate::ctx::{Actor, Ctx};
use crate::custody::{self, BundleEvent, Replayed};
use crate::ids::{ManifestId, OrganisationId};
use crate::inspection::{self, InspectionFilter, InspectionView};
use crate::manifest::{self, DeadlineView, EventRow, Look, ManifestView};
use crate::problem::{Lang, Problem};
use crate::wire::PageLimit;

/// What was found out.
pub struct Dossier {
    pub id: ManifestId,
    /// Its events, each with its position in the log, oldest first.
    pub events: Vec<BundleEvent>,
    /// The same, run through the table of moves.
    pub replayed: Replayed,
    /// Organisations by id.
    pub names: HashMap<Uuid, String>,
    /// The manifest as its asker sees it; in Chinese and in English.
    pub views: [ManifestView; 2],
    /// The numbers of the manifests that its events name, as far as the asker may see them.
    pub numbers: HashMap<ManifestId, String>,
    /// As far as the asker may see them, oldest first.
    pub looks: Vec<InspectionView>,
}

impl Dossier {
    /// What is due and was, in a language.
    pub fn deadlines(&self, lang: Lang) -> &[DeadlineView] {
        &self.view(lang).deadlines
    }

    pub const fn view(&self, lang: Lang) -> &ManifestView {
        match lang {
            Lang::Zh => &self.views[0],
            Lang::En => &self.views[1],
        }
    }

    /// The number of a manifest that an event names.
    pub fn number(&self, id: ManifestId) -> Option<String> {
        self.numbers.get(&id).cloned()
    }

    /// What an organisation is called; its id where it is not known any more.
    pub fn name(&self, id: &str) -> String {
        let known = id.parse::<Uuid>().ok().and_then(|id| self.names.get(&id));
        known.cloned().unwrap_or_else(|| id.to_owned())
    }
}

/// The dossier of a manifest, as far as the asker may read it: else 404.
pub async fn dossier(app: &App, ctx: &Ctx, id: ManifestId) -> Result<Dossier, Problem> {
    let stored = manifest::readable(app, &ctx.actor, id).await?;
    let rows = manifest::events(&app.pool, id, Some(stored.manifest.version)).await?;
    let event = |row: EventRow| {
        let index = u64::try_from(row.position).map_err(Problem::internal)?;
        Ok(BundleEvent { index, body: row.body, proof: Vec::new() })
    };
    let events: Result<Vec<BundleEvent>, Problem> = rows.into_iter().map(event).collect();
    of_events(app, &ctx.actor, (id, events?)).await
}

/// The same of events that were read: what a bundle has, so that both tell the same.
pub async fn of_events(
    app: &App,
    actor: &Actor,
    (id, events): (ManifestId, Vec<BundleEvent>),
) -> Result<Dossier, Problem> {
    let bodies = events.iter().map(|event| event.body.as_str());
    let replayed = custody::replay(bodies).map_err(|(_, text)| Problem::internal(text.en))?;
    let views = views(app, actor, (id, &replayed)).await?;
    let looks = looks(app, actor, id).await?;
    let names = names(app, &replayed, &looks).await?;
    let numbers = numbers(app, actor, &replayed).await?;
    Ok(Dossier { id, events, replayed, names, views, numbers, looks })
}

async fn views(
    app: &App,
    actor: &Actor,
    (id, replayed): (ManifestId, &Replayed),
) -> Result<[ManifestView; 2], Problem> {
    let manifest = &replayed.manifest;
    let standings = manifest::standings(&app.pool, [manifest].into_iter()).await?;
    // How full a licence is is no part of what happened, nor is whom to call.
    let balances = HashMap::new();
    let (balances, standings) = (&balances, &standings);
    let view = |lang| {
        let look = Look { app, actor, lang, balances, standings };
        manifest::view(id, manifest, None, &look)
    };
    Ok([view(Lang::Zh), view(Lang::En)])
}

fn id(value: &Value) -> Option<Uuid> {
    value.as_str().and_then(|text| text.parse().ok())
}

/// The names of all who acted, as they are now; of the parties, as they were when it was filed.
async fn names(
    app: &App,
    replayed: &Replayed,
    looks: &[InspectionView],
) -> Result<HashMap<Uuid, String>, Problem> {
    let mut names = HashMap::new();
    let filed = &replayed.manifest.filed;
    for party in [&filed.producer, &filed.receiver] {
        names.insert(party.organisation_id.uuid(), party.name.clone());
    }
    for leg in &filed.legs {
        names.insert(leg.carrier_id.uuid(), leg.carrier_name.clone());
    }
    let mut all: Vec<Uuid> = looks.iter().map(|look| look.organisation_id.uuid()).collect();
    for step in &replayed.steps {
        let actor = &step.body["actor"];
        let others = actor["on_behalf_of"].as_array().into_iter().flatten();
        all.extend(others.chain([actor]).filter_map(|one| id(&one["organisation_id"])));
    }
    for one in all {
        if !names.contains_key(&one) {
            let found = OrganisationId::of(one);
            let found = app.registers.organisation(&app.pool, found, Freshness::Cached).await?;
            names.extend(found.map(|known| (one, known.name.clone())));
        }
    }
    Ok(names)
}

async fn numbers(
    app: &App,
    actor: &Actor,
    replayed: &Replayed,
) -> Result<HashMap<ManifestId, String>, Problem> {
    let named = replayed.steps.iter().filter_map(|step| id(&step.body["data"]["manifest_id"]));
    let named: BTreeSet<ManifestId> = named.map(ManifestId::of).collect();
    let named: Vec<ManifestId> = named.into_iter().collect();
    let found = manifest::by_ids(&app.pool, &named).await?.into_iter();
    let seen = found.filter(|stored| manifest::sees(actor, &stored.manifest));
    Ok(seen.map(|stored| (stored.id, stored.manifest.filed.number)).collect())
}

async fn looks(app: &App, actor: &Actor, id: ManifestId) -> Result<Vec<InspectionView>, Problem> {
    let filter = InspectionFilter {
        manifest_id: Some(id),
        plate: None,
        outcome: None,
        from: None,
        to: None,
        limit: PageLimit::MOST,
        cursor: None,
    };
    let mut found = inspection::page(&app.pool, actor, &filter).await?;
    found.reverse();
    Ok(found.iter().map(|one| inspection::inspection_view(one, actor)).collect())
}
