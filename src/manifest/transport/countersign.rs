//! Countersigning (domain.md): the second person of a departure, hand-over, transshipment or
//! receipt signs in the same call, with a one-time code, or later by a call of its own.
//!
//! Who is still to sign is told by the gaps that the step leaves, and by nothing else: a signature
//! closes the gap of its event and its organisation. Wrong, old, used and dead codes are told apart
//! to nobody, and a code is only tried for who may take the step at all.

use tokio::sync::OnceCell;

use super::asked::{Countersign, SignCode, SignEvent};
use super::event::Countersigned;
use crate::app::App;
use crate::command::{self, Done, Freshness};
use crate::ctx::{Actor, Ctx};
use crate::decision::{Row, Stamp};
use crate::identity::policy as may;
use crate::identity::{self, Purpose, Signer, SigningCode};
use crate::ids::{ManifestId, OrganisationId, UserId};
use crate::manifest::act::{Step, admit_filed, parties_of, write};
use crate::manifest::behalf::{self, part_of};
use crate::manifest::draft_store;
use crate::manifest::event::{Happening, Stamped};
use crate::manifest::event_store;
use crate::manifest::evolve::{Gap, Manifest, evolve};
use crate::manifest::sight::visible;
use crate::manifest::status::{Action, Party};
use crate::manifest::store::Stored;
use crate::problem::{Code, Fault, Findings, Problem, Text};
use crate::registry::Part;
use crate::wire::Asked;

/// What signs beside the caller: for the event of the signature, and for the code that it uses up.
#[derive(Clone, Debug)]
pub struct Signature {
    pub stamp: Stamp,
    pub spend: Row,
}

/// The second person of a step that is being taken.
#[derive(Clone)]
pub enum Second {
    NotNamed,
    /// No such person with such a code, for this step of this manifest, now.
    Unknown,
    Known(Signer),
}

/// The second signature of a request: its code is tried once, however often facts are read.
pub struct Signing<'a> {
    app: &'a App,
    action: Action,
    asked: Option<&'a Countersign>,
    tried: OnceCell<Option<Signer>>,
}

impl<'a> Signing<'a> {
    /// `asked` of a request that can be read; of one that cannot, no code is tried.
    pub fn of(app: &'a App, action: Action, asked: Option<&'a Countersign>) -> Self {
        Self { app, action, asked, tried: OnceCell::new() }
    }

    pub async fn look(&self, ctx: &Ctx, stored: &Stored) -> Result<Second, Problem> {
        let Some(asked) = self.asked else { return Ok(Second::NotNamed) };
        if admit_filed(ctx, self.action, &stored.manifest).is_err() {
            return Ok(Second::NotNamed);
        }
        self.try_code(stored.id, asked).await
    }

    /// The same at a stop of a round, where the manifest may still be a draft. The caller has asked
    /// whether the step may be taken at all.
    pub async fn look_at(&self, id: ManifestId) -> Result<Second, Problem> {
        let Some(asked) = self.asked else { return Ok(Second::NotNamed) };
        self.try_code(id, asked).await
    }

    async fn try_code(&self, id: ManifestId, asked: &Countersign) -> Result<Second, Problem> {
        let code = (asked.user_id, asked.code.as_str());
        find(self.app, &self.tried, (purpose(id, self.action), code)).await
    }
}

const fn purpose(id: ManifestId, action: Action) -> Purpose {
    Purpose { subject_id: id.uuid(), action: action.as_str() }
}

async fn find(
    app: &App,
    tried: &OnceCell<Option<Signer>>,
    (purpose, code): (Purpose, (UserId, &str)),
) -> Result<Second, Problem> {
    let is_first = !tried.initialized();
    let try_it = async || identity::signer(app, purpose, code).await;
    match tried.get_or_try_init(try_it).await? {
        // Facts are read again because something has moved: maybe the code is used meanwhile.
        Some(signer) if is_first || identity::is_unused(app, signer).await? => {
            Ok(Second::Known(signer.clone()))
        }
        _ => Ok(Second::Unknown),
    }
}

impl Second {
    /// Among the other faults of the step: a code that is none.
    pub fn judge(&self, findings: &mut Findings) {
        if matches!(self, Self::Unknown) {
            findings.refuse(bad_code("/countersign/code"));
        }
    }

    /// Adds the signature to the step that it signs.
    pub fn sign(&self, step: &mut Step, manifest: &Manifest, ctx: &Ctx) -> Result<(), Problem> {
        let Self::Known(signer) = self else { return Ok(()) };
        let Some(happening) = step.happenings.first() else { return Ok(()) };
        let stamped = Stamped {
            happening: happening.clone(),
            occurred_at: step.occurred_at,
            recorded_at: ctx.now,
            signed_for: None,
        };
        let seq = manifest.version;
        let after = evolve(Some(manifest.clone()), &stamped).map_err(Problem::internal)?;
        let signed = signed_by(&after, (seq, happening.kind()), &Hand::of(signer));
        let is_other = signer.user_id != ctx.actor.user_id;
        let signed = signed.filter(|_| is_other).ok_or_else(|| not_the_second(is_other))?;
        step.happenings.push(Happening::Countersigned(signed));
        step.signature = Some(Signature { stamp: signer.stamp(), spend: signer.spend(ctx.wall) });
        Ok(())
    }
}

/// Whoever signs: the bearer of a code, for its own organisation, or the caller, for whom it may.
struct Hand<'a> {
    organisation_id: OrganisationId,
    signs: Box<dyn Fn(OrganisationId, Party) -> bool + 'a>,
}

