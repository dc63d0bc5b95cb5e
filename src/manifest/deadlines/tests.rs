//! Deadlines: which rules are a manifest's, and their clocks over holidays, hours and late steps.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde_json::{Value, json};
use uuid::Uuid;

use super::super::event::{Happening, Stamped};
use super::super::evolve::evolve;
use super::*;

/// Rules that no recorded step of a manifest starts, each with the reason.
const OTHERS: &[(&[&str], &str)] = &[
    (&["DL03", "DL16", "DL21", "DL29", "DL30", "DL42", "DL51"], "how long to keep: nothing is due"),
    (&["DL05", "DL06", "DL07", "DL08", "DL09", "DL10"], "transfer approvals have their own clocks"),
    (&["DL11", "DL46"], "daily entries of the ledger, whose transfers have no manifest yet"),
    (&["DL12", "DL17"], "management plans"),
    (&["DL13", "DL14", "DL15", "DL32", "DL43", "DL48", "DL49"], "reports of a period"),
    (&["DL18"], "the storage of licence holders: a manifest does not record its beginning there"),
    (&["DL22", "DL23", "DL24", "DL25", "DL26", "DL27", "DL28"], "licences and their holders"),
    (&["DL31"], "what kind of licence the receiver holds is not recorded in a manifest"),
    (&["DL35"], "manifests record no incidents yet; and at once is no term"),
    (&["DL37"], "the rhythm of an institution's pickups, over all its manifests"),
    (&["DL40"], "remote and disinfected is not recorded: without it 72 hours are the limit"),
    (&["DL47"], "a manifest must ride with the load: this is what one is, and at once is no term"),
];

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::load().unwrap());
static CALENDAR: LazyLock<Calendar> = LazyLock::new(|| Calendar::load().unwrap());

fn time(text: &str) -> Time {
    text.parse().unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A manifest that is built step by step.
struct Life(Manifest);

impl Life {
    fn filed(stream: &str, at: &str, (item, head): (&Value, &Value)) -> Self {
        let id = Uuid::from_bytes([1; 16]);
        let party = json!({"organisation_id": id, "name": "x", "uscc": "x", "site_name": "x",
            "division": "01", "region_code": "659002"});
        let mut whole = json!({"line": 1, "waste_code": "900-249-08", "name": "x", "form": "liquid",
            "hazards": [], "mass_g": 1000, "method": "R9", "packages": []});
        whole.as_object_mut().unwrap().extend(item.as_object().unwrap().clone());
        let mut filed = json!({"number": "1", "stream": stream, "kind": "manifest",
            "edition": "2021", "producer_site_id": id, "producer": party,
            "receiver_site_id": id, "receiver": party, "legs": [],
            "planned_departure_on": "2026-12-31", "items": [whole]});
        filed.as_object_mut().unwrap().extend(head.as_object().unwrap().clone());
        let happening = Happening::read("filed", &filed.to_string()).unwrap().unwrap();
        let (occurred_at, recorded_at) = (time(at), time(at));
        Self(
            evolve(None, &Stamped { happening, occurred_at, recorded_at, signed_for: None })
                .unwrap(),
        )
    }

    fn plain(stream: &str, at: &str) -> Self {
        Self::filed(stream, at, (&json!({}), &json!({})))
    }

    /// A step that is recorded when it occurs.
    fn then(self, kind: &str, at: &str, data: Value) -> Self {
        self.entered(kind, (at, at), data)
    }

    #[expect(clippy::needless_pass_by_value, reason = "its callers make it on the spot")]
    fn entered(self, kind: &str, (at, recorded_at): (&str, &str), data: Value) -> Self {
        let happening = Happening::read(kind, &data.to_string()).unwrap().unwrap();
        let (occurred_at, recorded_at) = (time(at), time(recorded_at));
        Self(
            evolve(
                Some(self.0),
                &Stamped { happening, occurred_at, recorded_at, signed_for: None },
            )
            .unwrap(),
        )
    }

    fn received(self, at: &str, more: &Value) -> Self {
        let mut data = json!({"decision": "accept", "items": [
            {"line": 1, "accepted_g": 1000, "refused_g": 0, "difference_g": 0}]});
        data.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.then("received", at, data)
    }

    fn dues(&self) -> Vec<Due<'static>> {
        deadlines(&self.0, &CATALOGUE, &CALENDAR)
    }

    fn rules(&self) -> Vec<&'static str> {
        self.dues().iter().map(|due| &*due.rule.rule_id).collect()
    }

    #[track_caller]
    fn due(&self, rule: &str) -> Due<'static> {
        self.dues().into_iter().find(|due| &*due.rule.rule_id == rule).unwrap()
    }

    #[track_caller]
    fn state(&self, rule: &str, now: &str) -> DeadlineState {
        self.due(rule).state(time(now))
    }
}

