//! What is ruled otherwise of manifests that carry on what others sent.
//!
//! A return needs no licence, capacity, storage or approval, and its items are not judged again:
//! it is the producer's own waste on its way home. Its carriers are judged as ever. A forward is
//! judged as a filing, but that its mass is the refused mass held and not the sender's own.

use super::boxes::along;
use super::course::Carried;
use super::event::Kind;
use crate::catalogue::Stream;
use crate::ctx::Ctx;
use crate::grant::Mandate;
use crate::manifest::admit::{
    Admitted, AdmittedItem, Judged, leg_parties, leg_right, leg_wording, planned_day, sender,
    withdrawn,
};
use crate::manifest::{Facts, FileManifest, Place, Scene};
use crate::problem::{Fault, Findings};
use crate::registry::Standing;

/// Judges a return.
pub fn judge_return(
    facts: &Facts,
    asked: &FileManifest,
    carried: &Carried,
    ctx: &Ctx,
    scene: &Scene,
) -> Judged {
    let mut findings = Findings::new();
    let signing = (ctx, asked.stream.as_str());
    let mandate = sender(facts.producer.as_ref(), signing, &mut findings);
    home(facts.receiver.as_ref(), &mut findings);
    for (n, leg) in facts.legs.iter().enumerate() {
        leg_parties(leg, n, &mut findings);
    }
    for (n, leg) in asked.legs.iter().enumerate() {
        leg_wording(leg, n, &mut findings);
    }
    planned_day(asked.planned_departure_on, scene.today, "/planned_departure_on", &mut findings);
    let Ok(stream) = Stream::parse(asked.stream.as_str()) else {
        return Judged { findings, admitted: None };
    };
    for (n, leg) in facts.legs.iter().enumerate() {
        let free = carried.transport_is_free;
        leg_right(leg, n, (stream, asked.planned_departure_on), free, &mut findings);
    }
    let item = |item: &crate::manifest::Item| AdmittedItem {
        first_move: 0,
        licence_move: None,
        covering: Vec::new(),
        opened: None,
        on_hand_move: None,
        storage_move: None,
        plan_move: None,
        sources: item.source_items.clone(),
    };
    let admitted = Admitted {
        stream,
        kind: Kind::Return,
        edition: carried.edition.clone(),
        rule_pack: scene.catalogue.rule_pack_on(scene.today).id.to_string(),
        plan: None,
        emergency_plan: None,
        items: carried.items.iter().map(item).collect(),
        containers: along(&facts.containers, asked),
        moves: Vec::new(),
        guards: mandate.iter().map(Mandate::guard).collect(),
        mandate,
    };
    Judged { findings, admitted: Some(admitted) }
}

/// The place that it came from takes it back, unless it is there no more.
fn home(place: Option<&Place>, findings: &mut Findings) {
    let is_closed =
        |place: &Place| [place.site.status, place.organisation.status].contains(&Standing::Closed);
    if place.is_none_or(is_closed) {
        let (zh, en) = (
            "移出场所已关闭，不能退回；请转送其他接受人。",
            "The site it came from is closed: forward it to another receiver.",
        );
        let fault = withdrawn("", zh, en);
        findings.refuse(Fault { pointer: None, ..fault });
    }
}
