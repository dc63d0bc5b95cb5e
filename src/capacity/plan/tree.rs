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

pub const SINK: usize = 0;
const NONE: usize = usize::MAX;

#[derive(Clone, Debug)]
struct Node {
    parent: usize,
    first_child: usize,
    next: usize,
    previous: usize,
    depth: usize,
    /// What a gram costs from here to the sink, along the tree.
    price: i64,
    /// Grams on the arc between this node and its parent, where that arc is of a lot.
    lot_flow: i64,
    /// The lot in this seat, for seats.
    lot: usize,
}

#[derive(Debug)]
pub struct Tree {
    nodes: Vec<Node>,
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
        let mut tree = Self {
            nodes: Vec::new(),
            through: Vec::new(),
            limits: Vec::new(),
            leads_to: Vec::new(),
            free_seats: Vec::new(),
        };
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
        let node = self.push_node(0);
        if parent != NONE {
            self.hang(node, parent);
            self.nodes[node].depth = self.nodes[parent].depth + 1;
        }
    }

    fn push_node(&mut self, lot: usize) -> usize {
        let (price, lot_flow, depth) = (0, 0, 0);
        let (parent, first_child, next, previous) = (NONE, NONE, NONE, NONE);
        let node = Node { parent, first_child, next, previous, depth, price, lot_flow, lot };
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    /// The first number that is a seat's: below are the sink, the facilities and the lines.
    pub const fn seats_from(&self) -> usize {
        self.limits.len()
    }

    pub fn price(&self, node: usize) -> i64 {
        self.nodes[node].price
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
            let node = &self.nodes[child];
            if node.parent == NONE {
                return None;
            }
            let (high, low) = (child.max(node.parent), child.min(node.parent));
            (high >= from).then(|| (self.nodes[high].lot, low, node.lot_flow))
        })
    }

    /// Gives a lot, all of which goes to `to`, a seat. Answers with it.
    pub fn seat(&mut self, lot: usize, (to, cost): (usize, i64), grams: i64) -> usize {
        let seat = self.free_seats.pop().unwrap_or_else(|| self.push_node(lot));
        self.hang(seat, to);
        let (price, depth) = (cost + self.nodes[to].price, self.nodes[to].depth + 1);
        let node = &mut self.nodes[seat];
        (node.lot, node.lot_flow, node.price, node.depth) = (lot, grams, price, depth);
        seat
    }

    /// Frees a seat whose lot goes to one line alone again. Answers with the lot and that line.
    fn unseat(&mut self, seat: usize) -> Option<(usize, usize)> {
        if seat < self.seats_from() || self.nodes[seat].first_child != NONE {
            return None;
        }
        let line = self.nodes[seat].parent;
        self.unhang(seat);
        self.free_seats.push(seat);
        Some((self.nodes[seat].lot, line))
    }

    fn hang(&mut self, node: usize, parent: usize) {
        let next = self.nodes[parent].first_child;
        self.nodes[parent].first_child = node;
        if next != NONE {
            self.nodes[next].previous = node;
        }
        let own = &mut self.nodes[node];
        (own.parent, own.next, own.previous) = (parent, next, NONE);
    }

    fn unhang(&mut self, node: usize) {
        let Node { parent, next, previous, .. } = self.nodes[node];
        if previous == NONE {
            self.nodes[parent].first_child = next;
        } else {
            self.nodes[previous].next = next;
        }
        if next != NONE {
            self.nodes[next].previous = previous;
        }
        self.nodes[node].parent = NONE;
    }

    /// Whether the arc that leaves a facility or line is in the tree.
    pub fn is_in_tree(&self, node: usize) -> bool {
        let to = self.leads_to[node];
        self.nodes[node].parent == to || self.nodes[to].parent == node
    }

    /// The flow on the arc between a node and its parent, and its limit.
    fn arc(&self, node: usize) -> (i64, i64) {
        let own = node.max(self.nodes[node].parent);
        if own < self.seats_from() {
            (self.through[own], self.limits[own])
        } else {
            (self.nodes[node].lot_flow, i64::MAX)
        }
    }

    /// How much more the arc between a node and its parent could carry, up to the parent or down.
    fn slack(&self, node: usize, is_up: bool) -> i64 {
        let (flow, limit) = self.arc(node);
        if is_up == (node > self.nodes[node].parent) { limit - flow } else { flow }
    }

    fn push(&mut self, node: usize, is_up: bool, grams: i64) {
        let parent = self.nodes[node].parent;
        let change = if is_up == (node > parent) { grams } else { -grams };
        let own = node.max(parent);
        if own < self.seats_from() {
            self.through[own] += change;
        } else {
            self.nodes[node].lot_flow += change;
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
        let other_end = self.nodes[leaving].parent;
        self.turn(inner, outer, leaving, grams);
        let cost = if inner == entering.from { entering.cost } else { -entering.cost };
        let price = cost + self.nodes[outer].price;
        self.reprice(inner, price - self.nodes[inner].price);
        self.unseat(leaving).or_else(|| self.unseat(other_end))
    }

    /// How much the cycle bears, and the last arc to block it, seen from where its two sides meet
    /// and in the direction of flow: the choice that keeps the tree strongly feasible.
    fn bottleneck(&self, entering: Entering) -> (i64, Blocking) {
        let (mut tail, mut head) = (entering.from, entering.to);
        let (mut on_tail, mut on_head) = ((i64::MAX, NONE), (i64::MAX, NONE));
        while tail != head {
            if self.nodes[tail].depth >= self.nodes[head].depth {
                let slack = self.slack(tail, false);
                if slack < on_tail.0 {
                    on_tail = (slack, tail);
                }
                tail = self.nodes[tail].parent;
            } else {
                let slack = self.slack(head, true);
                if slack <= on_head.0 {
                    on_head = (slack, head);
                }
                head = self.nodes[head].parent;
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
            if self.nodes[tail].depth >= self.nodes[head].depth {
                self.push(tail, false, grams);
                tail = self.nodes[tail].parent;
            } else {
                self.push(head, true, grams);
                head = self.nodes[head].parent;
            }
        }
    }

    /// Takes the arc above `leaving` out of the tree and hangs what it held, turned so that `inner`
    /// is its top, below `outer`. `grams` are on the new arc.
    fn turn(&mut self, inner: usize, outer: usize, leaving: usize, grams: i64) {
        let (mut node, mut parent, mut flow) = (inner, outer, grams);
        loop {
            let (above, its_flow) = (self.nodes[node].parent, self.nodes[node].lot_flow);
            self.unhang(node);
            self.hang(node, parent);
            self.nodes[node].lot_flow = flow;
            if node == leaving {
                return;
            }
            (node, parent, flow) = (above, node, its_flow);
        }
    }

    /// Moves the price of all that hangs from `top` by `change`, and finds its depth anew.
    fn reprice(&mut self, top: usize, change: i64) {
        let mut node = top;
        loop {
            self.nodes[node].price += change;
            self.nodes[node].depth = self.nodes[self.nodes[node].parent].depth + 1;
            if self.nodes[node].first_child != NONE {
                node = self.nodes[node].first_child;
                continue;
            }
            while node != top && self.nodes[node].next == NONE {
                node = self.nodes[node].parent;
            }
            if node == top {
                return;
            }
            node = self.nodes[node].next;
        }
    }
}
