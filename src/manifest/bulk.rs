//! Many filings in one request, each a command of its own by the rules of one (domain.md, "file").
//!
//! What has an `external_id` is filed once for ever: the same again answers the first manifest, the
//! id with another content is refused. Lines are decided side by side; the committer gathers them.

use std::collections::{HashMap, HashSet};

use futures_util::future::join_all;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::asked::FileManifest;
use super::bulk_store;
use super::drafts::{self, is_draft};
use super::event_store;
use super::file::file;
use super::form;
use super::mended::with_the_rest;
use super::origin::{Onto, Origin};
use crate::app::App;
use crate::command::Done;
use crate::ctx::{Ctx, IdempotencyKey};
use crate::identity::policy as may;
use crate::ids::{ManifestId, TripId};
use crate::problem::{Code, Problem, Text};
use crate::wire::{Asked, Document, asked};

/// What became of one line.
#[derive(Debug)]
pub struct Taken {
    /// The line's own, where it can be read.
    pub external_id: Option<String>,
    pub outcome: Result<Kept, Problem>,
}

/// A manifest or a draft that is there now, or would be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Of the first answer.
    pub status: u16,
    /// None where nothing was written (`validate_only`).
    pub id: Option<ManifestId>,
    /// None for a draft, and where nothing was written.
    pub number: Option<String>,
    /// It was there before.
    pub is_known: bool,
}

/// Whoever can neither file nor prepare a draft is told so once for all lines.
pub fn may_send(ctx: &Ctx) -> Result<(), Problem> {
    may::require(may::prepares_for(&ctx.actor, ctx.actor.organisation_id))
}

/// One line, as far as it can be read.
struct Line<'a> {
    bytes: &'a [u8],
    asked: Result<Asked<FileManifest>, Problem>,
    external_id: Option<String>,
}

impl<'a> Line<'a> {
    fn read(bytes: &'a [u8]) -> Self {
        let asked = asked::<FileManifest>(bytes);
        let external_id = match &asked {
            Ok(Ok(asked)) => asked.external_id.as_ref().map(|id| id.as_str().to_owned()),
            // A line with faults still says whose it is.
            Ok(Err(_)) => serde_json::from_slice::<Value>(bytes)
                .ok()
                .and_then(|body| Some(body.get("external_id")?.as_str()?.to_owned())),
            Err(_) => None,
        };
        Self { bytes, asked, external_id }
    }

    /// The trip that it is to be filed onto.
    fn trip_id(&self) -> Option<TripId> {
        match &self.asked {
            Ok(Ok(asked)) if !asked.draft => asked.trip_id,
            _ => None,
        }
    }

    /// A filing that can be told from others by its own id.
    fn filed_under(&self) -> Option<&str> {
        match &self.asked {
            Ok(Ok(asked)) if !asked.draft => self.external_id.as_deref(),
            _ => None,
        }
    }
}

/// Takes a group of lines; one answer each, in their order.
pub async fn take(app: &App, ctx: &Ctx, lines: &[&[u8]], onto: Onto) -> Vec<Taken> {
    let lines: Vec<Line> = lines.iter().map(|bytes| Line::read(bytes)).collect();
    let named: Vec<&str> = lines.iter().filter_map(Line::filed_under).collect();
    let known = bulk_store::filed_as(&app.pool, ctx.actor.organisation_id, &named).await;
    // Two of one id in a group, or onto one trip: the second waits for what becomes of the first.
    let (mut ids, mut trips) = (HashSet::new(), HashSet::new());
    let goes_first = |line: &Line<'_>| {
        let is_first_of_its_id = line.filed_under().is_none_or(|id| ids.insert(id.to_owned()));
        line.trip_id().is_none_or(|trip| trips.insert(trip)) && is_first_of_its_id
    };
    let goes_first: Vec<bool> = lines.iter().map(goes_first).collect();
    let take_now = lines.iter().zip(&goes_first).map(async |(line, is_first)| {
        if *is_first { Some(one(app, ctx, line, &known, onto).await) } else { None }
    });
    let mut outcomes = join_all(take_now).await;
    for (line, outcome) in lines.iter().zip(&mut outcomes) {
        if outcome.is_none() {
            let id: Vec<&str> = line.filed_under().into_iter().collect();
            let known = bulk_store::filed_as(&app.pool, ctx.actor.organisation_id, &id).await;
            *outcome = Some(one(app, ctx, line, &known, onto).await);
        }
    }
    let answers = lines.into_iter().zip(outcomes);
    answers
        .map(|(line, outcome)| Taken {
            outcome: outcome.unwrap_or_else(|| Err(Problem::internal("a line was left out"))),
            external_id: line.external_id,
        })
        .collect()
}

