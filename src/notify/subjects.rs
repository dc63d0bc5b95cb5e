//! What rows of the outbox are about, looked up by kind of subject, a batch at a time.

use std::collections::HashMap;

use serde_json::Value;
use uuid::Uuid;

use super::kind::{NoticeKind, NoticeSeverity};
use super::reviews;
use super::statutory::{Authorities, Duty};
use super::subject_store;
use super::topic::{Told, Topic, Whereabouts};
use crate::anomaly::rule::RuleId;
use crate::anomaly::{self, CaseTold};
use crate::app::App;
use crate::capacity::EmergencyPlan;
use crate::catalogue::{Catalogue, Stream};
use crate::decision::SubjectKind;
use crate::ids::{ManifestId, OrganisationId, SiteId};
use crate::manifest::{self, Manifest};
use crate::problem::Problem;
use crate::registry::application::TransferApplication;

/// What each of these rows is about, in their order; none for what is told to nobody (of a kind
/// that this build does not know, of a subject that is not there).
pub async fn topics_of(app: &App, rows: &[Told]) -> Result<Vec<Option<Topic>>, Problem> {
    let of = |wanted: SubjectKind| {
        let those = rows.iter().filter(move |row| row.subject_kind == wanted.number());
        let mut ids: Vec<Uuid> = those.map(|row| row.subject_id).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    };
    let manifests = manifests(app, of(SubjectKind::Manifest)).await?;
    let cases = anomaly::cases_told(&app.pool, &of(SubjectKind::Anomaly)).await?;
    let entries = entries(app, rows).await?;
    let facilities = facilities(app, &entries).await?;
    let owners = reviews::owners(app, &entries).await?;
    let topic = |row: &Told| {
        let kind = NoticeKind::parse(&row.kind)?;
        let entry = || entries.get(&row.position).cloned();
        match SubjectKind::from_number(row.subject_kind)? {
            SubjectKind::Manifest => {
                let manifest = manifests.get(&row.subject_id)?;
                Some(step((kind, &app.catalogue), row, manifest))
            }
            // A round is told to whoever is named, and has no more to say here than its address.
            SubjectKind::Round => Some(Topic {
                path: format!("/api/v1/collection-rounds/{}", row.subject_id),
                organisations: row.recipient.into_iter().collect(),
                ..Topic::of_kind(kind)
            }),
            SubjectKind::Anomaly => {
                cases.get(&row.subject_id).map(|one| case((kind, &app.catalogue), row, one))
            }
            SubjectKind::TransferApplication => {
                let it = serde_json::from_value(entry()?).ok()?;
                Some(application((kind, &app.catalogue), &it))
            }
            SubjectKind::EmergencyPlan => {
                let plan = serde_json::from_value(entry()?).ok()?;
                Some(emergency(kind, &plan, &facilities))
            }
            of => reviews::topic(kind, (of, row.subject_id, entry()?), &owners),
        }
    };
    Ok(rows.iter().map(topic).collect())
}

async fn manifests(app: &App, ids: Vec<Uuid>) -> Result<HashMap<Uuid, Manifest>, Problem> {
    let ids: Vec<ManifestId> = ids.into_iter().map(ManifestId::of).collect();
    let found = manifest::by_ids(&app.pool, &ids).await?;
    Ok(found.into_iter().map(|stored| (stored.id.uuid(), stored.manifest)).collect())
}

/// Entries of registers as the events left them that are told of, by position.
async fn entries(app: &App, rows: &[Told]) -> Result<HashMap<i64, Value>, Problem> {
    let kinds = [SubjectKind::TransferApplication, SubjectKind::EmergencyPlan];
    let kinds = kinds.into_iter().chain(reviews::REVIEWED).map(SubjectKind::number);
    let kinds: Vec<i16> = kinds.collect();
    let those = rows.iter().filter(|row| kinds.contains(&row.subject_kind));
    let positions: Vec<i64> = those.map(|row| row.position).collect();
    subject_store::recorded(&app.pool, &positions).await
}

