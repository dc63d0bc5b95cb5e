//! A workbook (ECMA-376) written as it comes: a zip stream whose sheets hold their texts inline.
//!
//! What a sheet cannot hold any more goes to the next one. Nothing is kept but the compressor's
//! window: no shared strings, no temporary file.

use std::fmt::Write as _;
use std::io::Write;

use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, ZipWriter};

use super::csv::is_number;
use super::sheet::Kind;
use super::taken::Taken;
use crate::problem::Problem;

/// Rows of a sheet, headings included: what the format allows.
const ROWS_MAX: u32 = 1_048_576;

/// Characters of a cell that spreadsheets take.
const CELL_CHARS_MAX: usize = 32_767;

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";

/// A workbook being written.
pub struct Xlsx {
    zip: ZipWriter<StreamWriter<Taken>>,
    written: Taken,
    headings: Vec<&'static str>,
    /// Column names, `A`, `B`, …
    names: Vec<String>,
    sheets: u32,
    rows: u32,
    rows_max: u32,
    text: String,
}

impl Xlsx {
    pub fn begin(headings: Vec<&'static str>) -> Result<Self, Problem> {
        Self::with_rows(headings, ROWS_MAX)
    }

    fn with_rows(headings: Vec<&'static str>, rows_max: u32) -> Result<Self, Problem> {
        let written = Taken::default();
        let zip = ZipWriter::new_stream(written.clone());
        let names = (0..headings.len()).map(column_name).collect();
        let (sheets, rows, text) = (0, 0, String::new());
        let mut xlsx = Self { zip, written, headings, names, sheets, rows, rows_max, text };
        xlsx.begin_sheet()?;
        Ok(xlsx)
    }

    fn part(&mut self, name: &str) -> Result<(), Problem> {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            // Tables compress well at any level; this one is several times as fast.
            .compression_level(Some(1));
        self.zip.start_file(name, options).map_err(Problem::internal)
    }

    fn put(&mut self, text: &str) -> Result<(), Problem> {
        self.zip.write_all(text.as_bytes()).map_err(Problem::internal)
    }

    fn begin_sheet(&mut self) -> Result<(), Problem> {
        self.sheets += 1;
        self.rows = 0;
        self.part(&format!("xl/worksheets/sheet{}.xml", self.sheets))?;
        self.put(&format!("{HEAD}<worksheet xmlns=\"{MAIN}\"><sheetData>"))?;
        let headings = self.headings.clone();
        self.write_row(headings.into_iter().map(|heading| (heading, Kind::Text)))
    }

    fn end_sheet(&mut self) -> Result<(), Problem> {
        self.put("</sheetData></worksheet>")
    }

    pub fn row<'c>(&mut self, cells: impl Iterator<Item = (&'c str, Kind)>) -> Result<(), Problem> {
        if self.rows == self.rows_max {
            self.end_sheet()?;
            self.begin_sheet()?;
        }
        self.write_row(cells)
    }

    fn write_row<'c>(
        &mut self,
        cells: impl Iterator<Item = (&'c str, Kind)>,
    ) -> Result<(), Problem> {
        self.rows += 1;
        let (row, mut text) = (self.rows, std::mem::take(&mut self.text));
        text.clear();
        // Writing to a String cannot fail.
        let _ = write!(text, "<row r=\"{row}\">");
        for ((cell, kind), name) in cells.zip(&self.names) {
            if cell.is_empty() {
                continue;
            }
            if kind == Kind::Number && is_number(cell) {
                let _ = write!(text, "<c r=\"{name}{row}\"><v>{cell}</v></c>");
                continue;
            }
            let _ = write!(text, "<c r=\"{name}{row}\" t=\"inlineStr\"><is>");
            text.push_str("<t xml:space=\"preserve\">");
            escape(&mut text, cell);
            text.push_str("</t></is></c>");
        }
        text.push_str("</row>");
        self.put(&text)?;
        self.text = text;
        Ok(())
    }

    pub fn take(&mut self) -> Vec<u8> {
        self.written.take()
    }

    pub fn finish(mut self) -> Result<Vec<u8>, Problem> {
        self.end_sheet()?;
        let (mut types, mut sheets, mut relations) = (String::new(), String::new(), String::new());
        for n in 1..=self.sheets {
            let _ = write!(
                types,
                "<Override PartName=\"/xl/worksheets/sheet{n}.xml\" ContentType=\"application/\
                 vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/>"
            );
            let _ = write!(sheets, "<sheet name=\"{n}\" sheetId=\"{n}\" r:id=\"rId{n}\"/>");
            let _ = write!(
                relations,
                "<Relationship Id=\"rId{n}\" Type=\"{RELATIONS}/worksheet\" \
                 Target=\"worksheets/sheet{n}.xml\"/>"
            );
        }
        let parts = [
            (
                "[Content_Types].xml",
                format!(
                    "<Types xmlns=\"{PACKAGE}/content-types\"><Default Extension=\"rels\" \
                     ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
                     <Default Extension=\"xml\" ContentType=\"application/xml\"/>\
                     <Override PartName=\"/xl/workbook.xml\" ContentType=\"application/vnd.\
                     openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/>{types}</Types>"
                ),
            ),
            (
                "_rels/.rels",
                format!(
                    "<Relationships xmlns=\"{PACKAGE}/relationships\"><Relationship Id=\"rId1\" \
                     Type=\"{RELATIONS}/officeDocument\" Target=\"xl/workbook.xml\"/>\
                     </Relationships>"
                ),
            ),
            (
                "xl/workbook.xml",
                format!(
                    "<workbook xmlns=\"{MAIN}\" xmlns:r=\"{RELATIONS}\"><sheets>{sheets}</sheets>\
                     </workbook>"
                ),
            ),
            (
                "xl/_rels/workbook.xml.rels",
                format!(
                    "<Relationships xmlns=\"{PACKAGE}/relationships\">{relations}</Relationships>"
                ),
            ),
        ];
        for (name, text) in parts {
            self.part(name)?;
            self.put(HEAD)?;
            self.put(&text)?;
        }
        self.zip.finish().map_err(Problem::internal)?;
        Ok(self.written.take())
    }
}

