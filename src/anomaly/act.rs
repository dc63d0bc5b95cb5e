//! What people do with a case: judge it, give it to somebody, let other agencies see it, refer it,
//! merge it. Each is one event on the case's chain, with all that people made of it as data.

use uuid::Uuid;

use super::asked::{AssignAnomaly, MergeAnomaly, ReferAnomaly, ShareAnomaly, TriageAnomaly};
use super::decided::{self, Change};
use super::review::{AsSeen, Referral, Review, Sharing};
use super::sight::{Sight, acts};
use super::store::{self, Stored};
use crate::app::App;
use crate::command::Freshness;
use crate::ctx::Ctx;
use crate::decision::Decision;
use crate::identity::{self, Agency, User, UserStatus, policy};
use crate::ids::{AnomalyId, SessionId, UserId};
use crate::problem::{Code, Fault, Problem, Text};
use crate::registry::{Answered, commit, words};
use crate::wire::{Asked, Patch};

/// One thing that is done with a case.
pub enum Act {
    Triage(Asked<TriageAnomaly>),
    Assign(Asked<AssignAnomaly>),
    Share(Asked<ShareAnomaly>),
    Refer(Asked<ReferAnomaly>),
    Merge(Asked<MergeAnomaly>),
}

/// What it leans on.
struct Facts {
    stored: Stored,
    /// Who it is given to.
    assignee: Option<User>,
    /// The case that it goes on with, and the one that it went on with before.
    into: Option<Stored>,
    from: Option<Stored>,
}

/// Reviews as an act leaves them, each with the version that was read: the case's own first.
struct Acted {
    kind: &'static str,
    reviews: Vec<(Review, i64)>,
}

/// Does it. Errors: 404 for a case that the caller does not see, 403 for one that is not its to
/// judge, 412, 422; 409 `illegal_transition` for what cannot be merged.
pub async fn act(
    app: &App,
    ctx: &Ctx,
    id: AnomalyId,
    asked: Act,
) -> Result<(Answered<Review>, Stored), Problem> {
    let read = async |_: Freshness| facts(app, ctx, id, &asked).await;
    let done: Answered<Review> =
        Box::pin(commit(app, ctx, read, |facts| decide(facts, &asked, ctx))).await?;
    let review = done.value.clone();
    // As whoever acted saw it, to a repeat as well; what was too long, or an older program's, was
    // not kept.
    let case = match review.seen.clone() {
        Some(AsSeen(case)) => *case,
        None => store::one(&app.pool, id).await?.ok_or_else(Problem::not_found)?.case,
    };
    let status = super::review::status(&review, case.resolved_at.is_some());
    let stored = Stored { case, review, status, version: done.version };
    Ok((done, stored))
}

async fn case(app: &App, id: Option<AnomalyId>) -> Result<Option<Stored>, Problem> {
    match id {
        Some(id) => store::one(&app.pool, id).await,
        None => Ok(None),
    }
}

async fn facts(app: &App, ctx: &Ctx, id: AnomalyId, asked: &Act) -> Result<Facts, Problem> {
    let stored = case(app, Some(id)).await?.ok_or_else(Problem::not_found)?;
    let (mut assignee, mut into) = (None, None);
    match asked {
        Act::Assign(Ok(AssignAnomaly { user_id: Patch::Set(user) })) => {
            assignee = identity::one(app, &ctx.actor, *user).await.ok();
        }
        Act::Merge(Ok(MergeAnomaly { into: Patch::Set(other) })) => {
            into = case(app, Some(*other)).await?;
        }
        _ => {}
    }
    let from = match asked {
        Act::Merge(_) => case(app, stored.review.merged_into).await?,
        _ => None,
    };
    Ok(Facts { stored, assignee, into, from })
}

fn decide(facts: &Facts, asked: &Act, ctx: &Ctx) -> Result<Decision, Problem> {
    let Stored { case, review, version, .. } = &facts.stored;
    let sees = Sight::of(&ctx.actor).sees(case, review);
    policy::allow(sees, acts(&ctx.actor, case, review))?;
    ctx.expect_version(*version)?;
    let before = Review { seen: AsSeen::of(case), ..review.clone() };
    let alone = |kind, review| Acted { kind, reviews: vec![(review, *version)] };
    let acted = match asked {
        Act::Triage(asked) => {
            stands_alone(review)?;
            alone("triaged", triaged(before, content(asked)?, ctx)?)
        }
        Act::Assign(asked) => alone("assigned", assigned(facts, before, content(asked)?)?),
        Act::Share(asked) => alone("shared", shared(before, content(asked)?, ctx)),
        Act::Refer(asked) => alone("referred", referred(before, content(asked)?, ctx)?),
        Act::Merge(asked) => merged(facts, before, content(asked)?, ctx)?,
    };
    decision(acted, ctx)
}

fn content<T>(asked: &Asked<T>) -> Result<&T, Problem> {
    asked.as_ref().map_err(Clone::clone)
}

fn decision(acted: Acted, ctx: &Ctx) -> Result<Decision, Problem> {
    let mut changes = Vec::new();
    for (value, version) in acted.reviews {
        let kind = if changes.is_empty() { acted.kind } else { "absorbed" };
        let row = store::update(&value)?;
        changes.push(Change { kind, value, version, row });
    }
    decided::decision(changes, ctx)
}

/// What goes on with another case is judged there.
fn stands_alone(review: &Review) -> Result<(), Problem> {
    let Some(into) = review.merged_into else { return Ok(()) };
    let text = Text::new(
        format!("案件已并入 {into}，请在该案件中处理。"),
        format!("It goes on with case {into}: judge that one."),
    );
    let fault = Fault::without_field(Code::IllegalTransition, text);
    Err(fault.with("merged_into", into.to_string()).into())
}

