//! The house rules of style.md that no lint knows: streets, sizes, head comments, where SQL and
//! waiting may be.

use std::fs;
use std::path::{Path, PathBuf};

const FILE_LINES_MAX: usize = 400;
const FUNCTION_LINES_MAX: usize = 70;
const LINE_CHARS_MAX: usize = 100;

/// The streets, one row a rank: a capability may use those above it. Neighbours in a row do not
/// know each other. To change a street, change the table, in review.
const STREETS: &[&[&str]] = &[
    &["journal", "blob"],
    &["identity", "catalogue"],
    &["registry"],
    &["capacity", "container", "track"],
    &["manifest"],
    &["round", "trip", "report"],
    &["custody", "anomaly", "inspection"],
    &["notify"],
    &["audit", "feed", "witness", "search", "reads", "evidence"],
    &["http", "console"],
    &["simulate"],
];

/// Streets against the table that are there, with the reason. The list may only shrink.
const AGAINST: &[(&str, &str, &str)] = &[
    ("identity", "catalogue", "rights name the streams of the catalogue"),
    (
        "identity",
        "registry",
        "a user belongs to an organisation, and its rights follow from what that does",
    ),
];

/// Files that are longer, with the reason. The list may only shrink.
const LONG: &[(&str, &str)] = &[("src/db/schema.rs", "the tables as Diesel sees them")];

struct Source {
    path: String,
    text: String,
}

impl Source {
    /// Without tests: they may do what they like.
    fn code(&self) -> &str {
        let end = self.text.find("#[cfg(test)]\nmod tests {").unwrap_or(self.text.len());
        &self.text[..end]
    }

    fn is_test(&self) -> bool {
        self.path.contains("/tests_")
            || self.path.contains("/tests/")
            || self.path.ends_with("/tests.rs")
    }

    /// The first folder or file below `src`.
    fn room(&self) -> Option<&str> {
        let below = self.path.strip_prefix("src/")?;
        Some(below.split('/').next()?.trim_end_matches(".rs"))
    }
}

fn sources(folder: &str) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> = vec![root.join(folder)];
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                let path = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
                found.push(Source { path, text });
            }
        }
    }
    assert!(!found.is_empty());
    found
}

fn all() -> Vec<Source> {
    let mut all = sources("src");
    all.extend(sources("tests"));
    all
}

#[track_caller]
fn none(what: &str, mut found: Vec<String>) {
    found.sort();
    assert!(found.is_empty(), "{what}:\n{}", found.join("\n"));
}

#[test]
fn every_file_says_what_it_is_for() {
    let silent = all().into_iter().filter(|source| !source.text.starts_with("//! "));
    none("no head comment", silent.map(|source| source.path).collect());
}

#[test]
fn no_file_is_too_long() {
    let long = all().into_iter().filter(|source| {
        source.text.lines().count() > FILE_LINES_MAX
            && LONG.iter().all(|(path, _)| *path != source.path)
    });
    let shown = long.map(|source| format!("{}: {}", source.path, source.text.lines().count()));
    none("longer than 400 lines", shown.filter(|long| !owed(long)).collect());
}

/// What is still to be cut, and by whom it is known: the list may only shrink.
const OWED: &[&str] = &[
    "src/catalogue/view.rs:",
    "src/db/private.rs:",
    "src/db/private/fetch.rs:",
    "src/db/rows.rs:",
    "src/db/settle.rs:",
    "src/demo/cast.rs:",
    "src/demo/registers.rs:",
    "src/identity/live.rs:",
    "src/journal/canonical.rs:",
    "src/registry/tests.rs:",
    "src/seeds.rs:",
];

#[test]
fn what_is_owed_is_still_owed() {
    let long = |source: &Source| {
        source.text.lines().count() > FILE_LINES_MAX
            || source.text.lines().any(|line| line.chars().count() > LINE_CHARS_MAX)
    };
    let paid = all().into_iter().filter(|source| !long(source));
    let shown = paid.map(|source| format!("{}:", source.path));
    none("paid: take it off the list", shown.filter(|path| owed(path)).collect());
}

fn owed(found: &str) -> bool {
    OWED.iter().any(|file| found.starts_with(file))
}

#[test]
fn no_line_is_too_long() {
    let mut found = Vec::new();
    for source in all() {
        for (number, line) in source.text.lines().enumerate() {
            // Chinese characters are as wide as two, but nobody counts so; rustfmt neither.
            if line.chars().count() > LINE_CHARS_MAX {
                found.push(format!("{}:{}", source.path, number + 1));
            }
        }
    }
    none("longer than 100 characters", found.into_iter().filter(|long| !owed(long)).collect());
}

#[test]
fn no_function_is_too_long() {
    let mut found = Vec::new();
    for source in all() {
        for function in functions(&source.text) {
            if function.lines > FUNCTION_LINES_MAX {
                let Function { name, line, lines, .. } = function;
                found.push(format!("{}:{line} {name}: {lines}", source.path));
            }
        }
    }
    none("longer than 70 lines", found);
}

