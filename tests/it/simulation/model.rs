//! The model: manifests and counters as the law of the domain has them, in a few lines that share
//! nothing with the program. Masses are grams.

use std::collections::BTreeMap;

use super::stage::{Line, RECEIVERS, WASTES};

/// Kind (as in `account.kind`), owner, item, year.
pub type Key = (i16, String, String, i16);

pub const LINE: i16 = 1;
pub const SHARED: i16 = 2;
pub const ON_HAND: i16 = 3;
pub const STORAGE: i16 = 4;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    pub limit: Option<i64>,
    pub used: i64,
    pub reserved: i64,
}

impl Sums {
    fn left(self) -> Option<i64> {
        self.limit.map(|limit| limit - self.used - self.reserved)
    }
}

/// All counters.
#[derive(Clone, Debug, Default)]
pub struct Books(pub BTreeMap<Key, Sums>);

/// A counter has no room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full;

impl Books {
    fn at(&mut self, key: &Key) -> &mut Sums {
        let fresh = (key.0 == ON_HAND).then_some(0);
        self.0.entry(key.clone()).or_insert(Sums { limit: fresh, ..Sums::default() })
    }

    pub fn add(&mut self, key: &Key, used: i64, reserved: i64) {
        let sums = self.at(key);
        sums.used += used;
        sums.reserved += reserved;
    }

    /// The same where there must be room for it; what frees room always passes.
    pub fn ask(&mut self, key: &Key, used: i64, reserved: i64, enforced: bool) -> Result<(), Full> {
        let before = self.at(key).left();
        self.add(key, used, reserved);
        let after = self.at(key).left();
        let is_worse = before.zip(after).is_none_or(|(before, after)| after < before);
        let fits = !enforced || after.is_none_or(|left| left >= 0) || !is_worse;
        if fits {
            return Ok(());
        }
        self.add(key, -used, -reserved);
        Err(Full)
    }

    pub fn limit(&mut self, key: &Key, limit: i64) {
        self.at(key).limit = Some(limit);
    }

    pub fn made(&mut self, key: &Key, mass: i64) {
        let sums = self.at(key);
        sums.limit = sums.limit.map(|limit| limit + mass);
    }
}

/// Where an item's mass is reserved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reserved {
    pub line: Line,
    pub year: i16,
}

impl Reserved {
    /// Its line, and the limit that the licence's lines share.
    pub fn keys(&self, year: i16) -> Vec<(Key, i64)> {
        let Line { licence, n, permitted, shared, .. } = &self.line;
        let mut keys = vec![((LINE, licence.clone(), n.to_string(), year), *permitted)];
        keys.extend(shared.map(|limit| ((SHARED, licence.clone(), "0".to_owned(), year), limit)));
        keys
    }
}

#[derive(Clone, Debug)]
pub struct Item {
    pub waste: usize,
    pub shipped: i64,
    pub produce: bool,
    pub accepted: i64,
    pub refused: i64,
    pub treated: i64,
    pub lost: i64,
    pub reserved: Option<Reserved>,
}

impl Item {
    pub fn code(&self) -> &'static str {
        WASTES[self.waste].1
    }
}

#[derive(Clone, Debug)]
pub struct Manifest {
    /// Empty until the program has given one.
    pub id: String,
    pub stream: &'static str,
    pub producer: usize,
    pub receiver: usize,
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
    pub items: Vec<Item>,
    pub moved_out: bool,
}

/// Everything that the model knows.
#[derive(Default)]
pub struct Model {
    pub manifests: Vec<Manifest>,
    pub books: Books,
    /// Events since the world began.
    pub events: i64,
}

/// What a step that passes makes of the world.
pub struct Change {
    pub at: Option<usize>,
    /// `None` for a draft that is taken away, or where no manifest is concerned.
    pub manifest: Option<Manifest>,
    pub books: Books,
    pub events: i64,
}

impl Manifest {
    fn on_hand(&self, sites: &[String], item: &Item) -> Key {
        (ON_HAND, sites[self.producer].clone(), item.code().to_owned(), 0)
    }

    fn storage(&self, sites: &[String]) -> Key {
        (STORAGE, sites[self.receiver].clone(), String::new(), 0)
    }

    fn enforced(&self) -> bool {
        self.stream != "medical"
    }

