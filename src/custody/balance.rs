//! Whether masses add up, event by event (domain.md, "Masses"): what the gate checked when each
//! step was taken, asked again of the record alone. Pure.

use std::collections::BTreeSet;

use crate::manifest::{Completed, Filed, Happening, Incident, Manifest, Received, Stopped};
use crate::problem::Text;
use crate::units::Grams;

/// What does not add up in an event, between the state before and the one after it.
pub fn imbalance(
    before: Option<&Manifest>,
    happening: &Happening,
    after: &Manifest,
) -> Option<Text> {
    let own = match (happening, before) {
        (Happening::Filed(filed), _) => of_filing(filed),
        (Happening::Incident(incident), Some(before)) => of_incident(before, incident),
        (Happening::Stopped(stopped), Some(before)) => of_stop(before, stopped),
        (Happening::Received(received), Some(before)) => of_receipt(before, received),
        (Happening::Completed(completed), _) => of_treatment(completed, after),
        _ => None,
    };
    own.or_else(|| after.filed.items.iter().find_map(|item| of_line(after, item.line)))
}

/// Lines count from 1, and nothing weighs nothing.
fn of_filing(filed: &Filed) -> Option<Text> {
    for (n, item) in (1..).zip(&filed.items) {
        let line = item.line;
        if line != n {
            return Some(Text::new(
                format!("明细第 {n} 行的行号为 {line}。"),
                format!("Item {n} is called line {line}."),
            ));
        }
        if item.mass_g.0 <= 0 || item.came_in_g() > item.mass_g {
            return Some(Text::new(
                format!("第 {line} 行质量为 {} kg。", item.mass_g.to_kg_text()),
                format!("Line {line} weighs {} kg.", item.mass_g.to_kg_text()),
            ));
        }
    }
    None
}

/// No more is lost than was on its way.
fn of_incident(before: &Manifest, incident: &Incident) -> Option<Text> {
    incident.items.iter().find_map(|lost| {
        let line = lost.line;
        let item = before.filed.items.iter().find(|item| item.line == line)?;
        let index = usize::try_from(line - 1).ok()?;
        let left = item.mass_g - before.progress.get(index)?.lost_g;
        let sound = lost.lost_g.0 > 0 && lost.lost_g <= left;
        let (lost, left) = (lost.lost_g.to_kg_text(), left.to_kg_text());
        if sound {
            return None;
        }
        Some(Text::new(
            format!("第 {line} 行灭失 {lost} kg，而在途仅 {left} kg。"),
            format!("Line {line} lost {lost} kg of {left} kg on the way."),
        ))
    })
}

/// What changes vehicles and what stays are what was on the first.
fn of_stop(before: &Manifest, stopped: &Stopped) -> Option<Text> {
    let change = stopped.change.as_ref()?;
    let riding = before.riding.as_ref()?;
    let carried = riding.mass_on(change.from_vehicle_id, before.on_the_way())?;
    let sum = change.moved_g + change.remaining_g;
    if change.moved_g.0 >= 0 && change.remaining_g.0 >= 0 && sum == carried {
        return None;
    }
    Some(Text::new(
        format!("换车前车上有 {} kg，之后合计 {} kg。", carried.to_kg_text(), sum.to_kg_text()),
        format!(
            "The vehicle carried {} kg; after the change there are {} kg.",
            carried.to_kg_text(),
            sum.to_kg_text()
        ),
    ))
}

/// `shipped + difference = accepted + refused + lost`, every item once, and the decision agrees.
fn of_receipt(before: &Manifest, received: &Received) -> Option<Text> {
    let mut seen = BTreeSet::new();
    for found in &received.items {
        let line = found.line;
        let index = usize::try_from(line - 1).unwrap_or(usize::MAX);
        let known = before.filed.items.get(index).zip(before.progress.get(index));
        let Some((item, progress)) = known.filter(|_| seen.insert(line)) else {
            return Some(Text::new(
                format!("第 {line} 行不存在或出现两次。"),
                format!("Line {line} is not there, or appears twice."),
            ));
        };
        let (accepted, refused) = (found.accepted_g, found.refused_g);
        let left = item.mass_g + found.difference_g;
        let right = accepted + refused + progress.lost_g;
        if accepted.0 < 0 || refused.0 < 0 || left != right {
            let (left, right) = (left.to_kg_text(), right.to_kg_text());
            return Some(Text::new(
                format!("第 {line} 行：交运 + 差额 = {left} kg，接受 + 拒收 + 灭失 = {right} kg。"),
                format!(
                    "Line {line}: shipped + difference = {left} kg, accepted + refused + lost = \
                     {right} kg."
                ),
            ));
        }
    }
    if seen.len() != before.filed.items.len() {
        return Some(Text::new(
            "接收没有涵盖每一行。".to_owned(),
            "The receipt does not name every line.".to_owned(),
        ));
    }
    decision(received).or_else(|| weights(received))
}

/// Accept refuses nothing, refuse accepts nothing, and in part is some of each.
fn decision(received: &Received) -> Option<Text> {
    let sum = |mass: fn(&crate::manifest::ReceivedItem) -> Grams| -> Grams {
        received.items.iter().map(mass).sum()
    };
    let contradicts = match received.decision.as_str() {
        "accept" => sum(|item| item.refused_g).0 > 0,
        "refuse" => sum(|item| item.accepted_g).0 > 0,
        "partial" => sum(|item| item.refused_g).0 == 0 || sum(|item| item.accepted_g).0 == 0,
        _ => true,
    };
    let word = &received.decision;
    let text = Text::new(
        format!("处理意见 {word} 与各行不符。"),
        format!("The decision ({word}) and the items disagree."),
    );
    contradicts.then_some(text)
}

fn weights(received: &Received) -> Option<Text> {
    let (gross, tare) = received.gross_g.zip(received.tare_g)?;
    (tare > gross).then(|| Text::new("皮重大于毛重。", "The tare is larger than the gross weight."))
}

/// Something was treated each time, and what is called final is.
fn of_treatment(completed: &Completed, after: &Manifest) -> Option<Text> {
    if completed.treatments.iter().any(|treatment| treatment.mass_g.0 <= 0) {
        return Some(Text::new("处置量不为正。".to_owned(), "Nothing was treated.".to_owned()));
    }
    let left: Grams = after.filed.items.iter().filter_map(|item| after.stored_g(item.line)).sum();
    if completed.is_final == (left == Grams::ZERO) {
        return None;
    }
    Some(Text::new(
        format!("在库尚余 {} kg，与“全部完成”的记载不符。", left.to_kg_text()),
        format!("{} kg are stored, which is not what `final` says.", left.to_kg_text()),
    ))
}

/// `accepted = treated + stored + sent on`, and none of it is less than nothing.
fn of_line(after: &Manifest, line: i64) -> Option<Text> {
    let index = usize::try_from(line - 1).ok()?;
    let progress = after.progress.get(index)?;
    let stored = after.stored_g(line).unwrap_or(Grams::ZERO);
    let held = after.held_g(line).unwrap_or(Grams::ZERO);
    let masses = [progress.accepted_g, progress.refused_g, progress.lost_g, progress.treated_g];
    if stored.0 >= 0 && held.0 >= 0 && masses.iter().all(|mass| mass.0 >= 0) {
        return None;
    }
    Some(Text::new(
        format!("第 {line} 行处置、转出或退回的量超过所接收的量。"),
        format!("Of line {line} more was treated, sent on or returned than was received."),
    ))
}
