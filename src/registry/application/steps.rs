//! Who may take which step of an application when, and what comes of it. Pure.

use chrono::{Months, NaiveDate};

use super::super::access::{is_registrar, keeps_books};
use super::super::cache::Known;
use super::super::change::{set, words};
use super::super::licence_lines::not_listed;
use super::super::model::{Licence, LicenceLine, LicenceStatus, Site};
use super::asked::{
    ApplicationStep, ApplicationVerdict, ConsultApplication, CorrectApplication, DecideApplication,
    NewAppliedWaste, ReplyToApplication, ResubmitApplication,
};
use super::model::ApplicationStatus::{
    Accepted, Consulting, CorrectionsRequested, Replied, Submitted,
};
use super::model::{
    ApplicationStatus, AppliedWaste, Consultation, Corrections, Outcome, Reply, TransferApplication,
};
use crate::catalogue::{Catalogue, Method, WasteCode};
use crate::ctx::Actor;
use crate::identity::policy;
use crate::problem::{Code, Fault, Findings, Problem, Text};

/// Order 23 Art. 27.
const MONTHS_MAX: u32 = 12;

/// Its ends, as somebody may act there.
#[derive(Clone, Copy)]
pub struct Ends<'a> {
    pub producer: &'a Site,
    pub receiver: &'a Site,
}

impl Ends<'_> {
    pub fn are_seen_by(self, actor: &Actor) -> bool {
        policy::sees_site(actor, self.producer) || policy::sees_site(actor, self.receiver)
    }

    fn is_applicant(self, actor: &Actor) -> bool {
        policy::belongs_to(actor, self.producer.organisation_id)
            && keeps_books(actor, self.producer)
    }

    /// The authority of the place that it leaves.
    fn is_authority(self, actor: &Actor) -> bool {
        is_registrar(actor) && policy::regulates(actor, &self.producer.division)
    }

    /// Whoever answers for the place that it goes to: its own authority, or the other that has the
    /// letter.
    fn replies(self, actor: &Actor) -> bool {
        let there = is_registrar(actor) && policy::regulates(actor, &self.receiver.division);
        there || self.is_authority(actor)
    }
}

/// Whether an actor may take a step at all, whatever state it is in.
pub fn may(step: ApplicationStep, actor: &Actor, ends: Ends<'_>) -> bool {
    match step {
        ApplicationStep::Resubmit | ApplicationStep::Withdraw => ends.is_applicant(actor),
        ApplicationStep::Reply => ends.replies(actor),
        ApplicationStep::Correct
        | ApplicationStep::Accept
        | ApplicationStep::Consult
        | ApplicationStep::Decide => ends.is_authority(actor),
    }
}

/// The states from which a step is taken.
const fn from(step: ApplicationStep) -> &'static [ApplicationStatus] {
    match step {
        ApplicationStep::Correct | ApplicationStep::Accept => &[Submitted],
        ApplicationStep::Resubmit => &[CorrectionsRequested],
        ApplicationStep::Consult => &[Accepted],
        ApplicationStep::Reply => &[Consulting],
        ApplicationStep::Decide => &[Replied],
        ApplicationStep::Withdraw => {
            &[Submitted, CorrectionsRequested, Accepted, Consulting, Replied]
        }
    }
}

/// The steps that an actor may take now.
pub fn open(it: &TransferApplication, actor: &Actor, ends: Ends<'_>) -> Vec<ApplicationStep> {
    let is_open = |step: &ApplicationStep| is_possible(it, *step) && may(*step, actor, ends);
    ApplicationStep::ALL.iter().copied().filter(is_open).collect()
}

fn is_possible(it: &TransferApplication, step: ApplicationStep) -> bool {
    // Faults are named once, all of them (Art. 23).
    let is_again = step == ApplicationStep::Correct && it.corrections.is_some();
    from(step).contains(&it.status) && !is_again
}

/// 409 where it is not in a state for the step.
pub fn must_be_possible(it: &TransferApplication, step: ApplicationStep) -> Result<(), Problem> {
    if is_possible(it, step) {
        return Ok(());
    }
    let status = it.status.as_str();
    let detail = Text::new(
        format!("申请现为“{status}”，不能办理此步骤。"),
        format!("The application is `{status}`: this step cannot be taken."),
    );
    Err(Problem::new(Code::IllegalTransition, detail))
}

