//! The spanning tree of the network simplex, with its prices and the flows on its arcs.
//!
//! The network is lot → line → facility → sink, and lot → sink for what stays unmet. Nodes are
//! numbered so that every arc leads from a higher to a lower number: the sink is 0, then come the
//! facilities, the lines, and last the seats. A lot that goes to one line alone would be a leaf of
//! the tree; there are tens of thousands of these, so they are left out of it, and only lots that
//! are divided take a seat: never more of them than there are lines and facilities.
//!
//! The tree stays strongly feasible (W. H. Cunningham, «A network simplex method», Mathematical
//! Programming 11, 1976): along it, any node could send a gram more to the sink. Without this, ties
//! could send the method round in circles.
//!
//! All nodes stand on one ring in preorder, so that what hangs from a node follows it, up to the
//! first that is not deeper: a pivot goes once along what it moves.

pub const SINK: usize = 0;
const NONE: usize = u32::MAX as usize;

/// Where a node stands in the tree. Small, so that all of them fit into a processor's nearest
/// memory: pivots do little else than follow these.
#[derive(Clone, Copy, Debug)]
struct Node {
    parent: u32,
    /// Its neighbours on the ring.
    next: u32,
    previous: u32,
    depth: u32,
}

#[derive(Debug, Default)]
pub struct Tree {
    nodes: Vec<Node>,
    /// What a gram costs from each node to the sink, along the tree.
    prices: Vec<i64>,
    /// Grams on the arc between each node and its parent, where that arc is of a lot.
    lot_flows: Vec<i64>,
    /// The lot in each seat; 0 for what is no seat.
    lots: Vec<usize>,
    /// Grams through each facility and line: the flow of the one arc that leaves it.
    through: Vec<i64>,
    /// The most that may go through it, in grams; `i64::MAX` for no limit.
    limits: Vec<i64>,
    /// Where that arc leads: the facility of a line, the sink for a facility.
    leads_to: Vec<usize>,
    free_seats: Vec<usize>,
}

/// An arc about to enter the tree, with the direction in which flow shall go round.
#[derive(Clone, Copy, Debug)]
pub struct Entering {
    pub from: usize,
    pub to: usize,
    /// How many grams it has room for.
    pub room: i64,
    /// The cost of a gram along the direction of flow.
    pub cost: i64,
}

/// What stops the flow round a cycle.
enum Blocking {
    Entering,
    /// The arc between this node and its parent, on the side of the entering arc's tail or head.
    Tail(usize),
    Head(usize),
}

impl Tree {
    /// Every facility below the sink, every line below its facility, with no flow. `lines` are a
    /// facility's number and a limit each.
    pub fn new(facility_limits: &[i64], lines: impl Iterator<Item = (usize, i64)>) -> Self {
        let mut tree = Self::default();
        tree.add(NONE, i64::MAX);
        for limit in facility_limits {
            tree.add(SINK, *limit);
        }
        for (facility, limit) in lines {
            tree.add(facility + 1, limit);
        }
        tree
    }

    fn add(&mut self, parent: usize, limit: i64) {
        self.through.push(0);
        self.limits.push(limit);
        self.leads_to.push(parent);
        let node = self.push_node();
        if parent != NONE {
            self.hang_leaf(node, parent);
        }
    }

    /// A node that is alone on a ring of its own.
    fn push_node(&mut self) -> usize {
        let own = self.nodes.len() as u32;
        self.nodes.push(Node { parent: NONE as u32, next: own, previous: own, depth: 0 });
        self.prices.push(0);
        self.lot_flows.push(0);
        self.lots.push(0);
        own as usize
    }

    fn parent(&self, node: usize) -> usize {
        self.nodes[node].parent as usize
    }

    fn next(&self, node: usize) -> usize {
        self.nodes[node].next as usize
    }

    fn depth(&self, node: usize) -> u32 {
        self.nodes[node].depth
    }

    /// The first number that is a seat's: below are the sink, the facilities and the lines.
    pub const fn seats_from(&self) -> usize {
        self.limits.len()
    }

    pub fn price(&self, node: usize) -> i64 {
        self.prices[node]
    }

    /// The facility of a line; none for the sink.
    pub fn home(&self, line: usize) -> Option<usize> {
        if line == SINK { None } else { Some(self.leads_to[line] - 1) }
    }

    /// Grams through a facility or line.
    pub fn through(&self, node: usize) -> i64 {
        self.through[node]
    }

    pub fn limit(&self, node: usize) -> i64 {
        self.limits[node]
    }

    /// Where mass goes on to from a facility or line.
    pub fn leads_to(&self, node: usize) -> usize {
        self.leads_to[node]
    }

    /// How many grams more may go through a facility or line.
    pub fn room(&self, node: usize) -> i64 {
        self.limits[node] - self.through[node]
    }

