//! A mass put right while the load is under way: one end proposes, the other agrees or does not.

use rand::RngExt;
use serde_json::json;

use super::{Life, Who, is_full};
use crate::random_lives::bodies;
use crate::support::{Answer, Method};

impl Life<'_> {
    /// Proposed and decided: what is agreed is what was shipped from here on.
    pub(super) async fn amend(&mut self) {
        let line = self.chance.random_range(0..self.items.len());
        // What is lost already, or rides on several vehicles, stays as it is in this model.
        if self.way.aboard.len() > 1 || self.items.iter().any(|item| item.lost > 0) {
            return;
        }
        let mass = bodies::mass(&mut self.chance);
        let (by, other) = if self.chance.random_bool(0.5) {
            (Who::Producer, Who::Receiver)
        } else {
            (Who::Receiver, Who::Producer)
        };
        let changes = json!({"items": [{"line": line + 1, "mass_kg": bodies::kg(mass)}]});
        let body = json!({"changes": changes, "reason": "wrong_data"});
        let proposed = self.amendment(by, "", &body).await;
        let is_same = mass == self.items[line].shipped;
        if !self.took(&proposed, is_same.then_some("invalid_value")) {
            return;
        }
        let n = proposed.get("/n").to_string();
        if self.chance.random_bool(0.8) {
            let approved = self.amendment(other, &format!("/{n}/approve"), &json!({})).await;
            if self.took(&approved, None) {
                self.items[line].shipped = mass;
                let total = self.items.iter().map(|item| item.shipped).sum();
                if let Some((_, aboard)) = self.way.aboard.first_mut() {
                    *aboard = total;
                }
                return;
            }
        }
        // What has no room any more is still only proposed.
        let rejected = self.amendment(other, &format!("/{n}/reject"), &json!({})).await;
        self.took(&rejected, None);
    }

    async fn amendment(&mut self, who: Who, tail: &str, body: &serde_json::Value) -> Answer {
        let id = self.id.as_deref().unwrap_or_default();
        let path = format!("/manifests/{id}/amendments{tail}");
        let answer = self.client(who).call(Method::POST, &path).json(body).send().await;
        self.tell("amend", &answer);
        answer
    }

    /// Whether it was done: one event more. It may be refused for this code, or for want of room.
    fn took(&mut self, answer: &Answer, refusal: Option<&str>) -> bool {
        if answer.status < 300 {
            self.version += 1;
            let wrong = refusal.is_some() || answer.version() != self.version;
            if wrong {
                self.wrong.push(format!("not v{}: {}", self.version, answer.shown()));
            }
            return !wrong;
        }
        let full = self.stream != "medical" && is_full(answer);
        let foretold = refusal.is_some() && answer.json["code"].as_str() == refusal;
        if !full && !foretold {
            self.wrong.push(format!("an amendment: {}", answer.shown()));
        }
        false
    }
}