/// What is applied for is listed waste, each once, for a lawful span.
pub fn judge(
    it: &TransferApplication,
    (catalogue, today): (&Catalogue, NaiveDate),
    findings: &mut Findings,
) {
    let mut seen: Vec<(&str, &str)> = Vec::new();
    for (n, item) in it.items.iter().enumerate() {
        let at = format!("/items/{n}/waste_code");
        let code = WasteCode::parse(&item.waste_code).ok();
        if let Some(code) = code.filter(|code| catalogue.find(*code, today).is_none()) {
            findings.refuse(not_listed(code, at.clone()));
        }
        if let Err(word) = Method::parse(&item.method) {
            findings.refuse(word.fault(format!("/items/{n}/method")));
        }
        let pair = (item.waste_code.as_str(), item.method.as_str());
        if seen.contains(&pair) {
            let detail = Text::new("代码与方式重复。", "This code and method are there twice.");
            findings.refuse(Fault::new(Code::InvalidValue, at, detail));
        }
        seen.push(pair);
    }
    span((it.valid_from, it.valid_to), today, findings);
}

fn span((from, to): (NaiveDate, NaiveDate), today: NaiveDate, findings: &mut Findings) {
    let last = from.checked_add_months(Months::new(MONTHS_MAX)).unwrap_or(NaiveDate::MAX);
    let (code, detail) = if to < from {
        let text = Text::new("止日早于起日。", "The last day is before the first.");
        (Code::InvalidValue, text)
    } else if to < today {
        (Code::OutOfRange, Text::new("期限已过。", "These days are over."))
    } else if to > last {
        let text = Text::new(
            format!("申请期限最长 {MONTHS_MAX} 个月，至 {last} 止。"),
            format!("At most {MONTHS_MAX} months, to {last}."),
        );
        (Code::OutOfRange, text)
    } else {
        return;
    };
    findings.refuse(Fault::new(code, "/valid_to", detail));
}

/// From one place to another: what stays where it is crosses nothing, and what an organisation
/// sends to itself is told.
pub fn other_place(from: &Site, to: &Site, findings: &mut Findings) {
    let at = "/receiver_site_id";
    if from.id == to.id {
        let detail = Text::new("移出场所与接受场所相同。", "It would go to where it is.");
        findings.refuse(Fault::new(Code::InvalidValue, at, detail));
    } else if from.organisation_id == to.organisation_id {
        let en = "The receiver's site is the applicant's own.";
        let detail = Text::new("接受场所为申请单位自有场所。", en);
        findings.warn(Fault::new(Code::Other, at, detail));
    }
}

/// What is applied for of which no licence of the receiver's, in force on any of the days, has code
/// and method. It may be on its way into the register: that is a warning until it is decided.
pub fn unlicensed(it: &TransferApplication, licences: &[Known<Licence>]) -> Vec<Fault> {
    let covers = |item: &AppliedWaste| {
        let category = WasteCode::parse(&item.waste_code).ok().and_then(|code| code.category());
        let whole = |one: &String| category.is_some_and(|category| category.as_str() == one);
        let takes = |line: &LicenceLine| {
            let named = line.waste_codes.contains(&item.waste_code);
            (named || line.categories.iter().any(whole)) && line.methods.contains(&item.method)
        };
        licences.iter().any(|licence| {
            licence.status == LicenceStatus::Active
                && licence.valid_from <= it.valid_to
                && licence.valid_to >= it.valid_from
                && licence.lines.iter().any(takes)
        })
    };
    let without = it.items.iter().enumerate().filter(|(_, item)| !covers(item));
    let fault = |(n, item): (usize, &AppliedWaste)| {
        let (code, method) = (&item.waste_code, &item.method);
        let text = Text::new(
            format!("接受人没有以 {method} 方式利用处置 {code} 的有效许可。"),
            format!("The receiver has no licence in force for {code} by {method}."),
        );
        Fault::new(Code::LicenceDoesNotCover, format!("/items/{n}"), text)
    };
    without.map(fault).collect()
}