    /// Sends mass through a line, its facility and on to the sink, as a start: `room` must be left.
    pub fn send(&mut self, line: usize, grams: i64) {
        self.through[line] += grams;
        self.through[self.leads_to[line]] += grams;
    }

    /// The arcs of seated lots: lot, the line or sink at its other end, grams.
    pub fn seated(&self) -> impl Iterator<Item = (usize, usize, i64)> {
        let from = self.seats_from();
        (0..self.nodes.len()).filter_map(move |child| {
            let parent = self.parent(child);
            let (high, low) = (child.max(parent), child.min(parent));
            let is_seated = parent != NONE && high >= from;
            is_seated.then(|| (self.lots[high], low, self.lot_flows[child]))
        })
    }

    /// Gives a lot, all of which goes to `to`, a seat. Answers with it.
    pub fn seat(&mut self, lot: usize, (to, cost): (usize, i64), grams: i64) -> usize {
        let seat = self.free_seats.pop().unwrap_or_else(|| self.push_node());
        self.hang_leaf(seat, to);
        self.prices[seat] = cost + self.prices[to];
        self.lot_flows[seat] = grams;
        self.lots[seat] = lot;
        seat
    }

    /// Gives a lot that is divided from the start a seat: so much as the node has room for goes
    /// there, the rest unmet, both at no cost as yet. The node then hangs from the seat.
    pub fn fill(&mut self, lot: usize, (node, inside): (usize, i64), grams: i64) -> usize {
        debug_assert_eq!(inside, self.room(node));
        let seat = self.seat(lot, (SINK, 0), grams);
        let room = i64::MAX;
        // Never all out: it fills the node, which is taken out of the tree for this.
        self.pivot(Entering { from: seat, to: node, room, cost: 0 });
        seat
    }

    /// Works all prices out anew, since those of some lots have changed: these are asked for the
    /// cost of a gram of a lot to a node.
    pub fn reprice(&mut self, cost: impl Fn(usize, usize) -> i64) {
        let mut node = self.next(SINK);
        while node != SINK {
            let parent = self.parent(node);
            let of = |seat: usize, at: usize| {
                if seat < self.seats_from() { 0 } else { cost(self.lots[seat], at) }
            };
            let up = if node > parent { of(node, parent) } else { -of(parent, node) };
            self.prices[node] = self.prices[parent] + up;
            node = self.next(node);
        }
    }

    /// Frees a seat whose lot goes to one line alone again. Answers with the lot and that line.
    fn unseat(&mut self, seat: usize) -> Option<(usize, usize)> {
        let next = self.next(seat);
        if seat < self.seats_from() || self.depth(next) > self.depth(seat) {
            return None;
        }
        let line = self.parent(seat);
        self.link(self.nodes[seat].previous as usize, next);
        self.nodes[seat].parent = NONE as u32;
        self.free_seats.push(seat);
        Some((self.lots[seat], line))
    }

    /// Makes two nodes neighbours on the ring.
    fn link(&mut self, node: usize, next: usize) {
        self.nodes[node].next = next as u32;
        self.nodes[next].previous = node as u32;
    }

    /// Hangs a node of which nothing hangs below `parent`.
    fn hang_leaf(&mut self, node: usize, parent: usize) {
        let next = self.next(parent);
        self.link(parent, node);
        self.link(node, next);
        self.nodes[node].parent = parent as u32;
        self.nodes[node].depth = self.depth(parent) + 1;
    }

    /// Whether the arc that leaves a facility or line is in the tree.
    pub fn is_in_tree(&self, node: usize) -> bool {
        let to = self.leads_to[node];
        self.parent(node) == to || self.parent(to) == node
    }

    /// The flow on the arc between a node and its parent, and its limit.
    fn arc(&self, node: usize) -> (i64, i64) {
        let own = node.max(self.parent(node));
        if own < self.seats_from() {
            (self.through[own], self.limits[own])
        } else {
            (self.lot_flows[node], i64::MAX)
        }
    }

    /// How much more the arc between a node and its parent could carry, up to the parent or down.
    fn slack(&self, node: usize, is_up: bool) -> i64 {
        let (flow, limit) = self.arc(node);
        if is_up == (node > self.parent(node)) { limit - flow } else { flow }
    }

    fn push(&mut self, node: usize, is_up: bool, grams: i64) {
        let parent = self.parent(node);
        let change = if is_up == (node > parent) { grams } else { -grams };
        let own = node.max(parent);
        if own < self.seats_from() {
            self.through[own] += change;
        } else {
            self.lot_flows[node] += change;
        }
    }

