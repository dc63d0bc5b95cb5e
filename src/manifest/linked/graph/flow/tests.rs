//! Masses through graphs that no database has: by hand, and at random.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::manifest::Bond;

proptest! {
    /// Nothing is made or lost, and no part is a gram or more off.
    #[test]
    fn a_split_is_exact(whole in 0..1_000_000_000_000i64,
                        weights in prop::collection::vec(0..1_000_000_000_000i64, 1..40)) {
        let parts = split(whole, &weights);
        let total: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
        if total > 0 {
            prop_assert_eq!(parts.iter().sum::<i64>(), whole);
            for (part, weight) in parts.iter().zip(&weights) {
                let off = i128::from(*part) * total - i128::from(whole) * i128::from(*weight);
                prop_assert!(off.abs() < total);
            }
        }
    }
}

fn id(n: u8) -> Uuid {
    Uuid::from_bytes([n; 16])
}

/// What became of a manifest of one line.
#[derive(Clone, Copy, Debug, Default)]
struct Became {
    shipped: i64,
    /// Of what was shipped: what others had sent.
    came: i64,
    accepted: i64,
    refused: i64,
    lost: i64,
    treated: i64,
    sent_on: i64,
    sent_back: i64,
}

impl Became {
    fn of(shipped: i64, accepted: i64, refused: i64) -> Self {
        Self { shipped, accepted, refused, ..Self::default() }
    }

    /// As a received manifest of this kind.
    fn node(self, n: u8, kind: &str) -> (Uuid, Node) {
        let party = json!({"organisation_id": id(n), "name": "x", "uscc": "x", "site_name": "x",
            "division": "01", "region_code": "659002"});
        let sources = json!([{"mass_g": self.came}]);
        let link = |bond: &str, mass: i64| {
            let items = json!([{"line": 1, "mass_g": mass}]);
            json!({"bond": bond, "manifest_id": id(0), "items": items})
        };
        let state = json!({"status": "accepted", "filed_at": "2026-12-01T00:00:00Z",
            "received": {},
            "filed": {"number": "1", "stream": "hazardous", "kind": kind, "producer": party,
                "producer_site_id": id(n), "receiver": party, "receiver_site_id": id(n), "legs": [],
                "items": [{"line": 1, "waste_code": "900-249-08", "mass_g": self.shipped,
                    "source_items": sources}]},
            "links": [link("onward", self.sent_on), link("return", self.sent_back)],
            "progress": [{"accepted_g": self.accepted, "refused_g": self.refused,
                "lost_g": self.lost, "treated_g": self.treated}]});
        (id(n), serde_json::from_value(state).unwrap())
    }
}

fn edge(from: u8, to: u8, mass_g: i64, bond: Bond) -> Edge {
    Edge { from_id: id(from), from_line: 1, to_id: id(to), to_line: 1, bond, mass_g }
}

/// Two loads are put together, a third of it is sent on, and half of that treated.
#[test]
fn what_was_put_together_goes_on_in_proportion() {
    let sent = |became: Became, sent_on: i64| Became { sent_on, ..became };
    let nodes = HashMap::from([
        sent(Became::of(60, 60, 0), 60).node(1, "manifest"),
        sent(Became::of(30, 30, 0), 30).node(2, "manifest"),
        Became { came: 90, ..sent(Became::of(90, 90, 0), 30) }.node(3, "manifest"),
        Became { came: 30, treated: 10, ..Became::of(30, 20, 10) }.node(4, "manifest"),
    ]);
    let onward = |from: u8, to: u8, mass: i64| edge(from, to, mass, Bond::Onward);
    let edges = [onward(1, 3, 60), onward(2, 3, 30), onward(3, 4, 30)];
    let up = upstream(&[((id(4), 1), 30)], &edges, &nodes);
    let own = |n: u8, mass: i64| ((1, (id(n), 1), End::Own), mass);
    assert_eq!((up.ends, up.through), (BTreeMap::from([own(1, 20), own(2, 10)]), vec![20, 10, 30]));
    let down = downstream(&[((id(1), 1), 60)], &edges, &nodes);
    let end = |n: u8, end: End, mass: i64| ((1, (id(n), 1), end), mass);
    let wanted = BTreeMap::from([
        end(3, End::Stored, 40),
        // Of 20 g that went on, 20/30 were accepted and half of those treated.
        end(4, End::Stored, 7),
        end(4, End::Treated, 7),
        end(4, End::Held, 6),
    ]);
    assert_eq!((down.ends, down.through), (wanted, vec![60, 0, 20]));
}

