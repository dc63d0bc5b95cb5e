//! kill -9 in the middle of deliveries: every event arrives, and whatever of it arrives twice does
//! so under one `webhook-id`.
//!
//! The one chance left is the scheduler's: the instants of the kills come from a seed, which is
//! printed, and `LIANDAN_SEED` repeats them.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use futures_util::future::join;
use serde_json::json;

use super::{Receiver, Reply};
use crate::crash::{Course, Instants, begin_as};
use crate::support::{Database, Server};

const ROUNDS: usize = 6;
const WITHIN: Duration = Duration::from_secs(90);

#[tokio::test]
async fn a_sender_that_is_killed_tells_everything_under_one_id() {
    let settings = [("LIANDAN_WEBHOOK_PRIVATE_TARGETS", "true")];
    let instants = Instants::new("senders");
    let database = Database::empty().await;
    let superuser = database.superuser().await;
    let url = database.app_url();
    let (mut server, mut filers, corps) = begin_as(&url, &settings).await;
    let receiver = Receiver::start(Reply::Status(200));
    let kinds = json!({"url": receiver.url(), "kinds": ["manifest_filed"]});
    corps.post("/webhooks", &kinds).await.is(201);
    for _round in 0..ROUNDS {
        let (address, course) = (server.address.clone(), Course::default());
        let arrived = receiver.got().len();
        let kill = async {
            // While some of this round's are on their way.
            let begun = Instant::now();
            while receiver.got().len() == arrived && begun.elapsed() < WITHIN {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            tokio::time::sleep(instants.next()).await;
            server.child.kill().unwrap();
        };
        join(filers.file(&address, &course), kill).await;
        server.child.wait().unwrap();
        server = Server::start_as(&url, &settings);
        filers.repeat(&server.address).await;
        // What a dead sender held is not waited for.
        superuser.execute("UPDATE delivery SET leased_until = NULL", &[]).await.unwrap();
    }
    let wanted = "SELECT position + 1 FROM event WHERE kind = 'filed'";
    let wanted: BTreeSet<i64> =
        superuser.query(wanted, &[]).await.unwrap().iter().map(|row| row.get(0)).collect();
    assert!(wanted.len() > ROUNDS);
    let (begun, mut ids) = (Instant::now(), BTreeMap::<i64, BTreeSet<String>>::new());
    while ids.len() < wanted.len() {
        assert!(begun.elapsed() < WITHIN, "{} of {} arrived", ids.len(), wanted.len());
        tokio::time::sleep(Duration::from_millis(50)).await;
        ids.clear();
        for got in receiver.got() {
            let sequence = got.json()["data"]["sequence"].as_i64().unwrap();
            ids.entry(sequence).or_default().insert(got.id().to_owned());
        }
    }
    assert_eq!(ids.keys().copied().collect::<BTreeSet<_>>(), wanted);
    let twice: Vec<_> = ids.iter().filter(|(_, ids)| ids.len() != 1).collect();
    assert!(twice.is_empty(), "{twice:?}");
}
