//! Somebody who watches a log from outside, as a regulator's program would: takes every checkpoint
//! that any server shows, and in the end has all of them proven to be of one history.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

use super::independent::{Hash, Head, consistent, hashes, leaf, open, root};

/// Times that a server may have not published the whole log yet: ten seconds.
const TRIES_MAX: usize = 100;

#[derive(Default)]
pub struct Watcher {
    http: reqwest::Client,
    key: String,
    /// Every size that was seen, with its root.
    heads: BTreeMap<u64, Hash>,
}

impl Watcher {
    /// Takes the newest checkpoint of a server; none where it does not answer. Panics where it
    /// contradicts one of the same size.
    pub async fn look(&mut self, address: &str) -> Option<Head> {
        if self.key.is_empty() {
            self.key = self.get(address, "key").await?;
        }
        let head = open(&self.get(address, "checkpoint").await?, &self.key);
        let known = *self.heads.entry(head.size).or_insert(head.root);
        assert_eq!(known, head.root, "two logs of {} entries", head.size);
        Some(head)
    }

    async fn get(&self, address: &str, path: &str) -> Option<String> {
        let asked = self.http.get(format!("http://{address}/api/v1/custody/{path}"));
        let answer = asked.send().await.ok()?;
        let is_there = answer.status().as_u16() == 200;
        answer.text().await.ok().filter(|_| is_there)
    }

    /// Waits until the whole log is published. Panics unless it is the one of the events, and goes
    /// on from every checkpoint that was seen. Answers how many were.
    pub async fn settle(&mut self, address: &str, database: &tokio_postgres::Client) -> usize {
        let bodies = "SELECT body FROM event ORDER BY position";
        let bodies = database.query(bodies, &[]).await.unwrap();
        let leaves: Vec<Hash> =
            bodies.iter().map(|row| leaf(row.get::<_, &str>(0).as_bytes())).collect();
        let mut newest = None;
        for _ in 0..TRIES_MAX {
            newest = self.look(address).await.filter(|head| head.size >= leaves.len() as u64);
            if newest.is_some() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let newest = newest.expect("the log is published");
        assert_eq!((newest.size, newest.root), (leaves.len() as u64, root(&leaves)));
        for (size, root) in &self.heads {
            let old = Head { origin: newest.origin.clone(), size: *size, root: *root };
            let path = format!("proof/consistency?from={size}&to={}", newest.size);
            let proof: Value =
                serde_json::from_str(&self.get(address, &path).await.unwrap()).unwrap();
            consistent(&old, &newest, &hashes(&proof["proof"]));
        }
        self.heads.len()
    }
}