impl<'a> Hand<'a> {
    fn of(signer: &'a Signer) -> Self {
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
fn signed_by(
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
}

/// Signs an event later: the second person's own call or, with its code, another party's.
pub async fn countersign(
    app: &App,
    ctx: &Ctx,
    (id, seq): (ManifestId, i64),
    asked: Asked<SignEvent>,
) -> Result<Done<Stored>, Problem> {
    let tried = OnceCell::new();
    let read = async |_: Freshness| {
        let stored = visible(app, &ctx.actor, id).await?;
        let signed =
            event_store::event(&app.pool, id, seq).await?.ok_or_else(Problem::not_found)?;
        let body: serde_json::Value =
            serde_json::from_str(&signed.body).map_err(Problem::internal)?;
        let kind = body["kind"].as_str().unwrap_or_default().to_owned();
        let caller = body["actor"]["user_id"].as_str().map(str::to_owned);
        let code = asked.as_ref().ok().and_then(|asked| code_of(asked, &ctx.actor));
        let may_sign = !parties_of(&ctx.actor, &stored.manifest).is_empty();
        let second = match (code, action_of(&kind)) {
            (Some(code), Some(action)) if may_sign => {
                find(app, &tried, (purpose(id, action), code)).await?
            }
            (Some(_), _) => Second::Unknown,
            (None, _) => Second::NotNamed,
        };
        Ok(Facts { stored, kind, caller, second })
    };
    command::run(app, ctx, read, |facts| decide(facts, &asked, seq, ctx)).await
}

fn code_of<'a>(asked: &'a SignEvent, actor: &Actor) -> Option<(UserId, &'a str)> {
    let code = asked.code.as_ref()?;
    Some((asked.user_id.unwrap_or(actor.user_id), code.as_str()))
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

/// All rules of signing an event, in api.md's order: 403, 412, 422, other 409.
fn decide(
    facts: &Facts,
    asked: &Asked<SignEvent>,
    seq: i64,
    ctx: &Ctx,
) -> Result<crate::decision::Decision, Problem> {
    let Facts { stored, kind, caller, second } = facts;
    let manifest = &stored.manifest;
    may::require(!parties_of(&ctx.actor, manifest).is_empty())?;
    ctx.expect_version(manifest.version)?;
    let asked = asked.as_ref().map_err(Clone::clone)?;
    let own = asked.user_id.is_none_or(|user| user == ctx.actor.user_id);
    if asked.code.is_none() && !own {
        let text = Text::new("代他人会签须填写其签名码。", "To sign for another needs their code.");
        return Err(Fault::new(Code::Required, "/code", text).into());
    }
    let (hand, user, signature) = match second {
        Second::Unknown => return Err(bad_code("/code").into()),
        Second::NotNamed => (Hand::of_caller(&ctx.actor, manifest), ctx.actor.user_id, None),
        Second::Known(signer) => {
            let signature = Signature { stamp: signer.stamp(), spend: signer.spend(ctx.wall) };
            (Hand::of(signer), signer.user_id, Some(signature))
        }
    };
    let signed = signed_by(manifest, (seq, kind), &hand);
    let is_other = caller.as_deref() != Some(&*user.uuid().to_string());
    let waits = manifest.gaps.iter().any(|gap| gap.seq == Some(seq));
    let signed = match signed.filter(|_| is_other) {
        Some(signed) => signed,
        None if waits && signature.is_none() => return Err(Problem::forbidden()),
        None if waits => return Err(not_the_second_at("/user_id", is_other).into()),
        None => return Err(nothing_to_sign()),
    };
    let happening = Happening::Countersigned(signed);
    let mut step = Step::new(happening, ctx.now, "manifest_countersigned");
    step.signature = signature;
    write(ctx, stored, step, 200)
}

/// A code for the caller, with which it signs one step of one manifest.
pub async fn signing_code(
    app: &App,
    ctx: &Ctx,
    asked: Asked<SignCode>,
) -> Result<Done<SigningCode>, Problem> {
    let asked = match asked {
        Ok(asked) => asked,
        Err(problem) => return command::refuse(app, ctx, problem).await,
    };
    let action = asked.action.action();
    let stored = match visible(app, &ctx.actor, asked.manifest_id).await {
        Ok(stored) => stored,
        Err(problem) if problem.code() == Code::NotFound => {
            may::require(signs_draft(app, ctx, &asked).await?)?;
            return identity::issue_code(app, ctx, purpose(asked.manifest_id, action)).await;
        }
        Err(problem) => return Err(problem),
    };
    let parties = parties_of(&ctx.actor, &stored.manifest);
    may::require(asked.action.signers().iter().any(|party| parties.contains(party)))?;
    identity::issue_code(app, ctx, purpose(asked.manifest_id, action)).await
}

/// The producer of a round's stop signs the departure of what is still a draft: it is filed and
/// leaves as it is collected.
async fn signs_draft(app: &App, ctx: &Ctx, asked: &SignCode) -> Result<bool, Problem> {
    let own = ctx.actor.organisation_id;
    let draft = draft_store::find(&app.pool, &ctx.actor, asked.manifest_id).await?;
    let draft = draft.ok_or_else(|| Fault::unknown_reference("/manifest_id"))?;
    let is_producer = draft.producer == Some(own) && may::plays(&ctx.actor, Part::Producer);
    Ok(is_producer && asked.action.action() == Action::Depart)
}

fn bad_code(pointer: &str) -> Fault {
    let text = Text::new(
        "签名码不对、已用过或已失效，请让会签人重新获取。",
        "The code is wrong, used or run out: ask the signer for a new one.",
    );
    Fault::new(Code::InvalidValue, pointer, text)
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
