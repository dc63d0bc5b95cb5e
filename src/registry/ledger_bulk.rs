//! Many ledger entries in one request, each a command of its own by the rules of one.
//!
//! What has an `external_id` is entered once per site for ever: the same again answers the first
//! entry, the id with another content is refused.
//!
//! A ledger is read in its order, so it is written in it: what takes away waits for all before it.
//! Entries that only add cannot refuse each other and go side by side; the committer gathers them.

use std::collections::{HashMap, HashSet};

use futures_util::future::join_all;
use serde_json::Value;

use super::access::keeps_books;
use super::change::words;
use super::ledger::{NewLedgerEntry, enter, on_hand_change};
use super::model::{LedgerEntry, LedgerKind};
use super::store;
use crate::app::App;
use crate::command::Freshness;
use crate::ctx::Ctx;
use crate::ids::{LedgerEntryId, SiteId};
use crate::problem::{Code, Problem, Text};
use crate::units::Grams;
use crate::wire::{Asked, BoundedText, Document, asked};

/// What became of one line: whose it is, where that can be read, and the entry that is there now.
#[derive(Debug)]
pub struct Taken {
    pub external_id: Option<String>,
    /// None where nothing was written (`validate_only`).
    pub outcome: Result<Option<LedgerEntryId>, Problem>,
}

/// One line, as far as it can be read.
struct Line<'a> {
    bytes: &'a [u8],
    asked: Result<Asked<NewLedgerEntry>, Problem>,
    external_id: Option<String>,
}

type Name = (SiteId, String);
type Known = Result<HashMap<Name, LedgerEntry>, Problem>;

impl<'a> Line<'a> {
    fn read(bytes: &'a [u8]) -> Self {
        let asked = asked::<NewLedgerEntry>(bytes);
        let external_id = match &asked {
            Ok(Ok(new)) => new.external_id.as_ref().map(words),
            // A line with faults still says whose it is.
            Ok(Err(_)) => serde_json::from_slice::<Value>(bytes)
                .ok()
                .and_then(|body| Some(body.get("external_id")?.as_str()?.to_owned())),
            Err(_) => None,
        };
        Self { bytes, asked, external_id }
    }

    fn new_entry(&self) -> Option<&NewLedgerEntry> {
        self.asked.as_ref().ok()?.as_ref().ok()
    }

    fn name(&self) -> Option<Name> {
        Some((self.new_entry()?.site_id, self.external_id.clone()?))
    }

    /// Whether it may be decided while others are; what cannot be read is refused in any order.
    fn only_adds(&self) -> bool {
        self.new_entry().is_none_or(|new| {
            let is_stored = new.kind == LedgerKind::Stored;
            is_stored || on_hand_change(new.kind, new.mass_kg.grams()) > Grams::ZERO
        })
    }
}

/// Takes a group of lines; one answer each, in their order.
pub async fn take(app: &App, ctx: &Ctx, lines: &[&[u8]]) -> Vec<Taken> {
    let lines: Vec<Line> = lines.iter().map(|bytes| Line::read(bytes)).collect();
    let mut taken = Vec::with_capacity(lines.len());
    let mut rest = lines.as_slice();
    while !rest.is_empty() {
        let (now, later) = rest.split_at(side_by_side(rest));
        let names: Vec<Name> = now.iter().filter_map(Line::name).collect();
        let known = store::entries_named(&app.pool, &names).await.map(by_name);
        taken.extend(join_all(now.iter().map(|line| one(app, ctx, line, &known))).await);
        rest = later;
    }
    taken
}

fn by_name(entries: Vec<LedgerEntry>) -> HashMap<Name, LedgerEntry> {
    let named = |entry: LedgerEntry| Some(((entry.site_id, entry.external_id.clone()?), entry));
    entries.into_iter().filter_map(named).collect()
}

