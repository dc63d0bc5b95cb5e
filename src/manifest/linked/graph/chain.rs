//! The chain of a manifest, as its caller may see it.

use std::collections::HashMap;

use uuid::Uuid;

use super::flow::{Flow, Line, downstream, upstream};
use super::node::Node;
use super::shape::{ChainEdgeView, ChainEndView, ChainManifestView, ChainSourceView, ChainView};
use super::store::{self, Edge, Way};
use crate::app::App;
use crate::clock::rfc3339;
use crate::ctx::Actor;
use crate::ids::ManifestId;
use crate::manifest::{party_view, visible};
use crate::problem::Problem;
use crate::units::{Grams, Kg};

/// Upstream and downstream of a manifest that the actor sees: else 404.
pub async fn chain(app: &App, actor: &Actor, id: ManifestId) -> Result<ChainView, Problem> {
    let start = visible(app, actor, id).await?;
    let items = start.manifest.filed.items.iter();
    let line = |line: i64| i16::try_from(line).unwrap_or(0);
    let start: Vec<(Line, i64)> =
        items.map(|item| ((id.uuid(), line(item.line)), item.mass_g.0)).collect();
    let lines: Vec<Line> = start.iter().map(|(line, _)| *line).collect();
    let (above, all_above) = store::edges(&app.pool, &lines, Way::Up).await?;
    let (below, all_below) = store::edges(&app.pool, &lines, Way::Down).await?;
    let mut ids = vec![id.uuid()];
    ids.extend(above.iter().map(|edge| edge.from_id));
    ids.extend(below.iter().map(|edge| edge.to_id));
    let mut known = std::collections::HashSet::new();
    ids.retain(|id| known.insert(*id));
    let nodes = store::nodes(&app.pool, ids.clone()).await?;
    let up = upstream(&start, &above, &nodes);
    let down = downstream(&start, &below, &nodes);
    let seen = Seen { nodes: &nodes, actor };
    let mut edges = seen.edges(&above, &up);
    edges.extend(seen.edges(&below, &down));
    Ok(ChainView {
        manifest_id: id.uuid(),
        is_truncated: !(all_above && all_below),
        manifests: ids.iter().filter_map(|id| seen.manifest(*id)).collect(),
        edges,
        sources: seen.sources(&up),
        whereabouts: seen.whereabouts(&down),
    })
}

struct Seen<'a> {
    nodes: &'a HashMap<Uuid, Node>,
    actor: &'a Actor,
}

impl Seen<'_> {
    /// The manifest, where the actor may see it.
    fn node(&self, id: Uuid) -> Option<&Node> {
        self.nodes.get(&id).filter(|node| node.is_seen_by(self.actor))
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
        let show = |(&(line, (id, at), _), mass): (&(i16, Line, _), &i64)| ChainSourceView {
            line: i64::from(line),
            manifest_id: id,
            source_line: at,
            mass_kg: Kg(Grams(*mass)),
            waste_code: self.node(id).and_then(|node| node.waste_code(at)),
            producer_id: self.node(id).map(|node| node.filed.producer.organisation_id.uuid()),
        };
        up.ends.iter().map(show).collect()
    }

    fn whereabouts(&self, down: &Flow) -> Vec<ChainEndView> {
        let show =
            |(&(line, (id, at), fate), mass): (&(i16, Line, Option<super::flow::Fate>), &i64)| {
                Some(ChainEndView {
                    line: i64::from(line),
                    manifest_id: id,
                    at_line: at,
                    fate: fate?.as_str().to_owned(),
                    mass_kg: Kg(Grams(*mass)),
                    waste_code: self.node(id).and_then(|node| node.waste_code(at)),
                    receiver_id: self
                        .node(id)
                        .map(|node| node.filed.receiver.organisation_id.uuid()),
                })
            };
        down.ends.iter().filter_map(show).collect()
    }
}
