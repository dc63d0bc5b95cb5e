//! Comma-separated text in UTF-8 or GBK (GB 18030), told apart by their bytes alone; in UTF-16
//! where its mark says so.
//!
//! What is valid UTF-8 is UTF-8. Else it must be GB 18030 throughout; a file whose lines are of
//! both kinds was glued together, and every guess would garble half of its names.

use std::borrow::Cow;

use encoding_rs::{GB18030, UTF_16BE, UTF_16LE};

use super::table::Table;
use crate::export::is_formula;
use crate::problem::{Code, Problem, Text};

pub fn read(bytes: &[u8]) -> Result<Table, Problem> {
    let text = decoded(bytes)?;
    if let Some(at) = text.find('\0') {
        let line = text[..at].matches('\n').count() + 1;
        let detail = Text::new(
            format!("第 {line} 行有 U+0000，这不是文本文件。"),
            format!("Line {line} holds U+0000: this is no text file."),
        );
        return Err(Problem::new(Code::NulCharacter, detail));
    }
    let delimiter = delimiter(&text);
    demand_closed_quotes(text.as_bytes(), delimiter)?;
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(text.as_bytes());
    let mut table = Table::default();
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).map_err(Problem::internal)? {
        let line = record.position().map_or(0, |at| at.line() + blank_lines(&text, at.byte()));
        let cells = record.iter().map(without_guard);
        table.push(u32::try_from(line).unwrap_or(u32::MAX), cells)?;
    }
    Ok(table)
}

/// Blank lines before a record, which the reader skips after it has noted the place.
fn blank_lines(text: &str, at: u64) -> u64 {
    let rest = text.as_bytes().get(at as usize..).unwrap_or_default();
    let blank = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
    blank.filter(|byte| **byte == b'\n').count() as u64
}

/// A quote that nothing closes would make one cell of all that follows, and its rows be missing
/// without a word.
fn demand_closed_quotes(bytes: &[u8], delimiter: u8) -> Result<(), Problem> {
    // Where a cell begins, within one, within quotes (since which line), after a quote there.
    let (mut begins, mut quoted, mut after_quote) = (true, None, false);
    let mut line = 1;
    for byte in bytes {
        let ends = *byte == delimiter || matches!(byte, b'\r' | b'\n');
        line += usize::from(*byte == b'\n');
        if quoted.is_some() && !after_quote {
            after_quote = *byte == b'"';
        } else if quoted.is_some() && *byte == b'"' {
            after_quote = false;
        } else {
            (quoted, after_quote) = (None, false);
            if begins && *byte == b'"' {
                quoted = Some(line);
            }
            begins = ends;
        }
    }
    let Some(since) = quoted.filter(|_| !after_quote) else { return Ok(()) };
    let detail = Text::new(
        format!("第 {since} 行的引号没有结束，其后的行无法辨认。"),
        format!("A quote on line {since} is not closed: what follows cannot be told apart."),
    );
    Err(Problem::new(Code::BadRequest, detail))
}

/// Our own lists mark what would be a formula with an apostrophe: it is no part of the text.
fn without_guard(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| is_formula(rest)).unwrap_or(cell)
}

fn decoded(bytes: &[u8]) -> Result<Cow<'_, str>, Problem> {
    // What spreadsheets call "Unicode text".
    let wide = match bytes {
        [0xFF, 0xFE, ..] => Some(UTF_16LE),
        [0xFE, 0xFF, ..] => Some(UTF_16BE),
        _ => None,
    };
    if let Some(encoding) = wide {
        let (text, had_errors) = encoding.decode_with_bom_removal(bytes);
        return if had_errors { Err(undecodable(1)) } else { Ok(text) };
    }
    let marked = bytes.strip_prefix(b"\xEF\xBB\xBF");
    let rest = marked.unwrap_or(bytes);
    let bad_at = match std::str::from_utf8(rest) {
        Ok(text) => return Ok(Cow::Borrowed(text)),
        Err(err) => line_at(rest, err.valid_up_to()),
    };
    if marked.is_some() {
        return Err(undecodable(bad_at));
    }
    if let Some(good_at) = first_line_of_utf8(rest) {
        let detail = Text::new(
            format!(
                "编码混杂：第 {good_at} 行是 UTF-8，第 {bad_at} 行不是。请统一为 UTF-8 或 GBK。"
            ),
            format!(
                "Mixed encodings: line {good_at} is UTF-8, line {bad_at} is not. Save the file as \
                 UTF-8 or as GBK throughout."
            ),
        );
        return Err(Problem::new(Code::BadRequest, detail));
    }
    match GB18030.decode_without_bom_handling_and_without_replacement(rest) {
        Some(text) => Ok(text),
        None => Err(undecodable(bad_at)),
    }
}

fn undecodable(line: usize) -> Problem {
    let detail = Text::new(
        format!("第 {line} 行既不是 UTF-8 也不是 GBK。"),
        format!("Line {line} is neither UTF-8 nor GBK."),
    );
    Problem::new(Code::BadRequest, detail)
}

