//! The second person of a step that is being taken: by a one-time code or by its device's
//! signature, in the same call (domain.md, "Countersigning").
//!
//! Wrong, old, used and dead codes are told apart to nobody, and a code is only tried for who may
//! take the step at all. What is wrong with a device's signature is told at its field.

use chrono::{DateTime, Utc};
use tokio::sync::OnceCell;

use super::asked::Countersign;
use super::countersign::{Hand, not_the_second, signed_by};
use crate::app::App;
use crate::ctx::Ctx;
use crate::decision::{Guard, Row, Stamp};
use crate::identity::device::{Claim, Sealed, SignatureAsked};
use crate::identity::{self, Purpose, Signer};
use crate::ids::{ManifestId, UserId};
use crate::manifest::act::{Step, admit_filed};
use crate::manifest::event::{Happening, Stamped};
use crate::manifest::evolve::{Manifest, evolve};
use crate::manifest::signed::{Said, Signs, judge, look};
use crate::manifest::status::Action;
use crate::manifest::store::Stored;
use crate::problem::{Code, Fault, Findings, Problem, Text};

/// What signs beside the caller: for the event of the signature, and for what it uses up.
#[derive(Clone, Debug)]
pub struct Signature {
    pub stamp: Stamp,
    pub spend: Row,
    /// A device's key, which must not be revoked meanwhile.
    pub guard: Option<Guard>,
    /// When a device says that it signed; with the step, where a code does.
    pub occurred_at: Option<DateTime<Utc>>,
}

impl Signature {
    pub fn of(signer: &Signer, wall: DateTime<Utc>) -> Self {
        let sealed = signer.sealed();
        Self {
            stamp: signer.stamp(),
            spend: signer.spend(wall),
            guard: sealed.map(Sealed::guard),
            occurred_at: sealed.map(|sealed| sealed.statement.occurred_at),
        }
    }
}

/// The second person of a step that is being taken.
#[derive(Clone)]
pub enum Second {
    NotNamed,
    /// No such person with such a code, for this step of this manifest, now; or what is wrong with
    /// the signature.
    Refused(Vec<Fault>),
    Known(Signer),
}

/// The second signature of a request: its code is tried once, however often facts are read.
pub struct Signing<'a> {
    app: &'a App,
    action: Action,
    asked: Option<&'a Countersign>,
    /// What a device signs; none where it cannot sign.
    said: Option<&'a Said>,
    tried: OnceCell<Option<Signer>>,
}

impl<'a> Signing<'a> {
    /// `asked` of a request that can be read; of one that cannot, no code is tried.
    pub fn of(
        app: &'a App,
        action: Action,
        asked: Option<&'a Countersign>,
        said: Option<&'a Said>,
    ) -> Self {
        Self { app, action, asked, said, tried: OnceCell::new() }
    }

    pub async fn look(&self, ctx: &Ctx, stored: &Stored) -> Result<Second, Problem> {
        let Some(asked) = self.asked else { return Ok(Second::NotNamed) };
        if admit_filed(ctx, self.action, &stored.manifest).is_err() {
            return Ok(Second::NotNamed);
        }
        match (&asked.code, &asked.signature, self.said) {
            (None, Some(signature), Some(said)) => {
                let user = asked.user_id;
                let claim = Claim {
                    asked: signature,
                    at: "/countersign/signature",
                    user,
                    action: self.action.as_str(),
                    subject: ("manifest", stored.id.uuid()),
                    bodies: said.bare(),
                    occurred_at: None,
                };
                let signs = Signs::Step(self.action);
                by_device(self.app, (ctx, stored), &claim, signs).await
            }
            _ => self.look_at(stored.id).await,
        }
    }

    /// The same at a stop of a round, where the manifest may still be a draft, and so nothing is
    /// there yet that a device could have seen. The caller has asked whether the step may be taken
    /// at all.
    pub async fn look_at(&self, id: ManifestId) -> Result<Second, Problem> {
        let Some(asked) = self.asked else { return Ok(Second::NotNamed) };
        match (&asked.code, &asked.signature) {
            (Some(code), None) => {
                let code = (asked.user_id, code.as_str());
                let purpose = purpose(id, self.action);
                find(self.app, &self.tried, (purpose, code), "/countersign/code").await
            }
            (None, Some(_)) => Ok(Second::Refused(vec![no_place()])),
            _ => Ok(Second::Refused(vec![one_of_both("/countersign/code")])),
        }
    }
}

pub(super) const fn purpose(id: ManifestId, action: Action) -> Purpose {
    Purpose { subject_id: id.uuid(), action: action.as_str() }
}

/// Tries a code, once. `pointer`: where it stands.
pub(super) async fn find(
    app: &App,
    tried: &OnceCell<Option<Signer>>,
    (purpose, code): (Purpose, (UserId, &str)),
    pointer: &str,
) -> Result<Second, Problem> {
    let is_first = !tried.initialized();
    let try_it = async || identity::signer(app, purpose, code).await;
    match tried.get_or_try_init(try_it).await? {
        // Facts are read again because something has moved: maybe the code is used meanwhile.
        Some(signer) if is_first || identity::is_unused(app, signer).await? => {
            Ok(Second::Known(signer.clone()))
        }
        _ => Ok(Second::Refused(vec![bad_code(pointer)])),
    }
}

/// Looks at a device's signature of another than the caller.
pub(super) async fn by_device(
    app: &App,
    (ctx, stored): (&Ctx, &Stored),
    claim: &Claim<'_>,
    signs: Signs,
) -> Result<Second, Problem> {
    let facts = look(app, stored, claim.asked).await?;
    let sealed = match judge(claim, &facts, signs, (ctx, stored.manifest.filed_at)) {
        Ok(sealed) => sealed,
        Err(faults) => return Ok(Second::Refused(faults)),
    };
    let signer = identity::sealer(app, claim.user, sealed).await?;
    let nobody = || Second::Refused(vec![Fault::unknown_reference(format!("{}/key_id", claim.at))]);
    Ok(signer.map_or_else(nobody, Second::Known))
}

/// One's own claim, or another's, on an event.
pub(super) const fn claim<'a>(
    asked: &'a SignatureAsked,
    user: UserId,
    (id, said): (ManifestId, &'a Said),
) -> Claim<'a> {
    Claim {
        asked,
        at: "/signature",
        user,
        action: "countersign",
        subject: ("manifest", id.uuid()),
        bodies: said.whole(),
        occurred_at: None,
    }
}

impl Second {
    /// Among the other faults of the step: a code that is none, a signature that is not good.
    pub fn judge(&self, findings: &mut Findings) {
        if let Self::Refused(faults) = self {
            findings.faults.extend(faults.iter().cloned());
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
        step.signature = Some(Signature::of(signer, ctx.wall));
        Ok(())
    }
}

pub(super) fn bad_code(pointer: &str) -> Fault {
    let text = Text::new(
        "签名码不对、已用过或已失效，请让会签人重新获取。",
        "The code is wrong, used or run out: ask the signer for a new one.",
    );
    Fault::new(Code::InvalidValue, pointer, text)
}

pub(super) fn one_of_both(pointer: &str) -> Fault {
    let text = Text::new(
        "会签须有签名码或设备签名，二者取一。",
        "A second signature is a code or a device's signature: one of the two.",
    );
    Fault::new(Code::Required, pointer, text)
}

fn no_place() -> Fault {
    let text = Text::new(
        "收运点的会签请用一次性签名码。",
        "At a stop of a round the second person signs with a one-time code.",
    );
    Fault::new(Code::InvalidValue, "/countersign/signature", text)
}
