//! `liandan verify` and `liandan key` as programs: arguments, files, what they say, how they end.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use liandan::custody::{VerifierKey, WitnessKey};
use serde_json::{Value, json};

use super::key;
use super::offline::eventful_world;

/// The program without environment, network or database.
fn program(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_liandan"));
    command.env_clear().args(arguments).stdin(Stdio::null()).output().unwrap()
}

fn written(folder: &Path, name: &str, text: &str) -> PathBuf {
    let file = folder.join(name);
    std::fs::write(&file, text).unwrap();
    file
}

#[tokio::test]
async fn the_program_tells_what_happened_or_what_is_wrong() {
    let (_world, cast, bundle, _) = eventful_world().await;
    let folder = tempfile::tempdir().unwrap();
    let file = written(folder.path(), "bundle.json", &bundle.to_string());
    let key = key(&cast.corps).await;
    let keys = written(folder.path(), "keys", &format!("# the log's\n{key}\n"));
    let said = |output: &Output| String::from_utf8_lossy(&output.stdout).into_owned();
    let (file, keys) = (file.to_str().unwrap(), keys.to_str().unwrap());
    for key in [key.as_str(), keys] {
        let output = program(&["verify", file, "--key", key]);
        let text = said(&output);
        assert_eq!(output.status.code(), Some(0), "{text}");
        let number = bundle["events"][0]["body"].as_str().unwrap();
        let number: Value = serde_json::from_str(number).unwrap();
        assert!(text.contains(number["data"]["number"].as_str().unwrap()), "{text}");
        for words in
            ["起运 departed → 运输中 in_transit", "灭失 lost 10", "未被改动", "Not altered"]
        {
            assert!(text.contains(words), "{words}: {text}");
        }
    }
    let output = program(&["verify", file, "--key", &key, "--json"]);
    let told: Value = serde_json::from_str(&said(&output)).unwrap();
    assert_eq!((&told["verified"], &told["status"]), (&json!(true), &json!("completed")));
    let mut touched = bundle.clone();
    touched["events"][2]["body"] =
        json!(touched["events"][2]["body"].as_str().unwrap().to_owned() + " ");
    let touched = written(folder.path(), "touched.json", &touched.to_string());
    let touched = touched.to_str().unwrap();
    let output = program(&["verify", touched, "--key", &key]);
    assert_eq!(output.status.code(), Some(1));
    // One line, in both languages.
    let told = said(&output);
    assert!(told.starts_with("有误 wrong at /events/2: 事件 2 "), "{told}");
    assert!(told.contains("Event 2 is not entry") && told.trim().lines().count() == 1, "{told}");
    let output = program(&["verify", touched, "--key", &key, "--json"]);
    let told: Value = serde_json::from_str(&said(&output)).unwrap();
    assert_eq!((&told["verified"], &told["at"]), (&json!(false), &json!("/events/2")));
    for wrong in ["no-key", &key[..key.len() - 2]] {
        let output = program(&["verify", file, "--key", wrong]);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(1) && told.contains("--key"), "{told}");
    }
    assert_eq!(program(&["verify", file]).status.code(), Some(2));
}

#[test]
fn a_key_is_made_once_and_shown_as_often_as_one_likes() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("log-key");
    let file = file.to_str().unwrap();
    let said = |output: Output| String::from_utf8(output.stdout).unwrap();
    let made = program(&["key", "new", "--name", "a.example/log", file]);
    assert!(made.status.success());
    let made = said(made);
    made.trim().parse::<VerifierKey>().unwrap();
    assert_eq!(said(program(&["key", "show", file])), made);
    let witness = folder.path().join("witness-key");
    let witness = witness.to_str().unwrap();
    let made = said(program(&["key", "new", "--witness", "--name", "w.example/w", witness]));
    made.trim().parse::<WitnessKey>().unwrap();
    assert_eq!(said(program(&["key", "show", witness])), made);
    assert_eq!(program(&["key", "new", "--witness", "/nowhere/key"]).status.code(), Some(2));
    let mode =
        std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(file).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
    for wrong in [
        &["key", "new", "--name", "a.example/log", file][..],
        &["key", "new", "--name", "a b", "/nowhere/key"],
        &["key", "new", "/nowhere/key"],
        &["key", "show"],
        &["key", "show", "/nowhere/key"],
    ] {
        let output = program(wrong);
        assert_eq!(output.status.code(), Some(1), "{wrong:?}");
        assert_eq!(String::from_utf8_lossy(&output.stderr).lines().count(), 1, "{wrong:?}");
    }
}
