//! Workbooks: the first visible sheet, formulas by their value, dates as dates, merged cells as if
//! each row had its own.
//!
//! Every part is unpacked once beforehand and counted: a file of a few kilobytes can hold
//! gigabytes, and what its directory says of that is the sender's word.

use std::collections::HashMap;
use std::io::{Cursor, Read};

use calamine::{DataRef, Dimensions, ExcelDateTime, Reader, SheetType, SheetVisible, Xlsx};

use super::table::{NO_VALUE, Table};
use crate::limits::{IMPORT_COLUMNS_MAX, IMPORT_PARTS_MAX, IMPORT_UNZIPPED_BYTES_MAX};
use crate::problem::{Code, Problem, Text};

pub fn read(bytes: &[u8]) -> Result<Table, Problem> {
    demand_bounded(bytes, IMPORT_UNZIPPED_BYTES_MAX)?;
    let mut book: Xlsx<_> = Reader::new(Cursor::new(bytes)).map_err(unreadable)?;
    let is_shown = |sheet: &&calamine::Sheet| {
        sheet.visible == SheetVisible::Visible && sheet.typ == SheetType::WorkSheet
    };
    let name = book.sheets_metadata().iter().find(is_shown).map(|sheet| sheet.name.clone());
    let name = name.ok_or_else(|| unreadable("no sheet"))?;
    let mut merged = Merged::of(book.merge_cells_by_sheet_name(&name).map_err(unreadable)?);
    let mut cells = book.worksheet_cells_reader(&name).map_err(unreadable)?;
    let mut table = Table::default();
    let mut row: Vec<String> = Vec::new();
    let mut at = 0;
    while let Some(cell) = cells.next_cell().map_err(unreadable)? {
        let (line, column) = cell.get_position();
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
        if *cell.get_value() == DataRef::Empty {
            continue;
        }
        // One beyond what is allowed is kept, for the table to refuse.
        if column <= IMPORT_COLUMNS_MAX {
            if row.len() <= column {
                row.resize(column + 1, String::new());
            }
            if let Some(place) = row.get_mut(column) {
                *place = text_of(cell.get_value());
            }
        }
    }
    merged.fill(at, &mut row);
    table.push(at + 1, row.iter().map(String::as_str))?;
    Ok(table)
}

/// The value of a merged area stands in its first cell alone; here it stands in each row of it.
struct Merged {
    /// By the first row of an area: its column and its last row.
    begins: HashMap<u32, Vec<(usize, u32)>>,
    /// Columns whose value goes on, and until which row.
    going: Vec<(usize, u32, String)>,
}

impl Merged {
    fn of(areas: Vec<Dimensions>) -> Self {
        let mut begins: HashMap<u32, Vec<(usize, u32)>> = HashMap::new();
        for Dimensions { start, end } in areas {
            if end.0 > start.0 {
                begins.entry(start.0).or_default().push((start.1 as usize, end.0));
            }
        }
        Self { begins, going: Vec::new() }
    }

    fn fill(&mut self, line: u32, row: &mut Vec<String>) {
        self.going.retain(|(_, until, _)| *until >= line);
        // A row with nothing of its own is no row.
        if row.iter().all(|cell| cell.is_empty()) {
            return;
        }
        for (column, _, text) in &self.going {
            if row.len() <= *column {
                row.resize(column + 1, String::new());
            }
            if let Some(place) = row.get_mut(*column).filter(|place| place.is_empty()) {
                place.clone_from(text);
            }
        }
        for (column, until) in self.begins.remove(&line).unwrap_or_default() {
            let text = row.get(column).cloned().unwrap_or_default();
            self.going.push((column, until, text));
        }
    }
}

fn text_of(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Empty => String::new(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            text.clone()
        }
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number_text(*number),
        DataRef::Bool(yes) => yes.to_string(),
        DataRef::DateTime(time) => time_text(time),
        DataRef::Error(error) => format!("{NO_VALUE}{error}"),
    }
}

/// As spreadsheets show it: they calculate with 15 digits, and what is beyond is noise.
fn number_text(number: f64) -> String {
    let rounded: f64 = format!("{number:.14e}").parse().unwrap_or(number);
    rounded.to_string()
}

/// A day, or a Beijing time without saying so: sheets know no zones.
fn time_text(time: &ExcelDateTime) -> String {
    if time.is_duration() {
        return number_text(time.as_f64());
    }
    let (year, month, day, hour, minute, second, milli) = time.to_ymd_hms_milli();
    // Half a second is lost by the numbers that sheets keep times in.
    let second = if milli >= 500 { (second + 1).min(59) } else { second };
    if (hour, minute, second) == (0, 0, 0) {
        return format!("{year:04}-{month:02}-{day:02}");
    }
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")
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
        let mut bounded = part.take(left + 1);
        let size = std::io::copy(&mut bounded, &mut std::io::sink()).map_err(unreadable)?;
        left = left.checked_sub(size).ok_or_else(too_large)?;
    }
    Ok(())
}

/// The reader's own words are about its insides: they go to nobody.
fn unreadable(_: impl std::fmt::Display) -> Problem {
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
        let parts = [
            (
                "[Content_Types].xml",
                "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>",
            ),
            (
                "xl/workbook.xml",
                "<workbook xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/\
                 relationships\"><sheets><sheet name=\"h\" sheetId=\"1\" state=\"hidden\" \
                 r:id=\"rId1\"/><sheet name=\"s\" sheetId=\"2\" r:id=\"rId2\"/></sheets>\
                 </workbook>",
            ),
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
            ("xl/worksheets/h.xml", "<worksheet><sheetData/></worksheet>"),
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
