//! Who did what, beside the table of moves (domain.md, "Who may do what"): who amended, agreed,
//! signed second and carried on, and what the program does by itself. What the gate checked when
//! each event was written, asked again of the record alone: whoever holds the log's key could
//! write an event that its rules would have refused. Pure.

use serde_json::Value;

use super::replay::Step;
use crate::ctx::{Role, Via};
use crate::ids::OrganisationId;
use crate::manifest::amend::{
    Amendment, AmendmentApproved, AmendmentProposed, AmendmentRejected, Need,
};
use crate::manifest::{Countersigned, Happening, Manifest, Party};
use crate::problem::Text;

/// Whose hand an event shows.
struct Hand {
    /// Its organisation, then those that it signed for by delegation.
    signers: Vec<OrganisationId>,
    is_regulator: bool,
}

/// What of an event is nobody's to do who did it. `earlier`: the steps before it.
pub fn misconduct(
    actor: &Value,
    earlier: &[Step],
    (before, after): (Option<&Manifest>, &Manifest),
    happening: &Happening,
) -> Option<Text> {
    let text = |name: &str| actor[name].as_str().unwrap_or_default();
    if Via::parse(text("via")) == Some(Via::System) {
        return by_itself(happening);
    }
    let role = Role::parse(text("role"));
    let known = Via::parse(text("via")).is_some() && actor["user_id"].is_string();
    let (Some(role), true) = (role.filter(|role| *role != Role::Reader), known) else {
        return Some(Text::new(
            "签署人的身份、角色或方式不是可以签署的。",
            "Nobody of this role, signing in this way, writes to a manifest.",
        ));
    };
    let hand = Hand { signers: signers(actor), is_regulator: role.is_regulator() };
    let before = before?;
    match happening {
        Happening::AmendmentProposed(data) => proposed(&hand, before, data),
        Happening::AmendmentApproved(data) => approved(&hand, before, data),
        Happening::AmendmentRejected(data) => rejected(&hand, before, data),
        // Ends what waits for a field that a step makes a fact: by whoever takes the step.
        Happening::AmendmentExpired(_) => None,
        _ if hand.is_regulator => Some(Text::new(
            "监管部门只可更正联单。",
            "An authority corrects a manifest, and does nothing else to it.",
        )),
        Happening::Countersigned(data) => second(actor, earlier, (&hand, before), data),
        Happening::ReturnFiled(_)
        | Happening::ReturnCancelled(_)
        | Happening::ForwardFiled(_)
        | Happening::ForwardCancelled(_)
        | Happening::SentOn(_)
        | Happening::SentOnCancelled(_) => {
            let receives = plays(&hand, &[before, after]).contains(&Party::Receiver);
            (!receives).then(|| not_theirs("接受单位", "its receiver"))
        }
        Happening::Departed(data) => parts(&hand, &[before, after], &data.by),
        Happening::Received(data) => parts(&hand, &[before, after], &data.by),
        Happening::Incident(data) => parts(&hand, &[before, after], &data.by),
        Happening::Attached(data) => parts(&hand, &[before, after], &data.by),
        Happening::Unconfirmed(_) => Some(not_theirs("系统", "the program itself")),
        _ => None,
    }
}

/// What the program does when a term is over.
fn by_itself(happening: &Happening) -> Option<Text> {
    let own = matches!(happening, Happening::AmendmentExpired(_) | Happening::Unconfirmed(_));
    (!own)
        .then(|| Text::new("系统不会自行执行这一步。", "The program takes no such step by itself."))
}

/// Its own organisation, then those that the actor signs for by delegation.
pub fn signers(actor: &Value) -> Vec<OrganisationId> {
    let id = |value: &Value| serde_json::from_value::<OrganisationId>(value.clone()).ok();
    let behalf = actor["on_behalf_of"].as_array().into_iter().flatten();
    let behalf = behalf.filter_map(|one| id(&one["organisation_id"]));
    id(&actor["organisation_id"]).into_iter().chain(behalf).collect()
}

/// The parts that a hand plays in a manifest as it stood, or stands.
fn plays(hand: &Hand, states: &[&Manifest]) -> Vec<Party> {
    let all = hand.signers.iter();
    all.flat_map(|signer| states.iter().flat_map(|one| one.parties(*signer))).collect()
}

/// Whoever is named as having signed by calling has. One who signs for others may hold delegations
/// beside those that the step leaned on and the event names: of it this cannot be told.
fn parts(hand: &Hand, states: &[&Manifest], by: &[String]) -> Option<Text> {
    if hand.signers.len() > 1 {
        return None;
    }
    let own = plays(hand, states);
    let other = by.iter().find(|by| !own.iter().any(|party| party.as_str() == by.as_str()))?;
    Some(Text::new(
        format!("签署单位不是 {other} 一方，却记为以其名义签署。"),
        format!("It is said to be signed as {other}, which the signer is not."),
    ))
}

fn not_theirs(zh: &str, en: &str) -> Text {
    Text::new(
        format!("这一步只能由{zh}作出。"),
        format!("Whoever signed may not do this: it is for {en}."),
    )
}

