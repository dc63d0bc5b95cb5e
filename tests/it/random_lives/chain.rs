//! What must hold of one manifest, from its events alone, in code that shares nothing with the
//! program's but the fold: places, hashes, masses, row and answers.

use std::fmt::Write;

use serde_json::Value;
use sha2::{Digest, Sha256};
use tokio_postgres::Client as Db;

use super::bodies::grams;
use crate::support::Client;

/// What the events say of an item.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tally {
    pub code: String,
    pub shipped: i64,
    /// Licence, line, year.
    pub reserved_on: Option<(String, i64, i64)>,
    pub storage: bool,
    pub produced: bool,
    /// Year of the use, once it was received.
    pub used_in: Option<i64>,
    pub accepted: i64,
    pub refused: i64,
    pub treated: i64,
    pub lost: i64,
    /// What other manifests took: of what was refused, and of what was accepted.
    pub taken: i64,
    pub sent_on: i64,
}

/// What the events say of a manifest.
#[derive(Clone, Debug, Default)]
pub struct Account {
    pub number: String,
    pub kind: String,
    pub stream: String,
    pub producer_site: String,
    pub receiver_site: String,
    pub status: String,
    pub items: Vec<Tally>,
    pub moved_out: bool,
    pub received: bool,
    pub cancelled: bool,
}

/// An event as it is stored.
pub struct Stored {
    pub body: String,
    leaf: Vec<u8>,
    seq: i64,
    kind: String,
}

pub async fn events(db: &Db, id: &str) -> Vec<Stored> {
    let sql = "SELECT body, leaf, seq, kind FROM event WHERE subject_id = $1::text::uuid
        ORDER BY position";
    let rows = db.query(sql, &[&id]).await.unwrap();
    let stored = |row: &tokio_postgres::Row| Stored {
        body: row.get(0),
        leaf: row.get(1),
        seq: row.get(2),
        kind: row.get(3),
    };
    rows.iter().map(stored).collect()
}

/// Everything wrong with a manifest; and what its events say. Without a client, only what is stored
/// is looked at.
pub async fn check(db: &Db, client: Option<&Client>, id: &str) -> (Vec<String>, Account) {
    let events = events(db, id).await;
    let mut wrong = chain(id, &events);
    // What `liandan verify` makes of it, its place in the log aside.
    if let Err((n, text)) = liandan::custody::replay(events.iter().map(|one| one.body.as_str())) {
        wrong.push(format!("event {n} would not be verified: {}", text.en));
    }
    let account = told(&events);
    wrong.extend(row(db, id, &events, &account).await);
    if let Some(client) = client {
        wrong.extend(answer(client, id, &events, &account).await);
    }
    (wrong.into_iter().map(|what| format!("{id}: {what}")).collect(), account)
}

/// Places from 0 without gaps, each naming the hash of the one before; bodies canonical; time
/// never goes back.
fn chain(id: &str, events: &[Stored]) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut prev = "0".repeat(64);
    let mut recorded_at = String::new();
    for (n, event) in events.iter().enumerate() {
        let body: Value = serde_json::from_str(&event.body).unwrap();
        let mut hash = Sha256::new();
        hash.update([0]);
        hash.update(&event.body);
        let leaf = hash.finalize();
        let mut check = |holds: bool, what: &str| {
            if !holds {
                wrong.push(format!("event {n}: {what}: {}", event.body));
            }
        };
        check(canonical(&body) == event.body, "not canonical");
        check(event.leaf == leaf.as_slice(), "its leaf is not its hash");
        check(event.seq == n as i64 && body["seq"] == n, "its place");
        check(body["prev"] == prev, "prev");
        check(body["subject"]["id"] == id && body["subject"]["kind"] == "manifest", "subject");
        check(body["kind"] == event.kind && body["v"] == 1, "kind");
        check((event.kind == "filed") == (n == 0), "filed is the first and no other");
        let time = body["recorded_at"].as_str().unwrap();
        check(time >= recorded_at.as_str(), "recorded before the one before");
        time.clone_into(&mut recorded_at);
        prev = hex::encode(leaf);
    }
    wrong
}

/// RFC 8785 for what bodies hold, once more.
fn canonical(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let mut keys: Vec<&String> = members.keys().collect();
            keys.sort();
            let one = |key: &&String| {
                format!("{}:{}", serde_json::to_string(key).unwrap(), canonical(&members[*key]))
            };
            format!("{{{}}}", keys.iter().map(one).collect::<Vec<_>>().join(","))
        }
        Value::Array(values) => {
            format!("[{}]", values.iter().map(canonical).collect::<Vec<_>>().join(","))
        }
        other => serde_json::to_string(other).unwrap(),
    }
}

