//! The model: manifests as the law of the domain has them, in a few lines that share nothing with
//! the program. Masses are grams; other manifests and their lines are named by their index.

use std::collections::BTreeMap;

use super::agreed::Amendment;
use super::books::{Books, Key, LINE, SHARED, STORAGE};
use super::round::{Round, Trip};
use super::stage::{Line, PLACES, WASTES};

/// Where an item's mass is reserved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reserved {
    pub line: Line,
    pub year: i16,
}

impl Reserved {
    /// Its line, and what the licence's lines hold together, with or without a limit.
    pub fn keys(&self, year: i16) -> Vec<(Key, i64)> {
        let Line { licence, n, permitted, shared, .. } = &self.line;
        vec![
            ((LINE, licence.clone(), n.to_string(), year), *permitted),
            ((SHARED, licence.clone(), "0".to_owned(), year), shared.unwrap_or(i64::MAX)),
        ]
    }
}

/// Mass of another manifest's line, refused there or stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    pub at: usize,
    pub line: usize,
    pub mass: i64,
}

#[derive(Clone, Debug)]
pub struct Item {
    pub waste: usize,
    pub shipped: i64,
    pub produce: bool,
    pub sources: Vec<Source>,
    pub accepted: i64,
    pub refused: i64,
    pub treated: i64,
    pub lost: i64,
    /// Of what was refused, what others have taken; of what was accepted, what went on.
    pub taken: i64,
    pub sent_on: i64,
    pub reserved: Option<Reserved>,
}

impl Item {
    pub fn new(waste: usize, shipped: i64, produce: bool) -> Self {
        Self {
            waste,
            shipped,
            produce,
            sources: Vec::new(),
            accepted: 0,
            refused: 0,
            treated: 0,
            lost: 0,
            taken: 0,
            sent_on: 0,
            reserved: None,
        }
    }

    pub fn code(&self) -> &'static str {
        WASTES[self.waste].1
    }

    /// The sender's own, and not another's whom it came from.
    pub fn own(&self) -> i64 {
        self.shipped - self.sources.iter().map(|source| source.mass).sum::<i64>()
    }

    /// Refused, and here still.
    pub const fn held(&self) -> i64 {
        self.refused - self.taken
    }

    /// What there was of it in the end: what was shipped, or more where the gate found more.
    pub fn found(&self) -> i64 {
        self.shipped.max(self.accepted + self.refused + self.lost)
    }

    pub fn is_more(&self) -> bool {
        self.found() > self.shipped
    }
}

#[derive(Clone, Debug)]
pub struct Manifest {
    /// Empty until the program has given one.
    pub id: String,
    /// `manifest`, `return` or `forward`.
    pub kind: &'static str,
    pub stream: &'static str,
    /// Places.
    pub from: usize,
    pub to: usize,
    /// The carrier of the first leg, and the one that has the load by the book.
    pub first: usize,
    pub riding: usize,
    /// Which of the carriers have a leg.
    pub legs: [bool; 2],
    pub status: &'static str,
    pub version: i64,
    pub year: i16,
    /// As it was asked for: a draft is filed with it.
    pub day: String,
    pub note: String,
    pub items: Vec<Item>,
    pub moved_out: bool,
    /// Vehicles with what each has of the load, from departure to receipt.
    pub aboard: Vec<(usize, i64)>,
    /// How many were ever proposed, and those that wait.
    pub amendments: i64,
    pub open: Vec<Amendment>,
}

/// Everything that the model knows.
#[derive(Default)]
pub struct Model {
    pub manifests: Vec<Manifest>,
    pub rounds: Vec<Round>,
    pub trips: Vec<Trip>,
    pub books: Books,
    /// Events since the world began.
    pub events: i64,
}

/// What a step that passes makes of the world.
pub struct Change {
    pub at: Option<usize>,
    /// `None` for a draft that is taken away, or where no manifest is concerned.
    pub manifest: Option<Manifest>,
    /// Others that it takes mass from, or gives it back to.
    pub beside: Vec<(usize, Manifest)>,
    /// Manifests that wait to be collected.
    pub fresh: Vec<Manifest>,
    /// With its place, where it is not new.
    pub round: Option<(Option<usize>, Round)>,
    pub trip: Option<(Option<usize>, Trip)>,
    pub shows: Shows,
    pub books: Books,
    pub events: i64,
}

