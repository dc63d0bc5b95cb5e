//! Leads a run: a server of its own, step after step, each held against the model.

use std::cell::Cell;
use std::collections::{BTreeSet, VecDeque};
use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::FutureExt;
use liandan::registry::Uscc;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::json;
use tokio_postgres::Client as Db;

use super::check::Log;
use super::model::{Model, Shows};
use super::op::{Kind, Op};
use super::plan::{Outcome, Planner, Request};
use super::stage::{CORPS, Stage};
use super::{check, graph, lost};
use crate::audit;
use crate::support::{Answer, Client, Database, Method, Server, liandan};

/// Steps between two looks at the chains of what was touched.
const LOOK_EVERY: usize = 500;
/// An access token lasts 15 minutes of wall time.
const SIGN_IN_EVERY: Duration = Duration::from_mins(8);
/// Answers between two that are held against the OpenAPI document.
const CONTRACT_EVERY: usize = 16;
/// What is told of a failure: the steps before it.
const TOLD: usize = 12;

/// Where a run went wrong, and how.
pub struct Failure {
    /// Index into the run's steps.
    pub step: usize,
    pub what: String,
}

/// What befalls a request beside its being sent.
#[derive(Clone, Copy, PartialEq)]
enum Twist {
    None,
    Tried,
    Repeated,
    Lost,
    Killed,
}

pub struct Play {
    server: Server,
    database: Database,
    db: Db,
    corps: Client,
    password: String,
    stage: Stage,
    model: Model,
    signed_in: Instant,
    /// The sandbox's time when it was set, and when that was.
    clock: (DateTime<Utc>, Instant),
    touched: BTreeSet<usize>,
    log: Log,
    told: VecDeque<String>,
    sent: Cell<usize>,
}

impl Play {
    pub async fn lead(ops: &[Op]) -> Result<(), Failure> {
        let mut play = Self::begin().await;
        let last = ops.len().saturating_sub(1);
        for (n, op) in ops.iter().enumerate() {
            let step = async {
                play.step(*op).await?;
                if n % LOOK_EVERY == LOOK_EVERY - 1 || n == last {
                    play.look().await?;
                }
                if n == last { play.audit().await } else { Ok(()) }
            };
            let done = AssertUnwindSafe(step).catch_unwind().await;
            let what = match done {
                Ok(Ok(())) => continue,
                Ok(Err(what)) => what,
                Err(panic) => said(&*panic),
            };
            let told: Vec<String> = play.told.iter().cloned().collect();
            let what = format!("{}\nstep {} {:?}: {what}", told.join("\n"), op.n, op.kind);
            return Err(Failure { step: n, what });
        }
        Ok(())
    }

    async fn begin() -> Self {
        let database = Database::empty().await;
        let db = database.superuser().await;
        let url = database.app_url();
        let uscc = Uscc::complete("11650000MB0000001").unwrap();
        let mut user = liandan(&url);
        user.args(["user", "--login", "corps", "--role", "corps_regulator"]);
        user.args(["--new-organisation", "兵团生态环境局", "--uscc", uscc.as_str()]);
        let made = user.output().unwrap();
        let made: serde_json::Value = serde_json::from_slice(&made.stdout).unwrap();
        let password = made["password"].as_str().unwrap().to_owned();
        let server = Server::start_sandbox(&url);
        let corps = client(&server).log_in("corps", &password).await;
        let now = corps.get("/sandbox/clock").await.ok();
        let now = now.str("/now").parse().unwrap();
        let stage = Stage::set(&corps, now).await;
        let mut log = Log::default();
        let events = log.read(&db).await;
        let model = Model { events, ..Model::default() };
        let (signed_in, told) = (Instant::now(), VecDeque::new());
        let clock = (now, signed_in);
        let touched = BTreeSet::new();
        Self {
            server,
            database,
            db,
            corps,
            password,
            stage,
            model,
            signed_in,
            clock,
            touched,
            log,
            told,
            sent: Cell::new(0),
        }
    }

    fn now(&self) -> DateTime<Utc> {
        self.clock.0 + TimeDelta::from_std(self.clock.1.elapsed()).unwrap()
    }

