//! Two servers on one database, one of them killed again and again in the middle of filings: what
//! either has ever shown is of one history, and all of it is published in the end.

use std::cell::Cell;
use std::time::Duration;

use futures_util::future::join;

use super::watcher::Watcher;
use crate::crash::{Course, Instants, begin};
use crate::support::{Database, Server};

const ROUNDS: usize = 8;

#[tokio::test]
async fn two_servers_of_which_one_is_killed_publish_one_log() {
    let instants = Instants::new("custody");
    let database = Database::empty().await;
    let superuser = database.superuser().await;
    let url = database.app_url();
    let (first, mut filers) = begin(&url).await;
    let mut second = Server::start(&url);
    let mut watcher = Watcher::default();
    for round in 0..ROUNDS {
        // The one that is filed to is killed, or the one beside it.
        let victim_is_filed_to = round % 2 == 0;
        let address = if victim_is_filed_to { &second.address } else { &first.address }.clone();
        let (course, is_over) = (Course::default(), Cell::new(false));
        let (there, beside) = (first.address.clone(), second.address.clone());
        let watch = async {
            while !is_over.get() {
                watcher.look(&there).await;
                watcher.look(&beside).await;
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let kill = async {
            course.begun.notified().await;
            tokio::time::sleep(instants.next()).await;
            second.child.kill().unwrap();
            tokio::time::sleep(instants.next()).await;
            course.enough.set(true);
        };
        let file = async {
            join(filers.file(&address, &course), kill).await;
            is_over.set(true);
        };
        join(watch, file).await;
        second.child.wait().unwrap();
        second = Server::start(&url);
        filers.repeat(&first.address).await;
    }
    for server in [&first, &second] {
        assert!(watcher.settle(&server.address, &superuser).await > ROUNDS);
    }
    let forked = "SELECT count(*) FROM (SELECT size FROM checkpoint GROUP BY size
                  HAVING count(DISTINCT root) > 1) AS forked";
    assert_eq!(superuser.query_one(forked, &[]).await.unwrap().get::<_, i64>(0), 0);
}