#[test]
fn every_rule_of_the_table_is_a_manifests_or_anothers_with_a_reason() {
    let attached: Vec<&str> = CLOCKS.iter().map(|clock| clock.rule).collect();
    assert_eq!(
        attached,
        ["DL01", "DL02", "DL04", "DL19", "DL33", "DL34", "DL36", "DL38", "DL39", "DL41", "DL50"]
    );
    let others = OTHERS.iter().flat_map(|(rules, _)| rules.iter().copied());
    let mut known: Vec<&str> = attached.into_iter().chain(others).collect();
    known.sort_unstable();
    let rules: Vec<&str> = CATALOGUE.deadline_rules().iter().map(|rule| &*rule.rule_id).collect();
    let file: BTreeSet<&str> = rules.into_iter().collect();
    assert_eq!(known, file.into_iter().collect::<Vec<_>>(), "each rule once, here or elsewhere");
}

/// A row whose unit or number this room cannot read would never be due.
#[test]
fn every_attached_rule_has_a_term_that_is_understood() {
    for clock in CLOCKS {
        let rule = CATALOGUE.deadline_rule(clock.rule).unwrap();
        assert!(term(rule, time("2026-03-02T02:00:00Z"), &CALENDAR).is_some(), "{}", clock.rule);
    }
}

#[test]
fn five_working_days_to_receive_go_around_the_spring_festival() {
    // Thursday 12 February: 13, 14 (made up), 24, 25, 26.
    let life = Life::plain("hazardous", "2026-02-11T02:00:00Z");
    assert_eq!(life.rules(), ["DL33"]);
    let life = life.then("arrived", "2026-02-12T10:00:00Z", json!({}));
    let due = life.due("DL01");
    assert_eq!((due.action, due.term), ("receive", Term::Day(day("2026-02-26"))));
    assert!(due.rule.legal_source.contains("第十八条") && !due.is_provisional);
    // The whole Beijing day counts, and not a minute of the next.
    assert_eq!(life.state("DL01", "2026-02-26T15:59:59Z"), DeadlineState::Running);
    assert_eq!(life.state("DL01", "2026-02-26T16:00:00Z"), DeadlineState::Over);
    let rule = (&*CATALOGUE, &*CALENDAR);
    assert!(!is_late_receipt(&life.0, time("2026-02-26T15:59:59Z"), rule));
    assert!(is_late_receipt(&life.0, time("2026-02-26T16:00:00Z"), rule));
    let in_time = Life(life.0.clone()).received("2026-02-26T15:00:00Z", &json!({}));
    assert_eq!(in_time.state("DL01", "2027-01-01T00:00:00Z"), DeadlineState::Met);
    let late = life.received("2026-02-26T17:00:00Z", &json!({}));
    assert_eq!(late.state("DL01", "2026-02-27T00:00:00Z"), DeadlineState::Late);
}

#[test]
fn an_arrival_after_sixteen_utc_is_the_next_beijing_day() {
    let life = Life::plain("hazardous", "2026-09-29T02:00:00Z");
    let life = life.then("arrived", "2026-09-29T16:30:00Z", json!({}));
    // 30 September; then the National Day: 8, 9, 10 (made up), 12, 13 October.
    assert_eq!(life.due("DL01").term, Term::Day(day("2026-10-13")));
}

