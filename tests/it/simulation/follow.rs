//! The model takes over what has happened, with what only the answer knows: ids, and how long an
//! amendment waits.

use chrono::{DateTime, Utc};

use super::model::{Change, Manifest, Model, Shows};
use super::round::{Round, Stop, Trip};
use crate::support::Answer;

impl Model {
    /// What nobody has answered in time comes to nothing: the manifests that this concerns.
    pub fn expire(&mut self, now: DateTime<Utc>) -> Vec<usize> {
        let mut expired = Vec::new();
        for (at, manifest) in self.manifests.iter_mut().enumerate() {
            let before = manifest.open.len();
            manifest.open.retain(|open| open.expires_at.is_some_and(|end| end > now));
            let gone = (before - manifest.open.len()) as i64;
            manifest.version += gone;
            self.events += gone;
            expired.extend((gone > 0).then_some(at));
        }
        for round in &mut self.rounds {
            let silent =
                round.stops.iter_mut().filter(|stop| stop.due.is_some_and(|due| due <= now));
            for stop in silent {
                // Silence is recorded of the round and of the manifest.
                stop.due = None;
                round.version += 1;
                self.manifests[stop.at].version += 1;
                self.events += 2;
                expired.push(stop.at);
            }
        }
        expired
    }

    /// When something comes to its end by itself.
    pub fn dues(&self) -> Vec<DateTime<Utc>> {
        let open = self.manifests.iter().flat_map(|one| &one.open);
        let stops = self.rounds.iter().flat_map(|one| &one.stops);
        open.filter_map(|one| one.expires_at).chain(stops.filter_map(|one| one.due)).collect()
    }

    /// The manifests that a step has touched.
    pub fn follow(
        &mut self,
        mut change: Change,
        answer: &Answer,
        now: DateTime<Utc>,
    ) -> Result<Vec<usize>, String> {
        if let (Shows::Amendment { n, status: "proposed" }, Some(manifest)) =
            (&change.shows, &mut change.manifest)
        {
            let open = manifest.open.iter_mut().find(|open| open.n == *n).unwrap();
            let told = open.expires_at;
            open.expires_at = Some(if told.is_none() { waits(answer, now)? } else { ends(answer) });
            if told.is_some_and(|told| open.expires_at != Some(told)) {
                return Err(format!("not {told:?} any more: {}", answer.shown()));
            }
        }
        self.join(&mut change, answer);
        let Change { at, manifest, beside, books, events, .. } = change;
        (self.books, self.events) = (books, self.events + events);
        let mut touched: Vec<usize> = beside.iter().map(|(at, _)| *at).collect();
        for (at, other) in beside {
            self.manifests[at] = other;
        }
        match (at, manifest) {
            (None, Some(manifest)) => {
                self.manifests.push(Manifest { id: answer.id(), ..manifest });
                touched.push(self.manifests.len() - 1);
            }
            (Some(at), Some(manifest)) => {
                self.manifests[at] = manifest;
                touched.push(at);
            }
            // A draft that was taken away: its place stays.
            (Some(at), None) => self.manifests[at].status = "",
            (None, None) => {}
        }
        Ok(touched)
    }

    /// Rounds and trips with their new ids, and the manifests of new stops.
    fn join(&mut self, change: &mut Change, answer: &Answer) {
        for (n, manifest) in change.fresh.drain(..).enumerate() {
            let one = answer.json["manifest_id"].as_str();
            let id = one.unwrap_or_else(|| answer.str(&format!("/stops/{n}/manifest_id")));
            self.manifests.push(Manifest { id: id.to_owned(), ..manifest });
        }
        match change.round.take() {
            Some((Some(at), mut round)) => {
                let id = answer.json["manifest_id"].as_str();
                let its = |stop: &&mut Stop| Some(&*self.manifests[stop.at].id) == id;
                if let Some(stop) = round.stops.iter_mut().find(its) {
                    let due = answer.json["confirm_by"].as_str().filter(|_| !stop.confirmed);
                    stop.due = due.map(|due| due.parse().unwrap());
                }
                self.rounds[at] = round;
            }
            Some((None, round)) => self.rounds.push(Round { id: answer.id(), ..round }),
            None => {}
        }
        match change.trip.take() {
            Some((Some(at), trip)) => self.trips[at] = trip,
            Some((None, trip)) => self.trips.push(Trip { id: answer.id(), ..trip }),
            None => {}
        }
    }
}

fn ends(answer: &Answer) -> DateTime<Utc> {
    answer.str("/expires_at").parse().unwrap()
}

/// An amendment waits to the end of a working day in Beijing, a week or so.
fn waits(answer: &Answer, now: DateTime<Utc>) -> Result<DateTime<Utc>, String> {
    let end = ends(answer);
    let days = (end - now).num_days();
    let is_midnight = end.timestamp() % 86_400 == 16 * 3600;
    if is_midnight && (4..25).contains(&days) { Ok(end) } else { Err(answer.shown()) }
}