    /// Sends as much round the cycle that `entering` closes as it bears, and takes what then blocks
    /// it out of the tree. Answers with the lot that lost its seat by this, and where it goes now.
    pub fn pivot(&mut self, entering: Entering) -> Option<(usize, usize)> {
        let (grams, blocking) = self.bottleneck(entering);
        self.send_round(entering, grams);
        let (leaving, inner, outer) = match blocking {
            Blocking::Entering => return None,
            Blocking::Tail(leaving) => (leaving, entering.from, entering.to),
            Blocking::Head(leaving) => (leaving, entering.to, entering.from),
        };
        let other_end = self.parent(leaving);
        let cost = if inner == entering.from { entering.cost } else { -entering.cost };
        let change = cost + self.prices[outer] - self.prices[inner];
        self.turn(inner, outer, leaving, (grams, change));
        self.unseat(leaving).or_else(|| self.unseat(other_end))
    }

    /// How much the cycle bears, and the last arc to block it, seen from where its two sides meet
    /// and in the direction of flow: the choice that keeps the tree strongly feasible.
    fn bottleneck(&self, entering: Entering) -> (i64, Blocking) {
        let (mut tail, mut head) = (entering.from, entering.to);
        let (mut on_tail, mut on_head) = ((i64::MAX, NONE), (i64::MAX, NONE));
        while tail != head {
            let (below, beside) = (self.depth(tail), self.depth(head));
            if below >= beside {
                let slack = self.slack(tail, false);
                on_tail = if slack < on_tail.0 { (slack, tail) } else { on_tail };
                tail = self.parent(tail);
            }
            if beside >= below {
                let slack = self.slack(head, true);
                on_head = if slack <= on_head.0 { (slack, head) } else { on_head };
                head = self.parent(head);
            }
        }
        if on_head.1 != NONE && on_head.0 <= on_tail.0.min(entering.room) {
            (on_head.0, Blocking::Head(on_head.1))
        } else if on_tail.0 < entering.room {
            (on_tail.0, Blocking::Tail(on_tail.1))
        } else {
            (entering.room, Blocking::Entering)
        }
    }

    fn send_round(&mut self, entering: Entering, grams: i64) {
        if grams == 0 {
            return;
        }
        let (mut tail, mut head) = (entering.from, entering.to);
        let own = tail.max(head);
        if own < self.seats_from() {
            self.through[own] += if tail > head { grams } else { -grams };
        }
        while tail != head {
            let (below, beside) = (self.depth(tail), self.depth(head));
            if below >= beside {
                self.push(tail, false, grams);
                tail = self.parent(tail);
            }
            if beside >= below {
                self.push(head, true, grams);
                head = self.parent(head);
            }
        }
    }

    /// Takes the arc above `leaving` out of the tree and hangs what it held, turned so that `inner`
    /// is its top, below `outer`. `grams` are on the new arc, and all its prices move by `change`.
    ///
    /// From `inner` up to `leaving`, each node now hangs below the one before it, and still holds
    /// all that it held but for that one: what stood before that on the ring, and what after.
    fn turn(&mut self, inner: usize, outer: usize, leaving: usize, (grams, change): (i64, i64)) {
        let before = self.nodes[leaving].previous as usize;
        let (mut top, mut parent, mut flow) = (inner, outer, grams);
        let (mut end, mut rest) = (outer, NONE);
        let mut depth = self.depth(outer) + 1;
        loop {
            let Node { parent: above, next, depth: was, .. } = self.nodes[top];
            let by = (change, depth.wrapping_sub(was));
            self.shift(top, by);
            self.nodes[top].parent = parent as u32;
            flow = std::mem::replace(&mut self.lot_flows[top], flow);
            let mut held = (top, next as usize);
            if top != inner {
                self.link(end, top);
                let (last, _) = self.shift_until(held, parent, by);
                self.link(last, rest);
                held = (last, rest);
            }
            (end, rest) = self.shift_deeper(held, was, by);
            if top == leaving {
                break;
            }
            (parent, top, depth) = (top, above as usize, depth + 1);
        }
        self.link(before, rest);
        let after = self.next(outer);
        self.link(outer, inner);
        self.link(end, after);
    }

    /// Moves the price of a node, and its depth.
    fn shift(&mut self, node: usize, (change, deeper): (i64, u32)) {
        self.prices[node] += change;
        self.nodes[node].depth = self.depth(node).wrapping_add(deeper);
    }

    /// The same for all along the ring that are deeper than `depth`. Answers with the last of them
    /// and the first that is not.
    fn shift_deeper(
        &mut self,
        (mut last, mut node): (usize, usize),
        depth: u32,
        by: (i64, u32),
    ) -> (usize, usize) {
        while self.depth(node) > depth {
            self.shift(node, by);
            (last, node) = (node, self.next(node));
        }
        (last, node)
    }

    /// The same for all along the ring before `end`.
    fn shift_until(
        &mut self,
        (mut last, mut node): (usize, usize),
        end: usize,
        by: (i64, u32),
    ) -> (usize, usize) {
        while node != end {
            self.shift(node, by);
            (last, node) = (node, self.next(node));
        }
        (last, node)
    }
}
