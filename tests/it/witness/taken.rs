//! What logs hand in: every status of C2SP tlog-witness, forks, races, and an end at any moment.

use std::time::Duration;

use futures_util::future::{join, join_all};
use liandan::custody::{LogKeys, private_text};

use super::log::{MadeUpLog, ORIGIN, body};
use super::process::{Home, Said};
use crate::crash::Instants;
use crate::custody::independent::cosigned;

const TEXT: &str = "text/plain; charset=utf-8";

/// The answer that has the size that is known.
fn conflict(size: usize) -> Said {
    (409, "text/x.tlog.size".to_owned(), format!("{size}\n"))
}

#[tokio::test]
async fn what_only_grew_is_cosigned_and_kept() {
    let (home, log) = (Home::new(1), MadeUpLog::of(40, 0));
    let begun = chrono::Utc::now().timestamp().unsigned_abs();
    let witness = home.listen(&log.key(), &[]);
    let hash = liandan::witness::hash_of(ORIGIN);
    let newest = format!("/checkpoint/{hash}");
    assert_eq!(witness.get(&newest).await.0, 404);
    let mut from = 0;
    for to in [0, 1, 2, 3, 3, 7, 8, 32, 40] {
        let (status, kind, lines) = witness.add(log.submission(from, to)).await;
        assert_eq!((status, kind.as_str()), (200, TEXT), "{from} -> {to}: {lines}");
        let at = cosigned(&log.text(to), &lines, &home.key());
        assert!((begun..begun + 120).contains(&at), "{at}");
        let (status, _, note) = witness.get(&newest).await;
        assert_eq!((status, note), (200, log.note(to) + &lines));
        from = to;
    }
    assert_eq!(witness.get(&format!("{newest}0")).await.0, 404);
    assert_eq!(witness.get("/").await.0, 404);
    assert_eq!(witness.get("/healthz").await.0, 200);
    drop(witness);
    let witness = home.listen(&log.key(), &[]);
    assert_eq!(witness.add(log.submission(7, 8)).await, conflict(40));
    assert!(home.evidence().is_empty(), "nothing was wrong: {}", home.told());
}

#[tokio::test]
async fn what_is_no_submission_of_a_log_that_is_trusted_is_refused() {
    let (home, log) = (Home::new(1), MadeUpLog::of(9, 0));
    let witness = home.listen(&log.key(), &[]);
    let note = log.note(3);
    assert_eq!(witness.add(log.submission(0, 3)).await.0, 200);
    let malformed = [
        String::new(),
        note.clone(),
        body("03", &[], &note),
        body("-3", &[], &note),
        body("3", &[], note.trim_end()),
        body("3", &[[0; 32]; 64], &note),
        body("3", &[], &note.replace("\n3\n", "\n03\n")),
        body("3", &[], &note.replace('\n', "\r\n")),
        // The old size is larger than the checkpoint's.
        body("4", &[], &note),
    ];
    for wrong in malformed {
        assert_eq!(witness.add(wrong.clone()).await.0, 400, "{wrong:?}");
    }
    assert_eq!(witness.add(vec![0xff, 0xfe]).await.0, 400);
    assert_eq!(witness.add("x".repeat(200_000)).await.0, 413);
    let key = |name: &str, seed| LogKeys::parse(&private_text(name, &[seed; 32])).unwrap();
    // Another log, by its name; the name alone; the name with another log's key.
    let text = log.text(4);
    let other = key("b.example/log", 6).sign(&text.replace(ORIGIN, "b.example/log"));
    assert_eq!(witness.add(body("3", &log.proof(3, 4), &other)).await.0, 404);
    for stranger in [key("b.example/log", 6), key(ORIGIN, 7)] {
        let note = stranger.sign(&text);
        assert_eq!(witness.add(body("3", &log.proof(3, 4), &note)).await.0, 403, "{note}");
    }
    let touched = log.note(4).replace("\n4\n", "\n5\n");
    assert_eq!(witness.add(body("3", &log.proof(3, 5), &touched)).await.0, 403);
    // With a stranger's signature beside the log's it is taken, and the stranger's is not kept.
    let beside = key("b.example/log", 6).sign(&text);
    let line = beside.lines().last().unwrap();
    let both = format!("{}{line}\n", log.note(4));
    let (status, _, lines) = witness.add(body("3", &log.proof(3, 4), &both)).await;
    assert_eq!(status, 200);
    let hash = liandan::witness::hash_of(ORIGIN);
    assert_eq!(witness.get(&format!("/checkpoint/{hash}")).await.2, log.note(4) + &lines);
    assert_eq!(witness.get("/add-checkpoint").await.0, 405);
}

