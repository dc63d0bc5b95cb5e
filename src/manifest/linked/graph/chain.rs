//! The chain of a manifest, as its caller may see it.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use super::flow::{End, Flow, Line, downstream, upstream};
use super::node::Node;
use super::shape::{ChainEdgeView, ChainEndView, ChainManifestView, ChainSourceView, ChainView};
use super::store::{self, Edge, Graph};
use crate::app::App;
use crate::clock::rfc3339;
use crate::ctx::Actor;
use crate::ids::ManifestId;
use crate::manifest::{party_view, visible};
use crate::problem::Problem;
use crate::units::{Grams, Kg};

/// Upstream and downstream of a manifest that the actor sees: else 404.
pub async fn chain(app: &App, actor: &Actor, id: ManifestId) -> Result<ChainView, Problem> {
    let asked = visible(app, actor, id).await?;
    let id = id.uuid();
    let lines = asked.manifest.filed.items.iter();
    let lines: Vec<Line> = lines.map(|item| (id, i16::try_from(item.line).unwrap_or(0))).collect();
    let Graph { above, below, is_cut, nodes } = store::graph(&app.pool, &lines).await?;
    let shipped = |line: &Line| (*line, nodes.get(&id).map_or(0, |node| node.shipped(line.1)));
    let start: Vec<(Line, i64)> = lines.iter().map(shipped).collect();
    let up = upstream(&start, &above, &nodes);
    let down = downstream(&start, &below, &nodes);
    let seen = Seen::new(id, &nodes, actor);
    let mut edges = seen.edges(&above, &up);
    edges.extend(seen.edges(&below, &down));
    let further = above.iter().map(|edge| edge.from_id);
    let mut known = HashSet::new();
    let ids = [id].into_iter().chain(further).chain(below.iter().map(|edge| edge.to_id));
    Ok(ChainView {
        manifest_id: id,
        is_truncated: is_cut,
        manifests: ids.filter(|id| known.insert(*id)).filter_map(|id| seen.manifest(id)).collect(),
        edges,
        sources: seen.sources(&up),
        whereabouts: seen.whereabouts(&down),
    })
}

struct Seen<'a> {
    nodes: &'a HashMap<Uuid, Node>,
    /// Those that the actor may see.
    shown: HashSet<Uuid>,
}

impl<'a> Seen<'a> {
    /// `asked` is the manifest asked for: that the actor may see it is known, by whatever right.
    fn new(asked: Uuid, nodes: &'a HashMap<Uuid, Node>, actor: &Actor) -> Self {
        let is_shown = |(id, node): &(&Uuid, &Node)| **id == asked || node.is_seen_by(actor);
        let shown = nodes.iter().filter(is_shown).map(|(id, _)| *id).collect();
        Self { nodes, shown }
    }

    /// The manifest, where the actor may see it.
    fn node(&self, id: Uuid) -> Option<&Node> {
        self.nodes.get(&id).filter(|_| self.shown.contains(&id))
    }

    fn manifest(&self, id: Uuid) -> Option<ChainManifestView> {
        let kind = self.nodes.get(&id)?.filed.kind.clone();
        let node = self.node(id);
        Some(ChainManifestView {
            manifest_id: id,
            is_visible: node.is_some(),
            kind,
            number: node.map(|node| node.filed.number.clone()),
            stream: node.map(|node| node.filed.stream.clone()),
            status: node.map(|node| node.status),
            filed_at: node.map(|node| rfc3339(node.filed_at)),
            producer: node.map(|node| party_view(&node.filed.producer)),
            receiver: node.map(|node| party_view(&node.filed.receiver)),
        })
    }

    fn edges(&self, edges: &[Edge], flow: &Flow) -> Vec<ChainEdgeView> {
        let show = |(edge, part): (&Edge, &i64)| {
            let sees = [edge.from_id, edge.to_id].iter().any(|id| self.node(*id).is_some());
            ChainEdgeView {
                from_manifest_id: edge.from_id,
                from_line: edge.from_line,
                to_manifest_id: edge.to_id,
                to_line: edge.to_line,
                bond: edge.bond.as_str().to_owned(),
                mass_kg: sees.then_some(Kg(Grams(edge.mass_g))),
                part_kg: Kg(Grams(*part)),
            }
        };
        edges.iter().zip(&flow.through).map(show).collect()
    }

    fn sources(&self, up: &Flow) -> Vec<ChainSourceView> {
        let show = |(&(line, (id, at), end), mass): (&(i16, Line, End), &i64)| {
            let node = self.node(id);
            ChainSourceView {
                line: i64::from(line),
                manifest_id: id,
                source_line: at,
                mass_kg: Kg(Grams(*mass)),
                goes_on: end == End::Further,
                waste_code: node.and_then(|node| node.waste_code(at)),
                producer_id: node.map(|node| node.filed.producer.organisation_id.uuid()),
            }
        };
        up.ends.iter().map(show).collect()
    }

    fn whereabouts(&self, down: &Flow) -> Vec<ChainEndView> {
        let show = |(&(line, (id, at), end), mass): (&(i16, Line, End), &i64)| {
            let node = self.node(id);
            ChainEndView {
                line: i64::from(line),
                manifest_id: id,
                at_line: at,
                fate: end.as_str().to_owned(),
                mass_kg: Kg(Grams(*mass)),
                waste_code: node.and_then(|node| node.waste_code(at)),
                receiver_id: node.map(|node| node.filed.receiver.organisation_id.uuid()),
            }
        };
        down.ends.iter().map(show).collect()
    }
}
