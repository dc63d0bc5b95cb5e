//! Making a user (`POST /users`): the corps regulator for anyone, an administrator for its own
//! organisation and never a regulator.

use std::sync::Arc;

use super::asked::{CreateUser, WhatUser};
use super::password::{PasswordHash, weakness};
use super::policy;
use super::store::{self, Account};
use super::user::{Rights, User, UserStatus, login_fault, login_key, rights, role_faults};
use crate::app::App;
use crate::command::{self, Done, Freshness};
use crate::ctx::{Actor, Ctx, Role};
use crate::decision::{Decision, EventDraft, Output, Subject, SubjectKind, Written};
use crate::ids::UserId;
use crate::problem::{Code, Fault, Problem, Text};
use crate::registry::{Known, Organisation};
use crate::wire::{Asked, mended};

/// What making a user depends on.
pub struct Facts {
    organisation: Option<Known<Organisation>>,
    login_is_taken: bool,
}

/// What a body that cannot be read still says of whom it would make: 403 goes before 422.
pub async fn create_from(
    app: &App,
    ctx: &Ctx,
    asked: Asked<CreateUser>,
    bytes: &[u8],
) -> Result<Done<User>, Problem> {
    policy::require(policy::makes_users(&ctx.actor))?;
    if asked.is_err()
        && let Some(WhatUser { organisation_id, role }) = mended(bytes)
    {
        let organisation_id = organisation_id.unwrap_or(ctx.actor.organisation_id);
        let role = role.unwrap_or(Role::Reader);
        policy::require(policy::makes_user(&ctx.actor, organisation_id, role))?;
    }
    create(app, ctx, asked).await
}

pub async fn create(app: &App, ctx: &Ctx, asked: Asked<CreateUser>) -> Result<Done<User>, Problem> {
    policy::require(policy::makes_users(&ctx.actor))?;
    let asked = asked?;
    policy::require(policy::makes_user(&ctx.actor, asked.organisation_id, asked.role))?;
    let id = UserId::of(app.mint.uuid(ctx.now));
    let key = login_key(asked.login.as_str());
    let read = async |freshness| read(app, &asked, &key, freshness).await;
    // Hashing costs: it is only done for what would be written.
    let mut hash = None;
    let facts = read(Freshness::Fresh).await?;
    if !ctx.validate_only && decide(&facts, &asked, &PasswordHash::default(), id, ctx).is_ok() {
        hash = Some(app.identity.passwords.hash(&asked.password).await?);
    }
    let decide = |facts: &Facts| {
        let unhashed = PasswordHash::default();
        let decision = decide(facts, &asked, hash.as_ref().unwrap_or(&unhashed), id, ctx)?;
        // The facts have turned good since the look above: the client may simply ask again.
        let can_be_written = hash.is_some() || ctx.validate_only;
        if can_be_written { Ok(decision) } else { Err(Problem::busy()) }
    };
    command::run(app, ctx, read, decide).await
}

/// The first users of a deployment, by the program itself: the same command, the same rules.
pub async fn seed_user(app: &App, asked: CreateUser) -> Result<User, Problem> {
    let ctx = Ctx::unasked(Actor::system(), (app.clock.now(), app.clock.wall()), "seed");
    match create(app, &ctx, Ok(asked)).await? {
        Done::Written { output, .. } | Done::Previewed { output, .. } => Ok((*output).clone()),
        Done::Replayed(_) => Err(Problem::internal("a seeded user has no idempotency key")),
    }
}

async fn read(
    app: &App,
    asked: &CreateUser,
    login_key: &str,
    freshness: Freshness,
) -> Result<Facts, Problem> {
    let id = asked.organisation_id;
    Ok(Facts {
        organisation: app.registers.organisation(&app.pool, id, freshness).await?,
        login_is_taken: store::login_is_taken(&app.pool, login_key).await?,
    })
}

/// All rules of making a user.
fn decide(
    facts: &Facts,
    asked: &CreateUser,
    hash: &PasswordHash,
    id: UserId,
    ctx: &Ctx,
) -> Result<Decision, Problem> {
    let mut faults = content_faults(facts, asked);
    let Some(organisation) = &facts.organisation else {
        faults.insert(0, Fault::unknown_reference("/organisation_id"));
        Problem::unless_empty(faults)?;
        return Err(Problem::not_found());
    };
    faults.extend(role_faults(asked.role, organisation));
    let rights = match rights(asked_rights(asked), organisation) {
        Ok(rights) => Some(rights),
        Err(more) => {
            faults.extend(more);
            None
        }
    };
    Problem::unless_empty(faults)?;
    let rights = rights.ok_or_else(|| Problem::internal("rights refused without a fault"))?;
    let user = User {
        id,
        organisation_id: asked.organisation_id,
        login: asked.login.as_str().to_owned(),
        rights,
        status: UserStatus::Active,
        created_at: ctx.now,
        second_factor: false,
        must_change_password: false,
        version: 1,
    };
    let password_hash = hash.clone();
    let account = Account { user, password_hash, epoch: 0, key_epoch: 0, totp: None };
    let mut decision = written(account, ctx);
    decision.lean_on([organisation.guard]);
    Ok(decision)
}

fn content_faults(facts: &Facts, asked: &CreateUser) -> Vec<Fault> {
    let login = asked.login.as_str();
    let mut faults = Vec::new();
    faults.extend(login_fault(login));
    faults.extend(weakness(&asked.password, &login_key(login), "/password"));
    if facts.login_is_taken {
        let text = Text::new("该账号已存在。", "This login is taken.");
        faults.push(Fault::new(Code::AlreadyExists, "/login", text));
    }
    faults
}

fn asked_rights(asked: &CreateUser) -> Rights {
    Rights {
        role: asked.role,
        agency: asked.agency,
        division: asked.division.as_ref().map(|text| text.as_str().to_owned()),
        regiment: asked.regiment.as_ref().map(|text| text.as_str().to_owned()),
    }
}

fn written(account: Account, ctx: &Ctx) -> Decision {
    let subject = Subject::new(SubjectKind::User, account.user.id.uuid());
    let event = EventDraft {
        subject,
        kind: "user_created",
        occurred_at: ctx.now,
        actor: (&ctx.actor).into(),
        data: account.user.recorded(),
    };
    let finish = move |_: &_| {
        Ok(Written {
            events: vec![event.clone()],
            rows: vec![store::insert_row(&account)],
            notices: Vec::new(),
            output: Arc::new(account.user.clone()) as Output,
        })
    };
    let mut decision = Decision::new(subject, ctx, 201, Box::new(finish));
    decision.advance(subject, None);
    decision
}
