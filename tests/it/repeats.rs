//! Every command of manifests, trips, rounds, containers and inspections, tried four ways: refused
//! to who may not, done once, repeated with its `Idempotency-Key`, and sent by two at once, with
//! one key and without. [`ROWS`] says from where each begins and what becomes of the second of two.
//! What may go wrong is told of all rows at once.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::{Answer, Client, Method};

mod rows;
mod yard;

use rows::{ROWS, Row, Twice};
use yard::{Start, Yard};

/// What was wrong with a row, as sentences.
struct Judge<'a> {
    yard: &'a Yard,
    row: &'static Row,
    wrong: Vec<String>,
}

impl Judge<'_> {
    fn hold(&mut self, holds: bool, what: &str, answer: &Answer) {
        if !holds {
            self.wrong.push(format!("{}: {what}: {}", self.row.what, answer.shown()));
        }
    }

    async fn events(&self) -> i64 {
        // A draft has no event.
        1000 * self.yard.world.rows("event").await + self.yard.world.rows("draft").await
    }

    fn client(&self) -> &Client {
        self.yard.client(self.row.who)
    }

    /// Refused, with nothing written, to who has nothing to do with it and to who only watches.
    async fn refused(&mut self, (path, body): (&str, &Value)) {
        let before = self.events().await;
        let watcher = match (self.row.who, self.row.from) {
            // An authority corrects what it watches.
            _ if self.row.what == "propose" => None,
            ("corps", _) => Some(("producer", 403)),
            // Ledgers are kept by the corps' regulator too: it is no mere watcher there.
            _ if ["register containers", "a ledger entry"].contains(&self.row.what) => {
                Some(("carrier", 403))
            }
            (_, Start::Draft) => Some(("corps", 404)),
            _ => Some(("corps", 403)),
        };
        // What is new is in nobody's sight yet.
        let is_new = self.row.from == Start::Nothing || self.row.path.starts_with("//");
        let unseen = Some(("stranger", 404)).filter(|_| !is_new);
        let key = format!("mine-{}", self.row.what);
        for (who, wanted) in [watcher, unseen].into_iter().flatten() {
            let answer = send(self.yard.client(who), path, body, Some(&key)).await;
            self.hold(answer.status == wanted, &format!("{who} is not told {wanted}"), &answer);
        }
        let mut odd = body.clone();
        if let Some(members) = odd.as_object_mut() {
            members.insert("colour".to_owned(), json!("red"));
            let answer = send(self.client(), path, &odd, Some("odd")).await;
            let told = answer.status == 422 && answer.json["errors"][0]["pointer"] == "/colour";
            self.hold(told, "an unknown field is not told at its place", &answer);
        }
        if self.events().await != before {
            self.wrong.push(format!("{}: a refusal left an event", self.row.what));
        }
    }

    /// Done, and again with its key: the first answer, and nothing more written.
    async fn repeated(&mut self, (path, body): (&str, &Value)) {
        let key = format!("again-{}", self.row.what);
        let before = self.events().await;
        let first = send(self.client(), path, body, Some(&key)).await;
        let written = self.events().await;
        self.hold(first.status == self.row.status, "the first is not done", &first);
        let is_new = first.header("idempotent-replayed").is_empty();
        self.hold(is_new && written > before, "the first is no first", &first);
        let again = send(self.client(), path, body, Some(&key)).await;
        let is_first = (again.status, &again.json) == (first.status, &first.json);
        self.hold(is_first, "the repeat is not the first answer", &again);
        let is_told = again.header("idempotent-replayed") == "true";
        self.hold(is_told, "the repeat does not say that it is one", &again);
        let same_tag = again.header("etag") == first.header("etag");
        self.hold(same_tag, "the repeat has another ETag", &again);
        let mut other = body.clone();
        if let Some(members) = other.as_object_mut() {
            members.insert("note".to_owned(), json!("anders"));
        }
        let other = send(self.client(), path, &other, Some(&key)).await;
        let reused = (other.status, &other.json["code"]) == (422, &json!("idempotency_key_reused"));
        self.hold(reused || body.is_array(), "another body under the key", &other);
        if self.events().await != written {
            self.wrong.push(format!("{}: a repeat was written", self.row.what));
        }
    }

    /// Two at once with one key: both are the same one.
    async fn together(&mut self, (path, body): (&str, &Value)) {
        let key = format!("both-{}", self.row.what);
        let both = (0..2).map(|_| send(self.client(), path, body, Some(&key)));
        let both = join_all(both.collect::<Vec<_>>()).await;
        for answer in &both {
            self.hold(answer.status == self.row.status, "one of two is not done", answer);
        }
        self.hold(both[0].json == both[1].json, "two with one key differ", &both[1]);
        let replayed = |one: &&Answer| one.header("idempotent-replayed") == "true";
        let count = both.iter().filter(replayed).count();
        self.hold(count == 1, "of two with one key one is the repeat", &both[1]);
    }

    /// Two at once without a key: both happen, or one does and the other is told why not.
    async fn raced(&mut self, (path, body): (&str, &Value)) {
        let both = (0..2).map(|_| send(self.client(), path, body, None));
        let mut both = join_all(both.collect::<Vec<_>>()).await;
        both.sort_by_key(|answer| answer.status);
        let [one, other] = both.try_into().unwrap();
        self.hold(one.status == self.row.status, "neither of two is done", &one);
        match self.row.twice {
            Twice::Both => {
                self.hold(other.status == self.row.status, "the second is refused", &other);
                self.hold(one.json != other.json, "two without a key are one", &other);
            }
            Twice::Once(status, code) => {
                let told = (other.status, &other.json["code"]) == (status, &json!(code));
                self.hold(told, &format!("the second is not told {status} {code}"), &other);
            }
        }
    }
}

