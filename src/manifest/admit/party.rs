//! The two ends of a manifest: the producer is the caller's own, both are active and registered for
//! their part. A blacklisted producer still files, its waste must go somewhere; nobody sends to a
//! blacklisted receiver.

use super::super::facts::Place;
use crate::ctx::Ctx;
use crate::grant::Mandate;
use crate::identity::policy as may;
use crate::problem::{Code, Fault, Findings, Text};
use crate::registry::{Part, Standing};

/// The producer's site must be the caller's own, or of one who lets the caller's organisation file
/// for it: another's is none that he may use, unless he files for it (`for_producer`: the carrier
/// of a collection round). Answers with the delegation that it takes.
pub fn producer(
    place: Option<&Place>,
    (ctx, stream, for_producer): (&Ctx, &str, bool),
    findings: &mut Findings,
) -> Option<Mandate> {
    let pointer = "/producer_site_id";
    let Some(place) = place else {
        findings.refuse(Fault::unknown_reference(pointer));
        return None;
    };
    let owner = place.organisation.id;
    let at = (Some(place.site.id), stream);
    let mandate = may::mandate(&ctx.actor, owner, Part::Producer, at);
    let is_own = may::acts_for(&ctx.actor, owner, Part::Producer);
    if !is_own && mandate.is_none() && !for_producer {
        findings.refuse(Fault::unknown_reference(pointer));
        return None;
    }
    standing(place, pointer, findings);
    if !place.organisation.roles.contains(&Part::Producer) {
        findings.refuse(role_not_held(pointer, "产废单位", "producer"));
    }
    if place.organisation.blacklisted {
        let text = Text::new("移出人在黑名单上。", "The producer is blacklisted.");
        findings.warn(Fault::new(Code::Blacklisted, pointer, text));
    }
    mandate.filter(|_| !is_own).cloned()
}

pub fn receiver(place: Option<&Place>, findings: &mut Findings) {
    let pointer = "/receiver_site_id";
    let Some(place) = place else { return findings.refuse(Fault::unknown_reference(pointer)) };
    standing(place, pointer, findings);
    if !place.organisation.roles.contains(&Part::Receiver) {
        findings.refuse(role_not_held(pointer, "接受单位", "receiver"));
    }
    if place.organisation.blacklisted {
        findings.refuse(withdrawn(pointer, "接受人在黑名单上。", "The receiver is blacklisted."));
    }
}

fn standing(place: &Place, pointer: &str, findings: &mut Findings) {
    if place.organisation.status != Standing::Active {
        let (zh, en) = ("单位已暂停或注销。", "The organisation is suspended or closed.");
        findings.refuse(withdrawn(pointer, zh, en));
    }
    if place.site.status != Standing::Active {
        let (zh, en) = ("场所已暂停或关闭。", "The site is suspended or closed.");
        findings.refuse(withdrawn(pointer, zh, en));
    }
}

pub fn withdrawn(pointer: impl Into<String>, zh: &str, en: &str) -> Fault {
    Fault::new(Code::RightWithdrawn, pointer, Text::new(zh, en))
}

pub fn role_not_held(pointer: &str, zh: &str, en: &str) -> Fault {
    let text = Text::new(
        format!("该单位未登记为{zh}。"),
        format!("The organisation is not registered as a {en}."),
    );
    Fault::new(Code::RoleNotHeld, pointer, text)
}
