//! Making, changing and ending one's subscriptions; and ending one by the link in its mails, for
//! which nobody signs in.

use std::sync::Arc;

use super::asked::{Address, ChangeSubscription, MakeSubscription};
use super::model::{Channel, Digest, Subscription, SubscriptionStatus};
use super::{look, store};
use crate::app::App;
use crate::command::{self, Done};
use crate::ctx::{Actor, Ctx};
use crate::decision::{Decision, EventDraft, Guard, Output, Row, Written};
use crate::identity::policy;
use crate::ids::SubscriptionId;
use crate::notify::filter::Filter;
use crate::notify::limits::SUBSCRIPTIONS_MAX;
use crate::notify::settings::MailBy;
use crate::problem::{Code, Fault, Findings, Problem, Text};
use crate::wire::{Asked, Change, Nothing};

type Known = (Subscription, i64);

pub async fn make(
    app: &App,
    ctx: &Ctx,
    asked: Asked<MakeSubscription>,
) -> Result<Done<Subscription>, Problem> {
    let id = SubscriptionId::of(app.mint.uuid(ctx.now));
    let has_mail = app.config.notify.mail_by != MailBy::Nothing;
    let read = async |_| store::count(&app.pool, ctx.actor.user_id).await;
    let decide = |kept: &i64| {
        let asked = asked.as_ref().map_err(Clone::clone)?;
        decide_new((*kept, has_mail), asked, id, ctx)
    };
    command::run(app, ctx, read, decide).await
}

fn decide_new(
    (kept, has_mail): (i64, bool),
    asked: &MakeSubscription,
    id: SubscriptionId,
    ctx: &Ctx,
) -> Result<Decision, Problem> {
    let mut findings = Findings::new();
    match (asked.channel, &asked.address) {
        (Channel::Mail, None) => findings.refuse(fault(
            Code::Required,
            "/address",
            ("邮件订阅须有邮箱地址。", "Mail needs an address."),
        )),
        (Channel::Mail, Some(address)) => {
            if let Some(one) = address_fault(address) {
                findings.refuse(one);
            }
        }
        (Channel::Console, Some(_)) => findings.refuse(fault(
            Code::InvalidValue,
            "/address",
            ("只有邮件订阅才有地址。", "Only mail has an address."),
        )),
        (Channel::Console, None) => {}
    }
    if asked.channel == Channel::Mail && !has_mail {
        findings.refuse(fault(
            Code::InvalidValue,
            "/channel",
            ("本系统没有配置邮件。", "No mail leaves this server."),
        ));
    }
    if asked.channel == Channel::Console && asked.digest != Digest::None {
        findings.refuse(fault(
            Code::InvalidValue,
            "/digest",
            ("只有邮件可以汇总。", "Only mail comes together."),
        ));
    }
    if kept >= SUBSCRIPTIONS_MAX {
        let text = Text::new(
            format!("您已有 {SUBSCRIPTIONS_MAX} 个订阅，请先取消不用的。"),
            format!("You have {SUBSCRIPTIONS_MAX} subscriptions; end some that you do not need."),
        );
        findings.refuse(Fault::new(Code::InUse, "/channel", text));
    }
    findings.settle()?;
    let subscription = Subscription {
        id,
        user_id: ctx.actor.user_id,
        organisation_id: ctx.actor.organisation_id,
        channel: asked.channel,
        address: asked.address.as_ref().map(|address| address.as_str().to_owned()),
        filter: Filter::of(&asked.kinds, &asked.streams, asked.min_severity),
        digest: asked.digest,
        language: asked.language,
        status: SubscriptionStatus::Active,
        created_at: ctx.now,
    };
    let row = store::insert(&subscription);
    Ok(written(&subscription, ("subscription_made", None), row, ctx))
}

fn fault(code: Code, pointer: &str, (zh, en): (&'static str, &'static str)) -> Fault {
    Fault::new(code, pointer, Text::new(zh, en))
}

/// One address and nothing else: a line break would let whoever gives it write headers of its own.
fn address_fault(address: &Address) -> Option<Fault> {
    let text = address.as_str();
    let plain = text.chars().all(|one| one.is_ascii_graphic() && !",;<>()\"\\".contains(one));
    let sound = plain && text.parse::<lettre::Address>().is_ok();
    let words = ("应为一个邮箱地址。", "Must be one mail address.");
    (!sound).then(|| fault(Code::InvalidValue, "/address", words))
}

pub async fn change(
    app: &App,
    ctx: &Ctx,
    id: SubscriptionId,
    asked: Asked<ChangeSubscription>,
) -> Result<Done<Subscription>, Problem> {
    let decide = |(before, version): &Known| {
        policy::require(before.user_id == ctx.actor.user_id)?;
        ctx.expect_version(*version)?;
        if before.status == SubscriptionStatus::Removed {
            let text = Text::new("该订阅已取消。", "The subscription has ended.");
            return Err(Problem::new(Code::IllegalTransition, text));
        }
        let after = changed(before, asked.as_ref().map_err(Clone::clone)?)?;
        if after == *before {
            return Ok(unchanged(before, *version, ctx, 200));
        }
        let row = store::update(&after);
        Ok(written(&after, ("subscription_changed", Some(*version)), row, ctx))
    };
    command::run(app, ctx, async |_| look::one(app, &ctx.actor, id).await, decide).await
}