/// How many of the first lines go at once: up to the first that takes away, or that has the id of
/// one before it.
fn side_by_side(lines: &[Line<'_>]) -> usize {
    let mut seen = HashSet::new();
    let mut goes =
        |line: &Line<'_>| line.only_adds() && line.name().is_none_or(|name| seen.insert(name));
    lines.iter().take_while(|line| goes(line)).count().max(1)
}

async fn one(app: &App, ctx: &Ctx, line: &Line<'_>, known: &Known) -> Taken {
    let outcome = match &line.asked {
        Err(malformed) => Err(malformed.clone()),
        Ok(asked) => enter_line(app, ctx, (line, asked), known).await,
    };
    let outcome = outcome.map_err(|mut problem| {
        if let Ok(document) = Document::parse(line.bytes) {
            problem.sort_by_document(|pointer| document.position(pointer));
        }
        problem
    });
    Taken { external_id: line.external_id.clone(), outcome }
}

async fn enter_line(
    app: &App,
    ctx: &Ctx,
    (line, asked): (&Line<'_>, &Asked<NewLedgerEntry>),
    known: &Known,
) -> Result<Option<LedgerEntryId>, Problem> {
    if let (Ok(new), Some(name)) = (asked, line.name()) {
        let known = known.as_ref().map_err(Clone::clone)?;
        if let Some(entry) = known.get(&name)
            && may_know(app, ctx, new.site_id).await?
        {
            return again(entry, new).map(Some);
        }
    }
    match enter(app, ctx, asked.clone()).await {
        Ok(_) if ctx.validate_only => Ok(None),
        Ok(done) => Ok(Some(done.value.id)),
        // Somebody was faster with the same id; perhaps it was ourselves.
        Err(problem) if problem.code() == Code::ExternalIdTaken => {
            let (Ok(new), Some(name)) = (asked, line.name()) else { return Err(problem) };
            match store::entries_named(&app.pool, &[name]).await?.first() {
                Some(entry) => again(entry, new).map(Some),
                None => Err(problem),
            }
        }
        Err(problem) => Err(problem),
    }
}

/// Who keeps no books there is refused as for an id that was never used.
async fn may_know(app: &App, ctx: &Ctx, site: SiteId) -> Result<bool, Problem> {
    let site = app.registers.site(&app.pool, site, Freshness::Cached).await?;
    Ok(site.is_some_and(|site| keeps_books(&ctx.actor, &site)))
}

/// The first entry, where the same is asked again.
fn again(entry: &LedgerEntry, new: &NewLedgerEntry) -> Result<LedgerEntryId, Problem> {
    let text = |known: &Option<String>, asked: Option<&BoundedText<1, 100>>| {
        known.as_deref() == asked.map(BoundedText::as_str)
    };
    let is_same = entry.kind == new.kind
        && entry.waste_code == new.waste_code.to_string()
        && entry.mass_g == new.mass_kg.grams()
        && new.occurred_at.is_none_or(|time| time == entry.occurred_at)
        && entry.storage_area_id == new.storage_area_id
        && entry.container_id == new.container_id
        && text(&entry.batch_number, new.batch_number.as_ref())
        && entry.note == new.note.as_str();
    if is_same {
        return Ok(entry.id);
    }
    let text = Text::new(
        "该外部编号已用于本场所内容不同的台账。",
        "This external id is that of another entry of this site's ledger, which differs.",
    );
    Err(Problem::at(Code::ExternalIdTaken, "/external_id", text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first_run(lines: &[(&str, f64, &str)]) -> usize {
        let site = "01a20000-0000-7000-8000-000000000001";
        let bodies: Vec<String> = lines
            .iter()
            .map(|(kind, kg, id)| {
                serde_json::json!({"site_id": site, "kind": kind, "waste_code": "900-249-08",
                    "mass_kg": kg, "external_id": id})
                .to_string()
            })
            .collect();
        let lines: Vec<Line> = bodies.iter().map(|body| Line::read(body.as_bytes())).collect();
        side_by_side(&lines)
    }

    #[test]
    fn what_takes_away_waits_for_what_stands_before_it() {
        let add = ("produced", 1.0, "a");
        let more = ("correction", 1.0, "b");
        assert_eq!(first_run(&[add, more, ("stored", 1.0, "c")]), 3);
        assert_eq!(first_run(&[add, ("moved_out", 1.0, "b"), more]), 1);
        assert_eq!(first_run(&[("moved_out", 1.0, "b"), add]), 1);
        assert_eq!(first_run(&[add, ("correction", -1.0, "b")]), 1);
        assert_eq!(first_run(&[add, ("taken_out", 1.0, "b")]), 1);
        assert_eq!(first_run(&[add, more, add]), 2);
        assert_eq!(first_run(&[add, ("no such kind", 1.0, "a"), more]), 3);
    }
}