/// Refused at the first gate, refused in part at home again, and the rest of that sent there anew.
#[test]
fn a_return_of_a_return_is_followed() {
    let nodes = HashMap::from([
        Became { sent_back: 10, ..Became::of(10, 0, 10) }.node(1, "manifest"),
        Became { came: 10, sent_back: 4, ..Became::of(10, 5, 5) }.node(2, "return"),
        Became { came: 4, ..Became::of(4, 4, 0) }.node(3, "return"),
    ]);
    let edges = [edge(1, 2, 10, Bond::Return), edge(2, 3, 4, Bond::Return)];
    let down = downstream(&[((id(1), 1), 10)], &edges, &nodes);
    let end = |n: u8, end: End, mass: i64| ((1, (id(n), 1), end), mass);
    let wanted = [end(2, End::Returned, 5), end(2, End::Held, 1), end(3, End::Returned, 4)];
    assert_eq!(down.ends, BTreeMap::from(wanted));
    let up = upstream(&[((id(3), 1), 4)], &edges, &nodes);
    assert_eq!(up.ends, BTreeMap::from([((1, (id(1), 1), End::Own), 4)]));
}

/// A tenth more was found at the gate than was declared: all of it counts, here and further on.
#[test]
fn what_was_found_at_the_gate_counts() {
    let nodes = HashMap::from([
        Became { sent_on: 55, ..Became::of(100, 110, 0) }.node(1, "manifest"),
        Became { came: 55, treated: 66, ..Became::of(55, 66, 0) }.node(2, "manifest"),
    ]);
    let edges = [edge(1, 2, 55, Bond::Onward)];
    let down = downstream(&[((id(1), 1), 100)], &edges, &nodes);
    let end = |n: u8, end: End, mass: i64| ((1, (id(n), 1), end), mass);
    assert_eq!(down.ends, BTreeMap::from([end(1, End::Stored, 55), end(2, End::Treated, 66)]));
    let up = upstream(&[((id(2), 1), 55)], &edges, &nodes);
    assert_eq!(up.ends, BTreeMap::from([((1, (id(1), 1), End::Own), 55)]));
}

/// What a longer chain than was read says of its ends: not that it began or lies there.
#[test]
fn a_cut_chain_says_where_it_was_cut() {
    let nodes =
        HashMap::from(
            [Became { came: 6, sent_on: 7, ..Became::of(10, 10, 0) }.node(1, "manifest")],
        );
    let start = [((id(1), 1), 10)];
    let end = |end: End, mass: i64| ((1, (id(1), 1), end), mass);
    let up = upstream(&start, &[], &nodes);
    assert_eq!(up.ends, BTreeMap::from([end(End::Own, 4), end(End::Further, 6)]));
    let down = downstream(&start, &[], &nodes);
    assert_eq!(down.ends, BTreeMap::from([end(End::Stored, 3), end(End::Further, 7)]));
}

/// No filing makes a ring; one in the table must not keep a server going round.
#[test]
fn a_ring_ends() {
    let ring = |n: u8| Became { came: 5, sent_on: 5, ..Became::of(5, 5, 0) }.node(n, "manifest");
    let nodes = HashMap::from([ring(1), ring(2)]);
    let edges = [edge(1, 2, 5, Bond::Onward), edge(2, 1, 5, Bond::Onward)];
    let start = [((id(1), 1), 5)];
    for flow in [upstream(&start, &edges, &nodes), downstream(&start, &edges, &nodes)] {
        assert_eq!(flow.ends, BTreeMap::from([((1, (id(2), 1), End::Further), 5)]));
    }
}

/// A graph as filings make it: each manifest takes from those before it what they have.
#[derive(Debug)]
struct Made {
    became: Vec<Became>,
    edges: Vec<Edge>,
}

/// What chance decides of one manifest.
#[derive(Clone, Debug)]
struct Chance {
    own: i64,
    /// Thousandths of what was shipped that were found at the gate, refused and lost.
    found: i64,
    refused: i64,
    lost: i64,
    treated: i64,
    /// How much it takes of each before it, in sixteenths of what is there; most take nothing.
    takes: Vec<u8>,
}

fn chance() -> impl Strategy<Value = Chance> {
    let takes = prop::collection::vec(prop_oneof![3 => Just(0u8), 1 => 1..=16u8], 24);
    (1..10_000_000i64, 900..1050i64, 0..500i64, 0..100i64, 0..1000i64, takes).prop_map(
        |(own, found, refused, lost, treated, takes)| Chance {
            own,
            found,
            refused,
            lost,
            treated,
            takes,
        },
    )
}

