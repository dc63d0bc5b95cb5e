//! Reference data: the sourced tables of `seeds/`, embedded in the binary and read row by row.
//!
//! The tables are evidence of what the program believed (`seeds/` carries sources and certainty
//! labels), so they travel inside it: no missing file, no edited copy on a server. A row that does
//! not parse stops the start and names file and line: whoever maintains a table reads that sentence.

use serde::de::DeserializeOwned;

/// One embedded table.
#[derive(Clone, Copy, Debug)]
pub struct Seed {
    /// Its file name in `seeds/`.
    pub name: &'static str,
    pub text: &'static str,
}

/// Embeds a file of `seeds/`.
#[macro_export]
macro_rules! seed {
    ($name:literal) => {
        $crate::seeds::Seed {
            name: $name,
            text: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/seeds/", $name)),
        }
    };
}

/// A row that the program cannot take as it stands.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("seeds/{file}, line {line}: {what}")]
pub struct SeedError {
    pub file: &'static str,
    /// Counted from 1, the header included; 0 when the fault is of the file as a whole.
    pub line: u64,
    pub what: String,
}

/// A parsed row and where it stands.
#[derive(Clone, Debug)]
pub struct Row<T> {
    pub file: &'static str,
    pub line: u64,
    pub value: T,
}

impl<T> Row<T> {
    /// The error of this row.
    pub fn wrong(&self, what: impl std::fmt::Display) -> SeedError {
        SeedError { file: self.file, line: self.line, what: what.to_string() }
    }
}

/// Reads every row of a table; columns go to fields by their header.
pub fn rows<T: DeserializeOwned>(seed: Seed) -> Result<Vec<Row<T>>, SeedError> {
    let file = seed.name;
    let mut reader = csv::Reader::from_reader(seed.text.as_bytes());
    let fault = |line, error: csv::Error| SeedError { file, line, what: error.to_string() };
    let headers = reader.headers().map_err(|error| fault(1, error))?.clone();
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| {
            let line = error.position().map_or(0, csv::Position::line);
            fault(line, error)
        })?;
        let line = record.position().map_or(0, csv::Position::line);
        let value = record.deserialize(Some(&headers)).map_err(|error| fault(line, error))?;
        rows.push(Row { file, line, value });
    }
    Ok(rows)
}

/// The rows of a table that needs no further check.
pub fn plain<T: DeserializeOwned>(seed: Seed) -> Result<Vec<T>, SeedError> {
    Ok(rows(seed)?.into_iter().map(|row| row.value).collect())
}

/// The parts of a cell that holds a list, separated by `;`.
pub fn list(cell: &str) -> impl Iterator<Item = &str> {
    cell.split(';').map(str::trim).filter(|part| !part.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    struct Pair {
        #[expect(dead_code, reason = "only its column matters")]
        name: String,
        count: u8,
    }

    #[test]
    fn a_bad_cell_names_file_and_line() {
        let good = Seed { name: "t.csv", text: "name,count\nx,1\ny,2\n" };
        let counts = plain::<Pair>(good).unwrap().iter().map(|pair| pair.count).sum::<u8>();
        assert_eq!(counts, 3);
        let bad = Seed { name: "t.csv", text: "name,count\nx,1\ny,many\n" };
        let error = rows::<Pair>(bad).unwrap_err();
        assert_eq!((error.file, error.line), ("t.csv", 3));
        let ragged = Seed { name: "t.csv", text: "name,count\nx,1,2\n" };
        assert_eq!(rows::<Pair>(ragged).unwrap_err().line, 2);
    }

    #[test]
    fn a_list_cell_is_split_and_may_be_empty() {
        assert_eq!(list("HW06;HW08").collect::<Vec<_>>(), ["HW06", "HW08"]);
        assert_eq!(list("").count(), 0);
    }
}
