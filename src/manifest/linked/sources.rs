//! The other side of a manifest that carries mass on: the manifests that it takes it from.

use super::event::{Kind, Linked, LinkedItem, Source};
use super::fold::Bond;
use crate::app::App;
use crate::catalogue::WasteCode;
use crate::ctx::Ctx;
use crate::decision::Decision;
use crate::ids::{ManifestId, SiteId};
use crate::manifest::{
    Filed, Happening, ItemAsked, Manifest, SourceAsked, Step, Stored, by_ids, no_such_line, sees,
    write,
};
use crate::problem::{Code, Fault, Findings, Problem, Text};
use crate::units::Grams;

/// The manifests that items name as their sources, as far as the actor may see them.
pub async fn read<'a>(
    app: &App,
    ctx: &Ctx,
    items: impl Iterator<Item = &'a ItemAsked>,
) -> Result<Vec<Stored>, Problem> {
    let named = items.flat_map(|item| item.source_items.iter());
    let mut ids: Vec<ManifestId> = named.map(|source| source.manifest_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let found = by_ids(&app.pool, &ids).await?;
    Ok(found.into_iter().filter(|stored| sees(&ctx.actor, &stored.manifest)).collect())
}

/// The sources of an item that may be sent on from `site`; a fault for each that may not. Each was
/// received there, is the same waste, and is there still to the mass that all items ask for. What
/// came home on a return keeps its origin so; that it is there yet, the ledger says.
pub fn as_sources(
    sources: &[Stored],
    (items, n): (&[ItemAsked], usize),
    (site, code): (SiteId, WasteCode),
    findings: &mut Findings,
) -> Vec<Source> {
    let item = &items[n];
    let mut found = Vec::with_capacity(item.source_items.len());
    for (k, asked) in item.source_items.iter().enumerate() {
        let at = |field: &str| format!("/items/{n}/source_items/{k}/{field}");
        let stored = sources.iter().find(|stored| stored.id == asked.manifest_id);
        let Some(Stored { manifest, .. }) = stored else {
            findings.refuse(Fault::unknown_reference(at("manifest_id")));
            continue;
        };
        if manifest.filed.receiver_site_id != site || manifest.received.is_none() {
            let text = Text::new(
                "这份联单的废物不在移出场所贮存。",
                "Nothing of that manifest is stored at the site that this one leaves.",
            );
            findings.refuse(Fault::new(Code::InvalidValue, at("manifest_id"), text));
            continue;
        }
        let line = asked.line.get();
        let Some(there) = manifest.not_gone_g(line) else {
            findings.refuse(no_such_line(at("line"), line));
            continue;
        };
        let earlier = &item.source_items[..k];
        if earlier.iter().any(|one| (one.manifest_id, one.line) == (asked.manifest_id, asked.line))
        {
            let text = Text::new("这个来源已出现过。", "This source is there already.");
            findings.refuse(Fault::new(Code::InvalidValue, at("line"), text));
            continue;
        }
        same_waste(manifest, line, code, at("line"), findings);
        let wanted = wanted_of(items, n, k, asked);
        if wanted > there {
            findings.refuse(not_there(at("mass_kg"), there));
        }
        found.push(Source {
            manifest_id: asked.manifest_id,
            line,
            mass_g: asked.mass_kg.grams(),
            storage_area_id: manifest.received.as_ref().and_then(|it| it.data.storage_area_id),
            returned: manifest.filed.purpose() == Kind::Return,
        });
    }
    found
}

/// What items up to this source ask for of the same line.
fn wanted_of(items: &[ItemAsked], n: usize, k: usize, asked: &SourceAsked) -> Grams {
    let before = items[..n].iter().flat_map(|item| item.source_items.iter());
    let same = |one: &&SourceAsked| (one.manifest_id, one.line) == (asked.manifest_id, asked.line);
    before.chain(&items[n].source_items[..=k]).filter(same).map(|one| one.mass_kg.grams()).sum()
}

fn same_waste(
    manifest: &Manifest,
    line: i64,
    code: WasteCode,
    pointer: String,
    findings: &mut Findings,
) {
    let item = manifest.filed.items.iter().find(|item| item.line == line);
    let Some(item) = item.filter(|item| item.waste_code != code.as_str()) else { return };
    let came = &item.waste_code;
    let text = Text::new(
        format!("来源的废物代码是 {came}，与 {code} 不同。"),
        format!("It came in as {came}, which is not {code}."),
    );
    findings.refuse(Fault::new(Code::InvalidValue, pointer, text));
}

fn not_there(pointer: String, there: Grams) -> Fault {
    let left = there.to_kg_text();
    let text = Text::new(
        format!("超过在库量：这一行尚余 {left} kg 未处理、未转出。"),
        format!("More than is stored: {left} kg of this line are neither treated nor sent on."),
    );
    Fault::new(Code::InsufficientOnHand, pointer, text)
}

/// Which way an event goes.
#[derive(Clone, Copy, PartialEq)]
enum Way {
    TakenOn,
    GivenBack,
}

/// The steps of the sources that a new manifest takes mass from, as decisions of their own.
pub fn taken_on(
    ctx: &Ctx,
    id: ManifestId,
    filed: &Filed,
    sources: &[Stored],
) -> Result<Vec<Decision>, Problem> {
    let steps = steps(ctx, (id, filed), sources, Way::TakenOn)?;
    steps.into_iter().map(|(stored, step)| write(ctx, &stored, step, 200)).collect()
}

/// The steps of the sources that a cancelled manifest gives its mass back to.
pub fn given_back(
    ctx: &Ctx,
    id: ManifestId,
    filed: &Filed,
    sources: &[Stored],
) -> Result<Vec<(Stored, Step)>, Problem> {
    steps(ctx, (id, filed), sources, Way::GivenBack)
}

fn steps(
    ctx: &Ctx,
    (id, filed): (ManifestId, &Filed),
    sources: &[Stored],
    way: Way,
) -> Result<Vec<(Stored, Step)>, Problem> {
    let mut named: Vec<&Source> = filed.items.iter().flat_map(|it| &it.source_items).collect();
    named.sort_by_key(|source| (source.manifest_id, source.line));
    let mut steps = Vec::new();
    for of_one in named.chunk_by(|one, other| one.manifest_id == other.manifest_id) {
        let mut items: Vec<LinkedItem> = Vec::with_capacity(of_one.len());
        for source in of_one {
            match items.last_mut().filter(|last| last.line == source.line) {
                Some(last) => last.mass_g = last.mass_g + source.mass_g,
                None => items.push(LinkedItem { line: source.line, mass_g: source.mass_g }),
            }
        }
        let from = of_one.first().map(|source| source.manifest_id);
        let stored = sources.iter().find(|stored| Some(stored.id) == from);
        let stored = stored.ok_or_else(|| Problem::internal("a source that was not read"))?;
        let linked = Linked { manifest_id: id, items };
        let (happening, notice) = event(Bond::of(filed.purpose()), way, linked);
        steps.push((stored.clone(), Step::new(happening, ctx.now, notice)));
    }
    Ok(steps)
}

fn event(bond: Bond, way: Way, linked: Linked) -> (Happening, &'static str) {
    match (bond, way) {
        (Bond::Return, Way::TakenOn) => (Happening::ReturnFiled(linked), "manifest_return_filed"),
        (Bond::Forward, Way::TakenOn) => {
            (Happening::ForwardFiled(linked), "manifest_forward_filed")
        }
        (Bond::Onward, Way::TakenOn) => (Happening::SentOn(linked), "manifest_sent_on"),
        (Bond::Return, Way::GivenBack) => {
            (Happening::ReturnCancelled(linked), "manifest_return_cancelled")
        }
        (Bond::Forward, Way::GivenBack) => {
            (Happening::ForwardCancelled(linked), "manifest_forward_cancelled")
        }
        (Bond::Onward, Way::GivenBack) => {
            (Happening::SentOnCancelled(linked), "manifest_sent_on_cancelled")
        }
    }
}
