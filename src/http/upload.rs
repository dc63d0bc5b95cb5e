//! A file as the body of a request, or in a form: received whole up to a bound, and no more of them
//! at once than there is room for.

use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap};
use actix_web::web::Bytes;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::body::{receive, too_large};
use super::multipart;
use crate::blob::{FORM_BYTES_MAX, MediaType, UPLOAD_WAIT_MAX, UPLOADS_BYTES_MAX};
use crate::manifest::FileSent;
use crate::problem::{Code, Problem, Text};

const KIB: usize = 1024;

/// What all uploads of the process may hold, in KiB.
static ROOM: Semaphore = Semaphore::const_new(UPLOADS_BYTES_MAX / KIB);

/// A file that was received.
pub struct Upload {
    /// The whole body: what an idempotency key's fingerprint covers.
    pub body: Bytes,
    pub file: FileSent,
    /// Its place among all uploads; kept until the file is written.
    _room: SemaphorePermit<'static>,
}

/// Receives a file of at most `bytes_max`; an empty one of a form without a file, as only the
/// command knows what comes before that fault. Errors: 413, 415, 400; 503 where there is no room.
pub async fn upload(
    headers: &HeaderMap,
    payload: Payload,
    bytes_max: usize,
) -> Result<Upload, Problem> {
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let boundary = multipart::boundary_of(kind);
    let body_max = if boundary.is_some() { bytes_max + FORM_BYTES_MAX } else { bytes_max };
    let announced = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    let announced = announced.and_then(|text| text.parse().ok()).unwrap_or(body_max);
    if announced > body_max {
        return Err(too_large(body_max));
    }
    let declared = MediaType::declared(kind);
    if declared.is_none() && boundary.is_none() {
        return Err(unsupported());
    }
    let room = room(announced).await?;
    let body = receive(headers, payload, body_max).await?;
    let file = match boundary {
        Some(mark) => of_form(&body, &mark)?,
        None => FileSent { bytes: body.clone(), declared, name: None },
    };
    if file.bytes.len() > bytes_max {
        return Err(too_large(bytes_max));
    }
    Ok(Upload { body, file, _room: room })
}

async fn room(bytes: usize) -> Result<SemaphorePermit<'static>, Problem> {
    let kib = u32::try_from(bytes.div_ceil(KIB).max(1)).unwrap_or(u32::MAX);
    let waiting = tokio::time::timeout(UPLOAD_WAIT_MAX, ROOM.acquire_many(kib)).await;
    waiting.ok().and_then(Result::ok).ok_or_else(Problem::busy)
}

/// Browsers do not know every kind of picture, and then say that it is something or nothing.
fn of_form(body: &Bytes, mark: &str) -> Result<FileSent, Problem> {
    let Some(multipart::Part { bytes, name, kind }) = multipart::part(body, mark)? else {
        return Ok(FileSent { bytes: Bytes::new(), declared: None, name: None });
    };
    let kind = kind.filter(|kind| !kind.is_empty() && kind != "application/octet-stream");
    let declared = match kind {
        Some(kind) => Some(MediaType::declared(&kind).ok_or_else(unsupported)?),
        None => None,
    };
    Ok(FileSent { bytes, declared, name })
}

fn unsupported() -> Problem {
    let detail = Text::new(
        "附件应为 image/jpeg、image/png、image/webp、image/heic 或 application/pdf，\
         或含有此类文件的 multipart/form-data。",
        "An attachment is image/jpeg, image/png, image/webp, image/heic or application/pdf, or \
         multipart/form-data with such a file.",
    );
    Problem::new(Code::UnsupportedMediaType, detail)
}