pub fn applied(items: &[NewAppliedWaste]) -> Vec<AppliedWaste> {
    let item = |one: &NewAppliedWaste| AppliedWaste {
        waste_code: one.waste_code.to_string(),
        method: words(&one.method),
        mass_g: one.mass_kg.grams(),
    };
    items.iter().map(item).collect()
}

pub fn corrected(
    it: &TransferApplication,
    asked: &CorrectApplication,
    today: NaiveDate,
) -> TransferApplication {
    let corrections = Corrections { asked_on: today, text: words(&asked.text), answered_on: None };
    let status = CorrectionsRequested;
    TransferApplication { status, corrections: Some(corrections), ..it.clone() }
}

pub fn resubmitted(
    it: &TransferApplication,
    asked: &ResubmitApplication,
    today: NaiveDate,
) -> TransferApplication {
    let corrections = it.corrections.clone();
    TransferApplication {
        items: set(&asked.items, &it.items, |items| applied(items)),
        valid_from: set(&asked.valid_from, &it.valid_from, |day| *day),
        valid_to: set(&asked.valid_to, &it.valid_to, |day| *day),
        note: set(&asked.note, &it.note, words),
        status: Submitted,
        corrections: corrections.map(|one| Corrections { answered_on: Some(today), ..one }),
        ..it.clone()
    }
}

pub fn accepted(it: &TransferApplication, today: NaiveDate) -> TransferApplication {
    TransferApplication { status: Accepted, accepted_on: Some(today), ..it.clone() }
}

pub fn consulted(
    it: &TransferApplication,
    asked: &ConsultApplication,
    today: NaiveDate,
) -> TransferApplication {
    let letter = Consultation { sent_on: today, number: words(&asked.number) };
    TransferApplication { status: Consulting, consultation: Some(letter), ..it.clone() }
}

pub fn replied(
    it: &TransferApplication,
    asked: &ReplyToApplication,
    today: NaiveDate,
) -> TransferApplication {
    let reply = Reply {
        received_on: today,
        agrees: asked.agrees,
        number: words(&asked.number),
        note: asked.note.as_ref().map(words),
    };
    TransferApplication { status: Replied, reply: Some(reply), ..it.clone() }
}

pub fn withdrawn(it: &TransferApplication, today: NaiveDate) -> TransferApplication {
    let status = ApplicationStatus::Withdrawn;
    TransferApplication { status, withdrawn_on: Some(today), ..it.clone() }
}

/// What a decision must say: a reason to refuse, a number to approve; and nobody approves what the
/// other side does not agree to (Art. 26).
pub fn must_say(it: &TransferApplication, asked: &DecideApplication, findings: &mut Findings) {
    let needed =
        |pointer: &str, zh: &str, en: &str| Fault::new(Code::Required, pointer, Text::new(zh, en));
    match asked.decision {
        ApplicationVerdict::Refuse if asked.reason.is_none() => {
            findings.refuse(needed("/reason", "不予批准须说明理由。", "Say why it is refused."));
        }
        ApplicationVerdict::Approve if !it.reply.as_ref().is_some_and(|reply| reply.agrees) => {
            let text = Text::new(
                "接受地未同意，不能批准。",
                "The place that it goes to does not agree: it cannot be approved.",
            );
            findings.refuse(Fault::new(Code::ApprovalRequired, "/decision", text));
        }
        ApplicationVerdict::Approve if asked.number.is_none() => {
            let en = "The approval needs a number.";
            findings.refuse(needed("/number", "批准须有文号。", en));
        }
        ApplicationVerdict::Refuse | ApplicationVerdict::Approve => {}
    }
}

pub fn decided(
    it: &TransferApplication,
    asked: &DecideApplication,
    (today, approval): (NaiveDate, Option<crate::ids::ApprovalId>),
) -> TransferApplication {
    let status = match asked.decision {
        ApplicationVerdict::Approve => ApplicationStatus::Approved,
        ApplicationVerdict::Refuse => ApplicationStatus::Refused,
    };
    let reason = asked.reason.as_ref().map(words);
    let outcome = Outcome { decided_on: today, reason, approval_id: approval };
    TransferApplication { status, outcome: Some(outcome), ..it.clone() }
}
