//! Attachments over HTTP: send, list, fetch.

use std::fmt::Write as _;

use actix_web::body::SizedStream;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, ETAG, HeaderName, HeaderValue,
    IF_NONE_MATCH, LOCATION,
};
use actix_web::web::{Bytes, Data, Payload};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use futures_util::{StreamExt as _, stream};

use super::answers::address;
use crate::app::App;
use crate::blob::{self, Pieces};
use crate::http::conditions::WaitFor;
use crate::http::multipart::FileForm;
use crate::http::upload::upload;
use crate::http::{Answer, Caller, Outcome, ProblemBody, Segments};
use crate::ids::ManifestId;
use crate::manifest::{
    self, AttachFile, AttachmentKind, AttachmentView, FileName, Stored, attachment, attachments,
};
use crate::problem::Problem;
use crate::reads::What;
use crate::wire::{Page, Sha256Hex, wire};

wire! {
    /// What is said of a file that is sent.
    pub struct AttachQuery {
        /// The file's name; a form's file brings its own. Named by its kind where it has none.
        pub name: Option<FileName>,
        /// What it shows.
        pub kind: AttachmentKind = AttachmentKind::Document,
        /// Answer what would be answered, and write nothing.
        pub validate_only: bool = false,
        /// As of any other command.
        pub wait: Option<WaitFor>,
    }
}