    /// Reserves everything.
    pub fn file(mut self, books: &mut Books, world: &Sites) -> Result<Self, Full> {
        let (stream, enforced, year) = (self.stream, self.enforced(), self.year);
        let receiver = RECEIVERS[self.receiver];
        let mut items = self.items.clone();
        // All faults are told at once, but one is enough to refuse.
        for item in &mut items {
            let code = item.code();
            let lines = world
                .lines
                .iter()
                .filter(|line| line.receiver == self.receiver && line.codes.contains(&code));
            item.reserved = Some(first_fit(books, lines, year, item.shipped, enforced)?);
            let on_hand = self.on_hand(&world.producers, item);
            if item.produce {
                books.made(&on_hand, item.shipped);
            }
            books.ask(&on_hand, 0, item.shipped, stream == "hazardous")?;
            if let Some(capacity) = receiver.storage_g {
                let storage = self.storage(&world.receivers);
                books.limit(&storage, capacity);
                books.ask(&storage, 0, item.shipped, enforced)?;
            }
        }
        self.items = items;
        (self.status, self.version) = ("filed", 1);
        Ok(self)
    }

    /// The producer's books follow what is gone.
    pub fn move_out(&mut self, books: &mut Books, world: &Sites) {
        if !self.moved_out {
            for item in &self.items {
                let on_hand = self.on_hand(&world.producers, item);
                books.add(&on_hand, 0, -item.shipped);
                books.made(&on_hand, -item.shipped);
            }
        }
        self.moved_out = true;
    }

    pub fn cancel(mut self, books: &mut Books, world: &Sites) -> Self {
        for item in &self.items {
            books.add(&self.on_hand(&world.producers, item), 0, -item.shipped);
            for (key, _) in item.reserved.iter().flat_map(|one| one.keys(one.year)) {
                books.add(&key, 0, -item.shipped);
            }
            if RECEIVERS[self.receiver].storage_g.is_some() {
                books.add(&self.storage(&world.receivers), 0, -item.shipped);
            }
        }
        (self.status, self.version) = ("cancelled", self.version + 1);
        self
    }

    /// What was found: accepted and refused, in the order of the items.
    pub fn receive(
        mut self,
        found: &[(i64, i64)],
        year: i16,
        (books, world): (&mut Books, &Sites),
    ) -> Result<Self, Full> {
        let enforced = self.enforced();
        let storage = self.storage(&world.receivers);
        let stored = RECEIVERS[self.receiver].storage_g.is_some();
        for (item, (accepted, refused)) in self.items.iter_mut().zip(found) {
            let (shipped, accepted) = (item.shipped, *accepted);
            let reserved = item.reserved.clone().unwrap();
            if reserved.year == year {
                for (key, _) in reserved.keys(year) {
                    books.ask(&key, accepted, -shipped, enforced)?;
                }
            } else {
                for (key, _) in reserved.keys(reserved.year) {
                    books.add(&key, 0, -shipped);
                }
                for (key, limit) in reserved.keys(year) {
                    books.limit(&key, limit);
                    books.ask(&key, accepted, 0, enforced)?;
                }
            }
            books.add(&storage, accepted, if stored { -shipped } else { 0 });
            (item.accepted, item.refused) = (accepted, *refused);
        }
        self.move_out(books, world);
        let some = |part: fn(&Item) -> i64| self.items.iter().any(|item| part(item) > 0);
        self.status = match (some(|item| item.accepted), some(|item| item.refused)) {
            (true, false) => "accepted",
            (true, true) => "partly_accepted",
            (false, _) => "refused",
        };
        self.version += 1;
        Ok(self)
    }

    /// Treated masses, by index of the item.
    pub fn complete(mut self, treated: &[(usize, i64)], books: &mut Books, world: &Sites) -> Self {
        for (n, mass) in treated {
            self.items[*n].treated += mass;
            books.add(&self.storage(&world.receivers), -mass, 0);
        }
        if self.items.iter().all(|item| item.treated == item.accepted) {
            self.status = "completed";
        }
        self.version += 1;
        self
    }
}

/// What does not change: ids of sites, and who may take what.
#[derive(Clone, Default)]
pub struct Sites {
    pub producers: Vec<String>,
    pub receivers: Vec<String>,
    pub lines: Vec<Line>,
}

/// The first of the lines that has room, and its licence too.
fn first_fit<'a>(
    books: &mut Books,
    lines: impl Iterator<Item = &'a Line>,
    year: i16,
    mass: i64,
    enforced: bool,
) -> Result<Reserved, Full> {
    for line in lines {
        let reserved = Reserved { line: line.clone(), year };
        let mut tried = books.clone();
        let fits = reserved.keys(year).iter().all(|(key, limit)| {
            tried.limit(key, *limit);
            tried.ask(key, 0, mass, enforced).is_ok()
        });
        if fits {
            *books = tried;
            return Ok(reserved);
        }
    }
    Err(Full)
}