/// Whose the facilities are that emergency plans open.
async fn facilities(
    app: &App,
    entries: &HashMap<i64, Value>,
) -> Result<HashMap<SiteId, OrganisationId>, Problem> {
    let plans = entries.values().filter_map(|data| data.get("openings")?.as_array());
    let ids = plans.flatten().filter_map(|one| one.get("site_id")?.as_str()?.parse().ok());
    let ids: Vec<Uuid> = ids.collect();
    subject_store::owners(&app.pool, &ids).await
}

fn place(division: &str, regiment: Option<&str>) -> Whereabouts {
    Whereabouts { division: division.to_owned(), regiment: regiment.map(str::to_owned) }
}

/// A case of the rules: to the regulators of its places, and to the parties that are shown it.
fn case((kind, catalogue): (NoticeKind, &Catalogue), row: &Told, case: &CaseTold) -> Topic {
    let (zh, en) = kind.words();
    let (code, rule) = (&case.rule.rule_id, case.rule);
    let severity = NoticeSeverity::parse(case.severity.as_str());
    let (mut title_zh, mut title_en) =
        (format!("{zh}：{}（{code}）", rule.name_zh), format!("{en}: {} ({code})", rule.name_en));
    let mut basis = &*rule.source;
    if let Some(term) = case.term.as_ref().and_then(|id| catalogue.deadline_rule(id)) {
        basis = &term.legal_source;
        title_zh = format!("{title_zh}：{}", term.obligation_zh);
        title_en = format!("{title_en}: {}", term.obligation_en);
    }
    Topic {
        kind,
        path: whereabouts(kind, row, case),
        title_zh,
        title_en,
        streams: Stream::parse(&case.stream).into_iter().collect(),
        severity,
        rule: Some(code.clone()),
        places: case.divisions.iter().map(|division| place(division, None)).collect(),
        shared_with: Some(case.shared_with.clone()),
        organisations: case.organisations.clone(),
        duty: Duty::of_case(kind, basis, severity, &case.organisations),
    }
}

/// Where it is read: a case; of a reminder, which is none, what it is about.
fn whereabouts(kind: NoticeKind, row: &Told, case: &CaseTold) -> String {
    let (about, id) = &case.about;
    match (kind, about.as_str()) {
        (
            NoticeKind::AnomalyReminder,
            "manifest" | "site" | "organisation" | "vehicle" | "driver" | "licence",
        ) => format!("/api/v1/{about}s/{id}"),
        _ => format!("/api/v1/anomalies/{}", row.subject_id),
    }
}

/// The text of a row of the table of deadlines, where it is about such waste.
fn text_of(catalogue: &Catalogue, rule: &str, stream: &str) -> Option<String> {
    let rule = catalogue.deadline_rule(rule)?;
    let covers = rule.stream.split(';').any(|one| one == stream);
    covers.then(|| rule.legal_source.to_string())
}

/// Who is told of a step by law.
fn duty(kind: NoticeKind, catalogue: &Catalogue, manifest: &Manifest) -> Option<Duty> {
    let (filed, stream) = (&manifest.filed, manifest.filed.stream.as_str());
    let (producer, receiver) = (filed.producer.organisation_id, filed.receiver.organisation_id);
    match kind {
        // Order 23 Art. 9: at once, whoever can do something about it.
        NoticeKind::ManifestIncident => {
            let mut organisations = vec![producer, receiver];
            organisations.extend(manifest.carriers());
            let basis = text_of(catalogue, "DL35", stream)?;
            Some(Duty { basis, organisations, authorities: Authorities::All, is_mailed: true })
        }
        // Art. 18: the sender, and the authority of the place where it was received.
        NoticeKind::ManifestMismatched => {
            let basis = text_of(catalogue, "DL02", stream)?;
            let authorities = Authorities::Competent;
            Some(Duty { basis, organisations: vec![producer], authorities, is_mailed: true })
        }
        // Medical waste that is lost is reported; of other waste it is less than was filed.
        NoticeKind::ContainerMissing => {
            let lost = RuleId(53).rule();
            let basis = match (stream, lost) {
                ("medical", Some(rule)) => rule.source.clone(),
                _ => text_of(catalogue, "DL02", stream)?,
            };
            let authorities = Authorities::Competent;
            Some(Duty { basis, organisations: vec![producer], authorities, is_mailed: true })
        }
        // The receiver and the authorities have the case itself.
        NoticeKind::ManifestOverdue => {
            let basis = text_of(catalogue, "DL01", stream)?;
            let authorities = Authorities::Nobody;
            Some(Duty { basis, organisations: vec![producer], authorities, is_mailed: true })
        }
        _ => None,
    }
}

