//! The walk through the matrix: make a state, let everybody try everything, note what is wrong.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Person, STREAMS, Seat, TABLE, body, is_draft, judged, path_of, received, status};
use crate::support::{Answer, World};

/// A world with its people, and what went wrong in it.
pub struct Stage {
    people: Vec<Person>,
    /// A filing, but for stream and items.
    form: Value,
    db: tokio_postgres::Client,
    wrong: Vec<String>,
    cells: usize,
}

/// What one walk through the matrix is about.
#[derive(Clone, Copy)]
pub struct Walk {
    pub stream: &'static str,
    pub method: &'static str,
    pub state: &'static str,
}

impl Stage {
    pub async fn set(world: &World) -> Self {
        let (people, form) = super::cast::gather(world).await;
        let db = world.database.superuser().await;
        Self { people, form, db, wrong: Vec::new(), cells: 0 }
    }

    /// What was wrong, and how many cells were looked at.
    pub fn outcome(self) -> (Vec<String>, usize) {
        (self.wrong, self.cells)
    }

    fn person(&self, name: &str) -> &Person {
        self.people.iter().find(|person| person.name == name).unwrap()
    }

    fn body(&self, action: &str, walk: Walk) -> Value {
        body(action, walk, &self.form)
    }

    async fn step(&self, who: &str, path: &str, body: Value) -> Answer {
        self.person(&format!("{who}-admin")).client.post(path, &body).await.ok()
    }

    /// A new manifest in this state: its id.
    async fn make(&self, Walk { stream, method, state }: Walk) -> String {
        let (_, code, name, hazards, _, package) =
            STREAMS.iter().find(|row| row.0 == stream).unwrap();
        let mut form = self.form.clone();
        form.as_object_mut().unwrap().remove("forward_site_id");
        form["stream"] = json!(stream);
        form["items"] = json!([{"waste_code": code, "name": name, "hazards": hazards,
            "form": if stream == "hazardous" { "liquid" } else { "solid" }, "mass_kg": 10,
            "method": method, "packages": [{"kind": package, "count": 1}], "produce": true}]);
        if stream == "kitchen" {
            form["items"][0]["form"] = json!("semi_solid");
        }
        form["draft"] = json!(is_draft(state));
        let by = if state == "prepared" { "carrier" } else { "producer" };
        let id = self.step(by, "/manifests", form).await.id();
        let path = |tail: &str| format!("/manifests/{id}/{tail}");
        if state == "cancelled" {
            self.step("producer", &path("cancel"), json!({"reason": "other"})).await;
        }
        if is_draft(state) || matches!(state, "filed" | "cancelled") {
            return id;
        }
        self.step("carrier", &path("depart"), json!({})).await;
        if state == "in_transit" {
            return id;
        }
        self.step("receiver", &path("arrive"), json!({})).await;
        let (decision, accepted) = match state {
            "arrived" => return id,
            "partly_accepted" | "completed_holding" => ("partial", 6),
            "refused" => ("refuse", 0),
            _ => ("accept", 10),
        };
        self.step("receiver", &path("receive"), received(decision, accepted)).await;
        if status(state) == "completed" {
            let walk = Walk { stream, method, state };
            self.step("receiver", &path("complete"), body("complete", walk, &self.form)).await;
        }
        id
    }

