//! Amendments in the model: what is agreed to be changed, and what that does to the counters.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::books::{Books, Full, Key, ON_HAND, Post};
use super::model::{Item, Manifest, Reserved, Sites};
use super::stage::{Line, PLACES};

/// A field with its new value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    Mass(usize, i64),
    /// Of a line, another waste.
    Code(usize, usize),
    Day(String),
    Note(String),
}

impl Edit {
    /// Both change the same field.
    fn meets(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Mass(one, _), Self::Mass(two, _)) | (Self::Code(one, _), Self::Code(two, _)) => {
                one == two
            }
            (Self::Day(_), Self::Day(_)) | (Self::Note(_), Self::Note(_)) => true,
            _ => false,
        }
    }

    pub const fn is_booked(&self) -> bool {
        !matches!(self, Self::Note(_))
    }
}

/// An amendment that waits for somebody's consent.
#[derive(Clone, Debug)]
pub struct Amendment {
    pub n: i64,
    /// Logins: who proposed it, who is asked still, who has consented.
    pub by: String,
    pub needs: Vec<String>,
    pub approved: Vec<String>,
    pub edits: Vec<Edit>,
    /// As the program told it.
    pub expires_at: Option<DateTime<Utc>>,
}

impl Amendment {
    pub fn meets(&self, edits: &[Edit]) -> bool {
        self.edits.iter().any(|own| edits.iter().any(|edit| own.meets(edit)))
    }
}

/// What moves as one, by the first choice that has room; of a licence, with its line.
type Move = Vec<(Option<Line>, Vec<Post>)>;

impl Manifest {
    /// The edits that change something.
    pub fn changing(&self, edits: &[Edit]) -> Vec<Edit> {
        let changes = |edit: &&Edit| match edit {
            Edit::Mass(line, mass) => self.items[*line].shipped != *mass,
            Edit::Code(line, waste) => self.items[*line].waste != *waste,
            Edit::Day(day) => self.day != *day,
            Edit::Note(note) => self.note != *note,
        };
        edits.iter().filter(changes).cloned().collect()
    }

    /// No agreement of the parties changes it any more.
    pub fn is_closed(&self, edit: &Edit) -> bool {
        let has_left = self.moved_out && self.stream == "hazardous";
        self.is_received() || (matches!(edit, Edit::Day(_)) && has_left)
    }

    /// What came in on others is theirs to the gram, and stays what they called it.
    pub fn is_anothers(&self, edit: &Edit) -> bool {
        match edit {
            Edit::Mass(line, _) | Edit::Code(line, _) => !self.items[*line].sources.is_empty(),
            Edit::Day(_) | Edit::Note(_) => false,
        }
    }

    /// Less would be sent than was lost on the way already.
    pub fn is_below_lost(&self, edits: &[Edit]) -> bool {
        let below =
            |edit: &Edit| matches!(edit, Edit::Mass(line, mass) if *mass < self.items[*line].lost);
        edits.iter().any(below)
    }

    /// Open amendments that a step has made impossible come to nothing, each with an event.
    pub fn drop_obsolete(&mut self) -> i64 {
        let is_open = ["filed", "in_transit", "arrived"].contains(&self.status);
        let open = std::mem::take(&mut self.open);
        let before = open.len();
        let stays = |one: &Amendment| is_open && !one.edits.iter().any(|edit| self.is_closed(edit));
        self.open = open.into_iter().filter(stays).collect();
        let gone = (before - self.open.len()) as i64;
        self.version += gone;
        gone
    }

    /// The manifest with these edits, and the counters by the difference.
    pub fn amended(&self, edits: &[Edit], books: &mut Books, world: &Sites) -> Result<Self, Full> {
        let mut after = self.clone();
        for edit in edits {
            match edit {
                Edit::Mass(line, mass) => after.items[*line].shipped = *mass,
                Edit::Code(line, waste) => after.items[*line].waste = *waste,
                Edit::Day(day) => {
                    after.day.clone_from(day);
                    after.year = day[..4].parse().unwrap();
                }
                Edit::Note(note) => after.note.clone_from(note),
            }
        }
        after.reload();
        // What goes home holds nothing: it needs neither a licence nor room.
        if !edits.iter().any(Edit::is_booked) || self.kind == "return" {
            return Ok(after);
        }
        let mut moves: Vec<(usize, Move)> = Vec::new();
        for (n, (was, is)) in self.items.iter().zip(&after.items).enumerate() {
            let two =
                [self.by_licence(was, is, after.year, world), self.on_hand_again(was, is, world)];
            moves.extend(two.into_iter().map(|one| (n, one)));
            moves.extend(self.to_store(was, is, world).map(|one| (n, one)));
        }
        // What frees goes before what takes.
        moves.sort_by_key(|(_, choices)| {
            choices[0].1.iter().map(|post| post.reserved - post.made).sum::<i64>()
        });
        for (n, choices) in moves {
            let mut fits = choices.into_iter().filter_map(|(line, posts)| {
                let mut tried = books.clone();
                posts.iter().try_for_each(|post| tried.post(post)).ok().map(|()| (line, tried))
            });
            let (line, tried) = fits.next().ok_or(Full)?;
            *books = tried;
            if let Some(line) = line {
                after.items[n].reserved = Some(Reserved { line, year: after.year });
            }
        }
        Ok(after)
    }

    /// From the line that it is reserved on to the same, or to another that has room.
    fn by_licence(&self, was: &Item, is: &Item, year: i16, world: &Sites) -> Move {
        let old = was.reserved.as_ref().unwrap();
        let mut lines: Vec<&Line> = world.covering(self.to, is.code()).collect();
        lines.sort_by_key(|line| (old.year, &old.line) != (year, *line));
        let choice = |line: &Line| {
            let mut sums: BTreeMap<Key, (i64, Option<i64>)> = BTreeMap::new();
            for (key, _) in old.keys(old.year) {
                sums.entry(key).or_default().0 -= was.shipped;
            }
            for (key, limit) in (Reserved { line: line.clone(), year }).keys(year) {
                let sum = sums.entry(key).or_default();
                *sum = (sum.0 + is.shipped, Some(limit));
            }
            let enforced = self.stream != "medical";
            let post = |(key, (reserved, limit))| Post {
                key,
                reserved,
                limit,
                enforced,
                ..Post::default()
            };
            (Some(line.clone()), sums.into_iter().map(post).collect())
        };
        lines.into_iter().map(choice).collect()
    }

    /// The ledger follows what is now said to have been made and to have left.
    fn on_hand_again(&self, was: &Item, is: &Item, world: &Sites) -> Move {
        let more = is.shipped - was.shipped;
        let made = if is.produce { more } else { 0 };
        let (reserved, left) = if self.moved_out { (0, more) } else { (more, 0) };
        let key = (ON_HAND, world.sites[self.from].clone(), is.code().to_owned(), 0);
        let enforced = self.stream == "hazardous";
        vec![(None, vec![Post { key, reserved, made: made - left, enforced, ..Post::default() }])]
    }

    fn to_store(&self, was: &Item, is: &Item, world: &Sites) -> Option<Move> {
        let limit = Some(PLACES[self.to].storage_g?);
        let reserved = is.shipped - was.shipped;
        let (key, enforced) = (world.storage(self.to), self.stream != "medical");
        Some(vec![(None, vec![Post { key, reserved, limit, enforced, ..Post::default() }])])
    }
}
