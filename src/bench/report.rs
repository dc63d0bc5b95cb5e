//! What was found: a table for people, a line of JSON each for programs.

use std::io::Write as _;

use serde_json::{Map, Value, json};

use super::latency::Spread;

/// How a ratio is judged.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Goal {
    AtLeast(f64),
    AtMost(f64),
}

impl Goal {
    pub fn is_met(self, ratio: f64) -> bool {
        match self {
            Self::AtLeast(bound) => ratio >= bound,
            Self::AtMost(bound) => ratio <= bound,
        }
    }

    fn words(self) -> String {
        match self {
            Self::AtLeast(bound) => format!(">= {bound}"),
            Self::AtMost(bound) => format!("<= {bound}"),
        }
    }
}

/// What a line is compared with, and what came out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Compared {
    pub baseline: f64,
    pub baseline_ms: f64,
    pub ratio: f64,
    pub goal: Goal,
}

/// Processor time of one request, in microseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CpuEach {
    pub server_us: f64,
    pub postgres_us: f64,
    pub generator_us: f64,
}

/// One figure.
#[derive(Clone, Debug)]
pub struct Line {
    pub name: &'static str,
    pub rate: f64,
    pub spread: Spread,
    pub compared: Option<Compared>,
    pub cpu: Option<CpuEach>,
}

impl Line {
    fn json(&self) -> Value {
        let mut line = Map::new();
        let mut put = |name: &str, value: f64| {
            line.insert(name.to_owned(), json!((value * 1000.0).round() / 1000.0));
        };
        put("rate", self.rate);
        put("mean_ms", self.spread.mean_ms);
        put("p50_ms", self.spread.p50_ms);
        put("p99_ms", self.spread.p99_ms);
        put("max_ms", self.spread.max_ms);
        if let Some(compared) = self.compared {
            put("baseline", compared.baseline);
            put("baseline_ms", compared.baseline_ms);
            put("ratio", compared.ratio);
        }
        if let Some(cpu) = self.cpu {
            put("cpu_server_us", cpu.server_us);
            put("cpu_postgres_us", cpu.postgres_us);
            put("cpu_generator_us", cpu.generator_us);
        }
        line.insert("name".to_owned(), self.name.into());
        if let Some(compared) = self.compared {
            line.insert("goal".to_owned(), compared.goal.words().into());
            line.insert("met".to_owned(), compared.goal.is_met(compared.ratio).into());
        }
        Value::Object(line)
    }

    fn row(&self) -> String {
        let Spread { p50_ms, p99_ms, .. } = self.spread;
        let mut row = format!("{:<18} {:>9.0} {p50_ms:>9.2} {p99_ms:>9.2}", self.name, self.rate);
        match self.compared {
            Some(Compared { baseline, ratio, goal, .. }) => {
                let met = if goal.is_met(ratio) { "met" } else { "MISSED" };
                row += &format!(" {baseline:>11.0} {ratio:>7.2}  {:<7} {met:<6}", goal.words());
            }
            None => row += &" ".repeat(36),
        }
        if let Some(cpu) = self.cpu {
            let CpuEach { server_us, postgres_us, generator_us } = cpu;
            row += &format!(" {server_us:>7.0} {postgres_us:>9.0} {generator_us:>10.0}");
        }
        row
    }
}

/// Where figures go, as they come.
pub struct Report {
    is_json: bool,
}

impl Report {
    pub const fn new(is_json: bool) -> Self {
        Self { is_json }
    }

    /// The head of the table.
    pub fn begin(&self) {
        if !self.is_json {
            say(&format!(
                "{:<18} {:>9} {:>9} {:>9} {:>11} {:>7}  {:<7} {:<6} {:>7} {:>9} {:>10}",
                "run",
                "rate/s",
                "p50 ms",
                "p99 ms",
                "baseline/s",
                "ratio",
                "goal",
                "",
                "server",
                "postgres",
                "generator"
            ));
            say(&format!("{:>110}", "us of processor time each"));
        }
    }

    pub fn line(&self, line: &Line) {
        say(&if self.is_json { line.json().to_string() } else { line.row() });
    }

    /// The most memory that the server took.
    pub fn memory(&self, peak_mib: Option<f64>, mib_max: f64) {
        let Some(peak) = peak_mib else { return };
        let met = peak < mib_max;
        if self.is_json {
            let line = json!({"name": "server_memory", "peak_mib": (peak * 10.0).round() / 10.0,
                              "goal": format!("< {mib_max}"), "met": met});
            say(&line.to_string());
        } else {
            let met = if met { "met" } else { "MISSED" };
            say(&format!("server memory: at most {peak:.0} MiB, goal < {mib_max} MiB: {met}"));
        }
    }
}

/// To standard output. A reader that has gone away (`| head`) is no failure.
fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// What is being done, to standard error: figures alone go to standard output.
pub fn progress(words: &str) {
    let _ = writeln!(std::io::stderr(), "{words}");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line() -> Line {
        let spread = Spread { mean_ms: 2.0, p50_ms: 1.5, p99_ms: 9.25, max_ms: 11.0 };
        let goal = Goal::AtLeast(1.1);
        let compared = Compared { baseline: 2000.0, baseline_ms: 16.0, ratio: 1.25, goal };
        Line { name: "spread_32", rate: 2500.4567, spread, compared: Some(compared), cpu: None }
    }

    #[test]
    fn programs_find_the_promised_members() {
        let json = line().json();
        assert_eq!(json["name"], "spread_32");
        for (name, value) in
            [("rate", 2500.457), ("p50_ms", 1.5), ("p99_ms", 9.25), ("baseline", 2000.0)]
        {
            assert_eq!(json[name], value, "{name}");
        }
        assert_eq!((&json["ratio"], &json["met"]), (&json!(1.25), &json!(true)));
    }

    #[test]
    fn goals_hold_at_their_bound() {
        assert!(Goal::AtLeast(1.1).is_met(1.1) && !Goal::AtLeast(1.1).is_met(1.09));
        assert!(Goal::AtMost(2.0).is_met(2.0) && !Goal::AtMost(2.0).is_met(2.01));
    }
}