    async fn step(&mut self, op: Op) -> Result<(), String> {
        if self.signed_in.elapsed() > SIGN_IN_EVERY {
            self.sign_in().await;
        }
        let mut chance = StdRng::seed_from_u64(op.seed ^ 0x5ca1_ab1e);
        if op.kind == Kind::Jump {
            return self.jump(&mut chance).await;
        }
        let planned = Planner::new(&self.model, &self.stage, self.now(), op).plan(op);
        let Some((request, outcome)) = planned else { return Ok(()) };
        let key = format!("{}-{}", op.n, op.seed);
        let twist = twist(&mut chance, &request, &outcome);
        self.before(twist, &mut chance, (&request, &outcome, &key)).await?;
        let keyed = matches!(twist, Twist::Repeated | Twist::Lost | Twist::Killed);
        let answer = self.send(&request, keyed.then_some(&*key), "").await;
        self.tell(op, &request, &answer);
        self.judge(&outcome, &answer)?;
        if twist == Twist::Repeated && answer.status < 300 {
            let again = self.send(&request, Some(&key), "").await;
            let same = |part: &str| again.json[part] == answer.json[part];
            let same = again.status == answer.status && same("id") && same("n");
            if !same || again.header("idempotent-replayed") != "true" {
                return Err(format!("a repeat: {}\nat first {}", again.shown(), answer.shown()));
            }
        }
        if let Outcome::Passes(_, change) = outcome {
            let mut others: Vec<usize> = change.beside.iter().map(|(at, _)| *at).collect();
            others.extend(change.at.filter(|_| !matches!(change.shows, Shows::Manifest)));
            let now = self.now();
            let touched = self.model.follow(*change, &answer, now)?;
            self.touched.extend(touched);
            check::rows(&self.db, &self.model, &others).await?;
        }
        check::books(&self.db, &self.model, &mut self.log).await
    }

    /// What comes before the request that is judged.
    async fn before(
        &mut self,
        twist: Twist,
        chance: &mut StdRng,
        (request, outcome, key): (&Request, &Outcome, &str),
    ) -> Result<(), String> {
        match twist {
            Twist::None | Twist::Repeated => {}
            Twist::Tried => {
                let answer = self.send(request, None, "?validate_only=true").await;
                judge_kind(outcome, &answer).map_err(|what| format!("tried: {what}"))?;
                check::books(&self.db, &self.model, &mut self.log).await?;
            }
            Twist::Lost | Twist::Killed => {
                let wait = Duration::from_micros(chance.random_range(0..8000));
                let token = self.client(&request.who).token().to_owned();
                let body = request.body.to_string();
                let what = (&*request.path, &*body);
                lost::send(&self.server.address, &token, key, what, wait).await;
                if twist == Twist::Killed {
                    self.kill().await;
                }
            }
        }
        Ok(())
    }

    async fn kill(&mut self) {
        self.server.child.kill().unwrap();
        self.server.child.wait().unwrap();
        self.server = Server::start_sandbox(&self.database.app_url());
        self.sign_in().await;
    }

    async fn sign_in(&mut self) {
        let anybody = client(&self.server);
        self.corps = anybody.log_in("corps", &self.password).await;
        self.stage.tokens = Stage::sign_in(&anybody).await;
        self.signed_in = Instant::now();
    }

    fn client(&self, who: &str) -> &Client {
        if who == CORPS { &self.corps } else { &self.stage.tokens[who] }
    }

    async fn send(&self, request: &Request, key: Option<&str>, query: &str) -> Answer {
        let Request { who, method, path, body, if_match } = request;
        let path = format!("{path}{query}");
        let mut call = self.client(who).call(method.clone(), &path).json(body);
        if let Some(version) = if_match {
            call = call.if_match(*version);
        }
        if let Some(key) = key {
            call = call.key(key);
        }
        self.sent.set(self.sent.get() + 1);
        // The document is held against every answer elsewhere; here some are enough.
        if self.sent.get().is_multiple_of(CONTRACT_EVERY) {
            call.send().await
        } else {
            call.send_unchecked().await
        }
    }