type Sent = std::pin::Pin<Box<dyn std::future::Future<Output = Answer>>>;

fn send(client: &Client, path: &str, body: &Value, key: Option<&str>) -> Sent {
    let call = client.call(Method::POST, path).json(body);
    match key {
        Some(key) => Box::pin(call.key(key).send()),
        None => Box::pin(call.send()),
    }
}

#[tokio::test]
async fn every_command_is_refused_done_repeated_and_raced() {
    let yard = Yard::set().await;
    let mut wrong = Vec::new();
    for row in ROWS {
        let mut judge = Judge { yard: &yard, row, wrong: Vec::new() };
        for way in 0..3 {
            let subject = yard.make(row.from).await;
            let (path, body) = (subject.path(row.path), (row.body)(&yard, &subject));
            let asked = (&*path, &body);
            match way {
                0 => {
                    judge.refused(asked).await;
                    judge.repeated(asked).await;
                }
                1 => judge.together(asked).await,
                _ => judge.raced(asked).await,
            }
        }
        wrong.extend(judge.wrong);
    }
    assert!(wrong.is_empty(), "{} of {} rows:\n{}", wrong.len(), ROWS.len(), wrong.join("\n\n"));
}

/// A draft has no key, but a version: of two changes at once both hold, and of two that were made
/// from the same version one.
#[tokio::test]
async fn two_change_a_draft() {
    let yard = Yard::set().await;
    let draft = yard.make(Start::Draft).await;
    let path = draft.path("");
    let patch = |body: Value, version: Option<i64>| {
        let call = yard.client("producer").call(Method::PATCH, &path);
        let call = match version {
            Some(version) => call.if_match(version),
            None => call,
        };
        call.raw("application/merge-patch+json", body.to_string()).send()
    };
    let notes = [json!({"note": "x"}), json!({"external_id": "y"})];
    let both = join_all(notes.clone().map(|body| patch(body, None))).await;
    let versions: Vec<i64> = both.into_iter().map(|one| one.is(200).version()).collect();
    assert!(versions == [2, 3] || versions == [3, 2], "{versions:?}");
    let kept = yard.client("producer").get(&path).await.is(200);
    assert_eq!((kept.str("/note"), kept.str("/external_id")), ("x", "y"));
    let both = join_all(notes.map(|body| patch(body, Some(3)))).await;
    let mut statuses: Vec<u16> = both.iter().map(|one| one.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412], "{}", both[1].text);
}
