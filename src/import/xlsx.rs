//! Workbooks: the one visible sheet that has anything, formulas by their value, dates as dates,
//! merged cells as if each row had its own. Several are refused: nobody's rows are left out unsaid.
//!
//! Every part is unpacked once beforehand and counted: a file of a few kilobytes can hold
//! gigabytes, and what its directory says of that is the sender's word.

use std::collections::{BTreeMap, HashMap};
use std::io::{Cursor, Read};

use calamine::{DataRef, Dimensions, ExcelDateTime, Reader, SheetType, SheetVisible, Xlsx};
use chrono::NaiveTime;

use super::serial::{FirstDay, moment};
use super::table::{NO_VALUE, Table};
use crate::limits::{
    IMPORT_COLUMNS_MAX, IMPORT_PARTS_MAX, IMPORT_TEXT_BYTES_MAX, IMPORT_UNZIPPED_BYTES_MAX,
};
use crate::problem::{Code, Problem, Text};

pub fn read(bytes: &[u8]) -> Result<Table, Problem> {
    demand_bounded(bytes, IMPORT_UNZIPPED_BYTES_MAX)?;
    let mut book: Xlsx<_> = Reader::new(Cursor::new(bytes)).map_err(unreadable)?;
    let is_shown = |sheet: &&calamine::Sheet| {
        sheet.visible == SheetVisible::Visible && sheet.typ == SheetType::WorkSheet
    };
    let shown = book.sheets_metadata().iter().filter(is_shown);
    let shown: Vec<String> = shown.map(|sheet| sheet.name.clone()).collect();
    let first = shown.first().ok_or_else(|| unreadable("no sheet"))?.clone();
    let mut filled = Vec::new();
    for name in shown {
        if is_filled(&mut book, &name)? {
            filled.push(name);
        }
    }
    if filled.len() > 1 {
        return Err(several(&filled));
    }
    let name = filled.pop().unwrap_or(first);
    let mut merged = Merged::of(book.merge_cells_by_sheet_name(&name).map_err(unreadable)?);
    let first_day = if book.has_1904_epoch() { FirstDay::Of1904 } else { FirstDay::Of1900 };
    let mut cells = book.worksheet_cells_reader(&name).map_err(unreadable)?;
    let mut table = Table::counting_from(first_day);
    let mut row: Vec<String> = Vec::new();
    let mut at = 0;
    while let Some(cell) = cells.next_cell_with_formula_metadata().map_err(unreadable)? {
        let (line, column) = cell.pos;
        if line < at {
            return Err(unreadable("rows out of order"));
        }
        if line > at {
            merged.fill(at, &mut row);
            table.push(at + 1, row.iter().map(String::as_str))?;
            row.clear();
            at = line;
        }
        let column = column as usize;
        let text = match (&cell.value, cell.formula) {
            (DataRef::Empty, None) => continue,
            // Written by a program that does not calculate, and never opened by one that does.
            (DataRef::Empty, Some(_)) => format!("{NO_VALUE}="),
            (value, _) => text_of(value, first_day),
        };
        // One beyond what is allowed is kept, for the table to refuse.
        if column <= IMPORT_COLUMNS_MAX {
            if row.len() <= column {
                row.resize(column + 1, String::new());
            }
            if let Some(place) = row.get_mut(column) {
                *place = text;
            }
        }
    }
    merged.fill(at, &mut row);
    table.push(at + 1, row.iter().map(String::as_str))?;
    Ok(table)
}