/// Reads the events by hand.
pub fn told(events: &[Stored]) -> Account {
    let mut account = Account::default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    for event in events {
        let body: Value = serde_json::from_str(&event.body).unwrap();
        let data = &body["data"];
        let line = |told: &Value| usize::try_from(told["line"].as_i64().unwrap() - 1).unwrap();
        let list = |name: &str| data[name].as_array().cloned().unwrap_or_default();
        match event.kind.as_str() {
            "filed" => {
                account.number = text(&data["number"]);
                account.kind = text(&data["kind"]);
                account.stream = text(&data["stream"]);
                account.producer_site = text(&data["producer_site_id"]);
                account.receiver_site = text(&data["receiver_site_id"]);
                account.items = list("items").iter().map(shipped).collect();
                "filed".clone_into(&mut account.status);
            }
            "received" => {
                for found in list("items") {
                    let item = &mut account.items[line(&found)];
                    item.accepted = found["accepted_g"].as_i64().unwrap();
                    item.refused = found["refused_g"].as_i64().unwrap();
                    item.used_in = found["year"].as_i64();
                    let difference = found["difference_g"].as_i64().unwrap();
                    let found = item.accepted + item.refused + item.lost;
                    assert_eq!(item.shipped + difference, found);
                }
                account.received = true;
                account.stand();
            }
            "completed" => {
                for treatment in list("treatments") {
                    account.items[line(&treatment)].treated +=
                        treatment["mass_g"].as_i64().unwrap();
                }
                account.stand();
                assert_eq!(data["final"], account.status == "completed", "{}", event.body);
            }
            kind if ["return_", "forward_", "sent_on"].iter().any(|it| kind.starts_with(it)) => {
                account.goes_on(kind, &list("items"));
            }
            "amendment_approved" if data["final"] == true => amended(&mut account.items, data),
            kind if kind.starts_with("amendment_") => {}
            "cancelled" => {
                account.cancelled = true;
                "cancelled".clone_into(&mut account.status);
            }
            "departed" => "in_transit".clone_into(&mut account.status),
            "incident" => {
                for lost in list("items") {
                    account.items[line(&lost)].lost += lost["lost_g"].as_i64().unwrap();
                }
            }
            "handed_over" | "stopped" | "countersigned" | "unconfirmed" | "attached" => {}
            _ => account.status.clone_from(&event.kind),
        }
        account.moved_out |= matches!(event.kind.as_str(), "departed" | "arrived" | "received");
    }
    account
}

impl Account {
    /// Another manifest takes mass on, or gives it back.
    fn goes_on(&mut self, kind: &str, linked: &[Value]) {
        let sign = if kind.ends_with("_cancelled") { -1 } else { 1 };
        for told in linked {
            let item =
                &mut self.items[usize::try_from(told["line"].as_i64().unwrap() - 1).unwrap()];
            let is_stored = kind.starts_with("sent_on");
            let part = if is_stored { &mut item.sent_on } else { &mut item.taken };
            *part += sign * told["mass_g"].as_i64().unwrap();
        }
        self.stand();
    }

    /// Its status follows the accepted part: done when all of that was treated or sent on.
    fn stand(&mut self) {
        let some = |mass: fn(&Tally) -> i64| self.items.iter().any(|item| mass(item) > 0);
        let is_done = |item: &Tally| item.accepted == item.treated + item.sent_on;
        let status = match (some(|it| it.accepted), some(|it| it.refused)) {
            (true, _) if self.kind != "return" && self.items.iter().all(is_done) => "completed",
            (true, false) => "accepted",
            (true, true) => "partly_accepted",
            _ => "refused",
        };
        status.clone_into(&mut self.status);
    }
}

/// What was agreed is what was shipped, on the accounts that hold it now.
fn amended(items: &mut [Tally], data: &Value) {
    for part in ["changes", "derived"] {
        for told in data[part]["items"].as_array().into_iter().flatten() {
            let line = usize::try_from(told["line"].as_i64().unwrap() - 1).unwrap();
            let item = &mut items[line];
            item.shipped = told["mass_g"].as_i64().unwrap_or(item.shipped);
            if let Some((licence, line, year)) = &mut item.reserved_on {
                if let Some(id) = told["licence_id"].as_str() {
                    id.clone_into(licence);
                }
                *line = told["licence_line"].as_i64().unwrap_or(*line);
                *year = told["year"].as_i64().unwrap_or(*year);
            }
            let cleared = told["cleared"].as_array().cloned().unwrap_or_default();
            let was = item.storage && !cleared.contains(&Value::from("storage"));
            item.storage = was || told["storage"] == true;
        }
    }
}