#[test]
fn streets_are_one_way() {
    let rank = |room: &str| STREETS.iter().position(|row| row.contains(&room));
    let mut found = Vec::new();
    for source in sources("src").iter().filter(|source| !source.is_test()) {
        let Some(from) = source.room() else { continue };
        let Some(own) = rank(from) else { continue };
        for (number, line) in source.code().lines().enumerate() {
            let line = line.split("//").next().unwrap_or_default();
            for rest in line.split("crate::").skip(1) {
                let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
                let to = &rest[..end.unwrap_or(rest.len())];
                let known = AGAINST.iter().any(|(a, b, _)| *a == from && *b == to);
                if to != from && !known && rank(to).is_some_and(|other| other >= own) {
                    found.push(format!("{}:{} {from} -> {to}", source.path, number + 1));
                }
            }
        }
    }
    none("against the streets", found);
}

#[test]
fn only_http_knows_actix() {
    let free = |source: &Source| {
        let room = source.room().unwrap_or_default();
        ["http", "console", "server", "bench"].contains(&room) || source.is_test()
    };
    let knows = |source: &Source| source.code().contains("actix_web::");
    let found = sources("src").into_iter().filter(|source| !free(source) && knows(source));
    none("knows actix", found.map(|source| source.path).collect());
}

/// What is written from the contract alone cannot repeat the server's mistakes, and nothing of the
/// server can lean on it.
#[test]
fn conformance_and_the_server_do_not_know_each_other() {
    let mut found = Vec::new();
    for source in sources("src") {
        let is_it = source.path.starts_with("src/conformance/");
        let may = ["src/cli/conformance.rs", "src/server/error.rs"].contains(&&*source.path);
        for (number, line) in source.text.lines().enumerate() {
            for rest in line.split("crate::").skip(1) {
                let goes_there = rest.starts_with("conformance");
                let sound = if is_it { goes_there } else { may || !goes_there };
                if !sound {
                    found.push(format!("{}:{}", source.path, number + 1));
                }
            }
        }
        let climbs = source.text.contains("super::super::super");
        if is_it && climbs {
            found.push(format!("{}: super::super::super", source.path));
        }
    }
    none("what is written from the contract alone, and the server's rooms", found);
}

#[test]
fn sql_is_in_stores_alone() {
    let home = |path: &str| {
        path.starts_with("src/db/")
            || path.starts_with("src/bench/")
            || path.split('/').any(|part| {
                let name = part.trim_end_matches(".rs");
                ["store", "list", "cache"].contains(&name) || name.ends_with("_store")
            })
    };
    let marks = [
        "diesel::sql_query",
        "diesel::insert_into",
        "diesel::update(",
        "diesel::delete(",
        "\"SELECT ",
        "\"INSERT INTO ",
        "\"UPDATE ",
        "\"DELETE FROM ",
        "diesel_async::RunQueryDsl",
    ];
    let mut found = Vec::new();
    for source in sources("src").iter().filter(|source| !source.is_test() && !home(&source.path)) {
        for mark in marks.iter().filter(|mark| source.code().contains(**mark)) {
            found.push(format!("{}: {mark}", source.path));
        }
    }
    none("SQL outside store, list, cache and db", found);
}

#[test]
fn a_decision_reads_nothing_and_waits_for_nothing() {
    let banned =
        [".await", "async ", "Pool", ".clock", "Utc::now", "registers", "std::fs", "tracing::"];
    let mut found = Vec::new();
    for source in sources("src").iter().filter(|source| !source.is_test()) {
        for function in functions(source.code()).iter().filter(|one| one.name == "decide") {
            for word in banned.iter().filter(|word| function.text.contains(**word)) {
                found.push(format!("{}:{} {word}", source.path, function.line));
            }
        }
    }
    none("not pure", found);
}

struct Function {
    name: String,
    line: usize,
    lines: usize,
    text: String,
}

/// The functions of a file that rustfmt has formatted: one ends at the first closing brace that
/// stands as far in as it began.
fn functions(text: &str) -> Vec<Function> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let body = line.trim_start();
        let indent = line.len() - body.len();
        let Some(name) = function_name(body) else { continue };
        let close = format!("{}}}", " ".repeat(indent));
        let rest = lines[at..].iter();
        let Some(length) = rest.clone().position(|line| *line == close) else { continue };
        // A signature that ends in `;` has no body: the brace is another's.
        let declared = rest.take(length).take_while(|line| !line.trim_end().ends_with('{'));
        if declared.clone().any(|line| line.trim_end().ends_with(';')) {
            continue;
        }
        let text = lines[at..=at + length].join("\n");
        found.push(Function { name: name.to_owned(), line: at + 1, lines: length + 1, text });
    }
    found
}

fn function_name(line: &str) -> Option<&str> {
    let mut rest = line;
    for word in ["pub ", "pub(crate) ", "pub(super) ", "pub(in crate) ", "const ", "async "] {
        rest = rest.strip_prefix(word).unwrap_or(rest);
    }
    let rest = rest.strip_prefix("fn ")?;
    let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))?;
    Some(&rest[..end])
}

#[test]
fn functions_are_found_and_measured() {
    let text = "impl A {\n    pub async fn b(\n        &self,\n    ) -> C {\n        d\n    }\n}\n\
                fn e() {}\n";
    let found = functions(text);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].name.as_str(), found[0].line, found[0].lines), ("b", 2, 5));
}