fn line_at(bytes: &[u8], at: usize) -> usize {
    bytes.iter().take(at).filter(|byte| **byte == b'\n').count() + 1
}

/// The first line that can hardly be anything but UTF-8: some characters of three bytes and none
/// of two, as Chinese text has it. GBK's pairs make such a line by chance once in many thousands.
fn first_line_of_utf8(bytes: &[u8]) -> Option<usize> {
    let is_chinese = |line: &[u8]| {
        let text = std::str::from_utf8(line).unwrap_or_default();
        let wide = text.chars().filter(|one| !one.is_ascii());
        // Characters, their punctuation, and what is as wide as they.
        let blocks = [0x4E00..=0x9FFF, 0x3000..=0x303F, 0xFF00..=0xFFEF];
        let is_common = |one: &char| blocks.iter().any(|block| block.contains(&u32::from(*one)));
        let (common, other): (Vec<char>, Vec<char>) = wide.partition(is_common);
        common.len() >= 2 && other.is_empty()
    };
    bytes.split(|byte| *byte == b'\n').position(is_chinese).map(|n| n + 1)
}

/// By the first line that has any: the headings hold no such sign themselves.
fn delimiter(text: &str) -> u8 {
    let first = text.lines().find(|line| line.contains([',', '\t', ';'])).unwrap_or_default();
    let count = |sign: char| first.matches(sign).count();
    let most = [',', '\t', ';'].into_iter().rev().max_by_key(|sign| count(*sign));
    most.map_or(b',', |sign| sign as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(bytes: &[u8]) -> Vec<Vec<String>> {
        let table = read(bytes).unwrap();
        table.rows.iter().map(|row| row.cells().map(str::to_owned).collect()).collect()
    }

    #[test]
    fn the_same_text_in_every_encoding() {
        let text = "名称,备注\r\n第一师,\"含,逗号\"\r\n\r\n二号,'=1+1\r\n";
        let wanted = [["名称", "备注"], ["第一师", "含,逗号"], ["二号", "=1+1"]];
        assert_eq!(cells(text.as_bytes()), wanted);
        assert_eq!(cells(format!("\u{feff}{text}").as_bytes()), wanted);
        assert_eq!(cells(&GB18030.encode(text).0), wanted);
        let marked = format!("\u{feff}{text}");
        for bytes_of in [u16::to_le_bytes, u16::to_be_bytes] {
            let wide: Vec<u8> = marked.encode_utf16().flat_map(bytes_of).collect();
            assert_eq!(cells(&wide), wanted);
        }
        assert_eq!(cells("a;b\n1,5;2\n".as_bytes()), [["a", "b"], ["1,5", "2"]]);
        assert_eq!(cells("a\tb\n1,5\t2\n".as_bytes()), [["a", "b"], ["1,5", "2"]]);
    }

    #[test]
    fn a_line_is_that_of_the_file() {
        let table = read("a,b\n\n\"two\nlines\",x\nlast,y\n".as_bytes()).unwrap();
        let lines: Vec<u32> = table.rows.iter().map(|row| row.line).collect();
        assert_eq!(lines, [1, 3, 5]);
    }

    #[test]
    fn what_our_lists_mark_as_text_comes_back_as_it_was() {
        let odd = ["=1+1", "-", "＝1", "@x", "'quoted'", "+86 1"];
        let list = crate::export::csv_headings(odd.into_iter());
        assert_eq!(cells(&list), [odd]);
    }

    #[test]
    fn a_quote_that_is_not_closed_swallows_no_rows() {
        for text in ["a,b\n1,\"x\n2,y\n3,z\n", "a,b\n1,\"x\"\"\n2,y\n"] {
            let problem = read(text.as_bytes()).unwrap_err();
            assert_eq!(problem.code(), Code::BadRequest);
            assert!(problem.lead().detail.en.contains("on line 2"), "{problem}");
        }
        let text = "a,b\n\"5\"\" pipe\",5\" pipe\n\"\",\"x\"y\"\n\"last\",\"\"";
        let wanted = [["a", "b"], ["5\" pipe", "5\" pipe"], ["", "xy\""], ["last", ""]];
        assert_eq!(cells(text.as_bytes()), wanted);
    }

    #[test]
    fn mixed_and_broken_encodings_are_refused() {
        let mut mixed = "名称\n第一师化工厂\n".as_bytes().to_vec();
        mixed.extend_from_slice(&GB18030.encode("第二师食品厂\n").0);
        let problem = read(&mixed).unwrap_err();
        assert_eq!(problem.code(), Code::BadRequest);
        assert!(problem.lead().detail.en.contains("line 1 is UTF-8, line 3 is not"), "{problem}");
        let problem = read(b"a,b\n\xFF\xFF,1\n").unwrap_err();
        assert!(problem.lead().detail.en.contains("Line 2"), "{problem}");
        assert_eq!(read(b"a\nx\0y\n").unwrap_err().code(), Code::NulCharacter);
    }
}
