//! Countersigning (domain.md): the second person of a departure, hand-over, transshipment or
//! receipt signs in the same call, with a one-time code or a device, or later by a call of its own.
//!
//! Who is still to sign is told by the gaps that the step leaves, and by nothing else: a signature
//! closes the gap of its event and its organisation.

use tokio::sync::OnceCell;

use super::asked::SignEvent;
use super::event::Countersigned;
use super::second::{Second, Signature, by_device, claim, find, one_of_both, purpose};
use crate::app::App;
use crate::command::{self, Done, Freshness};
use crate::ctx::{Actor, Ctx};
use crate::decision::Decision;
use crate::identity::Signer;
use crate::identity::device::Sealed;
use crate::identity::policy as may;
use crate::ids::{ManifestId, OrganisationId, UserId};
use crate::manifest::act::{Step, parties_of, write};
use crate::manifest::behalf::{self, part_of};
use crate::manifest::event::Happening;
use crate::manifest::event_store;
use crate::manifest::evolve::{Gap, Manifest};
use crate::manifest::mended::Content;
use crate::manifest::sight::visible;
use crate::manifest::signed::{OwnSignature, Said, SealFacts, Signs};
use crate::manifest::status::{Action, Party};
use crate::manifest::store::Stored;
use crate::problem::{Code, Fault, Problem, Text};
use crate::wire::Whole;

/// Whoever signs: the bearer of a code or a device, for its own organisation, or the caller, for
/// whom it may.
pub(super) struct Hand<'a> {
    organisation_id: OrganisationId,
    signs: Box<dyn Fn(OrganisationId, Party) -> bool + 'a>,
}

impl<'a> Hand<'a> {
    pub(super) fn of(signer: &'a Signer) -> Self {
        let own = signer.organisation_id;
        let signs = move |of, party| of == own && signer.plays(part_of(party));
        Self { organisation_id: own, signs: Box::new(signs) }
    }

    fn of_caller(actor: &'a Actor, manifest: &'a Manifest) -> Self {
        let signs = |of, party| behalf::signs_as(actor, manifest, (of, party));
        Self { organisation_id: actor.organisation_id, signs: Box::new(signs) }
    }

    /// Whose signature of the event it is that this hand gives.
    fn closes(&self, gap: &Gap, seq: i64) -> Option<OrganisationId> {
        let of = gap.organisation_id.filter(|of| gap.waits_for(seq, *of))?;
        (self.signs)(of, Party::parse(&gap.missing)?).then_some(of)
    }
}

/// What a hand signs of an event: what waits for it or, at a mere stop, that it was there.
pub(super) fn signed_by(
    manifest: &Manifest,
    (seq, kind): (i64, &str),
    hand: &Hand<'_>,
) -> Option<Countersigned> {
    let waiting = manifest.gaps.iter();
    let waiting = waiting.filter_map(|gap| Some((gap.missing.clone(), hand.closes(gap, seq)?)));
    if let Some((party, organisation_id)) = waiting.into_iter().next() {
        return Some(Countersigned { seq, party, organisation_id });
    }
    let own = hand.organisation_id;
    if kind != "stopped" || has_signed(manifest, seq, own) {
        return None;
    }
    let mut parties = manifest.parties(own).into_iter();
    let party = parties.find(|party| (hand.signs)(own, *party))?;
    Some(Countersigned { seq, party: party.as_str().to_owned(), organisation_id: own })
}

fn has_signed(manifest: &Manifest, seq: i64, organisation: OrganisationId) -> bool {
    let mut all = manifest.transit.signed.iter();
    all.any(|one| (one.data.seq, one.data.organisation_id) == (seq, organisation))
}

/// What signing an event depends on.
struct Facts {
    stored: Stored,
    /// Of the event: its kind, and who called it.
    kind: String,
    caller: Option<String>,
    second: Second,
    /// The caller's own device's signature.
    own: Option<SealFacts>,
}

/// Signs an event later: the second person's own call or, with its code or its device's signature,
/// another party's.
pub async fn countersign(
    app: &App,
    ctx: &Ctx,
    (id, seq): (ManifestId, i64),
    content: Content<SignEvent>,
) -> Result<Done<Stored>, Problem> {
    let tried = OnceCell::new();
    let own = OwnSignature::of(&content);
    let read = async |_: Freshness| {
        let stored = visible(app, &ctx.actor, id).await?;
        let signed =
            event_store::event(&app.pool, id, seq).await?.ok_or_else(Problem::not_found)?;
        let body: serde_json::Value =
            serde_json::from_str(&signed.body).map_err(Problem::internal)?;
        let kind = body["kind"].as_str().unwrap_or_default().to_owned();
        let caller = body["actor"]["user_id"].as_str().map(str::to_owned);
        let mut facts = Facts { stored, kind, caller, second: Second::NotNamed, own: None };
        let Ok(asked) = &content.asked else { return Ok(facts) };
        if asked.signature.is_some() && is_own(asked, &ctx.actor) && asked.code.is_none() {
            facts.own = own.look(app, &facts.stored).await?;
        } else if !parties_of(&ctx.actor, &facts.stored.manifest).is_empty() {
            let said = content.said.as_ref();
            facts.second = second(app, ctx, (&facts, seq), (asked, said), &tried).await?;
        }
        Ok(facts)
    };
    command::run(app, ctx, read, |facts| decide(facts, (&content, &own), seq, ctx)).await
}

fn is_own(asked: &SignEvent, actor: &Actor) -> bool {
    asked.user_id.is_none_or(|user| user == actor.user_id)
}

