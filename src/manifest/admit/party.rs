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
/// of a collection round). Where all that is filed came in on other manifests, whoever receives for
/// the site sends it on. Answers with the delegation that it takes.
pub fn producer(
    place: Option<&Place>,
    is_carried_on: bool,
    (ctx, stream, for_producer): (&Ctx, &str, bool),
    findings: &mut Findings,
) -> Option<Mandate> {
    let parts: &[Part] =
        if is_carried_on { &[Part::Producer, Part::Receiver] } else { &[Part::Producer] };
    let pointer = "/producer_site_id";
    let signed = place.and_then(|place| signs_for(place, parts, (ctx, stream)));
    let Some(place) = place.filter(|_| signed.is_some() || for_producer) else {
        findings.refuse(Fault::unknown_reference(pointer));
        return None;
    };
    let mandate = signed.and_then(Signer::mandate);
    standing(place, pointer, findings);
    if !parts.iter().any(|part| place.organisation.roles.contains(part)) {
        findings.refuse(role_not_held(pointer, "产废单位", "producer"));
    }
    if place.organisation.blacklisted {
        let text = Text::new("移出人在黑名单上。", "The producer is blacklisted.");
        findings.warn(Fault::new(Code::Blacklisted, pointer, text));
    }
    mandate
}

/// Whoever refused it sends it, or who signs for them: it has to go somewhere, also from a place
/// whose rights ended since. Answers with the delegation that it takes.
pub fn sender(
    place: Option<&Place>,
    signing: (&Ctx, &str),
    findings: &mut Findings,
) -> Option<Mandate> {
    let parts = &[Part::Producer, Part::Receiver];
    let signed = place.and_then(|place| signs_for(place, parts, signing));
    if signed.is_none() {
        findings.refuse(Fault::unknown_reference("/producer_site_id"));
    }
    signed.and_then(Signer::mandate)
}

/// Whether the caller signs for a place in one of these parts: for its own organisation, or by the
/// delegation that this answers with.
fn signs_for(place: &Place, parts: &[Part], (ctx, stream): (&Ctx, &str)) -> Option<Signer> {
    let owner = place.organisation.id;
    if parts.iter().any(|part| may::acts_for(&ctx.actor, owner, *part)) {
        return Some(Signer::Own);
    }
    let at = (Some(place.site.id), stream);
    let mandate = parts.iter().find_map(|part| may::mandate(&ctx.actor, owner, *part, at));
    mandate.cloned().map(Signer::By)
}

/// In whose right the caller signs for a place.
enum Signer {
    /// It is the caller's own organisation's.
    Own,
    /// Another's, by its delegation.
    By(Mandate),
}

impl Signer {
    fn mandate(self) -> Option<Mandate> {
        match self {
            Signer::Own => None,
            Signer::By(mandate) => Some(mandate),
        }
    }
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
