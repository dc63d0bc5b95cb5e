//! Whose turn it is: the parties that somebody acts for, and the steps that are open to them. Pure.

use super::behalf;
use super::evolve::Manifest;
use super::status::{Action, Party, Status, open_to};
use crate::ctx::{Actor, Ctx};
use crate::identity::policy as may;
use crate::problem::Problem;

/// The parties of the manifest that the actor may act for, its own and by delegation.
pub fn parties_of(actor: &Actor, manifest: &Manifest) -> Vec<Party> {
    let mut parties = behalf::own_parties(actor, manifest);
    for (party, _) in behalf::delegated(actor, manifest) {
        if !parties.contains(&party) {
            parties.push(party);
        }
    }
    parties
}

/// Of those, the parties for whom the actor may ever take this step: not every carrier departs,
/// stops or arrives.
pub fn parties_for(actor: &Actor, manifest: &Manifest, action: Action) -> Vec<Party> {
    let mut parties = parties_of(actor, manifest);
    let mut carriers = behalf::own_carriers(actor, manifest);
    if !carriers.any(|carrier| manifest.is_carriers_turn(action, carrier)) {
        parties.retain(|party| *party != Party::Carrier);
    }
    parties
}

/// The steps that the actor may take now; a driver amends nothing. Some are closed for this one
/// manifest ([`Manifest::takes`]).
pub fn open_now(actor: &Actor, manifest: &Manifest) -> impl Iterator<Item = Action> {
    let status = manifest.status;
    let open = Action::ALL.iter().copied().filter(move |action| action.is_open(status));
    let at_desk = may::prepares_for(actor, actor.organisation_id);
    let open = open.filter(move |action| *action != Action::Amend || at_desk);
    let open = open.filter(|action| manifest.takes(*action));
    open.filter(move |action| action.is_for(status, &parties_for(actor, manifest, *action)))
}

/// Whether a step may be taken on what is filed, before its content is looked at: 403, 412, then
/// `illegal_transition`.
pub fn admit_filed(ctx: &Ctx, action: Action, manifest: &Manifest) -> Result<(), Problem> {
    let status = manifest.status;
    may::require(action.is_for(status, &parties_for(&ctx.actor, manifest, action)))?;
    ctx.expect_version(manifest.version)?;
    if action.is_open(status) && manifest.takes(action) {
        return Ok(());
    }
    Err(action.refused(status, open_now(&ctx.actor, manifest)))
}

/// The same of a draft, whose parties are those that it is prepared for.
pub fn admit_step(
    ctx: &Ctx,
    action: Action,
    (status, version): (Status, i64),
    parties: &[Party],
) -> Result<(), Problem> {
    may::require(action.is_for(status, parties))?;
    ctx.expect_version(version)?;
    action.demand_among(status, open_to_person(&ctx.actor, status, parties))
}

/// What the person may do for these parties: a driver amends nothing.
pub fn open_to_person<'p>(
    actor: &Actor,
    status: Status,
    parties: &'p [Party],
) -> impl Iterator<Item = Action> + use<'p> {
    let at_desk = may::prepares_for(actor, actor.organisation_id);
    open_to(status, parties).filter(move |action| *action != Action::Amend || at_desk)
}