/// Attach a photo, a weigh ticket or a document: 201. Any party may, from filing on, unless the
/// manifest was cancelled; at most 50 files of 16 MiB (a setting) each.
///
/// The body is the file, or a form with it; its content must be what its type says. The event has
/// its SHA-256, length, type and name. The same file again is the attachment that is there: 200.
#[utoipa::path(
    post, path = "/api/v1/manifests/{id}/attachments", tag = "manifests",
    params(("id" = ManifestId, Path), AttachQuery),
    request_body(content(
        (String = "image/jpeg"),
        (String = "image/png"),
        (String = "image/webp"),
        (String = "image/heic"),
        (String = "application/pdf"),
        (FileForm = "multipart/form-data"),
    )),
    security(("bearer" = [])),
    responses(
        (status = 201, body = AttachmentView),
        (status = 200, body = AttachmentView, description = "It was there already."),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn attach(
    app: Data<App>,
    caller: Caller,
    segments: Segments,
    request: HttpRequest,
    payload: Payload,
) -> Answer {
    let bytes_max = app.config.files.bytes_max;
    let sent = upload(request.headers(), payload.into_inner(), bytes_max).await?;
    let (ctx, asked) = caller.in_query(&sent.body, |query: &AttachQuery| query.validate_only)?;
    let id = segments.id("id", ManifestId::of)?;
    let asked = asked.map(|AttachQuery { name, kind, .. }| AttachFile { name, kind });
    let hash = Sha256Hex::of(&sent.file.bytes);
    let (done, is_new) = manifest::attach(&app, &ctx, id, asked, sent.file.clone()).await?;
    let again = async |first: crate::db::FirstAnswer| {
        let stored = manifest::visible(&app, &ctx.actor, id).await?;
        let then = manifest::as_of(&app.pool, id, first.version).await?;
        Ok(Stored { manifest: then, ..stored })
    };
    let mut outcome = Outcome::of(done, StatusCode::CREATED, again).await?;
    let (version, shown) = {
        let manifest = &outcome.value.manifest;
        (manifest.version, attachment(manifest, hash)?)
    };
    if !is_new {
        outcome.was_there();
    }
    let mut answer = outcome.answer(version);
    if is_new && !ctx.validate_only {
        answer.insert_header((LOCATION, format!("{}/attachments/{}", address(id), shown.sha256)));
    }
    Ok(answer.json(shown))
}

/// The attachments of a manifest, oldest first.
#[utoipa::path(
    get, path = "/api/v1/manifests/{id}/attachments", tag = "manifests",
    operation_id = "list_attachments",
    params(("id" = ManifestId, Path)), security(("bearer" = [])),
    responses(
        (status = 200, body = Page<AttachmentView>),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn list(app: Data<App>, caller: Caller, segments: Segments) -> Answer {
    let id = segments.id("id", ManifestId::of)?;
    let stored = manifest::readable(&app, caller.actor(), id).await?;
    let data = attachments(&stored.manifest);
    caller.looked(What::Attachment, &[id]).await?;
    Ok(HttpResponse::Ok().json(Page { data, next_cursor: None }))
}

/// A file of a manifest, to be saved and not shown. Its tag is its hash: it never changes.
#[utoipa::path(
    get, path = "/api/v1/manifests/{id}/attachments/{sha256}", tag = "manifests",
    operation_id = "get_attachment",
    params(("id" = ManifestId, Path), ("sha256" = Sha256Hex, Path)), security(("bearer" = [])),
    responses(
        (status = 200, content(
            (String = "image/jpeg"),
            (String = "image/png"),
            (String = "image/webp"),
            (String = "image/heic"),
            (String = "application/pdf"),
        )),
        (status = 304, description = "The copy that `If-None-Match` names is the file."),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn one(
    app: Data<App>,
    caller: Caller,
    segments: Segments,
    request: HttpRequest,
) -> Answer {
    let id = segments.id("id", ManifestId::of)?;
    let hash = Sha256Hex::parse(&segments.text("sha256")?).ok_or_else(Problem::not_found)?;
    let stored = manifest::readable(&app, caller.actor(), id).await?;
    let found = attachment(&stored.manifest, hash)?;
    caller.looked(What::Attachment, &[id]).await?;
    let known = request.headers().get(IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    if known.is_some_and(|tags| tags.contains(&found.sha256)) {
        return Ok(head(StatusCode::NOT_MODIFIED, &found).finish());
    }
    let mut pieces = blob::pieces(&app, hash.0).await?;
    let (length, request_id) = (pieces.bytes, caller.reading().request_id);
    // A file that is not there is told of before the head says that it is.
    let first = pieces.next().await?.map(|piece| Ok(Bytes::from(piece)));
    let rest = stream::unfold(Some(pieces), move |pieces| {
        let request_id = request_id.clone();
        async move { step(pieces?, &request_id).await }
    });
    let body = stream::iter(first).chain(rest);
    let mut answer = head(StatusCode::OK, &found);
    answer.content_type(found.media_type.as_str());
    Ok(answer.body(SizedStream::new(length, Box::pin(body))))
}

/// The next bytes, and what is left. The head has left as a success: what is wrong now breaks the
/// connection off, and the log says why.
async fn step(
    mut pieces: Pieces,
    request_id: &str,
) -> Option<(Result<Bytes, Problem>, Option<Pieces>)> {
    match pieces.next().await {
        Ok(piece) => piece.map(|piece| (Ok(piece.into()), Some(pieces))),
        Err(problem) => {
            let cause = problem.cause.clone().unwrap_or_else(|| problem.to_string());
            tracing::error!(request.id = request_id, cause, "a file broke off");
            Some((Err(problem), None))
        }
    }
}

/// Whoever opens a file opens it from the disk, never in the page of this server.
const ALONE: HeaderValue = HeaderValue::from_static("default-src 'none'; sandbox");

/// A copy may be kept for ever by whoever fetched it, and shown to nobody else.
const KEPT: HeaderValue = HeaderValue::from_static("private, max-age=31536000, immutable");

fn head(status: StatusCode, file: &AttachmentView) -> HttpResponseBuilder {
    let mut answer = HttpResponse::build(status);
    answer
        .insert_header((ETAG, format!("\"{}\"", file.sha256)))
        .insert_header((CACHE_CONTROL, KEPT))
        .insert_header((CONTENT_SECURITY_POLICY, ALONE))
        .insert_header((HeaderName::from_static("x-content-type-options"), "nosniff"))
        .insert_header((CONTENT_DISPOSITION, disposition(&file.name)));
    answer
}

/// RFC 6266: the name in UTF-8, and for old programs its ASCII letters.
fn disposition(name: &str) -> String {
    let plain =
        |one: char| if one.is_ascii_alphanumeric() || "-._ ".contains(one) { one } else { '_' };
    let fallback: String = name.chars().map(plain).collect();
    let mut encoded = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    format!("attachment; filename=\"{fallback}\"; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_arrives_whole_and_breaks_no_header() {
        let wanted =
            "attachment; filename=\"__ 1.jpg\"; filename*=UTF-8''%E7%A3%85%E5%8D%95%201.jpg";
        assert_eq!(disposition("磅单 1.jpg"), wanted);
        assert!(!disposition("a\"\r\nb").contains(['\r', '\n']));
    }
}
