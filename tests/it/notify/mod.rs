//! Notifications: what happened arrives where somebody asked for it, signed, once in effect, and
//! nowhere else. Workers are ticked by hand, but where they are what is tested.

mod audited;
mod isolation;
mod killed;
mod mail;
mod receiver;
mod sealed_mail;
mod secrets;
mod smtp;
mod statutory;
mod targets;
mod webhooks;

use std::collections::BTreeMap;

use liandan::app::App;
use liandan::notify::{self, Names, Settings};
use serde_json::{Value, json};

pub use receiver::{Receiver, Reply};

use crate::support::{Answer, Cast, Client, World};

/// A world that catches its mail and whose webhooks may come to this machine.
pub async fn world() -> (World, Cast) {
    world_with(|_| ()).await
}

/// The same with other settings.
pub async fn world_with(change: impl FnOnce(&mut Settings)) -> (World, Cast) {
    let mut sandbox = Settings::of_a_sandbox("https://liandan.example".to_owned());
    // Nobody asks the network for a name.
    sandbox.names = Names::Table(BTreeMap::new());
    change(&mut sandbox);
    let world = World::start_with(|serving| serving.config.notify = sandbox).await;
    let cast = Cast::new(&world, 100_000).await;
    cast.produce(10_000).await;
    (world, cast)
}

/// What is due goes: from the outbox to deliveries, and out.
pub async fn tell(app: &App) -> usize {
    notify::fan_out(app).await.unwrap();
    notify::send_due(app).await.unwrap()
}

pub async fn file(cast: &Cast) -> Answer {
    cast.filed(&cast.oil(&json!(10))).await
}

/// A webhook of somebody's to a receiver: its id and its secret.
pub async fn hook(client: &Client, receiver: &Receiver) -> (String, String) {
    let made = client.post("/webhooks", &json!({"url": receiver.url()})).await.is(201);
    (made.id(), made.str("/secret").to_owned())
}

pub fn data(answer: &Answer) -> Vec<Value> {
    answer.get("/data").as_array().unwrap().clone()
}

/// Lets all that waits for a later attempt, or for its digest, be due now.
pub async fn make_due(world: &World) {
    let sql = "UPDATE delivery SET next_attempt_at = tried_since - interval '1 day'
                WHERE status = 'pending'";
    world.database.superuser().await.execute(sql, &[]).await.unwrap();
}
