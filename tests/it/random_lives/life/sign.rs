//! A second signature, by whoever a gap waits for.

use rand::RngExt;
use serde_json::{Value, json};

use super::{Life, Who};

impl Life<'_> {
    /// Signs one of the events that wait for it; whoever took a step alone cannot sign it twice.
    pub(super) async fn sign(&mut self) {
        let path = format!("/manifests/{}", self.id.as_deref().unwrap_or_default());
        let shown = self.client(Who::Producer).get(&path).await.ok();
        let gaps = shown.get("/gaps").as_array().unwrap().iter();
        let waiting: Vec<&Value> = gaps.filter(|gap| gap["seq"].is_i64()).collect();
        if waiting.is_empty() {
            return;
        }
        let gap = waiting[self.chance.random_range(0..waiting.len())];
        let fleets = self.stage.fleets.iter();
        let carrier = fleets.map(|one| &one.carrier).position(|one| gap["organisation_id"] == *one);
        let who = carrier.map_or(Who::Producer, Who::Carrier);
        let path = format!("{path}/events/{}/countersign", gap["seq"]);
        let answer = self.client(who).post(&path, &json!({})).await;
        self.tell("countersign", &answer);
        // Everybody here is alone in its organisation: a transshipment waits for another person.
        let wanted = if gap["step"] == "stop" { 403 } else { 200 };
        let closed = |told: &Value| told.as_array().unwrap().iter().all(|one| one != gap);
        let is_so = answer.status == wanted
            && (wanted == 403
                || (closed(answer.get("/gaps")) && answer.version() == self.version + 1));
        if !is_so {
            self.wrong.push(format!("{who:?} signs {gap}: {}", answer.shown()));
        } else if wanted == 200 {
            self.adopt(&answer);
        }
    }
}
