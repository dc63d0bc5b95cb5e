//! The change feed: in order, without gaps, to each its own, and worth waiting for.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use liandan::limits::FEED_SCAN_MAX;
use serde_json::{Value, json};

use crate::access::estate::{EVERYBODY, Estate};
use crate::support::{Answer, Cast, Client, PASSWORD, Server, World};

/// What a client gets that reads from `after` to the end of the log, page by page.
async fn read_on(client: &Client, mut after: i64, limit: usize) -> (Vec<Value>, i64) {
    let mut all = Vec::new();
    loop {
        let page = client.get(&format!("/changes?after={after}&limit={limit}")).await.is(200);
        assert!(data(&page).len() <= limit, "{}", page.shown());
        all.extend(data(&page));
        let next = next_after(&page);
        if next == after {
            return (all, after);
        }
        after = next;
    }
}

fn data(page: &Answer) -> Vec<Value> {
    page.get("/data").as_array().unwrap().clone()
}

fn next_after(page: &Answer) -> i64 {
    page.get("/next_after").as_i64().unwrap()
}

fn sequences(changes: &[Value]) -> Vec<i64> {
    changes.iter().map(|change| change["sequence"].as_i64().unwrap()).collect()
}

/// Sign-ins are told (`identity/sessions.rs`), and have no page of their own.
fn has_address(change: &Value) -> bool {
    change["subject"]["kind"] != "sign_in"
}

/// Where a change's subject is shown.
fn address(change: &Value) -> String {
    let kind = change["subject"]["kind"].as_str().unwrap().replace('_', "-");
    let folder = match kind.as_str() {
        "ledger-entry" => "ledger-entries".into(),
        "activity" => "activity".into(),
        "anomaly" => "anomalies".into(),
        "insurance-policy" => "insurance-policies".into(),
        "emergency-plan-filed" => "emergency-plans-filed".into(),
        "co-disposal-facility" => "co-disposal-facilities".into(),
        "round" => "collection-rounds".into(),
        "assessment" => "capacity/assessments".into(),
        "emergency-plan" => "capacity/emergency-plans".into(),
        _ => format!("{kind}s"),
    };
    format!("/{folder}/{}", change["subject"]["id"].as_str().unwrap())
}

/// Lets a client wait at the end of its feed, and `act` once it does.
async fn while_waiting(
    world: &World,
    client: &Client,
    path: &str,
    act: impl Future<Output = ()>,
) -> Answer {
    let waits = async {
        while world.app.waiting.count() == 0 {
            tokio::task::yield_now().await;
        }
        act.await;
    };
    let (answer, ()) = tokio::join!(client.get(path), waits);
    answer
}

#[tokio::test]
async fn a_life_is_told_in_order_with_the_manifest_as_it_stood() {
    let world = World::start().await;
    let cast = Cast::new(&world, 100_000).await;
    cast.produce(1000).await;
    let id = cast.accepted(&cast.oil(&json!(812.5))).await.id();
    let (all, end) = read_on(&cast.corps, 0, 500).await;
    // Whoever sees everything sees every number.
    assert_eq!(sequences(&all), (1..=end).collect::<Vec<_>>());
    assert_eq!(end, world.rows("event").await);
    let of_it = all.iter().filter(|change| change["subject"]["id"] == id.as_str());
    let of_it: Vec<&Value> = of_it.collect();
    let told = |pointer: &str| -> Vec<Value> {
        of_it.iter().map(|change| change.pointer(pointer).unwrap().clone()).collect()
    };
    assert_eq!(told("/kind"), ["filed", "departed", "arrived", "received"]);
    assert_eq!(told("/resource/version"), [1, 2, 3, 4]);
    assert_eq!(told("/resource/status"), ["filed", "in_transit", "arrived", "accepted"]);
    assert_eq!(told("/resource/items/0/mass_kg"), [812.5, 812.5, 812.5, 812.5]);
    assert_eq!(told("/subject/kind"), ["manifest"; 4]);
    let events = cast.corps.get(&format!("/manifests/{id}/events")).await.is(200);
    for (change, event) in of_it.iter().zip(data(&events)) {
        assert_eq!(change["sequence"], event["index"].as_i64().unwrap() + 1);
        assert_eq!(change["occurred_at"], event["occurred_at"]);
        assert_eq!(change["recorded_at"], event["recorded_at"]);
    }
}

