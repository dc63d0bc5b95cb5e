//! What each step does to a manifest and to the counters.

use super::books::{Books, Full, Key, ON_HAND, Post};
use super::model::{Item, Manifest, Reserved, Sites};
use super::stage::{Line, PLACES};

/// What a receipt moves, item by item.
pub type Receipt = Vec<Vec<Post>>;

impl Manifest {
    fn on_hand(site: &str, item: &Item) -> Key {
        (ON_HAND, site.to_owned(), item.code().to_owned(), 0)
    }

    fn enforced(&self) -> bool {
        self.stream != "medical"
    }

    fn is_kept_in_storage(&self) -> bool {
        PLACES[self.to].storage_g.is_some() && self.kind != "return"
    }

    /// Reserves everything.
    pub fn file(mut self, books: &mut Books, world: &Sites) -> Result<Self, Full> {
        let (enforced, year) = (self.enforced(), self.year);
        let mut items = self.items.clone();
        // All faults are told at once, but one is enough to refuse.
        for item in &mut items {
            if self.kind != "return" {
                let lines = world.covering(self.to, item.code());
                item.reserved = Some(first_fit(books, lines, year, item.shipped, enforced)?);
            }
            let (own, on_hand) = (item.own(), Self::on_hand(&world.sites[self.from], item));
            if own > 0 {
                if item.produce {
                    books.made(&on_hand, own);
                }
                books.ask(&on_hand, 0, own, self.stream == "hazardous")?;
            }
            if let Some(capacity) = PLACES[self.to].storage_g.filter(|_| self.kind != "return") {
                let storage = world.storage(self.to);
                books.limit(&storage, capacity);
                books.ask(&storage, 0, item.shipped, enforced)?;
            }
        }
        self.items = items;
        (self.status, self.version) = ("filed", 1);
        Ok(self)
    }

    /// The sender's books follow what is gone: of its own, and of what it had stored.
    pub fn move_out(&mut self, books: &mut Books, world: &Sites) {
        if !self.moved_out {
            for item in &self.items {
                let on_hand = Self::on_hand(&world.sites[self.from], item);
                if item.own() > 0 {
                    books.add(&on_hand, 0, -item.own());
                    books.made(&on_hand, -item.own());
                }
                if self.is_plain() && item.own() < item.shipped {
                    books.add(&world.storage(self.from), item.own() - item.shipped, 0);
                }
            }
        }
        self.moved_out = true;
    }

    pub fn cancel(mut self, books: &mut Books, world: &Sites) -> Self {
        for item in &self.items {
            if item.own() > 0 {
                books.add(&Self::on_hand(&world.sites[self.from], item), 0, -item.own());
            }
            for (key, _) in item.reserved.iter().flat_map(|one| one.keys(one.year)) {
                books.add(&key, 0, -item.shipped);
            }
            if self.is_kept_in_storage() {
                books.add(&world.storage(self.to), 0, -item.shipped);
            }
        }
        (self.status, self.version) = ("cancelled", self.version + 1);
        self
    }

    /// What counters a receipt moves: accepted and refused of each item, in their order.
    pub fn receipt(&self, found: &[(i64, i64)], year: i16, world: &Sites) -> Receipt {
        let one = |(item, (accepted, _)): (&Item, &(i64, i64))| {
            let (shipped, used, enforced) = (item.shipped, *accepted, self.enforced());
            let Some(reserved) = &item.reserved else {
                // It is its producer's again.
                let key = Self::on_hand(&world.sites[self.to], item);
                return vec![Post { key, made: used, ..Post::default() }];
            };
            let in_year = reserved.year == year;
            let mut posts: Vec<Post> = Vec::new();
            for (key, limit) in reserved.keys(year) {
                let (reserved, limit) = if in_year { (-shipped, None) } else { (0, Some(limit)) };
                posts.push(Post { key, used, reserved, limit, enforced, made: 0 });
            }
            let old = reserved.keys(reserved.year).into_iter().filter(|_| !in_year);
            posts.extend(old.map(|(key, _)| Post { key, reserved: -shipped, ..Post::default() }));
            // What has its place is held to it; where none is known all is let in.
            let (kept, key) = (self.is_kept_in_storage(), world.storage(self.to));
            let (reserved, enforced) = (if kept { -shipped } else { 0 }, enforced && kept);
            posts.push(Post { key, used, reserved, enforced, ..Post::default() });
            posts
        };
        self.items.iter().zip(found).map(one).collect()
    }

    pub fn receive(
        mut self,
        found: &[(i64, i64)],
        year: i16,
        (books, world): (&mut Books, &Sites),
    ) -> Result<Self, Full> {
        let posts = self.receipt(found, year, world);
        posts.iter().flatten().try_for_each(|post| books.post(post))?;
        self.move_out(books, world);
        Ok(self.found(found))
    }

    /// It is received, with what was found of each item.
    pub fn found(mut self, found: &[(i64, i64)]) -> Self {
        for (item, (accepted, refused)) in self.items.iter_mut().zip(found) {
            (item.accepted, item.refused) = (*accepted, *refused);
        }
        self.aboard.clear();
        self.status = self.standing();
        self.version += 1;
        self
    }

    /// Treated masses, by index of the item.
    pub fn complete(mut self, treated: &[(usize, i64)], books: &mut Books, world: &Sites) -> Self {
        for (n, mass) in treated {
            self.items[*n].treated += mass;
            books.add(&world.storage(self.to), -mass, 0);
        }
        self.status = self.standing();
        self.version += 1;
        self
    }
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
