//! What was found: a table for people, a line of JSON each for programs.

use std::io::Write as _;
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::latency::Spread;
use super::meters::Cpu;

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

/// One figure.
#[derive(Clone, Debug)]
pub struct Line {
    pub name: String,
    pub rate: f64,
    pub spread: Spread,
    pub compared: Option<Compared>,
    /// Of one request.
    pub cpu: Option<Cpu>,
}

impl Line {
    fn json(&self) -> Value {
        let mut line = Map::new();
        let mut put = |name: &str, value: f64| {
            line.insert(name.to_owned(), json!((value * 1000.0).round() / 1000.0));
        };
        put("rate", self.rate);
        put("mean_ms", ms(self.spread.mean));
        put("p50_ms", ms(self.spread.p50));
        put("p99_ms", ms(self.spread.p99));
        put("max_ms", ms(self.spread.max));
        if let Some(compared) = self.compared {
            put("baseline", compared.baseline);
            put("baseline_ms", compared.baseline_ms);
            put("ratio", compared.ratio);
        }
        if let Some(cpu) = self.cpu {
            put("cpu_server_us", us(cpu.server));
            put("cpu_postgres_us", us(cpu.postgres));
            put("cpu_generator_us", us(cpu.generator));
        }
        line.insert("name".to_owned(), self.name.clone().into());
        if let Some(compared) = self.compared {
            line.insert("goal".to_owned(), compared.goal.words().into());
            line.insert("met".to_owned(), compared.goal.is_met(compared.ratio).into());
        }
        Value::Object(line)
    }

    fn row(&self) -> String {
        let (p50, p99) = (ms(self.spread.p50), ms(self.spread.p99));
        let figures = format!("{:<18} {:>9.0} {p50:>9.2} {p99:>9.2}", self.name, self.rate);
        let compared = self.compared.map_or_else(
            || " ".repeat(36),
            |Compared { baseline, ratio, goal, .. }| {
                let met = if goal.is_met(ratio) { "met" } else { "MISSED" };
                format!("{baseline:>11.0} {ratio:>7.2}  {:<7} {met:<6}", goal.words())
            },
        );
        let cpu = self.cpu.map_or_else(String::new, |cpu| {
            let [server, postgres, own] = [cpu.server, cpu.postgres, cpu.generator].map(us);
            format!("{server:>7.0} {postgres:>9.0} {own:>10.0}")
        });
        format!("{figures} {compared} {cpu}")
    }
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn us(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
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
        let [mean, p50, p99, max] = [2_000, 1_500, 9_250, 11_000].map(Duration::from_micros);
        let spread = Spread { mean, p50, p99, max };
        let goal = Goal::AtLeast(1.1);
        let compared = Compared { baseline: 2000.0, baseline_ms: 16.0, ratio: 1.25, goal };
        Line {
            name: "spread_32".into(),
            rate: 2500.4567,
            spread,
            compared: Some(compared),
            cpu: None,
        }
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