/// Who signs by what the request brings: a code, or another's device's signature.
async fn second(
    app: &App,
    ctx: &Ctx,
    (facts, seq): (&Facts, i64),
    (asked, said): (&SignEvent, Option<&Said>),
    tried: &OnceCell<Option<Signer>>,
) -> Result<Second, Problem> {
    let user = asked.user_id.unwrap_or(ctx.actor.user_id);
    let id = facts.stored.id;
    match (&asked.code, &asked.signature, said) {
        (None, None, _) => Ok(Second::NotNamed),
        (Some(code), None, _) => match action_of(&facts.kind) {
            Some(action) => {
                let what = (purpose(id, action), (user, code.as_str()));
                find(app, tried, what, "/code").await
            }
            None => Ok(Second::Refused(vec![super::second::bad_code("/code")])),
        },
        (None, Some(signature), Some(said)) => {
            let claim = claim(signature, user, (id, said));
            by_device(app, (ctx, &facts.stored), &claim, signs(asked, seq)).await
        }
        _ => Ok(Second::Refused(vec![one_of_both("/code")])),
    }
}

fn signs(asked: &SignEvent, seq: i64) -> Signs {
    Signs::Event { seq, told: asked.seq.map(Whole::get) }
}

/// The step whose code signs an event of this kind.
fn action_of(kind: &str) -> Option<Action> {
    match kind {
        // A round's carrier files for the producer, who signs afterwards.
        "filed" => Some(Action::File),
        "departed" => Some(Action::Depart),
        "handed_over" => Some(Action::HandOver),
        "stopped" => Some(Action::Stop),
        "received" => Some(Action::Receive),
        _ => None,
    }
}

/// Who signs, and by what.
struct Signing<'a> {
    hand: Hand<'a>,
    user: UserId,
    signature: Option<Signature>,
    seal: Option<Sealed>,
}

/// All rules of signing an event, in api.md's order: 403, 412, 422, other 409.
fn decide(
    facts: &Facts,
    (content, own): (&Content<SignEvent>, &OwnSignature),
    seq: i64,
    ctx: &Ctx,
) -> Result<Decision, Problem> {
    let manifest = &facts.stored.manifest;
    may::require(!parties_of(&ctx.actor, manifest).is_empty())?;
    ctx.expect_version(manifest.version)?;
    let asked = content.asked.as_ref().map_err(Clone::clone)?;
    let Signing { hand, user, signature, seal } = signing(facts, (asked, own), seq, ctx)?;
    let signed = signed_by(manifest, (seq, &facts.kind), &hand);
    let is_other = facts.caller.as_deref() != Some(&*user.uuid().to_string());
    let waits = manifest.gaps.iter().any(|gap| gap.seq == Some(seq));
    let signed = match signed.filter(|_| is_other) {
        Some(signed) => signed,
        None if waits && signature.is_none() => return Err(Problem::forbidden()),
        None if waits => return Err(not_the_second_at("/user_id", is_other).into()),
        None => return Err(nothing_to_sign()),
    };
    let occurred_at = seal.as_ref().map_or(ctx.now, |seal| seal.statement.occurred_at);
    let happening = Happening::Countersigned(signed);
    let mut step = Step::new(happening, occurred_at, "manifest_countersigned");
    (step.signature, step.seal) = (signature, seal);
    write(ctx, &facts.stored, step, 200)
}

fn signing<'a>(
    facts: &'a Facts,
    (asked, own): (&SignEvent, &OwnSignature),
    seq: i64,
    ctx: &'a Ctx,
) -> Result<Signing<'a>, Problem> {
    if asked.code.is_none() && asked.signature.is_none() && !is_own(asked, &ctx.actor) {
        let text = Text::new(
            "代他人会签须填写其签名码或其设备的签名。",
            "To sign for another needs their code, or their device's signature.",
        );
        return Err(Fault::new(Code::Required, "/code", text).into());
    }
    match &facts.second {
        Second::Refused(faults) => Err(refusal(faults)),
        Second::NotNamed => {
            let hand = Hand::of_caller(&ctx.actor, &facts.stored.manifest);
            let what = ("countersign", signs(asked, seq));
            let seal = own.judge(ctx, &facts.stored, facts.own.as_ref(), what)?;
            Ok(Signing { hand, user: ctx.actor.user_id, signature: None, seal })
        }
        Second::Known(signer) => {
            let signature = Some(Signature::of(signer, ctx.wall));
            let hand = Hand::of(signer);
            Ok(Signing { hand, user: signer.user_id, signature, seal: None })
        }
    }
}

fn refusal(faults: &[Fault]) -> Problem {
    let problem = Problem::unless_empty(faults.to_vec()).err();
    problem.unwrap_or_else(|| Problem::internal("a refusal without a fault"))
}

pub(super) fn not_the_second(is_other: bool) -> Problem {
    not_the_second_at("/countersign/user_id", is_other).into()
}

fn not_the_second_at(pointer: &str, is_other: bool) -> Fault {
    let text = if is_other {
        Text::new(
            "此人不是这一步应会签的一方。",
            "This person's signature is not the one that is missing.",
        )
    } else {
        Text::new("会签须由另一人作出。", "The second signature is another person's.")
    };
    Fault::new(Code::InvalidValue, pointer, text)
}

fn nothing_to_sign() -> Problem {
    let text = Text::new(
        "这一步没有尚缺的会签，或您已签过。",
        "No signature is missing here, or yours is there already.",
    );
    Problem::new(Code::AlreadyDecided, text)
}
