//! Reading the graph: step by step along the edges, each step one query by index, within bounds.

use std::collections::{HashMap, HashSet};

use diesel::{ExpressionMethods, QueryDsl};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::flow::Line;
use super::node::Node;
use crate::db::schema::mass_edge as t;
use crate::db::{ByKey, JsonText, Pool};
use crate::limits::{CHAIN_EDGES_MAX, CHAIN_HOPS_MAX, CHAIN_MANIFESTS_MAX};
use crate::manifest::Bond;
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

#[derive(Clone, Copy, PartialEq)]
pub enum Way {
    Up,
    Down,
}

/// The edges that lead to or from some lines, however far, and whether they are all of them.
pub async fn edges(pool: &Pool, start: &[Line], way: Way) -> Result<(Vec<Edge>, bool), Problem> {
    let mut seen: HashSet<Line> = start.iter().copied().collect();
    let mut front: Vec<Line> = start.to_vec();
    let mut manifests: HashSet<Uuid> = front.iter().map(|line| line.0).collect();
    let mut found = Vec::new();
    for _hop in 0..CHAIN_HOPS_MAX {
        if front.is_empty() {
            return Ok((found, true));
        }
        let lines: HashSet<Line> = front.drain(..).collect();
        for edge in step(pool, &lines, way).await? {
            let (here, there) = match way {
                Way::Up => (edge.to(), edge.from()),
                Way::Down => (edge.from(), edge.to()),
            };
            if !lines.contains(&here) {
                continue;
            }
            manifests.insert(there.0);
            found.push(edge);
            if found.len() > CHAIN_EDGES_MAX || manifests.len() > CHAIN_MANIFESTS_MAX {
                return Ok((found, false));
            }
            if seen.insert(there) {
                front.push(there);
            }
        }
    }
    let is_whole = front.is_empty();
    Ok((found, is_whole))
}

/// The edges of these lines' manifests: one more than may be shown tells that there are too many.
async fn step(pool: &Pool, lines: &HashSet<Line>, way: Way) -> Result<Vec<Edge>, Problem> {
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
    let rows: Vec<(Uuid, i16, Uuid, i16, String, i64)> = query.load(&mut pool.get().await?).await?;
    let edge = |(from_id, from_line, to_id, to_line, bond, mass_g): (
        Uuid,
        i16,
        Uuid,
        i16,
        String,
        i64,
    )| {
        let bond = Bond::parse(&bond).ok_or_else(|| Problem::internal("an unknown bond"))?;
        Ok(Edge { from_id, from_line, to_id, to_line, bond, mass_g })
    };
    rows.into_iter().map(edge).collect()
}

const NODES_SQL: ByKey = "-- manifests of a chain
SELECT id, state FROM manifest WHERE id = ANY($1)";

pub async fn nodes(pool: &Pool, ids: Vec<Uuid>) -> Result<HashMap<Uuid, Node>, Problem> {
    let mut nodes = HashMap::with_capacity(ids.len());
    for row in pool.rows(NODES_SQL, ids).await? {
        let JsonText(state) = row.try_get(1).map_err(Problem::internal)?;
        nodes.insert(row.get(0), serde_json::from_str(state).map_err(Problem::internal)?);
    }
    Ok(nodes)
}
