//! Who asks: the extractor that every handler behind a login takes, and the `Ctx` it gives.
//!
//! [`Caller`] is the one extractor that refuses, because 401 is the first thing told (api.md,
//! "Errors"): a handler that takes it cannot be reached without a good token. The rest of the order
//! is kept by [`Caller::command`]: 413, 415 and 400 at once, and what is 422 in body, query or key
//! inside the [`Asked`], to be looked at after the subject (404, 403).
//!
//! ```ignore
//! async fn file(app: Data<App>, caller: Caller, body: Body) -> Answer {
//!     let (ctx, asked) = caller.command::<FileManifest>(&body)?;
//!     let done = manifest::file(&app, &ctx, asked).await?;
//!     …
//! }
//! ```

use std::fmt::Display;
use std::net::IpAddr;

use actix_web::dev::Payload;
use actix_web::http::header::{AUTHORIZATION, HeaderMap, USER_AGENT};
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;

use crate::app::App;
use crate::ctx::{Actor, Ctx};
use crate::export::Format;
use crate::identity;
use crate::ids::ManifestId;
use crate::limits::{AGENT_CHARS_MAX, COMMIT_WAIT_MAX};
use crate::problem::{Code, Problem, Text};
use crate::reads::{self, What};
use crate::wire::{Asked, Decode, percent_decoded};

use super::body::Body;
use super::conditions::{RequestParts, parts, parts_with, reading_parts};
use super::door;
use super::whole;

/// Somebody whose token or API key is good.
pub struct Caller {
    app: Data<App>,
    request: HttpRequest,
    actor: Actor,
}

impl Caller {
    pub const fn actor(&self) -> &Actor {
        &self.actor
    }

    /// What a whole list is wanted as; `None`: a page of it, as JSON.
    pub fn wanted(&self) -> Option<Format> {
        whole::wanted(self.request.headers())
    }

    /// 401 where the token or key has ceased to be good since the request came.
    pub async fn still(&self) -> Result<(), Problem> {
        authenticated(&self.app, &self.request).await.map(|_| ())
    }

    /// The context of a reading request.
    pub fn reading(&self) -> Ctx {
        self.ctx(reading_parts(&self.request))
    }

    /// Records that the caller is shown something, where that is recorded: before it is shown.
    pub async fn looked(&self, what: What, manifests: &[ManifestId]) -> Result<(), Problem> {
        let query = percent_decoded(&self.request.query_string().replace('+', " "));
        reads::note(&self.app, &self.reading(), what, (manifests, query.as_deref())).await
    }

    /// The same of one thing that is no manifest; `manifests` are those that it tells of.
    pub async fn looked_at(
        &self,
        what: What,
        id: impl Display,
        manifests: &[ManifestId],
    ) -> Result<(), Problem> {
        reads::note(&self.app, &self.reading(), what, (manifests, Some(&format!("id={id}")))).await
    }

    /// The context and the content of a command with a JSON body.
    pub fn command<T: Decode>(&self, body: &Body) -> Result<(Ctx, Asked<T>), Problem> {
        let asked = body.asked()?;
        self.with_conditions(body, asked)
    }

    /// The same for a command whose document the use case reads itself (a merge patch).
    pub fn command_raw<'b>(&self, body: &'b Body) -> Result<(Ctx, Asked<&'b [u8]>), Problem> {
        let document = body.document()?;
        self.with_conditions(body, Ok(document))
    }

    /// The same for a command all of whose fields may be absent: no body is `{}`.
    pub fn command_or_empty<T: Decode>(&self, body: &Body) -> Result<(Ctx, Asked<T>), Problem> {
        let asked = body.asked_or_empty()?;
        self.with_conditions(body, asked)
    }

    /// The context of a command whose body is read while it is answered: no key covers it.
    pub fn streaming(&self) -> Result<Ctx, Problem> {
        let (parts, sound) = parts(&self.request, &[])?;
        sound?;
        Ok(self.ctx(RequestParts { key: None, ..parts }))
    }

    /// The same for a command whose body is a file, or none: what it asks stands in the query.
    pub fn in_query<Q: Decode>(
        &self,
        body: &[u8],
        validate_only: impl Fn(&Q) -> bool,
    ) -> Result<(Ctx, Asked<Q>), Problem> {
        let (parts, asked) = parts_with(&self.request, body, validate_only)?;
        Ok((self.ctx(parts), asked))
    }

    fn with_conditions<T>(&self, body: &Body, asked: Asked<T>) -> Result<(Ctx, Asked<T>), Problem> {
        let (parts, sound) = parts(&self.request, body.bytes()?)?;
        let asked = match sound {
            Ok(()) => asked,
            Err(faults) => Err(match asked.err() {
                Some(more) => faults.and(more),
                None => faults,
            }),
        };
        Ok((self.ctx(parts), asked))
    }

    fn ctx(&self, parts: RequestParts) -> Ctx {
        Ctx {
            actor: self.actor.clone(),
            now: self.app.clock.now(),
            wall: self.app.clock.wall(),
            request_id: parts.request_id,
            key: parts.key,
            if_match: parts.if_match,
            validate_only: parts.validate_only,
            lang: parts.lang,
            patience: COMMIT_WAIT_MAX,
        }
    }
}

