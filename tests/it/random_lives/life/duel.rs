//! Two at once on one manifest.

use rand::RngExt;

use super::{Life, Who, is_full};
use crate::random_lives::steps;

/// What the second is told where the first has changed what it leans on: the state, the masses, who
/// has the load, on which vehicle.
const BEATEN: &[&str] =
    &["illegal_transition", "mass_balance", "forbidden", "invalid_value", "unknown_reference"];

impl Life<'_> {
    /// Two requests at once, each lawful alone: one after the other in some order.
    pub(super) async fn duel(&mut self) {
        let open: Vec<_> = steps().filter(|row| row.1.contains(&self.status.as_str())).collect();
        if open.is_empty() {
            return;
        }
        let mut asks = Vec::new();
        for _ in 0..2 {
            let row = open[self.chance.random_range(0..open.len())];
            let mut ask = self.ask(self.whose_turn(row.0, row.2[0]), row.0);
            (ask.key, ask.reused, ask.if_match) = (None, false, None);
            asks.push(ask);
        }
        let before = self.version;
        let was_draft = self.status == "draft";
        let patched = self.chance.random_bool(0.5);
        let patch =
            async { if was_draft && patched { Some(self.send_patch().await) } else { None } };
        let (one, other, patch) =
            futures_util::join!(self.send(&asks[0]), self.send(&asks[1]), patch);
        if let Some(patch) = patch {
            self.tell("patch", &patch);
            if !matches!(patch.status, 200 | 404 | 409) {
                self.wrong.push(format!("a patch beside {asks:?}: {}", patch.shown()));
            }
        }
        self.tell(asks[0].action, &one);
        self.tell(asks[1].action, &other);
        for (ask, answer) in asks.iter().zip([&one, &other]) {
            let beaten = answer.json["code"].as_str().is_some_and(|code| BEATEN.contains(&code))
                || (was_draft && answer.status == 404);
            let faulty = ask.fault.is_some() && answer.json["code"].as_str() == ask.fault;
            let full = self.stream != "medical" && is_full(answer);
            if answer.status >= 300 && !beaten && !faulty && !full {
                self.wrong.push(format!("a duel of {asks:?}: {}", answer.shown()));
            }
        }
        let path = format!("/manifests/{}", self.id.as_deref().unwrap_or_default());
        let now = self.client(Who::Producer).get(&path).await;
        if now.status == 404 && was_draft {
            return self.gone();
        }
        let won = [&one, &other].into_iter().filter(|answer| answer.status < 300).count();
        let steps = i64::try_from(won).unwrap();
        if !was_draft && now.version() != before + steps {
            self.wrong.push(format!("{won} won, from {before}: {}", now.shown()));
        }
        self.adopt(&now);
        self.way.adopt(&now.json, &self.stage.fleets);
        for (item, told) in self.items.iter_mut().zip(now.get("/items").as_array().unwrap()) {
            item.adopt(told);
        }
    }
}
