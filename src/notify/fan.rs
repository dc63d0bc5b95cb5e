//! From the outbox to deliveries: who subscribed to what happened, and may see it; and whom the law
//! wants told, subscribed or not.
//!
//! Must hold: what a commit has told is told once to each who asked for it, wherever a process is
//! killed and however many there are. What to tell is worked out first, on what is there; then one
//! statement takes the rows away and leaves the deliveries (`fan_store.rs`).

use std::collections::{BTreeSet, HashMap};
use std::convert::Infallible;

use chrono::{DateTime, Utc};
use tokio::time::{Instant, sleep, sleep_until};
use uuid::Uuid;

use super::fan_store::{self, Fanned};
use super::limits::{FAN_PAUSE, FAN_POLL, FAN_ROWS_AT_ONCE, FAN_UNHEARD_AT_ONCE};
use super::people_store::{self, Person};
use super::settings::MailBy;
use super::statutory::{self, Authorities, Duty};
use super::subjects::topics_of;
use super::subscription::{self, Channel, Listener};
use super::topic::{Told, Topic};
use super::webhook::{self, Webhook};
use crate::app::App;
use crate::ctx::Actor;
use crate::ids::{OrganisationId, UserId};
use crate::problem::Problem;

/// Follows the outbox until it is dropped.
pub async fn follow(app: &App) -> Infallible {
    let mut bell = app.committer.bell().listen();
    let mut is_ringing = true;
    loop {
        let begun = Instant::now();
        if let Err(problem) = fan_out(app).await {
            // The next look finds the same again.
            let (code, cause) = (problem.code().as_str(), &problem.cause);
            tracing::warn!(problem.code = code, ?cause, "telling was put off");
        }
        tokio::select! {
            rings = bell.rings(), if is_ringing => is_ringing = rings,
            () = sleep(FAN_POLL) => {}
        }
        // Under load the bell rings a hundred times a second.
        sleep_until(begun + FAN_PAUSE).await;
    }
}

/// Empties the outbox; answers how many deliveries that made.
pub async fn fan_out(app: &App) -> Result<i64, Problem> {
    let mut all = 0;
    let by_law: Vec<&str> = statutory::KINDS.iter().map(|kind| kind.as_str()).collect();
    loop {
        let dropped = fan_store::drop_unheard(&app.pool, &by_law, FAN_UNHEARD_AT_ONCE).await?;
        if dropped as i64 == FAN_UNHEARD_AT_ONCE {
            continue;
        }
        let rows = fan_store::oldest(&app.pool, FAN_ROWS_AT_ONCE).await?;
        if rows.is_empty() {
            return Ok(all);
        }
        let (gone, made) = fan(app, &rows).await?;
        all += made;
        if made > 0 {
            app.notify.wake.notify_waiters();
        }
        if gone == 0 {
            // Another process is at them.
            return Ok(all);
        }
    }
}

/// What there is to tell of a batch: each row with its topic.
type Topics<'a> = [(&'a Told, &'a Topic)];

async fn fan(app: &App, rows: &[Told]) -> Result<(i64, i64), Problem> {
    let topics = topics_of(app, rows).await?;
    let topics: Vec<(&Told, &Topic)> =
        rows.iter().zip(&topics).filter_map(|(row, topic)| Some((row, topic.as_ref()?))).collect();
    let named = topics.iter().flat_map(|(row, topic)| match row.recipient {
        Some(recipient) => vec![recipient],
        None => topic.organisations.clone(),
    });
    let named = once(named);
    let webhooks = webhook::store::listening(&app.pool, &named).await?;
    let webhooks: Vec<(Webhook, Actor)> =
        webhooks.into_iter().map(|one| (one.actor(), one)).map(|(who, one)| (one, who)).collect();
    let listeners = subscription::store::listening(&app.pool, &named).await?;
    let people = people(app, &topics).await?;
    let mut telling = Telling::new(app);
    for (row, topic) in topics {
        let by_law = telling.by_law((row, topic), &people)?;
        let content = content(topic, None)?;
        let due = Some(telling.wall);
        for (webhook, actor) in &webhooks {
            if webhook.filter.wants(topic) && topic.goes_to(row, actor) {
                telling.tell(row, ("webhook", webhook.id.uuid(), None), &content, due);
            }
        }
        for Listener { subscription, actor } in &listeners {
            // Who is told by law is told once by each way; a second address by its subscription.
            let way = (actor.user_id, subscription.channel);
            let told = by_law.get(&way).is_some_and(|to| *to == subscription.address.as_deref());
            if told || !subscription.filter.wants(topic) || !topic.goes_to(row, actor) {
                continue;
            }
            let due = match subscription.channel {
                Channel::Console => None,
                Channel::Mail => Some(subscription.digest.due(telling.wall)),
            };
            let to = (subscription.channel.as_str(), subscription.id.uuid(), Some(actor.user_id));
            telling.tell(row, to, &content, due);
        }
    }
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let Telling { mut fanned, wall, .. } = telling;
    // Of one instant, so only their order among themselves is chance: let it be that of the log.
    fanned.ids.sort_unstable();
    fan_store::fan(&app.pool, &ids, fanned, wall).await
}

