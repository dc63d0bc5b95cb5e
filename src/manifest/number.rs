//! Numbers of manifests: how they begin, and where the serial in them is.

use chrono::Datelike;

use super::facts::Place;
use super::file::Scene;
use crate::catalogue::Stream;
use crate::config::Numbering;
use crate::decision::Serial;
use crate::problem::Problem;

/// What numbers of kitchen waste begin with.
pub const KITCHEN: char = 'C';
const KITCHEN_DIGITS: u8 = 8;
/// Digits of the serial of all others.
const DIGITS: u8 = 6;

/// The number's prefix: year, then province and prefecture of the place it leaves (Order 23
/// Art. 15); kitchen waste has numbers of its own (`C`, 8 digits).
pub fn serial(scene: &Scene, stream: Stream, producer: &Place) -> Result<Serial, Problem> {
    let region = match scene.numbering {
        Numbering::Plain => "6590",
        Numbering::ByDivision => {
            let division = scene.catalogue.division(&producer.site.division);
            let unknown = || Problem::internal("a site's division is not in the table");
            division.map(|division| &*division.manifest_region_code).ok_or_else(unknown)?
        }
    };
    let year = scene.today.year();
    Ok(match stream {
        Stream::Kitchen => {
            Serial { prefix: format!("{KITCHEN}{year}{region}"), digits: KITCHEN_DIGITS }
        }
        Stream::Hazardous | Stream::Medical => {
            Serial { prefix: format!("{year}{region}"), digits: DIGITS }
        }
    })
}

/// Prefix and serial of a number; none of what is no number at all.
pub fn number_parts(number: &str) -> Option<(&str, &str)> {
    let digits = if number.starts_with(KITCHEN) { KITCHEN_DIGITS } else { DIGITS };
    number.split_at_checked(number.len().saturating_sub(usize::from(digits)))
}
