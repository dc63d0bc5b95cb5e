//! Comma-separated text by RFC 4180, in UTF-8 with its mark (BOM): without it, spreadsheets on a
//! Chinese Windows read GBK.

use super::sheet::Kind;

/// What a file begins with.
pub const MARK: &[u8] = b"\xEF\xBB\xBF";

/// Writes the cells of one row.
pub fn row<'c>(out: &mut Vec<u8>, cells: impl Iterator<Item = (&'c str, Kind)>) {
    for (n, (text, kind)) in cells.enumerate() {
        if n > 0 {
            out.push(b',');
        }
        cell(out, text, kind);
    }
    out.extend_from_slice(b"\r\n");
}

fn cell(out: &mut Vec<u8>, text: &str, kind: Kind) {
    let defused = if kind == Kind::Number && is_number(text) { false } else { is_formula(text) };
    let quoted = text.bytes().any(|byte| matches!(byte, b',' | b'"' | b'\r' | b'\n'))
        || text.starts_with(' ')
        || text.ends_with(' ');
    if !quoted {
        if defused {
            out.push(b'\'');
        }
        out.extend_from_slice(text.as_bytes());
        return;
    }
    out.push(b'"');
    if defused {
        out.push(b'\'');
    }
    for byte in text.bytes() {
        if byte == b'"' {
            out.push(b'"');
        }
        out.push(byte);
    }
    out.push(b'"');
}

/// What a spreadsheet would calculate or act on: full-width signs too, which some take as well.
pub fn is_formula(text: &str) -> bool {
    matches!(
        text.chars().next(),
        Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠')
    )
}

/// A plain decimal number.
pub fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, "0"));
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    plain(whole) && plain(decimals)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str, kind: Kind) -> String {
        let mut out = Vec::new();
        cell(&mut out, text, kind);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn formulas_are_marked_as_text_and_numbers_stay_numbers() {
        for text in ["=1+1", "+1", "-1", "@SUM(A1)", "＝1+1", "-", "=cmd|' /C calc'!A0"] {
            assert_eq!(written(text, Kind::Text), format!("'{text}"));
        }
        assert_eq!(written("\tx", Kind::Text), "'\tx");
        assert_eq!(written("\r=1", Kind::Text), "\"'\r=1\"");
        assert_eq!(written("-3.5", Kind::Number), "-3.5");
        assert_eq!(written("-3.5+cmd", Kind::Number), "'-3.5+cmd");
        assert_eq!(written("a=b", Kind::Text), "a=b");
    }

    #[test]
    fn what_would_break_a_row_is_quoted() {
        assert_eq!(written("a,b", Kind::Text), "\"a,b\"");
        assert_eq!(written("say \"no\"", Kind::Text), "\"say \"\"no\"\"\"");
        assert_eq!(written("two\nlines", Kind::Text), "\"two\nlines\"");
        assert_eq!(written("=a,b", Kind::Text), "\"'=a,b\"");
        assert_eq!(written("", Kind::Text), "");
        let mut out = Vec::new();
        row(&mut out, [("a", Kind::Text), ("1", Kind::Number)].into_iter());
        assert_eq!(out, b"a,1\r\n");
    }
}