#[test]
fn a_term_that_ends_in_an_unpublished_year_is_provisional() {
    let life = Life::plain("medical", "2026-12-29T02:00:00Z");
    let life = life.then("arrived", "2026-12-30T02:00:00Z", json!({}));
    assert!(life.due("DL01").is_provisional);
    assert!(!life.due("DL33").is_provisional, "plain days need no arrangement");
}

#[test]
fn a_reminder_to_depart_ends_with_departure_or_cancel() {
    let life = Life::plain("hazardous", "2026-11-25T02:00:00Z");
    assert_eq!(life.due("DL33").term, Term::Day(day("2026-11-28")));
    assert_eq!(life.state("DL33", "2026-11-28T16:00:00Z"), DeadlineState::Over);
    let void = Life(life.0.clone()).then(
        "cancelled",
        "2026-11-26T02:00:00Z",
        json!({"reason": "not_needed"}),
    );
    assert_eq!(void.rules(), ["DL33"]);
    assert_eq!(void.state("DL33", "2026-12-26T02:00:00Z"), DeadlineState::Met);
    let gone = life.then("departed", "2026-11-27T02:00:00Z", json!({"by": ["carrier"]}));
    assert_eq!(gone.rules(), ["DL34", "DL33"], "what is open comes first");
    assert_eq!(gone.due("DL34").term, Term::Instant(time("2026-11-29T02:00:00Z")));
    assert_eq!(gone.state("DL34", "2026-11-29T02:00:00Z"), DeadlineState::Running);
    assert_eq!(gone.state("DL34", "2026-11-29T02:00:01Z"), DeadlineState::Over);
    let there = gone.received("2026-11-29T03:00:00Z", &json!({}));
    assert_eq!(there.state("DL34", "2026-11-30T00:00:00Z"), DeadlineState::Late);
    assert!(!there.rules().contains(&"DL01"), "nobody recorded an arrival");
}

#[test]
fn a_hospital_has_forty_eight_hours_and_a_producer_a_reminder_after_a_year() {
    let stored = json!({"waste_code": "841-001-01", "stored_since": "2026-02-14T03:00:00Z"});
    let life = Life::filed("medical", "2026-02-15T02:00:00Z", (&stored, &json!({})));
    // Holidays do not stop this clock.
    assert_eq!(life.due("DL36").term, Term::Instant(time("2026-02-16T03:00:00Z")));
    let hours = CATALOGUE.medical_categories().iter().map(|row| row.hospital_storage_max_hours);
    assert!(hours.into_iter().all(|hours| hours == 48));
    let void = Life(life.0.clone()).then(
        "cancelled",
        "2026-02-15T03:00:00Z",
        json!({"reason": "not_needed"}),
    );
    assert_eq!(void.rules(), ["DL33"], "a cancelled manifest answers for no waste");
    let gone = life.then("departed", "2026-02-16T03:00:00Z", json!({"by": []}));
    assert_eq!(gone.state("DL36", "2026-03-01T00:00:00Z"), DeadlineState::Met);
    let life = Life::filed("hazardous", "2026-02-15T02:00:00Z", (&stored, &json!({})));
    assert_eq!(life.due("DL19").term, Term::Day(day("2027-02-14")));
    assert_eq!(&*life.due("DL19").rule.sense, "warn_at");
    assert!(!life.rules().contains(&"DL36"));
}

