//! A run: bring the parties, play the scenarios one after another, report.

use std::sync::Arc;

use super::client::{Client, Unplayable};
use super::estate::{self, ARRIVAL, Account, Estate};
use super::report::{Outcome, Report};
use super::scenario::{Scenario, all};
use super::stage::Stage;

/// What is run against what.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `http://127.0.0.1:8080`.
    pub base_url: String,
    /// The sandbox's logins, as `demo --accounts-file` writes them.
    pub accounts: Vec<Account>,
    /// Names of scenarios, or of groups of them (`feed`); none means all.
    pub only: Vec<String>,
    /// Chance, so that two runs against one sandbox do not take each other's names.
    pub tag: u64,
}

impl Settings {
    /// A name that means nothing would be a run that finds nothing.
    fn meant(&self) -> Result<(), Unplayable> {
        let unknown = |only: &&String| all().iter().all(|one| !is_meant(one.name, only));
        match self.only.iter().find(unknown) {
            Some(only) => Err(Unplayable::NoScenario(only.clone())),
            None => Ok(()),
        }
    }

    /// The scenarios that it asks for.
    pub fn chosen(&self) -> Vec<&'static Scenario> {
        let mut chosen = all();
        // Played first, whatever is asked for.
        chosen.retain(|scenario| scenario.name != ARRIVAL.name);
        if !self.only.is_empty() {
            chosen.retain(|scenario| self.only.iter().any(|only| is_meant(scenario.name, only)));
        }
        chosen
    }
}

fn is_meant(name: &str, only: &str) -> bool {
    name == only || name.split_once('.').is_some_and(|(group, _)| group == only)
}

/// Plays what is asked for. `told` hears of each outcome as it is there.
pub fn run(settings: &Settings, mut told: impl FnMut(&Outcome)) -> Result<Report, Unplayable> {
    settings.meant()?;
    let client = Client::new(&settings.base_url)?;
    let (cast, arrival) = estate::arrive(&client, &settings.accounts, settings.tag);
    told(&arrival);
    let mut outcomes = vec![arrival];
    // Without parties nothing can be played, and the report says so.
    if let Some(cast) = cast {
        let cast = Arc::new(cast);
        for scenario in settings.chosen() {
            let outcome = play(scenario, &cast);
            told(&outcome);
            outcomes.push(outcome);
        }
    }
    Ok(Report { base_url: settings.base_url.clone(), outcomes })
}

fn play(scenario: &'static Scenario, cast: &Arc<Estate>) -> Outcome {
    let mut stage = Stage::new(Arc::clone(cast));
    let played = (scenario.play)(&mut stage);
    Outcome { scenario, checks: stage.close(), cut_short: played.is_err() }
}
