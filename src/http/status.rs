//! Refusals that are not ours (actix's 404 and 405, a broken request, a foreign layer's error) as
//! problems: the status says which.

use actix_web::http::StatusCode;

use crate::problem::{Code, Problem, Text};

/// The problem that stands for a bare status. `cause` goes to the log of a 5xx, never to clients.
pub fn problem_of_status(status: StatusCode, cause: Option<String>) -> Problem {
    let (code, zh, en) = match status {
        StatusCode::NOT_FOUND => return Problem::not_found(),
        StatusCode::FORBIDDEN => return Problem::forbidden(),
        StatusCode::SERVICE_UNAVAILABLE => return busy(cause),
        StatusCode::UNAUTHORIZED => (Code::Unauthorized, "请先登录。", "Sign in first."),
        StatusCode::METHOD_NOT_ALLOWED => {
            let zh = "此路径不支持该方法，可用方法见 Allow 头。";
            (Code::MethodNotAllowed, zh, "This path has other methods; see the Allow header.")
        }
        StatusCode::NOT_ACCEPTABLE => {
            (Code::NotAcceptable, "无法提供所要求的格式。", "There is no answer in that format.")
        }
        StatusCode::PAYLOAD_TOO_LARGE => {
            (Code::PayloadTooLarge, "请求体过大。", "The body is too large.")
        }
        StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            (Code::UnsupportedMediaType, "不支持的内容类型。", "Unsupported media type.")
        }
        StatusCode::TOO_MANY_REQUESTS => {
            (Code::TooManyRequests, "请求过于频繁，请稍后重试。", "Too many requests; try later.")
        }
        other if other.is_client_error() => {
            (Code::BadRequest, "请求不合法。", "The request is not valid.")
        }
        other => {
            let unknown = || format!("an answer of status {other} without a cause");
            return Problem::internal(cause.unwrap_or_else(unknown));
        }
    };
    Problem::new(code, Text::new(zh, en))
}

fn busy(cause: Option<String>) -> Problem {
    let mut problem = Problem::busy();
    problem.cause = cause;
    problem
}