/// What the answer to a step shows.
#[derive(Debug)]
pub enum Shows {
    /// The manifest itself, if there is one.
    Manifest,
    Amendment {
        n: i64,
        status: &'static str,
    },
    /// A round or a trip.
    Round {
        status: &'static str,
        version: i64,
    },
    /// One stop of a round.
    Stop {
        status: &'static str,
        version: i64,
    },
    /// What a reading was split into.
    Split {
        masses: Vec<i64>,
        version: i64,
    },
}

impl Change {
    /// Nothing happens.
    pub fn none(books: Books) -> Self {
        Self {
            at: None,
            manifest: None,
            beside: Vec::new(),
            fresh: Vec::new(),
            round: None,
            trip: None,
            shows: Shows::Manifest,
            books,
            events: 0,
        }
    }

    /// One event, of this manifest alone.
    pub fn one(at: Option<usize>, manifest: Manifest, books: Books) -> Self {
        Self { at, manifest: Some(manifest), events: 1, ..Self::none(books) }
    }
}

impl Model {
    /// The manifests that one takes mass from, once it has (`sign` 1) or given it back (-1).
    pub fn sources(&self, manifest: &Manifest, sign: i64) -> Vec<(usize, Manifest)> {
        let mut touched: BTreeMap<usize, Manifest> = BTreeMap::new();
        for source in manifest.items.iter().flat_map(|item| &item.sources) {
            let known = || Manifest {
                version: self.manifests[source.at].version + 1,
                ..self.manifests[source.at].clone()
            };
            let other = touched.entry(source.at).or_insert_with(known);
            let item = &mut other.items[source.line];
            let part = if manifest.is_plain() { &mut item.sent_on } else { &mut item.taken };
            *part += sign * source.mass;
            other.status = other.standing();
        }
        touched.into_iter().collect()
    }
}

impl Manifest {
    pub fn is_plain(&self) -> bool {
        self.kind == "manifest"
    }

    /// Some of it came in on others.
    pub fn is_carried_on(&self) -> bool {
        self.items.iter().any(|item| !item.sources.is_empty())
    }

    pub fn is_received(&self) -> bool {
        ["accepted", "partly_accepted", "refused", "completed"].contains(&self.status)
    }

    /// Accepted, and here still: neither treated nor sent on. What came home is in the ledger.
    pub fn stored(&self, line: usize) -> i64 {
        let item = &self.items[line];
        if self.kind == "return" { 0 } else { item.accepted - item.treated - item.sent_on }
    }

    pub fn held(&self) -> i64 {
        self.items.iter().map(Item::held).sum()
    }

    /// The login of who has what is in limbo.
    pub fn holder(&self) -> String {
        if self.is_received() {
            PLACES[self.to].login.to_owned()
        } else if self.moved_out {
            format!("carrier{}", self.riding)
        } else {
            PLACES[self.from].login.to_owned()
        }
    }

    /// Refused mass without a place: where it is and how much.
    pub fn limbo(&self) -> Option<(&'static str, i64)> {
        let (word, mass) = if self.is_received() {
            ("held", self.held())
        } else if self.is_plain() || ["cancelled", "draft", ""].contains(&self.status) {
            return None;
        } else {
            ("under_way", self.on_the_way())
        };
        (mass > 0).then_some((word, mass))
    }

    /// It follows the accepted part: done when all of that is treated or sent on.
    pub fn standing(&self) -> &'static str {
        let some = |part: fn(&Item) -> i64| self.items.iter().any(|item| part(item) > 0);
        let left = |line: usize| self.kind == "return" || self.stored(line) > 0;
        match (some(|item| item.accepted), some(|item| item.refused)) {
            (true, _) if !(0..self.items.len()).any(left) => "completed",
            (true, false) => "accepted",
            (true, true) => "partly_accepted",
            (false, _) => "refused",
        }
    }
}

/// What does not change: ids of sites, and who may take what.
#[derive(Clone, Default)]
pub struct Sites {
    /// One a place.
    pub sites: Vec<String>,
    pub lines: Vec<Line>,
}

impl Sites {
    pub fn storage(&self, place: usize) -> Key {
        (STORAGE, self.sites[place].clone(), String::new(), 0)
    }

    /// The lines of a place's licences that have a waste.
    pub fn covering<'a>(
        &'a self,
        place: usize,
        code: &'a str,
    ) -> impl Iterator<Item = &'a Line> + 'a {
        self.lines.iter().filter(move |line| line.place == place && line.codes.contains(&code))
    }
}
