//! Reading the graph: step by step along the edges, each step one query by index, within bounds.

use std::collections::{HashMap, HashSet};

use diesel::dsl::sql;
use diesel::sql_types::Text;
use diesel::{ExpressionMethods, QueryDsl};
use diesel_async::{AsyncPgConnection as Db, RunQueryDsl};
use futures_util::TryStreamExt as _;
use tokio::task::spawn_blocking;
use uuid::Uuid;

use super::flow::Line;
use super::node::Node;
use crate::db::Pool;
use crate::db::schema::{manifest, mass_edge as t};
use crate::limits::{CHAIN_EDGES_MAX, CHAIN_HOPS_MAX, CHAIN_MANIFESTS_MAX};
use crate::manifest::Bond;
use crate::manifest::store::STATE;
use crate::problem::Problem;

/// Mass that went from one line to another, and was not given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edge {
    pub from_id: Uuid,
    pub from_line: i16,
    pub to_id: Uuid,
    pub to_line: i16,
    pub bond: Bond,
    pub mass_g: i64,
}

impl Edge {
    pub const fn from(&self) -> Line {
        (self.from_id, self.from_line)
    }

    pub const fn to(&self) -> Line {
        (self.to_id, self.to_line)
    }
}

/// A part of the graph, all of it as it stood at one moment: else a hand-on that is committed
/// between two readings would be in one and not in the other, and masses would not add up.
pub struct Graph {
    pub above: Vec<Edge>,
    pub below: Vec<Edge>,
    /// There is more of it than was read.
    pub is_cut: bool,
    pub nodes: HashMap<Uuid, Node>,
}

/// The graph above and below these lines of one manifest.
pub async fn graph(pool: &Pool, start: &[Line]) -> Result<Graph, Problem> {
    let conn = &mut pool.get().await?;
    let mut reading = conn.build_transaction().read_only().repeatable_read();
    reading
        .run(async |conn| {
            let (above, all_above) = edges(conn, start, Way::Up).await?;
            let (below, all_below) = edges(conn, start, Way::Down).await?;
            let mut ids: HashSet<Uuid> = start.iter().map(|line| line.0).collect();
            ids.extend(below.iter().map(|edge| edge.to_id));
            ids.extend(above.iter().map(|edge| edge.from_id));
            let nodes = nodes(conn, &ids).await?;
            Ok(Graph { above, below, is_cut: !(all_above && all_below), nodes })
        })
        .await
}

#[derive(Clone, Copy, PartialEq)]
enum Way {
    Up,
    Down,
}

/// The edges that lead to or from some lines, however far, and whether they are all of them.
async fn edges(conn: &mut Db, start: &[Line], way: Way) -> Result<(Vec<Edge>, bool), Problem> {
    let mut seen: HashSet<Line> = start.iter().copied().collect();
    let mut front: HashSet<Line> = seen.clone();
    let mut manifests: HashSet<Uuid> = front.iter().map(|line| line.0).collect();
    let mut found = Vec::new();
    for _hop in 0..CHAIN_HOPS_MAX {
        if front.is_empty() {
            break;
        }
        let lines = std::mem::take(&mut front);
        let edges = step(conn, &lines, way).await?;
        let is_cut = edges.len() > CHAIN_EDGES_MAX;
        for edge in edges {
            let (here, there) = match way {
                Way::Up => (edge.to(), edge.from()),
                Way::Down => (edge.from(), edge.to()),
            };
            if !lines.contains(&here) {
                continue;
            }
            manifests.insert(there.0);
            if found.len() == CHAIN_EDGES_MAX || manifests.len() > CHAIN_MANIFESTS_MAX {
                return Ok((found, false));
            }
            found.push(edge);
            if seen.insert(there) {
                front.insert(there);
            }
        }
        if is_cut {
            return Ok((found, false));
        }
    }
    Ok((found, front.is_empty()))
}

type EdgeRow = (Uuid, i16, Uuid, i16, String, i64);

/// The edges of these lines' manifests: one more than may be shown tells that there are too many.
async fn step(conn: &mut Db, lines: &HashSet<Line>, way: Way) -> Result<Vec<Edge>, Problem> {
    let ids: HashSet<Uuid> = lines.iter().map(|line| line.0).collect();
    let ids: Vec<Uuid> = ids.into_iter().collect();
    let mut query = t::table
        .filter(t::given_back.eq(false))
        .select((t::from_id, t::from_line, t::to_id, t::to_line, t::bond, t::mass_g))
        .order((t::to_id, t::to_line, t::from_id, t::from_line))
        .limit(i64::try_from(CHAIN_EDGES_MAX).unwrap_or(i64::MAX) + 1)
        .into_boxed();
    query = match way {
        Way::Up => query.filter(t::to_id.eq_any(ids)),
        Way::Down => query.filter(t::from_id.eq_any(ids)),
    };
    let rows: Vec<EdgeRow> = query.load(conn).await?;
    let edge = |(from_id, from_line, to_id, to_line, bond, mass_g): EdgeRow| {
        let bond = Bond::parse(&bond).ok_or_else(|| Problem::internal("an unknown bond"))?;
        Ok(Edge { from_id, from_line, to_id, to_line, bond, mass_g })
    };
    rows.into_iter().map(edge).collect()
}

/// States that are read from their text at once, on a thread of their own.
const TEXTS: usize = 256;

/// The states are read from their text on other threads, while PostgreSQL unpacks and sends the
/// next ones: a chain of a thousand does not hold up who else is served on this one.
async fn nodes(conn: &mut Db, ids: &HashSet<Uuid>) -> Result<HashMap<Uuid, Node>, Problem> {
    let states =
        manifest::table.filter(manifest::id.eq_any(ids)).select((manifest::id, sql::<Text>(STATE)));
    let states = states.load_stream::<(Uuid, String)>(conn).await?;
    let mut chunks = states.try_chunks(TEXTS);
    let mut readings = Vec::new();
    while let Some(chunk) = chunks.try_next().await.map_err(|error| error.1)? {
        readings.push(spawn_blocking(move || read(&chunk)));
    }
    let mut nodes = HashMap::with_capacity(ids.len());
    for reading in readings {
        let read = reading.await.map_err(Problem::internal)?;
        nodes.extend(read.map_err(Problem::internal)?);
    }
    Ok(nodes)
}

fn read(states: &[(Uuid, String)]) -> Result<Vec<(Uuid, Node)>, serde_json::Error> {
    states.iter().map(|(id, state)| Ok((*id, serde_json::from_str(state)?))).collect()
}
