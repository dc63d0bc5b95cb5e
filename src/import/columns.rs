//! The columns of a file: which heading is which field of the command's body.

use super::cells::Shape;
use super::kinds::{Kind, columns_of};
use super::table::{Row, Table};
use crate::export::column_name;
use crate::problem::{Code, Fault, Lang, Problem, Text};

/// A column that a kind of file may have.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Its English heading: the API's own name.
    pub key: &'static str,
    pub zh: &'static str,
    /// Where its cells go in the body; `#` stands for the row's place in its group.
    pub pointer: &'static str,
    pub shape: Shape,
}

impl Column {
    pub const fn heading(&self, lang: Lang) -> &'static str {
        match lang {
            Lang::Zh => self.zh,
            Lang::En => self.key,
        }
    }
}

/// A column of the file at hand; `None` for one that is passed over.
pub struct Found {
    pub column: Option<&'static Column>,
    pub heading: String,
}

/// The file's columns, and where the rows below them begin.
pub struct Headings {
    pub found: Vec<Found>,
    pub first_row: usize,
}

/// Rows that may stand above the headings: a title, a date, a unit.
const ABOVE_MAX: usize = 10;

/// Finds the headings: the first row that names most of its columns.
pub fn headings(table: &Table, kind: Kind) -> Result<Headings, Problem> {
    let known = columns_of(kind);
    let candidates = table.rows.iter().take(ABOVE_MAX).enumerate();
    let best = candidates.max_by_key(|(n, row)| (named(row, known), std::cmp::Reverse(*n)));
    let Some((n, row)) = best.filter(|(_, row)| named(row, known) > 0) else {
        let listed: Vec<&str> = known.iter().flat_map(|one| [one.zh, one.key]).collect();
        let detail = Text::new(
            "文件中没有认识的列标题，请使用模板。",
            "No heading of the file is known: use the template.",
        );
        let fault = Fault::without_field(Code::InvalidValue, detail);
        return Err(fault.with("allowed", listed).into());
    };
    let mut faults = Vec::new();
    let mut found: Vec<Found> = Vec::new();
    for (n, cell) in row.cells().enumerate() {
        let column = column_of(cell, known);
        let twice = column.is_some_and(|column| {
            found.iter().filter_map(|one| one.column).any(|one| one.pointer == column.pointer)
        });
        if twice {
            let detail = Text::new(
                format!("列“{cell}”出现两次。"),
                format!("The column \"{cell}\" is there twice."),
            );
            faults.push(about_column(Code::InvalidValue, n, cell, detail));
        } else if column.is_none() && !is_passed_over(kind, cell) {
            let detail = Text::new(
                format!("不认识的列标题“{cell}”。"),
                format!("There is no column \"{cell}\"."),
            );
            faults.push(about_column(Code::UnknownField, n, cell, detail));
        }
        found.push(Found { column, heading: cell.to_owned() });
    }
    Problem::unless_empty(faults)?;
    Ok(Headings { found, first_row: n + 1 })
}

fn about_column(code: Code, n: usize, heading: &str, detail: Text) -> Fault {
    Fault::without_field(code, detail).with("column", heading).with("letter", column_name(n))
}

fn named(row: &Row, known: &'static [Column]) -> usize {
    row.cells().filter(|cell| column_of(cell, known).is_some()).count()
}

fn column_of(heading: &str, known: &'static [Column]) -> Option<&'static Column> {
    let heading = plain(heading);
    known.iter().find(|one| plain(one.zh) == heading || plain(one.key) == heading)
}

/// A heading without what is added to it: units in brackets, a star for what must be filled in,
/// and the word that our own lists have for ids.
fn plain(heading: &str) -> String {
    let without = heading.split(['(', '（', '*', '＊']).next().unwrap_or_default();
    let signs = without.chars().filter(|one| !one.is_whitespace());
    let signs: String =
        signs.flat_map(char::to_lowercase).map(|one| if one == '-' { '_' } else { one }).collect();
    signs.strip_suffix("标识").map(str::to_owned).unwrap_or(signs)
}

/// What our own lists show beside what one enters, and columns without a heading.
const PASSED_OVER: [&str; 22] = [
    "序号",
    "no",
    "状态",
    "status",
    "现存量",
    "stored_kg",
    "贮存能力",
    "storage_capacity_kg",
    "黑名单",
    "blacklisted",
    "重点监管单位",
    "is_key_unit",
    "计量单位",
    "unit",
    "审查状态",
    "review_status",
    "审查意见",
    "review_note",
    "审查时间",
    "reviewed_at",
    "审查单位",
    "reviewed_by",
];

/// An id is passed over where the entry is known by something else. Where it is not, the row of a
/// list would be taken for a new entry: such a file is refused.
fn is_passed_over(kind: Kind, heading: &str) -> bool {
    let is_id = heading == "标识" || heading.eq_ignore_ascii_case("id");
    if is_id {
        return !kind.is_told_by_own_id();
    }
    let heading = plain(heading);
    heading.is_empty() || PASSED_OVER.contains(&heading.as_str())
}