type Known = Result<HashMap<String, ManifestId>, Problem>;

async fn one(
    app: &App,
    ctx: &Ctx,
    line: &Line<'_>,
    known: &Known,
    onto: Onto,
) -> Result<Kept, Problem> {
    let outcome = match &line.asked {
        Err(malformed) => Err(malformed.clone()),
        Ok(asked) if is_draft(asked, line.bytes) => keep_draft(app, ctx, line).await,
        Ok(asked) => file_line(app, ctx, (line, asked), known, onto).await,
    };
    outcome.map_err(|mut problem| {
        if let Ok(document) = Document::parse(line.bytes) {
            problem.sort_by_document(|pointer| document.position(pointer));
        }
        problem
    })
}

async fn file_line(
    app: &App,
    ctx: &Ctx,
    (line, asked): (&Line<'_>, &Asked<FileManifest>),
    known: &Known,
    onto: Onto,
) -> Result<Kept, Problem> {
    super::file::may_file(&ctx.actor)?;
    if let (Ok(asked), Some(id)) = (asked, line.filed_under()) {
        let known = known.as_ref().map_err(Clone::clone)?;
        if let Some(manifest) = known.get(id) {
            return again(app, *manifest, asked).await;
        }
    }
    let asked = with_the_rest(app, ctx, asked.clone(), line.bytes).await;
    let readable = asked.clone().ok();
    let done = match &asked {
        Ok(aboard) if aboard.trip_id.is_some() => {
            let id = ManifestId::of(app.mint.uuid(ctx.now));
            onto(app, ctx, aboard, (id, Origin::default())).await
        }
        Ok(_) | Err(_) => file(app, ctx, asked).await,
    };
    match done {
        Ok(Done::Written { output, .. }) => Ok(Kept {
            status: 201,
            id: Some(output.id),
            number: Some(output.manifest.filed.number.clone()),
            is_known: false,
        }),
        Ok(Done::Previewed { .. }) => {
            Ok(Kept { status: 201, id: None, number: None, is_known: false })
        }
        Ok(Done::Replayed(_)) => Err(Problem::internal("a line was filed under a key")),
        // Somebody was faster with the same id; perhaps it was ourselves.
        Err(problem) if problem.code() == Code::ExternalIdTaken => {
            let (Some(asked), Some(id)) = (readable, line.filed_under()) else {
                return Err(problem);
            };
            let own = ctx.actor.organisation_id;
            match bulk_store::filed_as(&app.pool, own, &[id]).await?.get(id) {
                Some(manifest) => again(app, *manifest, &asked).await,
                None => Err(problem),
            }
        }
        Err(problem) => Err(problem),
    }
}

/// The first answer, where the same is asked again: as it was filed, whatever has become of it.
async fn again(app: &App, id: ManifestId, asked: &FileManifest) -> Result<Kept, Problem> {
    let first = event_store::as_of(&app.pool, id, 1).await?;
    if form::is_same(&first.filed, asked) {
        let number = Some(first.filed.number);
        return Ok(Kept { status: 201, id: Some(id), number, is_known: true });
    }
    let text = Text::new(
        format!("该外部编号已用于内容不同的联单 {}。", first.filed.number),
        format!("This external id is that of manifest {}, which differs.", first.filed.number),
    );
    Err(Problem::at(Code::ExternalIdTaken, "/external_id", text))
}

/// A draft is outside the journal and its id in nobody's index: a repeat is told by the record of
/// first answers, which is kept for a day.
async fn keep_draft(app: &App, ctx: &Ctx, line: &Line<'_>) -> Result<Kept, Problem> {
    // No client can send this key: theirs are of printable characters.
    let key = |id: &String| IdempotencyKey {
        key: format!("\u{1}bulk {id}"),
        fingerprint: Sha256::digest(line.bytes).into(),
    };
    let key = line.external_id.as_ref().filter(|id| id.chars().count() <= 100).map(key);
    let ctx = Ctx { key: key.filter(|_| !ctx.validate_only), ..ctx.clone() };
    let (id, is_known) = match drafts::save(app, &ctx, line.bytes).await {
        Ok(Done::Written { output, .. }) => (Some(output.id), false),
        Ok(Done::Previewed { .. }) => (None, false),
        Ok(Done::Replayed(first)) => (Some(ManifestId::of(first.subject.id)), true),
        Err(problem) if problem.code() == Code::IdempotencyKeyReused => {
            let text = Text::new(
                "该外部编号已用于内容不同的草稿。",
                "This external id is that of another draft.",
            );
            return Err(Problem::at(Code::ExternalIdTaken, "/external_id", text));
        }
        Err(problem) => return Err(problem),
    };
    Ok(Kept { status: 201, id, number: None, is_known })
}
