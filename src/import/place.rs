//! Where in the file a fault is: from the pointer into a command's body back to line and column.

use super::columns::{Found, Headings};
use super::kinds::{Kind, columns_of};
use crate::export::column_name;
use crate::problem::Lang;

/// A place that a pointer of a fault stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A cell by itself: the row's place in its entry, and which cell of it.
    Cell { row: usize, column: usize },
}

const CELL: &str = "/#cell/";

impl Place {
    pub fn to_pointer(self) -> String {
        let Self::Cell { row, column } = self;
        format!("{CELL}{row}/{column}")
    }

    fn read(pointer: &str) -> Option<Self> {
        let (row, column) = pointer.strip_prefix(CELL)?.split_once('/')?;
        Some(Self::Cell { row: row.parse().ok()?, column: column.parse().ok()? })
    }
}

/// Line and column of a fault.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spot {
    pub line: Option<u32>,
    /// The heading as the file has it, else as the template does.
    pub column: Option<String>,
    pub letter: Option<String>,
    pub pointer: String,
}

/// Where the fault of an entry that stands on `lines` is.
pub fn spot((kind, headings, lang): (Kind, &Headings, Lang), lines: &[u32], pointer: &str) -> Spot {
    if let Some(Place::Cell { row, column }) = Place::read(pointer) {
        return Spot {
            line: lines.get(row).copied(),
            column: headings.found.get(column).map(|found| found.heading.clone()),
            letter: Some(column_name(column)),
            pointer: String::new(),
        };
    }
    let best = columns_of(kind)
        .iter()
        .filter_map(|column| Some((agreement(column.pointer, pointer)?, column)))
        .max_by_key(|((length, _), _)| *length);
    let first = lines.first().copied();
    let Some(((_, nth), column)) = best else {
        return Spot { line: first, pointer: pointer.to_owned(), ..Spot::default() };
    };
    let is_it = |found: &Found| found.column.is_some_and(|one| one.pointer == column.pointer);
    let at = headings.found.iter().position(is_it);
    let heading = at.and_then(|at| headings.found.get(at)).map(|found| found.heading.clone());
    Spot {
        line: nth.and_then(|nth| lines.get(nth).copied()).or(first),
        column: heading.or_else(|| Some(column.heading(lang).to_owned())),
        letter: at.map(column_name),
        pointer: pointer.to_owned(),
    }
}

/// How many tokens a column's pointer and a fault's share, where one goes on with the other; and
/// which row of the entry that is.
fn agreement(column: &str, fault: &str) -> Option<(usize, Option<usize>)> {
    let (column, fault): (Vec<&str>, Vec<&str>) =
        (column.split('/').skip(1).collect(), fault.split('/').skip(1).collect());
    let mut nth = None;
    let mut shared = 0;
    for (wanted, token) in column.iter().zip(&fault) {
        if *wanted == "#" {
            nth = Some(token.parse().ok()?);
        } else if wanted != token {
            return None;
        }
        shared += 1;
    }
    (shared > 0).then_some((shared, nth))
}

#[cfg(test)]
mod tests {
    use super::super::columns::headings;
    use super::super::table;
    use super::*;

    #[test]
    fn a_fault_is_told_by_line_and_column() {
        let table = table::read("废物类型,移出量(千克),包装方式\nx,1,y\n".as_bytes()).unwrap();
        let found = headings(&table, Kind::Manifests).unwrap();
        let at = |pointer: &str| {
            let Spot { line, column, letter, .. } =
                spot((Kind::Manifests, &found, Lang::Zh), &[5, 6], pointer);
            (line.unwrap(), column.unwrap_or_default(), letter.unwrap_or_default())
        };
        let spot = |line, column: &str, letter: &str| (line, column.to_owned(), letter.to_owned());
        assert_eq!(at("/stream"), spot(5, "废物类型", "A"));
        assert_eq!(at("/items/1/mass_kg"), spot(6, "移出量(千克)", "B"));
        assert_eq!(at("/items/1/packages/0/kind"), spot(6, "包装方式", "C"));
        assert_eq!(at("/items/0/name"), spot(5, "废物名称", ""));
        assert_eq!(at("/items/1/hazards/0"), spot(6, "危险特性", ""));
        assert_eq!(at(""), spot(5, "", ""));
        assert_eq!(at(&Place::Cell { row: 1, column: 3 }.to_pointer()), spot(6, "", "D"));
    }
}