impl FromRequest for Caller {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        async move {
            let app = request.app_data::<Data<App>>().cloned();
            let app = app.ok_or_else(|| Problem::internal("the server has no App"))?;
            let actor = authenticated(&app, &request).await?;
            admit(&actor, &request)?;
            Ok(Self { app, request, actor })
        }
        .boxed_local()
    }
}

/// Who asks: by an access token or an API key. Both at once are neither: it would be a guess which
/// is meant, and a guess decides what may be done.
async fn authenticated(app: &App, request: &HttpRequest) -> Result<Actor, Problem> {
    let headers = request.headers();
    if !headers.contains_key(API_KEY) {
        let token = bearer(headers).ok_or_else(identity::unauthorized)?;
        return identity::authenticate(app, token).await;
    }
    let mut given = headers.get_all(API_KEY);
    let key = given.next().and_then(|value| value.to_str().ok());
    match key {
        Some(key) if given.next().is_none() && !headers.contains_key(AUTHORIZATION) => {
            let address = client_address(request, app.config.behind_proxy);
            identity::keys::authenticate(app, key.trim(), address).await
        }
        _ => {
            let text = Text::new(
                "请只提供一种凭证：Authorization 或 X-Api-Key。",
                "Send one credential: either `Authorization` or `X-Api-Key`.",
            );
            Err(Problem::new(Code::Unauthorized, text))
        }
    }
}

/// What is closed whatever the subject: to an API key all that is not in its scopes, to somebody
/// whose password an administrator has set all but changing it.
fn admit(actor: &Actor, request: &HttpRequest) -> Result<(), Problem> {
    let path = request.path();
    if actor.grants.must_change_password && !OPEN_BEFORE_CHANGE.contains(&path) {
        let text = Text::new(
            "密码由管理员设置，须先以 POST /me/password 修改。",
            "An administrator has set the password: change it first by `POST /me/password`.",
        );
        return Err(Problem::new(Code::PasswordChangeRequired, text));
    }
    if actor.grants.api_key.is_none() {
        return Ok(());
    }
    let scopes = door::scopes_for(request.method(), path).unwrap_or_default();
    if scopes.iter().any(|scope| actor.grants.allows(*scope)) {
        return Ok(());
    }
    let words: Vec<&str> = scopes.iter().map(|scope| scope.as_str()).collect();
    let text = if words.is_empty() {
        Text::new(
            "此操作不能以 API 密钥进行。",
            "No API key may do this; a person signs in for it.",
        )
    } else {
        Text::new(
            format!("密钥没有此操作的权限（{}）。", words.join("、")),
            format!("The key lacks the scope for this: {}.", words.join(" or ")),
        )
    };
    Err(Problem::new(Code::OutOfScope, text))
}

/// The header of an API key.
const API_KEY: &str = "x-api-key";

/// Where one may go before the password is changed.
const OPEN_BEFORE_CHANGE: &[&str] = &["/api/v1/me", "/api/v1/me/password"];

/// The token of `Authorization: Bearer` (RFC 6750; the scheme's case does not matter). Two such
/// headers are none: it would be a guess which is meant.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut given = headers.get_all(AUTHORIZATION);
    let text = given.next()?.to_str().ok()?;
    let (scheme, token) = text.split_once(' ')?;
    let alone = given.next().is_none();
    (alone && scheme.eq_ignore_ascii_case("bearer")).then_some(token.trim())
}

/// What the client calls itself, cut to a bound; nothing where it is no plain text.
pub fn client_agent(request: &HttpRequest) -> Option<String> {
    let text = request.headers().get(USER_AGENT)?.to_str().ok()?;
    Some(text.chars().take(AGENT_CHARS_MAX).collect())
}

/// The client's address, for lockout. Behind a proxy, the one that the proxy itself saw, which it
/// adds last: what stands before it was written by the client.
pub fn client_address(request: &HttpRequest, behind_proxy: bool) -> Option<IpAddr> {
    let peer = || request.peer_addr().map(|address| address.ip());
    if !behind_proxy {
        return peer();
    }
    let forwarded = request.headers().get_all("x-forwarded-for").last();
    let last = forwarded.and_then(|value| value.to_str().ok()?.rsplit(',').next());
    last.and_then(|address| address.trim().parse().ok()).or_else(peer)
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn token_of(values: &[&str]) -> Option<String> {
        let mut request = TestRequest::default();
        for value in values {
            request = request.append_header((AUTHORIZATION, *value));
        }
        bearer(request.to_http_request().headers()).map(str::to_owned)
    }

    #[test]
    fn one_bearer_token_and_nothing_else() {
        assert_eq!(token_of(&["Bearer a.b.c"]).as_deref(), Some("a.b.c"));
        assert_eq!(token_of(&["bearer a.b.c"]).as_deref(), Some("a.b.c"));
        assert_eq!(token_of(&["Basic dTpw"]), None);
        assert_eq!(token_of(&["a.b.c"]), None);
        assert_eq!(token_of(&["Bearer a", "Bearer b"]), None);
        assert_eq!(token_of(&[]), None);
    }

    #[test]
    fn only_a_proxy_is_believed_and_only_its_own_word() {
        let request = TestRequest::default()
            .peer_addr("10.0.0.9:1234".parse().unwrap())
            .append_header(("x-forwarded-for", "1.1.1.1, 203.0.113.7"))
            .to_http_request();
        let address = |behind| client_address(&request, behind).unwrap().to_string();
        assert_eq!(address(false), "10.0.0.9");
        assert_eq!(address(true), "203.0.113.7");
    }
}