fn changed(before: &Subscription, asked: &ChangeSubscription) -> Result<Subscription, Problem> {
    let mut findings = Findings::new();
    let is_mail = before.channel == Channel::Mail;
    if let Change::Set(address) = &asked.address {
        let words = ("只有邮件订阅才有地址。", "Only mail has an address.");
        let wrong = (!is_mail).then(|| fault(Code::InvalidValue, "/address", words));
        if let Some(one) = wrong.or_else(|| address_fault(address)) {
            findings.refuse(one);
        }
    }
    if !is_mail && !matches!(asked.digest, Change::Keep | Change::Set(Digest::None)) {
        let words = ("只有邮件可以汇总。", "Only mail comes together.");
        findings.refuse(fault(Code::InvalidValue, "/digest", words));
    }
    findings.settle()?;
    let address = match &asked.address {
        Change::Keep => before.address.clone(),
        Change::Set(address) => Some(address.as_str().to_owned()),
    };
    Ok(Subscription {
        address,
        filter: before.filter.changed(&asked.kinds, &asked.streams, asked.min_severity.clone()),
        digest: asked.digest.clone().apply(before.digest),
        language: asked.language.clone().apply(before.language),
        ..before.clone()
    })
}

pub async fn remove(
    app: &App,
    ctx: &Ctx,
    id: SubscriptionId,
    nothing: Asked<Nothing>,
) -> Result<(), Problem> {
    let decide = |(before, version): &Known| {
        policy::require(before.user_id == ctx.actor.user_id)?;
        ctx.expect_version(*version)?;
        nothing.as_ref().map_err(Clone::clone)?;
        Ok(ended(before, *version, ctx, 204))
    };
    let read = async |_| look::one(app, &ctx.actor, id).await;
    command::run::<_, Subscription>(app, ctx, read, decide).await.map(drop)
}

/// Its address goes with it. Again: nothing.
fn ended(before: &Subscription, version: i64, ctx: &Ctx, status: i16) -> Decision {
    if before.status == SubscriptionStatus::Removed {
        return unchanged(before, version, ctx, status);
    }
    let after =
        Subscription { status: SubscriptionStatus::Removed, address: None, ..before.clone() };
    let row = store::update(&after);
    written(&after, ("subscription_removed", Some(version)), row, ctx)
}

/// The subscription that a link in a mail is of; 404 for a link that we have not made.
pub async fn linked(app: &App, token: &str) -> Result<Subscription, Problem> {
    let id = app.notify.vault.linked(token).ok_or_else(Problem::not_found)?;
    let found = store::one(&app.pool, None, id).await?;
    Ok(found.ok_or_else(Problem::not_found)?.0)
}

/// Ends the subscription that a link is of: whoever has its mails may.
pub async fn unsubscribe(app: &App, token: &str) -> Result<Subscription, Problem> {
    let found = linked(app, token).await?;
    let now = (app.clock.now(), app.clock.wall());
    let ctx = Ctx::unasked(Actor::system(), now, "unsubscribe");
    let read = async |_| look::one(app, &ctx.actor, found.id).await;
    let decide = |(before, version): &Known| Ok(ended(before, *version, &ctx, 200));
    command::run::<_, Subscription>(app, &ctx, read, decide).await?;
    Ok(found)
}

fn unchanged(subscription: &Subscription, version: i64, ctx: &Ctx, status: i16) -> Decision {
    let read = Guard { subject: subscription.subject(), version };
    Decision::unchanged(read, ctx, status, Arc::new(subscription.clone()))
}

fn written(
    subscription: &Subscription,
    (kind, version): (&'static str, Option<i64>),
    row: Row,
    ctx: &Ctx,
) -> Decision {
    let subject = subscription.subject();
    let event = EventDraft {
        subject,
        kind,
        occurred_at: ctx.now,
        actor: (&ctx.actor).into(),
        data: subscription.recorded(),
    };
    let output = Arc::new(subscription.clone());
    let finish = move |_: &_| {
        let output = Arc::clone(&output) as Output;
        let (events, rows) = (vec![event.clone()], vec![row.clone()]);
        Ok(Written { events, rows, notices: Vec::new(), output })
    };
    let status = match (version, kind) {
        (None, _) => 201,
        (Some(_), "subscription_removed") => 204,
        (Some(_), _) => 200,
    };
    let mut decision = Decision::new(subject, ctx, status, Box::new(finish));
    decision.advance(subject, version);
    decision
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_address_and_nothing_else() {
        let fault = |text: &str| address_fault(&Address::of(text.to_owned()).unwrap());
        for fine in ["a@b.example", "first.last+tag@sub.example.cn"] {
            assert_eq!(fault(fine), None, "{fine}");
        }
        for wrong in [
            "a@b.example\r\nBcc: c@d.example",
            "a@b.example\nX: y",
            "a@b.example,c@d.example",
            "a@b.example c@d.example",
            "A <a@b.example>",
            "a@b.example>",
            "abc",
            "@b.example",
            "ab@",
            "\"a b\"@c.example",
        ] {
            assert!(fault(wrong).is_some(), "{wrong:?}");
        }
    }
}