#[test]
fn a_plants_hours_follow_the_warmth_of_its_store() {
    let life = |code: &str, milli_degrees: Value| {
        let item = json!({"waste_code": code});
        Life::filed("medical", "2026-11-25T02:00:00Z", (&item, &json!({})))
            .then("arrived", "2026-11-25T03:00:00Z", json!({}))
            .received("2026-11-25T04:00:00Z", &json!({"storage_temp_mc": milli_degrees}))
    };
    let warm = life("841-001-01", json!(5000));
    assert_eq!(warm.due("DL38").term, Term::Instant(time("2026-11-26T03:00:00Z")));
    assert!(!warm.rules().contains(&"DL39"));
    let cold = life("841-001-01", json!(4999));
    assert_eq!(cold.due("DL39").term, Term::Instant(time("2026-11-28T03:00:00Z")));
    assert!(!cold.rules().contains(&"DL38"));
    // Nobody measured; pharmaceutical waste follows the general storage rule.
    for other in [life("841-001-01", Value::Null), life("841-005-01", json!(5000))] {
        assert!(!other.rules().iter().any(|rule| ["DL38", "DL39"].contains(rule)));
    }
    let treated = |grams: i64, is_final: bool| {
        json!({"final": is_final, "treatments": [{"line": 1, "method": "Y11", "mass_g": grams,
            "completed_on": "2026-11-26"}]})
    };
    let half = warm.then("completed", "2026-11-26T01:00:00Z", treated(500, false));
    assert_eq!(half.state("DL38", "2026-11-26T03:00:01Z"), DeadlineState::Over);
    let all = half.then("completed", "2026-11-26T05:00:00Z", treated(500, true));
    assert_eq!(all.due("DL38").end, End::Done(time("2026-11-26T05:00:00Z")));
    assert_eq!(all.state("DL38", "2026-11-27T00:00:00Z"), DeadlineState::Late);
}

/// What was found is told as it is recorded; whether somebody washed the truck nobody records.
#[test]
fn nothing_is_claimed_of_what_is_not_recorded() {
    let life = Life::plain("medical", "2026-11-25T02:00:00Z");
    let found = json!({"mismatches": [{"line": 1, "field": "form", "found": "x"}]});
    let fine = Life(life.0.clone()).received("2026-11-25T04:00:00Z", &json!({}));
    assert!(!fine.rules().contains(&"DL02"));
    let life = life.received("2026-11-25T04:00:00Z", &found);
    for (rule, state) in [("DL02", DeadlineState::Met), ("DL41", DeadlineState::NotRecorded)] {
        assert_eq!(life.due(rule).term, Term::Instant(time("2026-11-26T04:00:00Z")));
        assert_eq!(life.state(rule, "2027-01-01T00:00:00Z"), state);
    }
}

#[test]
fn paper_is_entered_when_its_receipt_is_on_record() {
    let backfill = json!({"backfill": {"kind": "outage", "paper_number": "1",
        "paper_date": "2026-09-20"}});
    let accept = json!({"decision": "accept", "items": [
        {"line": 1, "accepted_g": 1000, "refused_g": 0, "difference_g": 0}]});
    // Received on 30 September: 8, 9, 10, 12, 13, 14, 15, 16, 19, 20 October.
    for (recorded_at, state) in [
        ("2026-10-20T15:00:00Z", DeadlineState::Met),
        ("2026-10-20T16:00:00Z", DeadlineState::Late),
    ] {
        let life = Life::filed("hazardous", "2026-10-18T02:00:00Z", (&json!({}), &backfill));
        assert!(!life.rules().contains(&"DL04"), "the transfer may not be over yet");
        let life = life.entered("received", ("2026-09-30T02:00:00Z", recorded_at), accept.clone());
        assert_eq!(life.due("DL04").term, Term::Day(day("2026-10-20")));
        assert_eq!(life.state("DL04", "2026-11-01T00:00:00Z"), state);
    }
}

#[test]
fn kitchen_waste_is_confirmed_within_a_day_by_a_rule_that_calls_itself_assumed() {
    let life = Life::plain("kitchen", "2026-11-25T02:00:00Z");
    assert!(life.rules().is_empty());
    let life = life.then("arrived", "2026-11-25T03:00:00Z", json!({}));
    assert_eq!(life.rules(), ["DL50"]);
    let dues = life.dues();
    let view = shown(&dues, time("2026-11-26T03:00:01Z"), Lang::En).remove(0);
    assert_eq!((view.due_on, view.state), (day("2026-11-26"), DeadlineState::Over));
    assert_eq!(view.due_at.as_deref(), Some("2026-11-26T03:00:00.000Z"));
    assert_eq!((&*view.source, &*view.certainty), ("engineering default", "design assumption"));
    assert_eq!(view.obligation, "confirm and weigh");
    let zh = shown(&dues, time("2026-11-26T03:00:00Z"), Lang::Zh).remove(0);
    assert_eq!((&*zh.obligation, zh.state), ("确认接收与计量", DeadlineState::Running));
}
