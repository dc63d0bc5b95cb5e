//! A list, a page of it as JSON or the whole of it as a table or as lines, as `Accept` asks.
//!
//! Must hold: memory does not grow with the list. It is read page by page, by key, so no
//! transaction and no connection waits for a slow client, and a page is read while the one before
//! is written, on a thread of its own: other requests do not wait for a list. What comes in between
//! a client and the end of its list (a database that goes away, a token that expires) breaks the
//! answer off: nobody takes a part for the whole.

use actix_web::http::header::{ACCEPT, CONTENT_DISPOSITION, HeaderMap};
use actix_web::web::Bytes;
use actix_web::{HttpResponse, HttpResponseBuilder};
use futures_util::stream;
use serde::Serialize;
use tokio::task::spawn_blocking;

use super::{Answer, Caller};
use crate::export::{Format, Sheet, Writer};
use crate::problem::Problem;
use crate::wire::{Page, Paged};

/// The lists that can be had whole, below the API's root.
pub const LISTS: [&str; 40] = [
    "/manifests",
    "/organisations",
    "/sites",
    "/licences",
    "/vehicles",
    "/drivers",
    "/storage-areas",
    "/waste-streams",
    "/management-plans",
    "/transfer-approvals",
    "/transfer-applications",
    "/ledger-entries",
    "/insurance-policies",
    "/emergency-plans-filed",
    "/risk-sources",
    "/facility-days",
    "/co-disposal-facilities",
    "/capacity/assessments",
    "/capacity/emergency-plans",
    "/reports",
    "/anomalies",
    "/producers",
    "/activity",
    "/users",
    "/containers",
    "/inspections",
    "/trips",
    "/collection-rounds",
    "/api-keys",
    "/delegations",
    "/catalogue/wastes",
    "/catalogue/exemptions",
    "/catalogue/editions",
    "/catalogue/rule-packs",
    "/catalogue/methods",
    "/catalogue/sealed-fields",
    "/catalogue/forms",
    "/catalogue/packaging",
    "/catalogue/hazards",
    "/divisions",
];

/// Other answers that can be had as a table: method and path below the API's root.
pub const TABLES: [(&str, &str); 11] = [
    ("get", "/capacity/assessment"),
    ("post", "/capacity/plans"),
    ("get", "/capacity/openings"),
    ("get", "/capacity/coverage"),
    ("get", "/expiries"),
    ("get", "/reports/preview"),
    ("get", "/reports/{id}"),
    ("get", "/management-plans/{id}/actual"),
    ("get", "/anomaly-rules"),
    ("get", "/risk/organisations"),
    ("get", "/risk/manifests"),
];

/// The format that is liked best; `None` for JSON, which is also for those who do not say.
pub fn wanted(headers: &HeaderMap) -> Option<Format> {
    let header = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (mut best, mut format) = (0.0, None);
    for choice in header.split(',') {
        let mut parts = choice.split(';').map(str::trim);
        let kind = parts.next().unwrap_or_default();
        let quality = parts.find_map(|part| part.strip_prefix("q="));
        let quality: f32 = quality.map_or(1.0, |text| text.parse().unwrap_or(0.0));
        let known = Format::ALL.into_iter().find(|one| kind.eq_ignore_ascii_case(one.media_type()));
        let is_json = ["application/json", "application/*", "*/*"].contains(&kind);
        if (known.is_some() || is_json) && quality > best {
            (best, format) = (quality, known);
        }
    }
    format
}

