//! The file of a form (RFC 7578), as browsers send it.

use actix_web::http::header::{CONTENT_TYPE, HeaderMap};
use actix_web::web::Bytes;

use crate::problem::{Code, Problem, Text};

/// Media types under which a table comes, besides a form: what browsers say depends on what is
/// installed, so the content decides what it is.
const TABLES: [&str; 6] = [
    "text/csv",
    "text/plain",
    "application/csv",
    "application/vnd.ms-excel",
    "application/octet-stream",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
];

/// The boundary of a form, or nothing for a table as such; 415 for anything else.
pub fn boundary(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut parts = kind.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default().to_lowercase();
    if TABLES.contains(&name.as_str()) {
        return Ok(None);
    }
    let boundary = parts.find_map(|part| part.strip_prefix("boundary="));
    match boundary.map(|text| text.trim_matches('"')) {
        Some(text) if name == "multipart/form-data" && !text.is_empty() => {
            Ok(Some(text.to_owned()))
        }
        _ => {
            let detail = Text::new(
                "请求体应为 CSV 或 XLSX 文件，或含有文件的 multipart/form-data。",
                "The body must be a CSV or XLSX file, or multipart/form-data with one.",
            );
            Err(Problem::new(Code::UnsupportedMediaType, detail))
        }
    }
}

/// The first file among the parts of a form.
pub fn file(body: &Bytes, boundary: &str) -> Result<Bytes, Problem> {
    let mark = format!("--{boundary}");
    let end = format!("\r\n{mark}");
    let mut at = find(body, mark.as_bytes(), 0).ok_or_else(no_file)? + mark.len();
    loop {
        let head_end = find(body, b"\r\n\r\n", at).ok_or_else(no_file)?;
        let content = head_end + 4;
        let content_end = find(body, end.as_bytes(), content).ok_or_else(no_file)?;
        let head = String::from_utf8_lossy(body.get(at..head_end).unwrap_or_default());
        let is_file = head.to_lowercase().contains("filename");
        if is_file {
            return Ok(body.slice(content..content_end));
        }
        at = content_end + end.len();
    }
}

fn find(bytes: &[u8], wanted: &[u8], from: usize) -> Option<usize> {
    let rest = bytes.get(from..)?;
    rest.windows(wanted.len()).position(|window| window == wanted).map(|at| from + at)
}

fn no_file() -> Problem {
    let detail = Text::new("表单中没有文件。", "There is no file in this form.");
    Problem::new(Code::BadRequest, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_found_among_the_fields() {
        let body = Bytes::from_static(
            b"preamble\r\n--x1\r\nContent-Disposition: form-data; name=\"kind\"\r\n\r\nsites\r\n\
              --x1\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a.csv\"\r\n\
              Content-Type: text/csv\r\n\r\na,b\r\n--not\r\n1,2\r\n\r\n--x1--\r\n",
        );
        assert_eq!(file(&body, "x1").unwrap(), "a,b\r\n--not\r\n1,2\r\n");
        assert!(file(&body, "y").is_err());
        assert!(file(&Bytes::from_static(b"--x1\r\nname=\"a\"\r\n\r\n1\r\n--x1--"), "x1").is_err());
    }
}
