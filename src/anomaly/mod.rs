//! Anomalies (anomaly.md): what is flagged, with which evidence, and what people made of it.
//!
//! `watch` is pure: events and the clock in, findings out. `engine.rs` feeds it from the journal,
//! once each, and stores what comes out beside the watch's own state and its place in the log.
//! `case.rs` is a case as the watch owns it, `review.rs` what people make of it; `sight.rs` says
//! who sees it, `act.rs` commits what they do.

mod act;
mod asked;
mod case;
mod decided;
mod engine;
mod engine_store;
pub mod finding;
mod found_store;
mod labels;
mod look;
mod named_store;
pub mod param;
mod preview;
mod rebuild;
mod review;
mod risk;
mod risk_store;
mod risk_view;
pub mod rule;
mod rules;
mod rules_store;
pub mod setting;
mod setting_store;
mod sight;
mod store;
mod told_store;
mod tune;
mod value;
mod view;
pub mod watch;
mod words;

pub use act::{Act, act};
pub use asked::{
    AnomalyFilter, AssignAnomaly, CaseKey, CaseOrder, EnableRule, MergeAnomaly, PreviewRule,
    ReferAnomaly, RiskQuery, RuleFamily, RulesQuery, SetParameter, ShareAnomaly, TriageAnomaly,
    WhichDivision,
};
pub use engine::{Lag, Watching, catch_up, catch_up_to, follow, lag, reference};
pub use found_store::all_found;
pub use look::{WholeAnomalyView, list, one, seen_among, show, shown, view};
pub use named_store::names;
pub use preview::{RulePreviewView, preview};
pub use rebuild::{Progress, Rebuilt, rebuild};
pub use review::Review;
pub use risk_view::{
    ManifestRiskView, OrganisationRiskView, manifests as risky_manifests,
    organisations as risky_organisations,
};
pub use rules::{AnomalyRuleView, rule as show_rule, rule_with, rules as all_rules};
pub use setting_store::implied as implied_setting;
pub use store::{Stored, implied};
pub use told_store::{CaseTold, cases_told};
pub use tune::{enable, set_parameter, settings_seen, unset_parameter};
pub use view::{AnomalyView, anomaly_view};
pub use words::Names;
