//! kill -9 in the middle of filing and evaluating: nothing is skipped, and nothing is seen twice.

use std::time::Duration;

use futures_util::future::join;
use tokio_postgres::Client;

use crate::crash::{Course, Instants, begin};
use crate::support::{Database, Server, liandan};

const ROUNDS: usize = 8;

const CASES: &str = "SELECT to_jsonb(a)::text FROM anomaly a ORDER BY id";
const LEAVES: &str = "SELECT book || ' ' || key || ' ' || body::jsonb::text FROM watch_leaf
    ORDER BY book, key";
const BEHIND: &str = "SELECT (next_position - position)::text FROM log_head, watch_mark";
const TOLD_TWICE: &str =
    "SELECT kind || ' ' || subject_id FROM outbox WHERE kind = 'anomaly_opened'
    GROUP BY kind, subject_id HAVING count(*) > 1";

async fn texts(superuser: &Client, sql: &str) -> Vec<String> {
    let rows = superuser.query(sql, &[]).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

#[tokio::test]
async fn killed_in_the_middle_it_finds_what_an_undisturbed_run_finds() {
    let instants = Instants::new("watch");
    let database = Database::empty().await;
    let superuser = database.superuser().await;
    let url = database.app_url();
    let (mut server, mut filers) = begin(&url).await;
    for _ in 0..ROUNDS {
        let (address, course) = (server.address.clone(), Course::default());
        let kill = async {
            course.begun.notified().await;
            tokio::time::sleep(instants.next()).await;
            server.child.kill().unwrap();
        };
        join(filers.file(&address, &course), kill).await;
        server.child.wait().unwrap();
        server = Server::start(&url);
        filers.repeat(&server.address).await;
    }
    for _ in 0..600 {
        if texts(&superuser, BEHIND).await == ["0"] {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(texts(&superuser, BEHIND).await, ["0"]);
    server.child.kill().unwrap();
    server.child.wait().unwrap();
    let found = (texts(&superuser, CASES).await, texts(&superuser, LEAVES).await);
    assert!(!found.0.is_empty() && !found.1.is_empty());
    assert_eq!(texts(&superuser, TOLD_TWICE).await, Vec::<String>::new());
    let done = liandan(&url).args(["anomaly", "rebuild"]).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    assert_eq!(found, (texts(&superuser, CASES).await, texts(&superuser, LEAVES).await));
}