#[tokio::test]
async fn a_log_with_two_histories_is_refused_and_both_notes_are_kept() {
    let (home, log) = (Home::new(1), MadeUpLog::of(40, 0));
    let fork = log.forked_at(10);
    let witness = home.listen(&log.key(), &[]);
    assert_eq!(witness.add(log.submission(0, 10)).await.0, 200);
    // The two are still one, so this is no fork yet.
    assert_eq!(witness.add(fork.submission(10, 10)).await.0, 200);
    assert_eq!(witness.add(log.submission(10, 20)).await.0, 200);
    // As many entries and another root, whatever size is said to be known.
    for old in ["20", "0", "11"] {
        assert_eq!(witness.add(body(old, &[], &fork.note(20))).await, conflict(20), "{old}");
    }
    let [found] = &home.evidence()[..] else { panic!("one file: {:?}", home.evidence()) };
    assert_eq!((&found["kind"], &found["origin"]), (&"forked".into(), &ORIGIN.into()));
    assert_eq!(found["shown"], fork.note(20));
    assert!(found["cosigned"].as_str().unwrap().starts_with(&log.note(20)));
    // It goes on from its own history, which is not the one that was cosigned.
    assert_eq!(witness.add(fork.submission(20, 30)).await.0, 422);
    assert_eq!(witness.add(fork.submission(20, 30)).await.0, 422);
    let found = home.evidence();
    let unproven = found.iter().filter(|one| one["kind"] == "unproven").collect::<Vec<_>>();
    assert_eq!((found.len(), unproven.len()), (2, 1));
    assert_eq!(unproven[0]["shown"], fork.note(30));
    assert!(home.told().matches("ERROR").count() >= 5, "{}", home.told());
    // The log itself is witnessed as before.
    for wrong in [log.proof(20, 29), log.proof(19, 30), Vec::new(), vec![[1; 32]; 63]] {
        assert_eq!(witness.add(body("20", &wrong, &log.note(30))).await.0, 422);
    }
    assert_eq!(witness.add(log.submission(20, 30)).await.0, 200);
}

#[tokio::test]
async fn at_once_or_not_nothing_is_ever_taken_back() {
    let (home, log) = (Home::new(1), MadeUpLog::of(120, 0));
    let witness = home.listen(&log.key(), &[]);
    assert_eq!(witness.add(log.submission(0, 1)).await.0, 200);
    let mut known = 1;
    for _ in 0..12 {
        // Each goes on from what is known now, and one alone is the first.
        let sizes: Vec<usize> = (known + 1..known + 9).rev().collect();
        let adds = sizes.iter().map(|to| witness.add(log.submission(known, *to)));
        let answers = join_all(adds).await;
        let first: Vec<usize> = sizes
            .iter()
            .zip(&answers)
            .filter(|(_, answer)| answer.0 == 200)
            .map(|(to, _)| *to)
            .collect();
        let [size] = first[..] else { panic!("one is the first: {answers:?}") };
        assert_eq!(answers.iter().filter(|one| **one == conflict(size)).count(), 7);
        assert_eq!(witness.add(log.submission(known, size)).await, conflict(size));
        known = size;
    }
}

/// Killed at random moments while a log is handed in: what was answered is known afterwards, and
/// what is known is what was handed in.
#[tokio::test]
async fn a_witness_that_is_killed_remembers_what_it_cosigned() {
    const SIZE: usize = 2000;
    let instants = Instants::new("witness");
    let (home, log) = (Home::new(1), MadeUpLog::of(SIZE, 0));
    assert_eq!(home.listen(&log.key(), &[]).add(log.submission(0, 1)).await.0, 200);
    let mut answered = 1;
    for _ in 0..12 {
        let mut witness = home.listen(&log.key(), &[]);
        // As if nobody remembered: the answer says what is known.
        let (status, _, told) = witness.add(log.submission(0, SIZE)).await;
        let known: usize = told.trim().parse().unwrap();
        assert!(status == 409 && (known == answered || known == answered + 1), "{answered} {told}");
        let pid = witness.child.id().to_string();
        let hand_in = async {
            let mut size = known;
            while size < SIZE {
                let Some(said) = witness.try_add(log.submission(size, size + 1)).await else {
                    break;
                };
                assert_eq!(said.0, 200, "{said:?}");
                size += 1;
            }
            size
        };
        let kill = async {
            tokio::time::sleep(Duration::from_millis(20) + instants.next()).await;
            std::process::Command::new("kill").args(["-s", "KILL", &pid]).status().unwrap();
        };
        (answered, ()) = join(hand_in, kill).await;
        witness.child.wait().unwrap();
    }
    assert!(answered > 12, "it was killed before it did anything");
    assert!(home.evidence().is_empty());
}

#[tokio::test]
async fn a_folder_has_one_holder_and_what_is_in_it_is_not_changed_by_others() {
    let (home, log) = (Home::new(1), MadeUpLog::of(9, 0));
    let witness = home.listen(&log.key(), &[]);
    assert_eq!(witness.add(log.submission(0, 9)).await.0, 200);
    let arguments = ["--listen", "127.0.0.1:0", "--log", &log.key()];
    let refused = |words: &str| {
        let output = home.run(&arguments);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(1) && told.contains(words), "{told}");
    };
    refused("another process holds");
    drop(witness);
    let file = home.state().join(format!("{}.checkpoint", liandan::witness::hash_of(ORIGIN)));
    let note = std::fs::read_to_string(&file).unwrap();
    // Back to an older size, which the log did sign; or nonsense.
    for other in [log.note(3), note.replace("\n9\n", "\n8\n"), String::new()] {
        std::fs::write(&file, other).unwrap();
        refused("is no note that this witness has cosigned");
    }
    std::fs::write(&file, note).unwrap();
    let witness = home.listen(&log.key(), &[]);
    assert_eq!(witness.add(log.submission(3, 9)).await, conflict(9));
}
