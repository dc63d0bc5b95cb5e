//! A chain through shells: waste that one holder after another sends on within days, so that nobody
//! sees any more whose it was.
//!
//! AL86. A manifest with `source_items` goes on with the chain of the manifest that they came in
//! on. A holder who kept it long stored it, and the chain begins anew with it; one who collects by
//! licence is what the law has for that, once.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::super::Watch;
use super::super::load::Load;
use super::super::seen::Seen;
use super::super::time::days;
use crate::anomaly::finding::{About, Gone};
use crate::anomaly::param::Param;
use crate::anomaly::rule::RuleId;
use crate::clock::rfc3339;
use crate::ids::{ManifestId, SiteId};
use crate::manifest::Happening;
use crate::registry::LicenceKind;

/// Holders that a chain remembers: the newest.
const LINKS: usize = 8;

/// Who held it before, the oldest first, and on which manifests it came to them.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Chain {
    pub links: Vec<Link>,
}

/// A holder that sent on what it had taken.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Link {
    pub holder: SiteId,
    pub from: SiteId,
    pub manifest: ManifestId,
    /// It took it under a collection licence.
    pub collects: bool,
    /// Where in the log it sent it on.
    pub position: i64,
}

pub fn manifest(w: &mut Watch, load: &Load, seen: &Seen<'_>, happening: &Happening) {
    match happening {
        Happening::SentOn(data) => sent_on(w, load, seen, data.manifest_id),
        Happening::SentOnCancelled(data) => {
            w.chains.remove(&data.manifest_id);
            let about = (About::Manifest, data.manifest_id.uuid());
            w.clear(RuleId(86), about, "", Gone::Corrected);
        }
        _ => {}
    }
}

/// What this load brought goes on with another manifest.
fn sent_on(w: &mut Watch, load: &Load, seen: &Seen<'_>, onto: ManifestId) {
    let within = w.param(Param::Al86Window, &load.to_division);
    let Some(received) = load.received_at else { return };
    if seen.occurred_at - received > days(within) {
        return;
    }
    let is_collected = |item: &super::super::load::LoadItem| {
        let licence = item.licence.and_then(|(licence, _)| w.licences.get(&licence));
        licence.is_some_and(|licence| licence.kind == LicenceKind::Collection)
    };
    let link = Link {
        holder: load.to_site,
        from: load.from_site,
        manifest: load.id,
        collects: load.items.iter().any(is_collected),
        position: seen.position,
    };
    let mut links = w.chains.get(&load.id).map(|chain| chain.links.clone()).unwrap_or_default();
    links.push(link);
    if links.len() > LINKS {
        links.remove(0);
    }
    // Of several sources the longest chain is the one that tells.
    if w.chains.get(&onto).is_none_or(|chain| chain.links.len() < links.len()) {
        w.chains.put(onto, Chain { links: links.clone() });
    }
    let least = w.param(Param::Al86Holders, &load.to_division) as usize;
    let allowed = usize::from(links.iter().any(|link| link.collects));
    if links.len() < least + allowed {
        return;
    }
    let mut finding = w.of_load(86, load);
    finding.about = (About::Manifest, onto.uuid());
    finding.manifests = links.iter().map(|link| link.manifest).chain([onto]).collect();
    let sites: Vec<SiteId> =
        links.iter().take(1).map(|link| link.from).chain(links.iter().map(|l| l.holder)).collect();
    for site in &sites {
        if let Some(entry) = w.sites.get(site)
            && !finding.organisations.contains(&entry.organisation_id)
        {
            finding.organisations.push(entry.organisation_id);
        }
    }
    finding.proofs = links.iter().map(|link| link.position).collect();
    finding.evidence = json!({
        "site_ids": sites, "holders": links.len(), "limit_days": within,
        "received_at": rfc3339(received),
    });
    w.raise(finding);
}