/// A step of a manifest.
fn step((kind, catalogue): (NoticeKind, &Catalogue), row: &Told, manifest: &Manifest) -> Topic {
    let filed = &manifest.filed;
    let (zh, en) = kind.words();
    let mut organisations = vec![filed.producer.organisation_id, filed.receiver.organisation_id];
    organisations.extend(manifest.carriers());
    // Who was a party until an amendment is told of that as well: the row names it.
    organisations.extend(row.recipient);
    let end = |at: &manifest::PartyAt| place(&at.division, at.regiment.as_deref());
    let mut places = vec![end(&filed.producer), end(&filed.receiver)];
    let incidents = manifest.transit.incidents.iter();
    places.extend(incidents.filter_map(|one| Some(place(one.data.division.as_deref()?, None))));
    Topic {
        path: format!("/api/v1/manifests/{}", row.subject_id),
        title_zh: format!("联单 {}：{zh}", filed.number),
        title_en: format!("Manifest {}: {en}", filed.number),
        streams: Stream::parse(&filed.stream).into_iter().collect(),
        severity: weight(kind),
        places,
        organisations,
        duty: duty(kind, catalogue, manifest),
        ..Topic::of_kind(kind)
    }
}

/// How heavy a step weighs by itself.
const fn weight(kind: NoticeKind) -> Option<NoticeSeverity> {
    match kind {
        NoticeKind::ManifestIncident => Some(NoticeSeverity::High),
        NoticeKind::ManifestMismatched | NoticeKind::ContainerMissing => {
            Some(NoticeSeverity::Medium)
        }
        _ => None,
    }
}

/// A step of the authority with an application for a transfer across a border: to the applicant
/// (Order 23 Art. 23, 26).
fn application((kind, catalogue): (NoticeKind, &Catalogue), it: &TransferApplication) -> Topic {
    let rule = if kind == NoticeKind::ApplicationDecided { "DL08" } else { "DL05" };
    let basis = text_of(catalogue, rule, Stream::Hazardous.as_str());
    let organisations = vec![it.organisation_id];
    let duty = |basis| Duty {
        basis,
        organisations: organisations.clone(),
        authorities: Authorities::Nobody,
        is_mailed: true,
    };
    Topic {
        path: format!("/api/v1/transfer-applications/{}", it.id),
        places: vec![place(&it.producer_division, None), place(&it.receiver_division, None)],
        duty: basis.map(duty),
        organisations: organisations.clone(),
        ..Topic::of_kind(kind)
    }
}

/// An emergency plan that is put in force, or ends: to those whose facilities it opens, and to the
/// authorities of its places, by the government's own document.
fn emergency(
    kind: NoticeKind,
    plan: &EmergencyPlan,
    owners: &HashMap<SiteId, OrganisationId>,
) -> Topic {
    let (zh, en) = kind.words();
    let opened = plan.openings.iter();
    let mut organisations: Vec<OrganisationId> =
        opened.filter_map(|opening| owners.get(&opening.site_id).copied()).collect();
    organisations.sort_unstable();
    organisations.dedup();
    let opened = plan.openings.iter().map(|opening| &opening.division);
    let document = plan.government_plan.as_ref();
    let basis = document.map(|one| format!("{} {}", one.issuer, one.number)).unwrap_or_default();
    Topic {
        path: format!("/api/v1/capacity/emergency-plans/{}", plan.id),
        title_zh: format!("{zh}：{}", plan.name),
        title_en: format!("{en}: {}", plan.name),
        streams: vec![Stream::Medical],
        severity: Some(NoticeSeverity::High),
        places: plan.divisions.iter().chain(opened).map(|one| place(one, None)).collect(),
        duty: Some(Duty {
            basis,
            organisations: organisations.clone(),
            authorities: Authorities::All,
            is_mailed: true,
        }),
        organisations,
        ..Topic::of_kind(kind)
    }
}
