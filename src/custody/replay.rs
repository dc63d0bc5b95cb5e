//! What a chain means: its events run through the one table of moves and the one fold that the
//! server uses, and through the balance of masses. Pure.

use serde_json::Value;

use super::balance::imbalance;
use super::conduct::{misconduct, signers};
use super::plausible::implausible;
use crate::ids::OrganisationId;
use crate::journal::canonical;
use crate::manifest::{Action, Filed, Happening, Manifest, Party, Status, evolve, read_event};
use crate::problem::Text;

/// An event, and where the manifest stood after it.
#[derive(Clone, Debug)]
pub struct Step {
    pub body: Value,
    pub status: Status,
}

/// A chain that makes sense.
#[derive(Clone, Debug)]
pub struct Replayed {
    pub steps: Vec<Step>,
    pub manifest: Manifest,
}

/// Replays the bodies of one manifest's events, oldest first. Else which event is wrong, and how.
pub fn replay<'a>(bodies: impl Iterator<Item = &'a str>) -> Result<Replayed, (usize, Text)> {
    let (mut state, mut steps) = (None, Vec::new());
    for (n, text) in bodies.enumerate() {
        let wrong = |text: Text| (n, text);
        let body: Value = serde_json::from_str(text).unwrap_or_default();
        // Absent and null mean the same (custody.md, "The event").
        let told = canonical(&body).unwrap_or_default();
        let event = read_event(&told).map_err(|problem| wrong(unreadable(problem.cause)))?;
        let after = evolve(state.clone(), &event).map_err(|illegal| {
            wrong(Text::new(
                format!("流转表不允许这一步（{illegal}）。"),
                format!("The table of moves does not allow this step: {illegal}."),
            ))
        })?;
        let (before, happening) = (state.as_ref(), &event.happening);
        let times = (event.occurred_at, event.recorded_at);
        let fault = misled(happening, &after)
            .or_else(|| not_theirs(&body["actor"], (before, &after), happening))
            .or_else(|| misconduct(&body["actor"], &steps, (before, &after), happening))
            .or_else(|| implausible(times, before, happening))
            .or_else(|| imbalance(before, happening, &after));
        if let Some(text) = fault {
            return Err(wrong(text));
        }
        steps.push(Step { body, status: after.status });
        state = Some(after);
    }
    let none = || (0, Text::new("没有事件。", "There are no events."));
    Ok(Replayed { steps, manifest: state.ok_or_else(none)? })
}

fn unreadable(cause: Option<String>) -> Text {
    let cause = cause.unwrap_or_default();
    Text::new(
        format!("事件内容不是此类事件应有的（{cause}）。"),
        format!("Its content is not that of such an event: {cause}."),
    )
}

/// The row of the table that an event is a step of; none for what moves nothing by itself.
const fn action(happening: &Happening) -> Option<Action> {
    match happening {
        Happening::Filed(_) => Some(Action::File),
        Happening::Departed(_) => Some(Action::Depart),
        Happening::HandedOver(_) => Some(Action::HandOver),
        Happening::Stopped(_) => Some(Action::Stop),
        Happening::Incident(_) => Some(Action::Incident),
        Happening::Arrived(_) => Some(Action::Arrive),
        Happening::Received(_) => Some(Action::Receive),
        Happening::Completed(_) => Some(Action::Complete),
        Happening::Cancelled(_) => Some(Action::Cancel),
        Happening::AmendmentProposed(_)
        | Happening::AmendmentApproved(_)
        | Happening::AmendmentRejected(_)
        | Happening::AmendmentExpired(_)
        | Happening::Countersigned(_)
        | Happening::Unconfirmed(_)
        | Happening::ReturnFiled(_)
        | Happening::ReturnCancelled(_)
        | Happening::ForwardFiled(_)
        | Happening::ForwardCancelled(_)
        | Happening::SentOn(_)
        | Happening::SentOnCancelled(_)
        | Happening::Attached(_) => None,
    }
}

/// A step leads where the table says that it can.
fn misled(happening: &Happening, after: &Manifest) -> Option<Text> {
    let row = action(happening)?.transition();
    let status = after.status;
    if row.to.contains(&status) {
        return None;
    }
    let (action, status) = (row.action.as_str(), status.as_str());
    Some(Text::new(
        format!("{action} 不能到达状态 {status}。"),
        format!("{action} cannot lead to {status}."),
    ))
}

/// A step is taken by a party that the table lets take it, or by somebody in its name.
fn not_theirs(
    actor: &Value,
    (before, after): (Option<&Manifest>, &Manifest),
    happening: &Happening,
) -> Option<Text> {
    let (word, takers) = taken_by(happening)?;
    if actor["via"] == "system" {
        return None;
    }
    let files_for_another =
        |filed: &Filed| filed.for_producer && matches!(happening, Happening::Filed(_));
    let may = |signer: OrganisationId| {
        let parties = |manifest: &Manifest| manifest.parties(signer);
        let own = before.map(parties).unwrap_or_default().into_iter().chain(parties(after));
        let own: Vec<_> = own.collect();
        own.iter().any(|party| takers.contains(party))
            || (files_for_another(&after.filed) && !own.is_empty())
    };
    if signers(actor).into_iter().any(may) {
        return None;
    }
    Some(Text::new(
        format!("签署单位不是可以执行 {word} 的一方。"),
        format!("Whoever signed is no party that may {word}."),
    ))
}

/// What is done, and the parties that may do it. A file is attached by any of them.
fn taken_by(happening: &Happening) -> Option<(&'static str, &'static [Party])> {
    if matches!(happening, Happening::Attached(_)) {
        return Some(("attach", Party::ALL));
    }
    let row = action(happening)?.transition();
    Some((row.action.as_str(), row.parties))
}