fn once(all: impl Iterator<Item = OrganisationId>) -> Vec<Uuid> {
    all.map(OrganisationId::uuid).collect::<BTreeSet<Uuid>>().into_iter().collect()
}

/// Whom the law may want told of any of it.
async fn people(app: &App, topics: &Topics<'_>) -> Result<Vec<Person>, Problem> {
    let duties: Vec<&Duty> = topics.iter().filter_map(|(_, topic)| topic.duty.as_ref()).collect();
    if duties.is_empty() {
        return Ok(Vec::new());
    }
    let named = once(duties.iter().flat_map(|duty| duty.organisations.iter().copied()));
    let regulators = duties.iter().any(|duty| duty.authorities != Authorities::Nobody);
    people_store::people(&app.pool, &named, regulators).await
}

fn content(topic: &Topic, basis: Option<&str>) -> Result<String, Problem> {
    serde_json::to_string(&topic.content(basis)).map_err(Problem::internal)
}

/// Deliveries of a batch, as they are made.
struct Telling<'a> {
    app: &'a App,
    wall: DateTime<Utc>,
    fanned: Fanned,
}

impl<'a> Telling<'a> {
    fn new(app: &'a App) -> Self {
        Self { app, wall: app.clock.wall(), fanned: Fanned::default() }
    }

    fn tell(
        &mut self,
        row: &Told,
        (channel, target, user): (&'static str, Uuid, Option<UserId>),
        content: &str,
        due: Option<DateTime<Utc>>,
    ) {
        self.fanned.outbox_ids.push(row.id);
        self.fanned.ids.push(self.app.mint.uuid(self.wall));
        self.fanned.channels.push(channel);
        self.fanned.targets.push(target);
        self.fanned.users.push(user.map(UserId::uuid));
        self.fanned.contents.push(content.to_owned());
        self.fanned.due.push(due);
    }

    /// Tells those whom the law wants told; answers whom by which way, and at which address.
    fn by_law<'p>(
        &mut self,
        (row, topic): (&Told, &Topic),
        people: &'p [Person],
    ) -> Result<HashMap<(UserId, Channel), Option<&'p str>>, Problem> {
        let mut told = HashMap::new();
        let Some(duty) = &topic.duty else { return Ok(told) };
        let content = content(topic, Some(&duty.basis))?;
        let has_mail = self.app.config.notify.mail_by != MailBy::Nothing;
        let reached = people.iter().filter(|one| duty.reaches((row, topic), &one.actor));
        for Person { actor, mail } in reached {
            let user = actor.user_id;
            let address = mail.as_deref().filter(|_| duty.is_mailed && has_mail);
            let mailed = address.map(|_| (Channel::Mail, Some(self.wall)));
            for (channel, due) in [(Channel::Console, None)].into_iter().chain(mailed) {
                self.tell(row, (channel.as_str(), user.uuid(), Some(user)), &content, due);
                let to = address.filter(|_| channel == Channel::Mail);
                told.insert((user, channel), to);
            }
        }
        Ok(told)
    }
}