/// What one finds in the feed is what one finds at its address, and nothing else.
#[tokio::test]
async fn each_sees_the_changes_of_what_each_may_see() {
    let estate = Estate::new().await;
    let medical = estate.cast.filed(&estate.cast.medical()).await.id();
    estate.cast.carrier.post(&format!("/manifests/{medical}/depart"), &json!({})).await.ok();
    // The corps sees all but what has a secret of somebody else's: that is its owner's alone.
    let (_, end) = read_on(estate.person("corps"), 0, 500).await;
    let mut all: BTreeMap<i64, Value> = BTreeMap::new();
    for name in EVERYBODY {
        let (own, _) = read_on(estate.person(name), 0, 500).await;
        all.extend(own.into_iter().map(|one| (one["sequence"].as_i64().unwrap(), one)));
    }
    assert_eq!(all.keys().copied().collect::<Vec<_>>(), (1..=end).collect::<Vec<_>>());
    let all: Vec<Value> = all.into_values().filter(has_address).collect();
    for name in EVERYBODY {
        let client = estate.person(name);
        let (own, own_end) = read_on(client, 0, 500).await;
        let own: Vec<Value> = own.into_iter().filter(has_address).collect();
        assert_eq!(own_end, end, "{name}");
        let mut known: HashMap<String, Answer> = HashMap::new();
        let mut wanted = Vec::new();
        for change in &all {
            let there = address(change);
            if !known.contains_key(&there) {
                known.insert(there.clone(), client.get(&there).await);
            }
            match known[&there].status {
                200 => wanted.push(change["sequence"].as_i64().unwrap()),
                status => assert_eq!(status, 404, "{name}: {}", known[&there].shown()),
            }
        }
        assert_eq!(sequences(&own), wanted, "{name}");
        // The last word on each thing is the thing as it is.
        let last: HashMap<String, &Value> =
            own.iter().map(|change| (address(change), &change["resource"])).collect();
        for (there, resource) in last {
            let mut shown = known[&there].json.clone();
            // What was frozen is in no change: it may be large; nor is what a caller may do, which
            // is the answer's.
            let beside: &[&str] = match there.rsplit_once('/').unwrap().0 {
                "/capacity/assessments" => &["frozen"],
                "/capacity/emergency-plans" => &["course", "opened_days"],
                "/transfer-applications" => &["allowed_actions"],
                "/reports" => &["content", "versions", "is_outdated", "differences"],
                _ => &[],
            };
            for name in beside {
                assert!(shown.as_object_mut().unwrap().remove(*name).is_some(), "{name}");
            }
            assert_eq!(resource, &shown, "{name}: {there}");
        }
    }
}

#[tokio::test]
async fn pages_of_any_size_tell_the_same() {
    let world = World::start().await;
    let cast = Cast::new(&world, 100_000).await;
    cast.produce(1000).await;
    cast.accepted(&cast.oil(&json!(10))).await;
    let (whole, end) = read_on(&cast.producer, 0, 500).await;
    assert!(sequences(&whole).is_sorted_by(|a, b| a < b) && whole.len() > 5);
    for limit in [1, 2, 7] {
        assert_eq!(read_on(&cast.producer, 0, limit).await, (whole.clone(), end), "{limit}");
    }
    // From any place on, also one whose number the caller was not told.
    for after in 0..=end {
        let rest = whole.iter().filter(|change| change["sequence"].as_i64().unwrap() > after);
        let rest: Vec<Value> = rest.cloned().collect();
        assert_eq!(read_on(&cast.producer, after, 500).await.0, rest, "{after}");
    }
}

#[tokio::test]
async fn whoever_follows_misses_nothing_while_others_write() {
    const WRITERS: usize = 6;
    const FILINGS: usize = 4;
    let world = World::start().await;
    let cast = Cast::new(&world, 100_000).await;
    cast.produce(1000).await;
    let (_, start) = read_on(&cast.producer, 0, 500).await;
    let writes = join_all((0..WRITERS).map(|_| async {
        for _ in 0..FILINGS {
            cast.filed(&cast.oil(&json!(1))).await;
            // Nothing that the follower may see.
            cast.stranger.get("/me").await.ok();
            let own = cast.stranger.get("/me").await.ok().str("/organisation/id").to_owned();
            let driver = json!({"organisation_id": own, "name": "x", "phone": "1",
                "licence_no": "1"});
            cast.stranger.post("/drivers", &driver).await.ok();
        }
    }));
    let follows = async {
        let (mut followed, mut after) = (Vec::new(), start);
        while followed.len() < WRITERS * FILINGS {
            let path = format!("/changes?after={after}&limit=3&wait=60");
            let page = cast.producer.get(&path).await.is(200);
            followed.extend(data(&page));
            assert!(next_after(&page) > after, "{}", page.shown());
            after = next_after(&page);
        }
        followed
    };
    let (followed, _) = tokio::join!(follows, writes);
    let (reread, _) = read_on(&cast.producer, start, 500).await;
    assert_eq!(sequences(&followed), sequences(&reread));
    assert!(followed.iter().all(|change| change["kind"] == "filed"));
}

