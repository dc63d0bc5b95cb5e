//! Tiles of C2SP `tlog-tiles`: what the tree is kept and served in. Pure.
//!
//! A tile has up to 256 hashes of one level; level `L` of the tiles is level `8 * L` of the tree. A
//! full tile never changes; a partial one is the beginning of what will be the full one.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::merkle::{Hash, Node, complete};

/// Hashes in a full tile.
pub const TILE_WIDTH: u64 = 256;

/// Levels of the tree in a tile.
pub const TILE_HEIGHT: u32 = 8;

/// Levels of tiles that a log of 2^63 entries has.
pub const LEVELS_MAX: u32 = 8;

/// Which tile of the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileId {
    pub level: u32,
    pub n: u64,
}

impl TileId {
    /// How many hashes it has in a tree of `size` entries: 0 to 256.
    pub fn width_in(self, size: u64) -> u64 {
        let bits = self.level.saturating_mul(TILE_HEIGHT);
        let there = size.checked_shr(bits).unwrap_or(0);
        let before = self.n.saturating_mul(TILE_WIDTH);
        there.saturating_sub(before).min(TILE_WIDTH)
    }
}

/// A tile's place and width as a path says them: `x001/x234/067.p/5`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub n: u64,
    /// 1 to 256.
    pub width: u64,
}

impl Place {
    /// Reads a path strictly: each tile has one. `None` for anything else.
    pub fn parse(path: &str) -> Option<Self> {
        let (number, width) = match path.split_once(".p/") {
            Some((number, width)) => (number, width.parse().ok().filter(|w| *w < TILE_WIDTH)?),
            None => (path, TILE_WIDTH),
        };
        let digits: String = number.split('/').map(|part| part.trim_start_matches('x')).collect();
        let n = digits.parse().ok().filter(|n| *n <= i64::MAX as u64 / TILE_WIDTH)?;
        let place = Self { n, width };
        // Signs, missing zeros, superfluous ones, `x` where none belongs: it is not the one path.
        (width > 0 && place.path() == path).then_some(place)
    }

    pub fn path(self) -> String {
        let mut path = format!("{:03}", self.n % 1000);
        let mut rest = self.n / 1000;
        while rest > 0 {
            path = format!("x{:03}/{path}", rest % 1000);
            rest /= 1000;
        }
        if self.width < TILE_WIDTH {
            // Writing to a String cannot fail.
            let _ = write!(path, ".p/{}", self.width);
        }
        path
    }
}

/// A tile's level as a path says it: 0 to 63, without superfluous zeros.
pub fn level(text: &str) -> Option<u32> {
    let level: u32 = text.parse().ok()?;
    (level < 64 && level.to_string() == text).then_some(level)
}

/// An entry bundle: each body behind its length, 16 bits, the higher byte first. `None` where a
/// body is longer than that can say (the journal takes none).
pub fn bundle(bodies: &[String]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(bodies.iter().map(|body| body.len() + 2).sum());
    for body in bodies {
        bytes.extend(u16::try_from(body.len()).ok()?.to_be_bytes());
        bytes.extend(body.as_bytes());
    }
    Some(bytes)
}

/// Where a complete subtree is found: so many hashes of a tile, from one on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    pub tile: TileId,
    first: usize,
    count: usize,
}

impl Part {
    pub fn of(node: Node) -> Self {
        let level = node.level / TILE_HEIGHT;
        let above = node.level % TILE_HEIGHT;
        let first = node.index << above;
        let tile = TileId { level, n: first / TILE_WIDTH };
        Self { tile, first: (first % TILE_WIDTH) as usize, count: 1 << above }
    }

    /// Its hash; `None` where the tile does not reach so far.
    pub fn hash(self, tiles: &BTreeMap<TileId, Vec<Hash>>) -> Option<Hash> {
        let tile = tiles.get(&self.tile)?;
        tile.get(self.first..self.first + self.count).map(complete)
    }
}

/// Hashes that lie one behind the other; `None` where the bytes are no whole number of them.
pub fn hashes(bytes: &[u8]) -> Option<Vec<Hash>> {
    let (whole, rest) = bytes.as_chunks::<32>();
    rest.is_empty().then(|| whole.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_path_is_read_to_the_letter() {
        let place = |n, width| Some(Place { n, width });
        assert_eq!(Place::parse("x001/x234/067.p/5"), place(1_234_067, 5));
        assert_eq!(Place::parse("x001/x234/067"), place(1_234_067, 256));
        assert_eq!(Place::parse("000"), place(0, 256));
        assert_eq!(Place::parse("999.p/255"), place(999, 255));
        for wrong in [
            "",
            "0",
            "00",
            "0000",
            "67",
            "x067",
            "x000/067",
            "001/067",
            "x1/067",
            "xx01/067",
            "x001/x067",
            "067.p/0",
            "067.p/256",
            "067.p/05",
            "067.p/+5",
            "067.p/",
            "067.p",
            "067/",
            "/067",
            "067.p/5/",
            "x001//067",
            "+67",
            "06７",
            "x001/067.p/5.p/5",
            "x999/x999/x999/x999/x999/x999/999",
        ] {
            assert_eq!(Place::parse(wrong), None, "{wrong}");
        }
        assert_eq!((level("0"), level("63")), (Some(0), Some(63)));
        for wrong in ["", "64", "00", "01", "-1", "+1", "a", "1 "] {
            assert_eq!(level(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn tiles_are_as_wide_as_the_specification_says() {
        let width = |level, n, size| TileId { level, n }.width_in(size);
        assert_eq!((width(0, 272, 70_000), width(0, 273, 70_000)), (256, 112));
        assert_eq!((width(1, 0, 70_000), width(1, 1, 70_000)), (256, 17));
        assert_eq!((width(2, 0, 70_000), width(2, 1, 70_000)), (1, 0));
        assert_eq!((width(0, 0, 256), width(1, 0, 256), width(0, 1, 256)), (256, 1, 0));
        assert_eq!(width(63, 0, u64::MAX), 0);
    }

    #[test]
    fn an_entry_has_its_length_before_it() {
        let long = "x".repeat(65_535);
        let bytes = bundle(&["one".to_owned(), String::new(), long]).unwrap();
        assert_eq!(bytes[..9], *b"\0\x03one\0\0\xff\xff");
        assert_eq!(bytes.len(), 9 + 65_535);
        assert_eq!(bundle(&["x".repeat(65_536)]), None);
    }

    proptest! {
        #[test]
        fn every_place_has_one_path(n in 0..=i64::MAX as u64 / 256, width in 1u64..=256) {
            let place = Place { n, width };
            prop_assert_eq!(Place::parse(&place.path()), Some(place));
        }
    }
}