/// Answers a list: `page` reads a page of it.
pub async fn answer<Q, V, P>(caller: Caller, asked: Q, sheet: &'static Sheet, page: P) -> Answer
where
    Q: Paged + 'static,
    V: Serialize + Send + 'static,
    P: AsyncFn(Q) -> Result<Page<V>, Problem> + 'static,
{
    let Some(format) = caller.wanted() else {
        return Ok(HttpResponse::Ok().json(page(asked).await?));
    };
    let read = async move |after: Option<String>| {
        let asked = asked.from(after.as_deref());
        let asked = asked.ok_or_else(|| Problem::internal("a cursor of ours is none"))?;
        let Page { data, next_cursor } = page(asked).await?;
        Ok(Slab { rows: data, next: next_cursor })
    };
    stream(caller, (format, sheet), read, |entry: &V, writer: &mut Writer| writer.entry(entry))
        .await
}

/// Answers a small list of what lies in memory anyway, in one piece.
pub fn small<V: Serialize>(caller: &Caller, sheet: &'static Sheet, data: Vec<V>) -> Answer {
    let Some(format) = caller.wanted() else {
        return Ok(HttpResponse::Ok().json(Page { data, next_cursor: None }));
    };
    let mut writer = Writer::begin(format, sheet, caller.reading().lang)?;
    data.iter().try_for_each(|entry| writer.entry(entry))?;
    Ok(head(format, sheet).body(writer.finish()?))
}

/// The head of a list as a file.
fn head(format: Format, sheet: &Sheet) -> HttpResponseBuilder {
    let file = format!("attachment; filename=\"{}.{}\"", sheet.name, format.extension());
    let kind = match format {
        Format::Csv => "text/csv; charset=utf-8; header=present",
        Format::Ndjson | Format::Xlsx => format.media_type(),
    };
    let mut answer = HttpResponse::Ok();
    answer.content_type(kind).insert_header((CONTENT_DISPOSITION, file));
    answer
}

/// A part of a list, and where the next begins.
pub struct Slab<T> {
    pub rows: Vec<T>,
    pub next: Option<String>,
}

/// A list on its way out.
struct Going<T, R, W> {
    caller: Caller,
    writer: Writer,
    /// Read and not yet written.
    slab: Slab<T>,
    read: R,
    write: W,
}

/// Streams a whole list. What refuses it at once (503, 422) is an answer of its own.
pub async fn stream<T, R, W>(
    caller: Caller,
    (format, sheet): (Format, &'static Sheet),
    read: R,
    write: W,
) -> Answer
where
    T: Send + 'static,
    R: AsyncFn(Option<String>) -> Result<Slab<T>, Problem> + 'static,
    W: Fn(&T, &mut Writer) -> Result<(), Problem> + Send + 'static,
{
    let slab = read(None).await?;
    let request_id = caller.reading().request_id;
    let writer = Writer::begin(format, sheet, caller.reading().lang)?;
    let going = Going { caller, writer, slab, read, write };
    let chunks = stream::unfold(Some(going), move |going| {
        let request_id = request_id.clone();
        async move { Some(step(going?, &request_id).await) }
    });
    Ok(head(format, sheet).streaming(chunks))
}

/// The next bytes, and what is left to do.
async fn step<T, R, W>(
    going: Going<T, R, W>,
    request_id: &str,
) -> (Result<Bytes, Problem>, Option<Going<T, R, W>>)
where
    T: Send + 'static,
    R: AsyncFn(Option<String>) -> Result<Slab<T>, Problem>,
    W: Fn(&T, &mut Writer) -> Result<(), Problem> + Send + 'static,
{
    match advance(going).await {
        Ok((bytes, going)) => (Ok(bytes.into()), going),
        Err(problem) => {
            // The head has left as a success: the connection breaks off, and the log says why.
            let cause = problem.cause.clone().unwrap_or_else(|| problem.to_string());
            tracing::error!(request.id = request_id, cause, "a list broke off");
            (Err(problem), None)
        }
    }
}

type Advanced<T, R, W> = (Vec<u8>, Option<Going<T, R, W>>);

/// Writes what is read while the next part is being read.
async fn advance<T, R, W>(going: Going<T, R, W>) -> Result<Advanced<T, R, W>, Problem>
where
    T: Send + 'static,
    R: AsyncFn(Option<String>) -> Result<Slab<T>, Problem>,
    W: Fn(&T, &mut Writer) -> Result<(), Problem> + Send + 'static,
{
    let Going { caller, mut writer, slab: Slab { rows, next }, read, write } = going;
    let reading = async {
        match next {
            Some(next) => {
                caller.still().await?;
                read(Some(next)).await.map(Some)
            }
            None => Ok(None),
        }
    };
    let writing = spawn_blocking(move || {
        rows.iter().try_for_each(|row| write(row, &mut writer))?;
        Ok::<_, Problem>((writer, write))
    });
    let (ahead, written) = tokio::join!(reading, writing);
    let (mut writer, write) = written.map_err(Problem::internal)??;
    Ok(match ahead? {
        Some(slab) => {
            let bytes = writer.take();
            (bytes, Some(Going { caller, writer, slab, read, write }))
        }
        None => (writer.finish()?, None),
    })
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    #[test]
    fn json_unless_something_else_is_liked_better() {
        let format = |accept: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT, HeaderValue::from_str(accept).unwrap());
            wanted(&headers)
        };
        assert_eq!(wanted(&HeaderMap::new()), None);
        assert_eq!(format("*/*"), None);
        assert_eq!(format("text/html,application/xhtml+xml,*/*;q=0.8"), None);
        assert_eq!(format("application/json, text/csv"), None);
        assert_eq!(format("text/csv"), Some(Format::Csv));
        assert_eq!(format("Text/CSV; charset=utf-8"), Some(Format::Csv));
        assert_eq!(format("application/json;q=0.5, application/x-ndjson"), Some(Format::Ndjson));
        assert_eq!(format("text/csv;q=0"), None);
        assert_eq!(format(Format::Xlsx.media_type()), Some(Format::Xlsx));
    }
}