#[tokio::test]
async fn a_wait_ends_with_what_happens_or_with_its_time() {
    let world = World::start().await;
    let cast = Cast::new(&world, 100_000).await;
    cast.produce(1000).await;
    let (_, end) = read_on(&cast.producer, 0, 500).await;
    let began = Instant::now();
    let file = async {
        cast.filed(&cast.oil(&json!(1))).await;
    };
    let path = format!("/changes?after={end}&wait=60");
    let woken = while_waiting(&world, &cast.producer, &path, file).await.is(200);
    assert!(began.elapsed() < Duration::from_secs(30), "{}", woken.shown());
    assert_eq!(data(&woken).len(), 1);
    assert_eq!(woken.str("/data/0/kind"), "filed");
    assert_eq!(next_after(&woken), end + 1);
    // What is not the stranger's wakes nobody, and moves it on.
    let (_, end) = read_on(&cast.stranger, 0, 500).await;
    let file = async {
        cast.filed(&cast.oil(&json!(1))).await;
    };
    let path = format!("/changes?after={end}&wait=1");
    let over = while_waiting(&world, &cast.stranger, &path, file).await.is(200);
    assert_eq!((data(&over).len(), next_after(&over)), (0, end + 1));
    assert_eq!(world.app.waiting.count(), 0);
}

#[tokio::test]
async fn what_another_process_commits_ends_a_wait_too() {
    let world = World::start().await;
    let cast = Cast::new(&world, 100_000).await;
    let other = Server::start(&world.database.app_url());
    let there = Client::new(format!("http://{}", other.address));
    let there = there.log_in("member-1", PASSWORD).await;
    let (_, end) = read_on(&cast.producer, 0, 500).await;
    let write = async {
        let site = json!({"name": "改名"});
        there.patch(&format!("/sites/{}", cast.producer_site), &site).await.ok();
    };
    let began = Instant::now();
    let path = format!("/changes?after={end}&wait=60");
    let woken = while_waiting(&world, &cast.producer, &path, write).await.is(200);
    assert!(began.elapsed() < Duration::from_secs(30), "{}", woken.shown());
    assert_eq!(woken.str("/data/0/resource/name"), "改名");
}

#[tokio::test]
async fn a_right_that_ends_during_a_wait_is_not_served() {
    let world = World::start().await;
    let cast = Cast::new(&world, 100_000).await;
    let user = cast.producer.get("/me").await.ok().str("/user/id").to_owned();
    let (_, end) = read_on(&cast.producer, 0, 500).await;
    let disable = async {
        let disabled = json!({"status": "disabled"});
        cast.corps.patch(&format!("/users/{user}"), &disabled).await.ok();
    };
    let path = format!("/changes?after={end}&wait=60");
    let woken = while_waiting(&world, &cast.producer, &path, disable).await;
    woken.is(401).refused_as("unauthorized");
}

/// In a long log of others' events one comes forward by a bounded number of them a request.
#[tokio::test]
async fn a_long_log_is_passed_through_in_bounded_steps() {
    let world = World::start().await;
    let cast = Cast::new(&world, 100_000).await;
    let (_, end) = read_on(&cast.stranger, 0, 500).await;
    let many = FEED_SCAN_MAX + 500;
    let others = format!(
        "INSERT INTO event (position, subject_id, subject_kind, year, seq, kind, recorded_at, \
         leaf, body) SELECT next_position + i, gen_random_uuid(), 9, 2026, 0, 'registered', \
         now(), sha256('x'), '{{}}' FROM log_head, generate_series(0, {many} - 1) i; \
         UPDATE log_head SET next_position = next_position + {many}"
    );
    world.database.superuser().await.batch_execute(&others).await.unwrap();
    let steps = [end + FEED_SCAN_MAX, end + many];
    let mut after = end;
    for step in steps {
        // Nobody waits while there is more to look at.
        let wait = if step == end + many { 0 } else { 60 };
        let page = cast.stranger.get(&format!("/changes?after={after}&wait={wait}")).await.is(200);
        assert_eq!((data(&page).len(), next_after(&page)), (0, step));
        after = step;
    }
    let own = cast.stranger.get("/me").await.ok().str("/organisation/id").to_owned();
    let driver = json!({"organisation_id": own, "name": "x", "phone": "1", "licence_no": "1"});
    let driver = cast.stranger.post("/drivers", &driver).await.ok().id();
    let (found, _) = read_on(&cast.stranger, end, 50).await;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["subject"], json!({"kind": "driver", "id": driver}));
    assert_eq!(sequences(&found), [end + many + 1]);
}

#[tokio::test]
async fn a_number_that_was_never_given_is_refused() {
    let world = World::start().await;
    let corps = world.corps().await;
    let (_, end) = read_on(&corps, 0, 500).await;
    for (query, pointer) in [
        ("after=-1", "/query/after"),
        ("after=x", "/query/after"),
        ("after=1.5", "/query/after"),
        ("after=9007199254740992", "/query/after"),
        (&*format!("after={}", end + 1), "/query/after"),
        (&*format!("after={}&wait=60", end + 1), "/query/after"),
        ("limit=0", "/query/limit"),
        ("limit=501", "/query/limit"),
        ("wait=61", "/query/wait"),
        ("wait=-1", "/query/wait"),
        ("cursor=x", "/query/cursor"),
    ] {
        corps.get(&format!("/changes?{query}")).await.is(422).at(pointer);
    }
    corps.get(&format!("/changes?after={end}")).await.is(200);
}
