//! Paths of tiles: each tile has one, and no other text is a path.
#![no_main]

use liandan::custody::{Place, TILE_WIDTH, TileId, level};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let (first, rest) = text.split_once('/').unwrap_or((text, text));
    let level = level(first);
    if let Some(level) = level {
        assert_eq!(level.to_string(), first);
    }
    for path in [text, rest] {
        let Some(place) = Place::parse(path) else { continue };
        assert_eq!(place.path(), path);
        assert!((1..=TILE_WIDTH).contains(&place.width));
        let id = TileId { level: level.unwrap_or(0), n: place.n };
        for size in [0, 1, place.n, place.n.saturating_mul(TILE_WIDTH), u64::MAX] {
            assert!(id.width_in(size) <= TILE_WIDTH);
        }
    }
});