/// By a party for its own part, asking others and not itself; or by the authority.
fn proposed(hand: &Hand, before: &Manifest, data: &AmendmentProposed) -> Option<Text> {
    let wrong = || Some(not_theirs("联单的一方或监管部门", "a party, or the authority"));
    if hand.signers.first() != Some(&data.organisation_id) || data.by.is_empty() {
        return wrong();
    }
    if data.by.iter().any(|by| by == "regulator") {
        return if hand.is_regulator { None } else { wrong() };
    }
    if hand.is_regulator {
        return wrong();
    }
    let asks_itself = data.needs.iter().any(|need| hand.signers.contains(&need.organisation_id));
    let is_all = || everybody(before).iter().all(|one| hand.signers.contains(one));
    if asks_itself || (data.needs.is_empty() && !is_all()) {
        return Some(Text::new(
            "更正须由其他方同意。",
            "An amendment needs the consent of another party than its proposer.",
        ));
    }
    parts(hand, &[before], &data.by)
}

fn everybody(manifest: &Manifest) -> Vec<OrganisationId> {
    let filed = &manifest.filed;
    let carriers = filed.legs.iter().map(|leg| leg.carrier_id);
    [filed.producer.organisation_id, filed.receiver.organisation_id]
        .into_iter()
        .chain(carriers)
        .collect()
}

/// By those whose consent is waited for; and what takes effect is what was proposed.
fn approved(hand: &Hand, before: &Manifest, data: &AmendmentApproved) -> Option<Text> {
    let Some(open) = before.amendments.find_open(data.n) else { return Some(unknown(data.n)) };
    if hand.signers.first() != Some(&data.organisation_id) {
        return Some(not_theirs("被征求同意的一方", "a party that was asked"));
    }
    if open.is_by_regulator() {
        let own =
            hand.is_regulator && data.is_final && open.organisation_id == data.organisation_id;
        return if own { same_changes(open, data) } else { Some(unasked()) };
    }
    // Who plays every part consents with its proposal.
    let at_once = open.needs.is_empty() && hand.signers.contains(&open.organisation_id);
    let asked =
        |need: &Need| open.needs.contains(need) && hand.signers.contains(&need.organisation_id);
    if !at_once && (data.consents.is_empty() || !data.consents.iter().all(asked)) {
        return Some(unasked());
    }
    let left = open.needs.iter().filter(|need| !data.consents.contains(need)).count();
    if data.is_final != (left == 0) {
        return Some(Text::new(
            format!("第 {} 项更正尚缺 {left} 方同意，与“生效”的记载不符。", data.n),
            format!("{left} parties have not consented, which is not what `final` says."),
        ));
    }
    same_changes(open, data)
}

fn same_changes(open: &Amendment, data: &AmendmentApproved) -> Option<Text> {
    if !data.is_final || (data.changes == open.changes && data.before == open.before) {
        return None;
    }
    Some(Text::new(
        format!("生效的更正与第 {} 项所提出的不同。", data.n),
        format!("What takes effect is not what amendment {} proposed.", data.n),
    ))
}

fn rejected(hand: &Hand, before: &Manifest, data: &AmendmentRejected) -> Option<Text> {
    let Some(open) = before.amendments.find_open(data.n) else { return Some(unknown(data.n)) };
    let asked = |need: &Need| hand.signers.contains(&need.organisation_id);
    let own = hand.signers.first() == Some(&data.organisation_id);
    (!own || !open.needs.iter().any(asked)).then(unasked)
}

fn unasked() -> Text {
    Text::new(
        "未被征求同意的一方答复了更正。",
        "Whoever answered the amendment is nobody whose consent was asked.",
    )
}

fn unknown(n: i64) -> Text {
    Text::new(format!("没有待答复的第 {n} 项更正。"), format!("No amendment {n} waits."))
}

/// A signature that an earlier event waits for, or that somebody was there at a stop; by another
/// person than the one who took the step.
fn second(
    actor: &Value,
    earlier: &[Step],
    (hand, before): (&Hand, &Manifest),
    data: &Countersigned,
) -> Option<Text> {
    let step = usize::try_from(data.seq).ok().and_then(|seq| earlier.get(seq));
    let Some(Step { body: step, .. }) = step else { return Some(no_second()) };
    let of = data.organisation_id;
    let waits =
        |gap: &crate::manifest::Gap| gap.waits_for(data.seq, of) && gap.missing == data.party;
    let was_there = || {
        let mut parties = before.parties(of).into_iter();
        step["kind"] == "stopped" && parties.any(|party| party.as_str() == data.party)
    };
    let is_other = step["actor"]["user_id"] != actor["user_id"];
    let right =
        is_other && hand.signers.contains(&of) && (before.gaps.iter().any(waits) || was_there());
    (!right).then(no_second)
}

fn no_second() -> Text {
    Text::new(
        "这一步没有等待此单位的会签。",
        "No signature of this organisation was missing at the event that it signs.",
    )
}
