//! The published list: what is tried, why, and where the contract says so.

use super::scenarios;
use super::stage::{Played, Stage};

/// One story with its checks. The name is stable: integrators refer to it.
#[derive(Debug)]
pub struct Scenario {
    pub name: &'static str,
    pub zh: &'static str,
    pub en: &'static str,
    /// The page and heading of the contract that it comes from.
    pub page: &'static str,
    pub play: fn(&mut Stage) -> Played,
}

/// All scenarios, in the order in which they are played.
pub fn all() -> Vec<&'static Scenario> {
    scenarios::GROUPS.iter().flat_map(|group| group.iter().copied()).collect()
}

/// `docs/conformance.md`, generated from the list.
pub fn markdown() -> String {
    let mut text = String::from(HEAD);
    for Scenario { name, zh, en, page, .. } in all() {
        for part in ["| `", name, "` | ", zh, " | ", en, " | ", page, " |\n"] {
            text.push_str(part);
        }
    }
    text
}

const HEAD: &str = "\
# Conformance 符合性检查

Generated from `src/conformance/`; a test compares. The scenarios are written from the contract
alone and play over HTTP alone, against any deployment that is a sandbox:

```sh
liandan demo --accounts-file accounts.json
liandan conformance --base-url http://127.0.0.1:8080 --accounts-file accounts.json
```

One line a check, in Chinese and English, with request and answer where it is wrong; exit status 0
where all is right, else 1. `--only NAME` plays one scenario or a group (`feed`), `--json` is for
programs, `--list` prints this list. Of the accounts only the corps' regulator (and, where there is
one, a division's) is used: the run registers parties of its own, and what it makes stays.

运行时以兵团主管部门账号登记自己的单位，不动已有数据；所建数据留在沙箱中。

| name | 检查什么 | what is tried | contract |
|---|---|---|---|
";