fn shipped(item: &Value) -> Tally {
    let licence = item["licence_id"].as_str().map(|licence| {
        let number = |name: &str| item[name].as_i64().unwrap();
        (licence.to_owned(), number("licence_line"), number("year"))
    });
    Tally {
        code: item["waste_code"].as_str().unwrap().to_owned(),
        shipped: item["mass_g"].as_i64().unwrap(),
        reserved_on: licence,
        storage: item["storage"] == true,
        produced: item["produce"] == true,
        ..Tally::default()
    }
}

/// The rows are the fold of the events, and say what they say.
async fn row(db: &Db, id: &str, events: &[Stored], account: &Account) -> Vec<String> {
    let mut wrong = Vec::new();
    let sql = "SELECT state, status, number, shipped_g, version, head,
            (SELECT string_agg(waste_code || '=' || mass_g, ',' ORDER BY line)
             FROM manifest_item WHERE manifest_id = manifest.id)
        FROM manifest JOIN subject USING (id) WHERE id = $1::text::uuid";
    let row = db.query_one(sql, &[&id]).await.unwrap();
    let stamped: Vec<_> =
        events.iter().map(|event| liandan::manifest::read_event(&event.body).unwrap()).collect();
    let folded = liandan::manifest::fold(&stamped).unwrap().unwrap();
    let (folded, state) = (serde_json::to_value(&folded).unwrap(), row.get::<_, Value>(0));
    if folded != state {
        wrong.push(format!("the row {state} is not the fold {folded}"));
    }
    let shipped: i64 = account.items.iter().map(|item| item.shipped).sum();
    let mut items = String::new();
    for item in &account.items {
        let comma = if items.is_empty() { "" } else { "," };
        write!(items, "{comma}{}={}", item.code, item.shipped).unwrap();
    }
    let (status, number): (String, String) = (row.get(1), row.get(2));
    let (mass, version): (i64, i64) = (row.get(3), row.get(4));
    let (head, lines): (Vec<u8>, String) = (row.get(5), row.get(6));
    let stored = (status.as_str(), number.as_str(), mass, version, lines.as_str());
    let wanted = (&*account.status, &*account.number, shipped, events.len() as i64, &*items);
    if stored != wanted {
        wrong.push(format!("the row has {stored:?}, the events {wanted:?}"));
    }
    if Some(&head) != events.last().map(|event| &event.leaf) {
        wrong.push("the head is not the last leaf".to_owned());
    }
    wrong
}

/// `GET` says what the events say.
async fn answer(client: &Client, id: &str, events: &[Stored], account: &Account) -> Vec<String> {
    let mut wrong = Vec::new();
    let answer = client.get(&format!("/manifests/{id}")).await.ok();
    let shown = (answer.str("/status"), answer.str("/number"), answer.version());
    let wanted = (&*account.status, &*account.number, events.len() as i64);
    if shown != wanted || *answer.get("/version") != answer.version() {
        wrong.push(format!("GET has {shown:?}, the events {wanted:?}"));
    }
    let items = answer.get("/items").as_array().unwrap();
    for (item, told) in account.items.iter().zip(items) {
        let shown = ["mass_kg", "accepted_kg", "refused_kg", "treated_kg", "lost_kg"]
            .map(|field| grams(&told[field]));
        let held: i64 =
            told["refused"].as_array().unwrap().iter().map(|held| grams(&held["mass_kg"])).sum();
        let wanted = [item.shipped, item.accepted, item.refused, item.treated, item.lost];
        if shown != wanted
            || held != item.refused
            || item.treated + item.sent_on > item.accepted
            || item.taken > item.refused
            || item.lost > item.shipped
        {
            wrong.push(format!("GET has {shown:?}, refused {held}, the events {item:?}"));
        }
    }
    let told = client.get(&format!("/manifests/{id}/events")).await.ok();
    let told: Vec<(i64, &str)> = told
        .get("/data")
        .as_array()
        .unwrap()
        .iter()
        .map(|event| (event["seq"].as_i64().unwrap(), event["leaf_hash"].as_str().unwrap()))
        .collect();
    let leaves: Vec<String> = events.iter().map(|event| hex::encode(&event.leaf)).collect();
    let wanted: Vec<(i64, &str)> =
        leaves.iter().enumerate().map(|(n, leaf)| (n as i64, leaf.as_str())).collect();
    if told != wanted || items.len() != account.items.len() {
        wrong.push(format!("GET events has {told:?}, stored are {wanted:?}"));
    }
    wrong
}