/// Whether a sheet has anything in it.
fn is_filled(book: &mut Xlsx<Cursor<&[u8]>>, name: &str) -> Result<bool, Problem> {
    let mut cells = book.worksheet_cells_reader(name).map_err(unreadable)?;
    while let Some(cell) = cells.next_cell_with_formula_metadata().map_err(unreadable)? {
        let is_blank = match &cell.value {
            DataRef::Empty => cell.formula.is_none(),
            DataRef::String(text) => text.trim().is_empty(),
            DataRef::SharedString(text) => text.trim().is_empty(),
            _ => false,
        };
        if !is_blank {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Names of sheets that are told.
const SHEETS_TOLD_MAX: usize = 10;

fn several(filled: &[String]) -> Problem {
    let some = &filled[..filled.len().min(SHEETS_TOLD_MAX)];
    let (zh, en) = (some.join("、"), some.join(", "));
    let detail = Text::new(
        format!("工作簿有多个含内容的工作表（{zh}），请只保留一个，或隐藏其余的。"),
        format!("Several sheets of the workbook are filled ({en}): keep one, or hide the others."),
    );
    Problem::new(Code::InvalidValue, detail)
}

/// The value of a merged area stands in its first cell alone; here it stands in each row of it.
struct Merged {
    /// By the first row of an area: its column and its last row.
    begins: HashMap<u32, Vec<(usize, u32)>>,
    /// By column, the value that goes on and until which row. Areas do not overlap, so a column
    /// has one at a time: whatever a file says, a row costs no more than its columns.
    going: BTreeMap<usize, (u32, String)>,
}

impl Merged {
    fn of(areas: Vec<Dimensions>) -> Self {
        let mut begins: HashMap<u32, Vec<(usize, u32)>> = HashMap::new();
        for Dimensions { start, end } in areas {
            let column = start.1 as usize;
            if end.0 > start.0 && column < IMPORT_COLUMNS_MAX {
                begins.entry(start.0).or_default().push((column, end.0));
            }
        }
        Self { begins, going: BTreeMap::new() }
    }

    fn fill(&mut self, line: u32, row: &mut Vec<String>) {
        self.going.retain(|_, (until, _)| *until >= line);
        // A row with nothing of its own is no row.
        if row.iter().all(String::is_empty) {
            return;
        }
        for (column, (_, text)) in &self.going {
            if row.len() <= *column {
                row.resize(column + 1, String::new());
            }
            if let Some(place) = row.get_mut(*column).filter(|place| place.is_empty()) {
                place.clone_from(text);
            }
        }
        for (column, until) in self.begins.remove(&line).unwrap_or_default() {
            let text = row.get(column).cloned().unwrap_or_default();
            self.going.insert(column, (until, text));
        }
    }
}

fn text_of(value: &DataRef<'_>, first: FirstDay) -> String {
    match value {
        DataRef::Empty => String::new(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            text.clone()
        }
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number_text(*number),
        DataRef::Bool(yes) => yes.to_string(),
        DataRef::DateTime(time) => time_text(time, first),
        DataRef::Error(error) => format!("{NO_VALUE}{error}"),
    }
}

/// As spreadsheets show it: they calculate with 15 digits, and what is beyond is noise.
fn number_text(number: f64) -> String {
    let rounded: f64 = format!("{number:.14e}").parse().unwrap_or(number);
    rounded.to_string()
}

/// A day, or a Beijing time without saying so: sheets know no zones. What has no day stays the
/// number that it is.
fn time_text(time: &ExcelDateTime, first: FirstDay) -> String {
    let number = time.as_f64();
    let moment = if time.is_duration() { None } else { moment(number, first) };
    let Some(moment) = moment else { return number_text(number) };
    let form = if moment.time() == NaiveTime::MIN { "%Y-%m-%d" } else { "%Y-%m-%dT%H:%M:%S" };
    moment.format(form).to_string()
}

fn demand_bounded(bytes: &[u8], unpacked_max: u64) -> Result<(), Problem> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(unreadable)?;
    let mut left = unpacked_max;
    let too_large = || {
        let detail = Text::new("工作簿解压后过大。", "The workbook is too large when unpacked.");
        Problem::new(Code::PayloadTooLarge, detail)
    };
    if archive.len() > IMPORT_PARTS_MAX {
        return Err(too_large());
    }
    for n in 0..archive.len() {
        let part = archive.by_index(n).map_err(unreadable)?;
        // Sheets are read as they come; texts, styles and the like are kept whole.
        let is_sheet = part.name().map_err(unreadable)?.starts_with("xl/worksheets/");
        let part_max = if is_sheet { left } else { left.min(IMPORT_TEXT_BYTES_MAX as u64) };
        let mut bounded = part.take(part_max + 1);
        let size = std::io::copy(&mut bounded, &mut std::io::sink()).map_err(unreadable)?;
        if size > part_max {
            return Err(too_large());
        }
        left -= size;
    }
    Ok(())
}

/// The reader's own words are about its insides: they go to nobody.
pub fn unreadable(_: impl std::fmt::Display) -> Problem {
    let detail = Text::new(
        "无法读取该工作簿，文件可能已损坏或加密。",
        "The workbook cannot be read: it may be damaged or encrypted.",
    );
    Problem::new(Code::BadRequest, detail)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use zip::write::SimpleFileOptions;

    use super::*;

    /// A workbook of one sheet with these rows of XML.
    fn book(sheet: &str) -> Vec<u8> {
        book_of("", sheet)
    }

    fn book_of(properties: &str, sheet: &str) -> Vec<u8> {
        book_with((properties, "state=\"hidden\""), "<worksheet><sheetData/></worksheet>", sheet)
    }

    /// The other sheet comes first, and is hidden where `state` says so.
    fn book_with((properties, state): (&str, &str), other: &str, sheet: &str) -> Vec<u8> {
        let workbook = format!(
            "<workbook xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/\
             relationships\">{properties}<sheets><sheet name=\"h\" sheetId=\"1\" \
             {state} r:id=\"rId1\"/><sheet name=\"s\" sheetId=\"2\" r:id=\"rId2\"/>\
             </sheets></workbook>"
        );
        let parts = [
            (
                "_rels/.rels",
                "<Relationships><Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.\
                 org/officeDocument/2006/relationships/officeDocument\" \
                 Target=\"xl/workbook.xml\"/></Relationships>",
            ),
            (
                "[Content_Types].xml",
                "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>",
            ),
            ("xl/workbook.xml", workbook.as_str()),
            (
                "xl/_rels/workbook.xml.rels",
                "<Relationships><Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.\
                 org/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/h.xml\"/>\
                 <Relationship Id=\"rId2\" Type=\"http://schemas.openxmlformats.org/\
                 officeDocument/2006/relationships/worksheet\" Target=\"worksheets/s.xml\"/>\
                 </Relationships>",
            ),
            (
                "xl/styles.xml",
                "<styleSheet><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf \
                 numFmtId=\"22\"/></cellXfs></styleSheet>",
            ),
            ("xl/worksheets/h.xml", other),
            ("xl/worksheets/s.xml", sheet),
        ];
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, text) in parts {
            zip.start_file(name, SimpleFileOptions::default()).unwrap();
            zip.write_all(text.as_bytes()).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    fn rows(bytes: &[u8]) -> Vec<(u32, Vec<String>)> {
        let table = read(bytes).unwrap();
        let row =
            |row: &super::super::table::Row| (row.line, row.cells().map(str::to_owned).collect());
        table.rows.iter().map(row).collect()
    }

    #[test]
    fn values_dates_and_merged_cells_are_read_as_people_see_them() {
        let sheet = "<worksheet><sheetData>\
            <row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>厂</t></is></c>\
            <c r=\"B1\"><v>812.49999999999989</v></c><c r=\"C1\" s=\"1\"><v>46351</v></c></row>\
            <row r=\"2\"><c r=\"B2\"><f>B1*2</f><v>1625</v></c><c r=\"C2\" s=\"2\">\
            <v>46351.416666666664</v></c></row>\
            <row r=\"3\"><c r=\"A3\"/></row>\
            <row r=\"5\"><c r=\"B5\" t=\"e\"><v>#REF!</v></c><c r=\"C5\" t=\"b\"><v>1</v></c></row>\
            </sheetData><mergeCells count=\"1\"><mergeCell ref=\"A1:A5\"/></mergeCells>\
            </worksheet>";
        let found = rows(&book(sheet));
        let row = |line: u32, cells: [&str; 3]| (line, cells.map(str::to_owned).to_vec());
        assert_eq!(
            found,
            [
                row(1, ["厂", "812.5", "2026-11-25"]),
                row(2, ["厂", "1625", "2026-11-25T10:00:00"]),
                row(5, ["厂", "\u{1}#REF!", "true"]),
            ]
        );
    }

    /// A number that looks like a day, formatted as one or not, is of the workbook's own count; and
    /// what a formula left just below midnight is the next day.
    #[test]
    fn a_day_is_of_the_workbooks_own_count() {
        let sheet = "<worksheet><sheetData><row r=\"1\"><c r=\"A1\" s=\"1\"><v>44889</v></c>\
            <c r=\"B1\"><v>44889</v></c><c r=\"C1\" s=\"1\"><v>44888.9999999999</v></c>\
            <c r=\"D1\" s=\"2\"><v>0.5</v></c></row></sheetData></worksheet>";
        let table = read(&book_of("<workbookPr date1904=\"1\"/>", sheet)).unwrap();
        assert_eq!(table.first_day, FirstDay::Of1904);
        let cells: Vec<&str> = table.rows[0].cells().collect();
        assert_eq!(cells, ["2026-11-25", "44889", "2026-11-25", "0.5"]);
        let table = read(&book(sheet)).unwrap();
        assert_eq!(table.first_day, FirstDay::Of1900);
        assert_eq!(table.rows[0].cells().next(), Some("2022-11-24"));
    }

    /// Whichever of the shown sheets is filled is read; where there are two, nobody guesses.
    #[test]
    fn of_several_filled_sheets_none_is_taken_for_the_whole() {
        let filled = |text: &str| {
            format!(
                "<worksheet><sheetData><row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is>\
                 <t>{text}</t></is></c></row></sheetData></worksheet>"
            )
        };
        let empty = "<worksheet><sheetData/></worksheet>";
        let (one, other, hidden) = (filled("厂"), filled("说明"), "state=\"hidden\"");
        assert_eq!(rows(&book_with(("", ""), empty, &one)), [(1, vec!["厂".to_owned()])]);
        assert_eq!(rows(&book_with(("", ""), &one, &filled(" "))), [(1, vec!["厂".to_owned()])]);
        assert_eq!(rows(&book_with(("", hidden), &other, &one)), [(1, vec!["厂".to_owned()])]);
        let problem = read(&book_with(("", ""), &other, &one)).unwrap_err();
        assert_eq!(problem.code(), Code::InvalidValue);
        assert!(problem.to_string().contains("h, s"), "{problem}");
    }

    #[test]
    fn a_formula_that_was_never_calculated_is_no_empty_cell() {
        let sheet = "<worksheet><sheetData><row r=\"1\"><c r=\"A1\"><f>B1*2</f></c>\
            <c r=\"B1\"><v>1</v></c><c r=\"C1\" t=\"str\"><f>IF(B1,\"\",1)</f><v></v></c>\
            <c r=\"D1\"><f t=\"shared\" ref=\"D1:D2\" si=\"4294967296000\">B1</f><v>1</v></c>\
            </row></sheetData></worksheet>";
        let found = rows(&book(sheet));
        assert_eq!(found[0].1, ["\u{1}=", "1", "", "1"]);
    }

    #[test]
    fn merged_areas_cost_no_more_than_their_columns() {
        let mut areas = Merged::of(vec![
            Dimensions { start: (0, 1), end: (9, 1) },
            Dimensions { start: (0, 1), end: (8, 1) },
            Dimensions { start: (0, 16_000), end: (9, 16_000) },
        ]);
        areas.fill(0, &mut vec![String::new(), "x".to_owned()]);
        assert_eq!(areas.going.len(), 1);
        let mut row = vec!["a".to_owned()];
        areas.fill(5, &mut row);
        assert_eq!(row, ["a", "x"]);
    }

    #[test]
    fn what_unpacks_beyond_measure_or_not_at_all_is_refused() {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        zip.start_file("xl/worksheets/sheet1.xml", SimpleFileOptions::default()).unwrap();
        zip.write_all(&vec![b' '; 1024 * 1024]).unwrap();
        let bomb = zip.finish().unwrap().into_inner();
        assert!(bomb.len() < 10 * 1024);
        assert!(demand_bounded(&bomb, 1024 * 1024).is_ok());
        let problem = demand_bounded(&bomb, 1024 * 1024 - 1).unwrap_err();
        assert_eq!(problem.code(), Code::PayloadTooLarge);
        assert_eq!(read(b"PK\x03\x04 and no more").unwrap_err().code(), Code::BadRequest);
        assert_eq!(read(&book("<worksheet><sheetData><row")).unwrap_err().code(), Code::BadRequest);
    }
}
