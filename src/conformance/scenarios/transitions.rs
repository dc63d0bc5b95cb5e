//! The published table of moves, and whether what happens agrees with it.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::conformance::answer::Answer;
use crate::conformance::bodies::receipt;
use crate::conformance::estate::Who;
use crate::conformance::scenario::Scenario;
use crate::conformance::stage::{Played, Stage};

pub static ALL: &[&Scenario] = &[
    &Scenario {
        name: "transitions.table",
        zh: "GET /transitions 有状态、动作、角色、必填字段，与规定一致",
        en: "GET /transitions has states, actions, roles and required fields, as the domain has",
        page: "api.md, Manifests; domain.md, Who may act when",
        play: table,
    },
    &Scenario {
        name: "transitions.agree",
        zh: "每个状态下，可办事项与表一致，不可办的得 409 及状态",
        en: "in every state allowed_actions is the table's; all else is 409 with the state",
        page: "api.md, illegal_transition; domain.md, Who may act when",
        play: agree,
    },
];

/// domain.md, "Who may act when", as far as every manifest has it: action and from where.
const DOMAIN: &[(&str, &[&str])] = &[
    ("file", &["draft"]),
    ("depart", &["filed"]),
    ("arrive", &["filed", "in_transit"]),
    ("receive", &["filed", "in_transit", "arrived"]),
    ("complete", &["accepted", "partly_accepted"]),
    ("cancel", &["draft", "filed"]),
];

fn words_of(value: &Value) -> BTreeSet<String> {
    let words = value.as_array().map(Vec::as_slice).unwrap_or_default();
    words.iter().filter_map(|word| word.as_str().map(ToOwned::to_owned)).collect()
}

fn table(stage: &mut Stage) -> Played {
    let told = stage.cast.producer.client.get("/transitions");
    stage.need(("表可读", "the table is served"), &told, |look| {
        look.status(200).members("/data/0", &["action", "from", "to", "roles", "required"]);
    })?;
    for (action, from) in DOMAIN {
        let row = told.list("/data").iter().find(|row| row["action"] == *action);
        let words = (format!("{action} 的起始状态"), format!("from where {action} is taken"));
        stage.check(words, &told, |look| {
            let found = words_of(&row.map(|row| row["from"].clone()).unwrap_or_default());
            let wanted: BTreeSet<String> = from.iter().map(|one| (*one).to_owned()).collect();
            look.that(found == wanted, || format!("{found:?}: 应为 / wanted {wanted:?}"));
        });
    }
    Ok(())
}

fn agree(stage: &mut Stage) -> Played {
    let told = stage.cast.producer.client.get("/transitions");
    let told = stage.done(told)?;
    let rows = told.list("/data").to_vec();
    let id = stage.filed(&stage.oil(10))?.id();
    look_at(stage, &rows, &id)?;
    stage.step(Who::Carrier, &id, "depart", &json!({}))?;
    look_at(stage, &rows, &id)?;
    stage.step(Who::Receiver, &id, "arrive", &json!({}))?;
    look_at(stage, &rows, &id)?;
    let found = receipt("accept", 10, 0);
    stage.step(Who::Receiver, &id, "receive", &found)?;
    look_at(stage, &rows, &id)?;
    let treatment = stage.treatment("R9", 10);
    stage.step(Who::Receiver, &id, "complete", &treatment)?;
    look_at(stage, &rows, &id)?;
    let id = stage.filed(&stage.oil(10))?.id();
    stage.step(Who::Producer, &id, "cancel", &json!({"reason": "other"}))?;
    look_at(stage, &rows, &id)
}

/// Everybody's view of a manifest as it stands, held against the table; then what it does not
/// allow is asked for.
fn look_at(stage: &mut Stage, rows: &[Value], id: &str) -> Played {
    let parties =
        [(Who::Producer, "producer"), (Who::Carrier, "carrier"), (Who::Receiver, "receiver")];
    for (who, role) in parties {
        let client = stage.cast.client(who).clone();
        let view = client.get(&format!("/manifests/{id}"));
        let view = stage.done(view)?;
        let status = view.str("/status").to_owned();
        let actions = view.each("/allowed_actions", "/action");
        let told: BTreeSet<String> = words_of(&Value::from(actions));
        let wanted: BTreeSet<String> = rows
            .iter()
            .filter(|row| words_of(&row["from"]).contains(&status))
            .filter(|row| words_of(&row["roles"]).contains(role))
            .filter_map(|row| row["action"].as_str().map(ToOwned::to_owned))
            // What hangs on more than the status: refused mass that is held, a leg that is left.
            .filter(|action| DOMAIN.iter().any(|(known, _)| known == action))
            .collect();
        let known = |one: &&String| DOMAIN.iter().any(|(known, _)| known == one);
        let told_known: BTreeSet<String> = told.iter().filter(known).cloned().collect();
        let words =
            (format!("{status}：{role} 可办的"), format!("{status}: what the {role} may do"));
        stage.check(words, &view, |look| {
            look.that(told_known == wanted, || format!("{told_known:?}: 应为 / wanted {wanted:?}"));
        });
        refuse(stage, (who, role), (id, &view, &status, &told), rows);
    }
    Ok(())
}

type Seen<'a> = (&'a str, &'a Answer, &'a str, &'a BTreeSet<String>);

/// Actions of this role that the state does not allow: 409, and nothing happens.
fn refuse(stage: &mut Stage, (who, role): (Who, &str), seen: Seen<'_>, rows: &[Value]) {
    let (id, view, status, allowed) = seen;
    let (mut faults, mut shown) = (Vec::new(), Vec::new());
    for (action, _) in DOMAIN {
        let row = rows.iter().find(|row| row["action"] == *action);
        let is_own = row.is_some_and(|row| words_of(&row["roles"]).contains(role));
        if !is_own || allowed.contains(*action) {
            continue;
        }
        let path = format!("/manifests/{id}/{action}");
        let answer = stage.cast.client(who).post(&path, &json!({}));
        let listed = words_of(answer.get("/allowed_actions"));
        let is_right = answer.status == 409
            && answer.str("/code") == "illegal_transition"
            && answer.str("/manifest_status") == status
            && listed == *allowed;
        if !is_right {
            faults.push(format!("{action}: {} {}", answer.status, answer.str("/code")));
            shown.push(answer);
        }
    }
    let after = stage.cast.client(who).get(&format!("/manifests/{id}"));
    if after.version() != view.version() {
        faults.push(format!("/version: {} -> {}", view.version(), after.version()));
    }
    let words = (
        format!("{status}：{role} 不可办的得 409、状态和可办事项，且什么都没发生"),
        format!("{status}: what the {role} may not do is 409 with state and actions, and not done"),
    );
    let shown: Vec<&Answer> = shown.iter().collect();
    stage.hold(words, faults, &shown);
}