fn made(chances: &[Chance], is_gain_allowed: bool) -> Made {
    let mut made = Made { became: Vec::new(), edges: Vec::new() };
    for (n, chance) in chances.iter().enumerate() {
        let (mut came, mut edges) = (0, Vec::new());
        for (from, sixteenths) in chance.takes.iter().take(n).enumerate() {
            let before = &mut made.became[from];
            // By turns of what was accepted, and of what was refused.
            let bond = if (n + from) % 3 == 0 { Bond::Forward } else { Bond::Onward };
            let there = match bond {
                Bond::Onward => before.accepted - before.treated - before.sent_on,
                Bond::Return | Bond::Forward => before.refused - before.sent_back,
            };
            let mass = there * i64::from(*sixteenths) / 16;
            if mass > 0 {
                match bond {
                    Bond::Onward => before.sent_on += mass,
                    Bond::Return | Bond::Forward => before.sent_back += mass,
                }
                came += mass;
                edges.push(edge(from as u8 + 1, n as u8 + 1, mass, bond));
            }
        }
        made.edges.extend(edges);
        let own = if came > 0 && n % 2 == 0 { 0 } else { chance.own };
        let shipped = came + own;
        let found = if is_gain_allowed { chance.found } else { chance.found.min(1000) };
        let lost = shipped * chance.lost / 1000;
        let arrived = (shipped - lost) * found / 1000;
        let refused = arrived * chance.refused / 1000;
        let accepted = arrived - refused;
        let treated = accepted * chance.treated / 2000;
        let became =
            Became { shipped, came, accepted, refused, lost, treated, ..Became::default() };
        made.became.push(became);
    }
    made
}

impl Made {
    fn nodes(&self) -> HashMap<Uuid, Node> {
        let numbered = self.became.iter().zip(1..);
        numbered.map(|(became, n)| became.node(n, "manifest")).collect()
    }

    fn start(&self, n: u8) -> (Line, i64) {
        ((id(n), 1), self.became[usize::from(n) - 1].shipped)
    }

    fn numbers(&self) -> impl Iterator<Item = u8> + use<> {
        1..=self.became.len() as u8
    }
}

fn sum(flow: &Flow) -> i64 {
    flow.ends.values().sum()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Through whatever layers, what goes in is what comes out, however little of the graph is
    /// known; and of all that is known, nothing goes further.
    #[test]
    fn no_gram_is_made_or_lost(
        chances in prop::collection::vec(chance(), 2..24), known in any::<u64>()
    ) {
        let made = made(&chances, false);
        let nodes = made.nodes();
        let some = made.edges.iter().enumerate().filter(|(n, _)| (known >> (n % 64)) & 1 == 1);
        let some: Vec<Edge> = some.map(|(_, edge)| *edge).collect();
        for n in made.numbers() {
            let start = [made.start(n)];
            for edges in [&made.edges, &some] {
                prop_assert_eq!(sum(&upstream(&start, edges, &nodes)), start[0].1);
                prop_assert_eq!(sum(&downstream(&start, edges, &nodes)), start[0].1);
            }
            let edges = &made.edges;
            let all = [upstream(&start, edges, &nodes), downstream(&start, edges, &nodes)];
            let further = |flow: &Flow| flow.ends.keys().any(|(.., end)| *end == End::Further);
            prop_assert!(!all.iter().any(further));
        }
    }

    /// Both ways say the same: as much of a sender's waste comes to a manifest as is in it. Each
    /// hand-on rounds by less than a gram.
    #[test]
    fn up_and_down_agree(chances in prop::collection::vec(chance(), 2..16)) {
        let made = made(&chances, true);
        let nodes = made.nodes();
        let slack = 4 * (made.edges.len() + made.became.len()) as i64;
        for sender in made.numbers().filter(|n| made.became[usize::from(*n) - 1].came == 0) {
            let down = downstream(&[made.start(sender)], &made.edges, &nodes);
            for n in made.numbers().filter(|n| *n != sender) {
                let parts = made.edges.iter().zip(&down.through);
                let into = parts.filter(|(edge, _)| edge.to_id == id(n));
                let came: i64 = into.map(|(_, part)| part).sum();
                let up = upstream(&[made.start(n)], &made.edges, &nodes);
                let is_in = up.ends.get(&(1, (id(sender), 1), End::Own)).copied().unwrap_or(0);
                prop_assert!((came - is_in).abs() <= slack, "{sender} in {n}: {came}, {is_in}");
            }
        }
    }

    /// What lies somewhere is, to the gram and a rounding, the sum of what each began there.
    #[test]
    fn a_stock_is_the_sum_of_its_parts(chances in prop::collection::vec(chance(), 2..16)) {
        let made = made(&chances, true);
        let nodes = made.nodes();
        let mut stocks: HashMap<Uuid, i64> = HashMap::new();
        for n in made.numbers() {
            let became = made.became[usize::from(n) - 1];
            // What it began there, and not what it took on.
            let own = became.shipped - became.came;
            let down = downstream(&[((id(n), 1), own)], &made.edges, &nodes);
            for ((_, (at, _), end), mass) in down.ends {
                if end == End::Stored {
                    *stocks.entry(at).or_default() += mass;
                }
            }
        }
        let slack = 4 * (made.edges.len() + made.became.len()) as i64;
        for n in made.numbers() {
            let became = made.became[usize::from(n) - 1];
            let stored = became.accepted - became.treated - became.sent_on;
            let told = stocks.get(&id(n)).copied().unwrap_or(0);
            prop_assert!((told - stored).abs() <= slack, "{n}: {told}, {stored}");
        }
    }
}