/// The column's heading in every spreadsheet: `A`, …, `Z`, `AA`, …
pub fn column_name(mut n: usize) -> String {
    let mut name = String::new();
    loop {
        name.insert(0, char::from(b'A' + (n % 26) as u8));
        if n < 26 {
            return name;
        }
        n = n / 26 - 1;
    }
}

/// As XML text; characters that XML cannot hold are left out, and what the format would take for
/// an escape of its own (`_x0041_`) is escaped.
fn escape(out: &mut String, cell: &str) {
    for (n, (at, one)) in cell.char_indices().enumerate() {
        if n == CELL_CHARS_MAX {
            return;
        }
        match one {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\r' => out.push_str("&#13;"),
            '_' if cell[at..].starts_with("_x") => out.push_str("_x005F_"),
            '\t' | '\n' => out.push(one),
            one if one < ' ' || matches!(one, '\u{FFFE}' | '\u{FFFF}') => {}
            one => out.push(one),
        }
    }
}

#[cfg(test)]
mod tests {
    use calamine::{Data, Reader};

    use super::*;

    fn read(bytes: Vec<u8>) -> Vec<Vec<Vec<Data>>> {
        let mut book: calamine::Xlsx<_> =
            calamine::Reader::new(std::io::Cursor::new(bytes)).unwrap();
        let sheets = book.worksheets();
        let rows = |(_, range): (String, calamine::Range<Data>)| {
            range.rows().map(<[Data]>::to_vec).collect()
        };
        sheets.into_iter().map(rows).collect()
    }

    #[test]
    fn a_workbook_is_read_back_as_it_was_written() {
        let mut xlsx = Xlsx::begin(vec!["name", "kg"]).unwrap();
        let odd = "=1+1 <&> \"x\" _x0041_ 废\n矿";
        xlsx.row([(odd, Kind::Text), ("-812.5", Kind::Number)].into_iter()).unwrap();
        xlsx.row([("", Kind::Text), ("many", Kind::Number)].into_iter()).unwrap();
        let mut bytes = xlsx.take();
        bytes.extend(xlsx.finish().unwrap());
        let text = |text: &str| Data::String(text.to_owned());
        assert_eq!(
            read(bytes),
            [[
                vec![text("name"), text("kg")],
                vec![text(odd), Data::Float(-812.5)],
                vec![Data::Empty, text("many")],
            ]]
        );
    }

    #[test]
    fn a_full_sheet_is_followed_by_another() {
        let mut xlsx = Xlsx::with_rows(vec!["n"], 3).unwrap();
        for n in 0..5 {
            xlsx.row([(n.to_string().as_str(), Kind::Number)].into_iter()).unwrap();
        }
        let sheets = read(xlsx.finish().unwrap());
        let lengths: Vec<usize> = sheets.iter().map(Vec::len).collect();
        assert_eq!(lengths, [3, 3, 2]);
        assert_eq!(sheets[2][1], [Data::Float(4.0)]);
    }

    #[test]
    fn columns_are_named_as_spreadsheets_name_them() {
        let names = [0, 25, 26, 27, 51, 52, 701, 702].map(column_name);
        assert_eq!(names, ["A", "Z", "AA", "AB", "AZ", "BA", "ZZ", "AAA"]);
    }
}