    /// Everything that a step could have left: log, chain, draft, accounts, notices, keys.
    async fn trace(&self, id: &str) -> String {
        let sql = "SELECT concat_ws('/', (SELECT next_position FROM log_head),
                (SELECT count(*) FROM event), (SELECT count(*) FROM outbox),
                (SELECT version FROM subject WHERE id = $1::text::uuid),
                (SELECT version FROM draft WHERE id = $1::text::uuid),
                (SELECT sum(last) FROM serial),
                (SELECT sum(used_g) || '+' || sum(reserved_g) FROM account))";
        self.db.query_one(sql, &[&id]).await.unwrap().get(0)
    }

    /// All cells of a stream and a state, for everybody, or for an administrator a party and those
    /// whom the stream decides.
    pub async fn walk(&mut self, walk: Walk, all_roles: bool) {
        let stands_for_all = |seat| match seat {
            Seat::Member { role, .. } => role == "admin",
            Seat::Nobody => true,
            Seat::Regulator(streams, _) => streams.len() == 1,
        };
        let people: Vec<usize> = (0..self.people.len())
            .filter(|n| all_roles || stands_for_all(self.people[*n].seat))
            .collect();
        let mut id = self.make(walk).await;
        let mut before = self.trace(&id).await;
        for &n in &people {
            self.look(&id, walk, n).await;
            for (action, ..) in TABLE {
                if !all_roles {
                    self.foresee(&id, walk, (n, action)).await;
                }
                self.try_out(&id, walk, (n, action)).await;
            }
            let after = self.trace(&id).await;
            if before != after {
                self.wrong(n, walk, &format!("a refusal left a trace: {before} -> {after}"));
                // What follows is about an untouched one.
                id = self.make(walk).await;
                before = self.trace(&id).await;
            }
        }
        let seeing = people.into_iter().filter(|n| self.people[*n].sees(walk.state, walk.stream));
        for n in seeing.collect::<Vec<_>>() {
            for action in self.people[n].allowed(walk.state) {
                let fresh = self.make(walk).await;
                self.do_it(&fresh, walk, (n, action)).await;
            }
        }
    }

    fn wrong(&mut self, n: usize, walk: Walk, what: &str) {
        let who = &self.people[n].name;
        self.wrong.push(format!("{} {}, {who}: {what}", walk.stream, walk.state));
    }

    /// `GET` shows what may be done, to whoever sees it at all.
    async fn look(&mut self, id: &str, walk: Walk, n: usize) {
        let person = &self.people[n];
        let answer = person.client.get(&format!("/manifests/{id}")).await;
        let wanted = match (person.seat, person.sees(walk.state, walk.stream)) {
            (Seat::Nobody, _) => 401,
            (_, sees) => {
                if sees {
                    200
                } else {
                    404
                }
            }
        };
        let allowed = person.allowed(walk.state);
        if answer.status != wanted {
            self.wrong(n, walk, &format!("GET {} instead of {wanted}", answer.status));
        } else if wanted == 200 {
            let told: BTreeSet<&str> = answer
                .get("/allowed_actions")
                .as_array()
                .unwrap()
                .iter()
                .map(|one| one["action"].as_str().unwrap())
                .collect();
            if told != allowed {
                self.wrong(n, walk, &format!("allowed {told:?} instead of {allowed:?}"));
            }
        }
        if !is_draft(walk.state) && matches!(self.people[n].seat, Seat::Regulator(..)) {
            self.look_in_list(id, walk, n).await;
        }
    }

    /// A regulator's list has it exactly when they see it.
    async fn look_in_list(&mut self, id: &str, walk: Walk, n: usize) {
        let person = &self.people[n];
        let (stream, status) = (walk.stream, status(walk.state));
        let path = format!("/manifests?stream={stream}&status={status}&limit=500");
        let list = person.client.get(&path).await.ok();
        let listed = list.get("/data").as_array().unwrap().iter().any(|one| one["id"] == id);
        if listed != person.sees(walk.state, walk.stream) {
            self.wrong(n, walk, &format!("listed: {listed}"));
        }
    }

    /// Preflight allows exactly what the step itself would.
    async fn foresee(&mut self, id: &str, walk: Walk, (n, action): (usize, &str)) {
        let person = &self.people[n];
        let (wanted, code) = person.expects(action, walk.state, walk.stream);
        let path = format!("/manifests/{id}/preflight?action={action}");
        let answer = person.client.get(&path).await;
        let said = match wanted {
            401 | 404 => answer.status == wanted,
            _ => {
                answer.json["allowed"] == (wanted < 300)
                    && answer.json["errors"][0]["code"].as_str().unwrap_or_default() == code
            }
        };
        if !said {
            self.wrong(n, walk, &format!("preflight {action}: {}, not {code}", answer.text));
        }
    }

    /// One cell: a refusal in earnest, a success only validated.
    async fn try_out(&mut self, id: &str, walk: Walk, (n, action): (usize, &str)) {
        self.cells += 1;
        let person = &self.people[n];
        let (wanted, code) = person.expects(action, walk.state, walk.stream);
        let dry = if wanted < 300 { "?validate_only=true" } else { "" };
        let path = format!("/manifests/{id}/{}{dry}", path_of(action));
        let answer = person.client.post(&path, &self.body(action, walk)).await;
        let mut told = judged(&answer, (wanted, code), action);
        if wanted == 409 && told.is_none() {
            let allowed = person.allowed(walk.state);
            let said = answer.json["allowed_actions"].as_array().cloned().unwrap_or_default();
            let said: BTreeSet<&str> = said.iter().filter_map(Value::as_str).collect();
            if said != allowed || answer.json["manifest_status"] != status(walk.state) {
                told = Some(format!("tells of {said:?}, allowed is {allowed:?}"));
            }
        }
        if let Some(told) = told {
            self.wrong(n, walk, &format!("{action}: {told}"));
        }
    }

    /// An allowed cell in earnest: one event more, the version with it.
    async fn do_it(&mut self, id: &str, walk: Walk, (n, action): (usize, &str)) {
        let person = &self.people[n];
        let version = person.client.get(&format!("/manifests/{id}")).await;
        let version = if version.status == 200 { version.version() } else { 0 };
        let path = format!("/manifests/{id}/{}", path_of(action));
        let answer = person.client.post(&path, &self.body(action, walk)).await;
        let wanted = person.expects(action, walk.state, walk.stream);
        let mut told = judged(&answer, wanted, action);
        let after = person.client.get(&format!("/manifests/{id}")).await;
        let wanted_after = match (action, is_draft(walk.state)) {
            ("cancel", true) => None,
            (_, true) => Some(1),
            // Proposed and approved in one.
            ("amend", _) if matches!(person.seat, Seat::Regulator(..)) => Some(version + 2),
            _ => Some(version + 1),
        };
        let seen = (after.status == 200).then(|| after.version());
        if told.is_none() && seen != wanted_after {
            told = Some(format!("leads to version {seen:?} instead of {wanted_after:?}"));
        }
        if let Some(told) = told {
            self.wrong(n, walk, &format!("{action} in earnest: {told}"));
        }
    }
}