    async fn jump(&mut self, chance: &mut StdRng) -> Result<(), String> {
        let mut to = self.now() + TimeDelta::minutes(chance.random_range(1..5 * 24 * 60));
        // Nothing ends while steps are taken: whether before or after one, nobody could say.
        let (just, soon) = (TimeDelta::seconds(1), TimeDelta::minutes(30));
        let dues = self.model.dues();
        while let Some(due) = dues.iter().find(|due| **due > to - just && **due < to + soon) {
            to = *due + just;
        }
        let body = json!({"now": to.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)});
        let answer = self.client("stranger").post("/sandbox/clock", &body).await;
        self.clock = (to, Instant::now());
        self.told.push_back(format!("the clock jumps to {to}"));
        let settled = answer.status == 200 && answer.json["settled"] == true;
        if !settled {
            return Err(answer.shown());
        }
        let now = self.now();
        let expired = self.model.expire(now);
        self.touched.extend(&expired);
        check::rows(&self.db, &self.model, &expired).await?;
        check::books(&self.db, &self.model, &mut self.log).await
    }

    /// The chains, rows and answers of what was touched since the last look, the log, and the
    /// graph of all masses.
    async fn look(&mut self) -> Result<(), String> {
        let touched = std::mem::take(&mut self.touched);
        let manifests = touched.iter().map(|at| &self.model.manifests[*at]);
        check::chains(&self.db, &self.corps, manifests).await?;
        let world = (&self.db, &self.model);
        graph::edges(world).await?;
        graph::masses(world).await?;
        graph::together(world).await?;
        graph::limbo(&self.corps, &self.model).await?;
        for at in touched {
            graph::whereabouts(&self.corps, &self.model, at).await?;
        }
        Ok(())
    }

    /// The program's own audit of the whole finds nothing either.
    async fn audit(&self) -> Result<(), String> {
        // The clock may just have been moved by days: what is not signed yet would be as old.
        let is_signed = "SELECT next_position = size FROM log_head, tree_head";
        let until = Instant::now() + Duration::from_secs(10);
        while Instant::now() < until
            && !self.db.query_one(is_signed, &[]).await.is_ok_and(|row| row.get(0))
        {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let report = audit::of(&self.database.app_url()).await;
        if report.is_clean() { Ok(()) } else { Err(audit::told(&report).join("\n")) }
    }

    fn judge(&self, outcome: &Outcome, answer: &Answer) -> Result<(), String> {
        judge_kind(outcome, answer)?;
        match outcome {
            Outcome::Passes(_, change) => check::shown(change, &self.stage, answer),
            Outcome::Refused(..) => Ok(()),
        }
    }

    fn tell(&mut self, op: Op, request: &Request, answer: &Answer) {
        let Request { who, method, path, body, .. } = request;
        let (n, status, code) = (op.n, answer.status, &answer.json["code"]);
        self.told.push_back(format!("{n} {who}: {method} {path} {body} -> {status} {code}"));
        if self.told.len() > TOLD {
            self.told.pop_front();
        }
    }
}

fn client(server: &Server) -> Client {
    Client::new(format!("http://{}", server.address))
}

fn twist(chance: &mut StdRng, request: &Request, outcome: &Outcome) -> Twist {
    // Only POST has keys, a draft that is gone is no answer to keep, and what is lost on its way
    // may come late: where it is refused today it must not pass tomorrow.
    let passes = matches!(outcome, Outcome::Passes(200 | 201, _));
    let keeps = request.method == Method::POST && passes && request.if_match.is_none();
    match chance.random_range(0..1000) {
        0..80 if request.method == Method::POST => Twist::Tried,
        80..140 if keeps => Twist::Lost,
        140..143 if keeps => Twist::Killed,
        143..250 if keeps => Twist::Repeated,
        _ => Twist::None,
    }
}

/// Status, and the code of a refusal.
fn judge_kind(outcome: &Outcome, answer: &Answer) -> Result<(), String> {
    let code = answer.json["code"].as_str().unwrap_or_default();
    match outcome {
        Outcome::Passes(status, _) if *status == answer.status => Ok(()),
        Outcome::Refused(status, codes) if *status == answer.status && codes.contains(&code) => {
            Ok(())
        }
        Outcome::Passes(status, _) => Err(format!("not {status}: {}", answer.shown())),
        Outcome::Refused(status, codes) => {
            Err(format!("not {status} {codes:?}: {}", answer.shown()))
        }
    }
}

/// What a panic said.
fn said(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("a panic").to_owned()
}