fn triaged(review: Review, asked: &TriageAnomaly, ctx: &Ctx) -> Result<Review, Problem> {
    let note = words(&asked.note);
    if asked.status.is_judgement() && note.trim().is_empty() {
        let text = Text::new("请说明理由。", "Say why.");
        return Err(Problem::at(Code::Required, "/note", text));
    }
    Ok(Review {
        status: asked.status,
        note,
        judged_by: by(ctx),
        judged_at: Some(ctx.now),
        ..review
    })
}

fn assigned(facts: &Facts, before: Review, asked: &AssignAnomaly) -> Result<Review, Problem> {
    let case = &facts.stored.case;
    if asked.user_id == Patch::Keep {
        let text = Text::new("请指明经办人，或填 null。", "Name somebody, or `null`.");
        return Err(Problem::at(Code::Required, "/user_id", text));
    }
    let mut review = Review { assignee_id: None, ..before };
    if asked.user_id == Patch::Clear {
        return Ok(review);
    }
    let user = facts.assignee.as_ref().filter(|user| user.status == UserStatus::Active);
    let user = user.ok_or_else(|| Fault::unknown_reference("/user_id"))?;
    let sight = Sight::of(&user.actor(SessionId::of(Uuid::nil())));
    if !sight.sees(case, &review) {
        review.agencies.extend(user.rights.agency);
    }
    if !sight.is_regulator() || !sight.sees(case, &review) {
        let text = Text::new(
            "经办人须为管辖范围内的监管人员。",
            "Cases are given to regulators in whose jurisdiction they are.",
        );
        return Err(Problem::at(Code::InvalidValue, "/user_id", text));
    }
    review.assignee_id = Some(user.id);
    Ok(review)
}

fn let_in(review: &mut Review, agency: Agency) {
    if !review.agencies.contains(&agency) {
        review.agencies.push(agency);
    }
}

/// Who does it; nobody where the program does.
fn by(ctx: &Ctx) -> Option<UserId> {
    Some(ctx.actor.user_id).filter(|_| !policy::is_system(&ctx.actor))
}

/// What the others are told is no judgement: its reason stays as it was given.
fn shared(mut review: Review, asked: &ShareAnomaly, ctx: &Ctx) -> Review {
    for agency in asked.agencies.iter() {
        let_in(&mut review, *agency);
    }
    review.sharings.push(Sharing {
        agencies: asked.agencies.iter().copied().collect(),
        note: words(&asked.note),
        shared_by: by(ctx),
        shared_at: ctx.now,
    });
    review
}

/// Referred is what another agency is to pursue.
fn referred(mut review: Review, asked: &ReferAnomaly, ctx: &Ctx) -> Result<Review, Problem> {
    let own = Sight::of(&ctx.actor).agency();
    if own == Some(asked.agency) {
        let text = Text::new("这是本部门，无须移送。", "That is your own agency.");
        return Err(Problem::at(Code::InvalidValue, "/agency", text));
    }
    let_in(&mut review, asked.agency);
    review.referrals.push(Referral {
        agency: asked.agency,
        note: words(&asked.note),
        referred_by: by(ctx),
        referred_at: ctx.now,
    });
    Ok(review)
}

/// A case is merged into one that stands for itself and is the caller's to judge as well.
fn merged(
    facts: &Facts,
    before: Review,
    asked: &MergeAnomaly,
    ctx: &Ctx,
) -> Result<Acted, Problem> {
    let Stored { review, version, .. } = &facts.stored;
    let mut reviews = vec![(before, *version)];
    if let Some(from) = &facts.from {
        let mut other = from.review.clone();
        other.absorbed.retain(|one| *one != review.id);
        reviews.push((other, from.version));
    }
    match asked.into {
        Patch::Keep => {
            let text = Text::new("请指明并入的案件，或填 null。", "Name a case, or `null`.");
            return Err(Problem::at(Code::Required, "/into", text));
        }
        Patch::Clear if review.merged_into.is_none() => {
            return Err(not_possible("案件未并入其他案件。", "The case is merged into no other."));
        }
        Patch::Clear => {}
        Patch::Set(_) => {
            let judged = |other: &&Stored| acts(&ctx.actor, &other.case, &other.review);
            let into = facts.into.as_ref().filter(judged);
            let into = into.ok_or_else(|| Fault::unknown_reference("/into"))?;
            if into.review.id == review.id || into.review.merged_into.is_some() {
                let text = Text::new(
                    "不能并入自身或已并入其他案件的案件。",
                    "Not into itself, nor into a case that is merged into another.",
                );
                return Err(Problem::at(Code::InvalidValue, "/into", text));
            }
            if !review.absorbed.is_empty() || review.merged_into.is_some() {
                let zh = "案件已并入其他案件，或已有案件并入。";
                return Err(not_possible(zh, "It is merged already, or others are into it."));
            }
            let mut other = into.review.clone();
            other.absorbed.push(review.id);
            reviews.push((other, into.version));
        }
    }
    if let (Some((own, _)), into) = (reviews.first_mut(), facts.into.as_ref()) {
        own.merged_into = into.map(|into| into.review.id);
    }
    Ok(Acted { kind: "merged", reviews })
}

fn not_possible(zh: &'static str, en: &'static str) -> Problem {
    Problem::new(Code::IllegalTransition, Text::new(zh, en))
}
