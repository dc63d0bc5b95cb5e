//! Where a scenario plays: the parties, the day, and what was found so far.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use chrono::{DateTime, Days, SecondsFormat, TimeDelta, Utc};
use serde_json::{Value, json};

use super::answer::Answer;
use super::client::Client;
use super::estate::{Estate, Registrar, Who};
use super::look::Look;
use super::report::{Check, Words};

/// What a scenario needs to go on is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stop;

/// How a scenario ends.
pub type Played = Result<(), Stop>;

/// The lines of the report that a scenario has come to.
#[derive(Default)]
pub struct Checks(Vec<Check>);

impl Checks {
    /// One line of the report: what is looked for in an answer.
    pub fn check(
        &mut self,
        words: impl Into<Words>,
        answer: &Answer,
        look: impl FnOnce(&mut Look<'_>),
    ) -> bool {
        let mut looked = Look::at_answer(answer);
        look(&mut looked);
        self.hold(words, looked.into_faults(), &[answer])
    }

    /// The same, for what the rest of the scenario stands on.
    pub fn need(
        &mut self,
        words: impl Into<Words>,
        answer: &Answer,
        look: impl FnOnce(&mut Look<'_>),
    ) -> Played {
        if self.check(words, answer, look) { Ok(()) } else { Err(Stop) }
    }

    /// One line of the report, of several answers.
    pub fn hold(
        &mut self,
        words: impl Into<Words>,
        faults: Vec<String>,
        answers: &[&Answer],
    ) -> bool {
        let is_right = faults.is_empty();
        let shown = if is_right { Vec::new() } else { answers.iter().map(|a| a.shown()).collect() };
        self.0.push(Check { words: words.into(), faults, shown });
        is_right
    }

    /// What a scenario does on its way; a line of the report only where it is refused.
    pub fn done(&mut self, answer: Answer) -> Result<Answer, Stop> {
        if (200..300).contains(&answer.status) {
            return Ok(answer);
        }
        let words = ("本应被接受的请求被拒绝", "what should have been taken was refused");
        self.hold(words, vec![format!("{}: 应为 / wanted 2xx", answer.status)], &[&answer]);
        Err(Stop)
    }

    /// The lines, and last whether all answers to this run's clients kept the habits.
    pub fn close(mut self, client: &Client) -> Vec<Check> {
        let broken = client.broken();
        let faults = broken.iter().flat_map(|one| one.faults.clone()).take(FAULTS_MAX).collect();
        let answers: Vec<&Answer> = broken.iter().take(3).map(|one| &one.answer).collect();
        let words = (
            "每个应答都守规矩：错误格式、数、时间、标识、ETag、缓存",
            "every answer keeps the habits: errors, numbers, times, ids, ETag, caching",
        );
        self.hold(words, faults, &answers);
        self.0
    }
}

/// Faults that one line of the report shows.
const FAULTS_MAX: usize = 20;

pub struct Stage {
    pub cast: Arc<Estate>,
    /// The sandbox's time when the scenario began.
    pub now: DateTime<Utc>,
    checks: Checks,
}

impl Deref for Stage {
    type Target = Checks;
    fn deref(&self) -> &Checks {
        &self.checks
    }
}

impl DerefMut for Stage {
    fn deref_mut(&mut self) -> &mut Checks {
        &mut self.checks
    }
}

impl Stage {
    pub fn new(cast: Arc<Estate>) -> Self {
        let now = cast.corps.get("/sandbox/clock").str("/now").parse().unwrap_or_default();
        Self { cast, now, checks: Checks::default() }
    }

    pub fn close(self) -> Vec<Check> {
        let Self { cast, checks, .. } = self;
        checks.close(&cast.corps)
    }

    pub fn nobody(&self) -> Client {
        self.cast.corps.nobody()
    }

    /// The regulator, to register something more.
    pub fn registrar(&mut self) -> Registrar<'_> {
        let Self { cast, checks, .. } = self;
        Registrar { checks, corps: &cast.corps, tag: cast.tag, year: cast.year }
    }

    /// The legal day, which is Beijing's, and days after it.
    pub fn day(&self, ahead: u64) -> String {
        let today = (self.now + TimeDelta::hours(8)).date_naive();
        today.checked_add_days(Days::new(ahead)).unwrap_or_default().to_string()
    }

    /// A time from now, as the API writes it.
    pub fn time(&self, ahead: TimeDelta) -> String {
        (self.now + ahead).to_rfc3339_opts(SecondsFormat::Millis, true)
    }

    /// Files a manifest and answers it.
    pub fn filed(&mut self, body: &Value) -> Result<Answer, Stop> {
        let answer = self.cast.producer.client.post("/manifests", body);
        self.done(answer)
    }

    /// A step that must be taken: `POST /manifests/{id}/{step}`.
    pub fn step(&mut self, who: Who, id: &str, step: &str, body: &Value) -> Result<Answer, Stop> {
        let answer = self.cast.client(who).post(&format!("/manifests/{id}/{step}"), body);
        self.done(answer)
    }

    /// Files, departs, arrives and receives all that was shipped.
    pub fn accepted(&mut self, body: &Value) -> Result<Answer, Stop> {
        let filed = self.filed(body)?;
        let id = filed.id();
        self.step(Who::Carrier, &id, "depart", &json!({}))?;
        self.step(Who::Receiver, &id, "arrive", &json!({}))?;
        let masses = filed.each("/items", "/mass_kg");
        let items: Vec<Value> = masses
            .iter()
            .zip(1..)
            .map(|(mass, line)| json!({"line": line, "accepted_kg": mass, "refused_kg": 0}))
            .collect();
        let body = json!({"decision": "accept", "items": items});
        self.step(Who::Receiver, &id, "receive", &body)
    }
}
