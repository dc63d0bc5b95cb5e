//! Looks, section by section, until a page is full.

use super::asked::{After, SearchQuery, Words, grams};
use super::section::{SECTIONS, Section};
use super::store::{self, Found, Given};
use super::view::Hit;
use crate::app::App;
use crate::ctx::{Actor, Role};
use crate::identity::policy as may;
use crate::manifest;
use crate::problem::{Code, Problem, Text};
use crate::wire::{Cursor, Page, parse_uuid};

/// A page of what is found. 403 to whoever is no regulator, before the question is looked at.
pub async fn search(
    app: &App,
    actor: &Actor,
    asked: Result<SearchQuery, Problem>,
) -> Result<Page<Hit>, Problem> {
    may::require(actor.role.is_regulator())?;
    let asked = asked?;
    let words = Words::of(asked.q.as_str());
    let (from, mut after) = match &asked.cursor {
        Some(Cursor(after)) => begun(after)?,
        None => (0, String::new()),
    };
    let rows = asked.limit.rows_to_read();
    let mut found: Vec<(u8, &Section, Found)> = Vec::new();
    for (n, section) in (0u8..).zip(&SECTIONS).skip(from) {
        let after = std::mem::take(&mut after);
        let left = rows - found.len() as i64;
        let is_wanted = asked.kind.is_none_or(|kind| kind == section.kind);
        let Some(word) = (section.word)(&words).filter(|_| is_wanted && left > 0) else { continue };
        let given = given(actor, word, (after, left));
        let more = store::find(&app.pool, section.sql, &given).await?;
        found.extend(more.into_iter().map(|one| (n, section, one)));
    }
    let key = |(n, _, one): &(u8, &Section, Found)| After(*n, one.key.clone());
    Page::of(found, asked.limit, key, |(_, section, one)| hit(section, one))
}

/// Section and key of a cursor: one that this list never gave is refused.
fn begun(after: &After) -> Result<(usize, String), Problem> {
    let After(n, key) = after;
    let section = SECTIONS.get(usize::from(*n));
    let plain = || key.chars().all(|one| !one.is_control());
    let sound = |section: &Section| {
        if section.by_text { plain() } else { parse_uuid(key).is_some() }
    };
    if section.is_some_and(sound) {
        return Ok((usize::from(*n), key.clone()));
    }
    let text = Text::new(
        "不是本列表的游标，请原样使用 next_cursor。",
        "Not a cursor of this list: use `next_cursor` as it was given.",
    );
    Err(Problem::at(Code::InvalidValue, "/query/cursor", text))
}

fn given(actor: &Actor, word: &str, (after, rows): (String, i64)) -> Given {
    let is_corps = actor.role == Role::CorpsRegulator;
    let is_regiment = actor.role == Role::RegimentRegulator;
    // Whoever has no place sees none.
    let place = |place: &Option<String>| place.clone().unwrap_or_default();
    Given {
        word: word.to_owned(),
        // Nothing that begins with the words comes after it.
        end: format!("{word}\u{10ffff}"),
        after,
        rows,
        division: (!is_corps).then(|| place(&actor.division)),
        regiment: is_regiment.then(|| place(&actor.regiment)),
        own: actor.organisation_id.uuid(),
        streams: manifest::streams(actor),
        grams: grams(&word.to_lowercase()),
    }
}

fn hit(section: &Section, found: Found) -> Hit {
    let Found { id, label, detail, status, division, manifest_id, filed_at, .. } = found;
    let (kind, matched) = (section.kind, section.matched);
    Hit { kind, matched, id, label, detail, status, division, manifest_id, filed_at }
}
