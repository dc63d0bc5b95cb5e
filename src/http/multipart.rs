//! The file of a form (RFC 7578), as browsers send it.

use actix_web::http::header::{CONTENT_TYPE, HeaderMap};
use actix_web::web::Bytes;
use utoipa::ToSchema;

use crate::problem::{Code, Fault, Problem, Text};

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
    let name = kind.split(';').next().unwrap_or_default().trim().to_lowercase();
    if TABLES.contains(&name.as_str()) {
        return Ok(None);
    }
    let boundary = boundary_of(kind).map(Some);
    boundary.ok_or_else(|| {
        let detail = Text::new(
            "请求体应为 CSV 或 XLSX 文件，或含有文件的 multipart/form-data。",
            "The body must be a CSV or XLSX file, or multipart/form-data with one.",
        );
        Problem::new(Code::UnsupportedMediaType, detail)
    })
}

/// The boundary that the type of a form tells; none of anything else.
pub fn boundary_of(kind: &str) -> Option<String> {
    let mut parts = kind.split(';').map(str::trim);
    let is_form = parts.next()?.eq_ignore_ascii_case("multipart/form-data");
    let text = parts.find_map(|part| part.strip_prefix("boundary="))?.trim_matches('"');
    (is_form && !text.is_empty()).then(|| text.to_owned())
}

/// A form with a file, as the API's description tells it.
#[derive(ToSchema)]
#[expect(dead_code, reason = "`part` reads forms; this only describes them")]
pub struct FileForm {
    /// With its name and type.
    #[schema(value_type = String, format = Binary)]
    file: Bytes,
}

/// The table of a form; 422 where the form has no file.
pub fn file(body: &Bytes, boundary: &str) -> Result<Bytes, Problem> {
    part(body, boundary)?.map(|part| part.bytes).ok_or_else(no_file)
}

/// A file of a form, and what the form says of it.
pub struct Part {
    pub bytes: Bytes,
    pub name: Option<String>,
    /// Its `Content-Type`.
    pub kind: Option<String>,
}

/// The file among the parts of a form, if it has one; 400 where it is no whole form, 422 where it
/// has two: none may be lost without a word.
pub fn part(body: &Bytes, boundary: &str) -> Result<Option<Part>, Problem> {
    let mark = format!("--{boundary}");
    let end = format!("\r\n{mark}");
    let mut at = find(body, mark.as_bytes(), 0).ok_or_else(no_form)? + mark.len();
    let mut found = None;
    loop {
        // The last mark of a form has two dashes behind it.
        if body.get(at..).is_some_and(|rest| rest.starts_with(b"--")) {
            return Ok(found);
        }
        let head_end = find(body, b"\r\n\r\n", at).ok_or_else(no_form)?;
        let content = head_end + 4;
        let content_end = find(body, end.as_bytes(), content).ok_or_else(no_form)?;
        let head = String::from_utf8_lossy(body.get(at..head_end).unwrap_or_default());
        let is_file = head.to_lowercase().contains("filename");
        if is_file && found.is_some() {
            return Err(one_file());
        }
        if is_file {
            let bytes = body.slice(content..content_end);
            let kind = header(&head, "content-type").map(str::to_owned);
            let name = header(&head, "content-disposition").and_then(file_name);
            found = Some(Part { bytes, name, kind });
        }
        at = content_end + end.len();
    }
}

fn find(bytes: &[u8], wanted: &[u8], from: usize) -> Option<usize> {
    let rest = bytes.get(from..)?;
    rest.windows(wanted.len()).position(|window| window == wanted).map(|at| from + at)
}

/// The value of a header of a part.
fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let lines = head.lines().filter_map(|line| line.split_once(':'));
    let mut found = lines.filter(|(known, _)| known.trim().eq_ignore_ascii_case(name));
    found.next().map(|(_, value)| value.trim())
}

/// The file's name as browsers write it (HTML, "multipart/form-data encoding algorithm"): quoted,
/// with `%22` for a quote; other programs write `\"`.
fn file_name(disposition: &str) -> Option<String> {
    let (_, rest) = disposition.split_once("filename=\"")?;
    let mut name = String::new();
    let mut letters = rest.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => return Some(name.replace("%22", "\"")).filter(|name| !name.is_empty()),
            '\\' if letters.as_str().starts_with(['"', '\\']) => name.extend(letters.next()),
            letter => name.push(letter),
        }
    }
    None
}

fn no_file() -> Problem {
    let detail = Text::new("表单中没有文件。", "There is no file in this form.");
    Fault::new(Code::Required, "/file", detail).into()
}

fn one_file() -> Problem {
    let detail = Text::new(
        "表单中有多个文件，每次只能提交一个。",
        "There are several files in this form; send one at a time.",
    );
    Fault::new(Code::InvalidValue, "/file", detail).into()
}

fn no_form() -> Problem {
    let detail = Text::new(
        "请求体不是完整的 multipart/form-data 表单。",
        "The body is not a whole form of multipart/form-data.",
    );
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
        let found = part(&body, "x1").unwrap().unwrap();
        let told = (found.name.as_deref(), found.kind.as_deref());
        assert_eq!(told, (Some("a.csv"), Some("text/csv")));
        let refused =
            |body: &'static [u8], mark| file(&Bytes::from_static(body), mark).unwrap_err().code();
        assert_eq!(refused(b"--x1\r\nname=\"a\"\r\n\r\n1\r\n--x1--", "x1"), Code::Required);
        let two = b"--x1\r\nfilename=\"a\"\r\n\r\n1\r\n--x1\r\nfilename=\"b\"\r\n\r\n2\r\n--x1--";
        assert_eq!(refused(two, "x1"), Code::InvalidValue);
        assert_eq!(refused(b"--x1\r\n--x1--\r\n", "x1"), Code::BadRequest);
        assert_eq!(refused(b"--x1--\r\n", "x1"), Code::Required);
        assert_eq!(refused(b"--x1--\r\n", "y"), Code::BadRequest);
        assert_eq!(refused(b"--x1\r\nname=\"a\"\r\n\r\n1\r\n", "x1"), Code::BadRequest);
    }
}
