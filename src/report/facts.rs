//! What is read of a site and a period: who it is, how it stands with the report, what its ledger
//! says.

use super::content::{ReportContentView, ReportedOrganisationView, ReportedSiteView, totals};
use super::content_store;
use super::duty::{self, Filed};
use super::period::Period;
use crate::app::App;
use crate::command::Freshness;
use crate::ctx::{Actor, Ctx};
use crate::identity::policy;
use crate::ids::{ReportId, SiteId};
use crate::problem::Problem;
use crate::registry::{Known, Organisation, Part, Site};

/// A site with whose it is.
#[derive(Clone)]
pub struct Place {
    pub site: Known<Site>,
    pub organisation: Known<Organisation>,
}

impl Place {
    pub async fn read(
        app: &App,
        id: SiteId,
        freshness: Freshness,
    ) -> Result<Option<Self>, Problem> {
        let (registers, pool) = (&app.registers, &app.pool);
        let Some(site) = registers.site(pool, id, freshness).await? else { return Ok(None) };
        let organisation = registers.organisation(pool, site.organisation_id, freshness).await?;
        let organisation = organisation.ok_or_else(|| Problem::internal("a site of nobody"))?;
        Ok(Some(Self { site, organisation }))
    }

    /// Reports are read by whoever sees the site's ledger.
    pub fn is_seen_by(&self, actor: &Actor) -> bool {
        policy::sees_site(actor, &self.site)
    }

    /// Who keeps the site's books reports of them: its own people. A regulator may enter what was
    /// forgotten, and never declares in a producer's name.
    pub fn is_reported_by(&self, actor: &Actor) -> bool {
        let own = policy::belongs_to(actor, self.site.organisation_id);
        could_report(actor) && (policy::is_system(actor) || own)
    }
}

/// Whoever could never report anything is told 403 before the content is looked at.
pub fn could_report(actor: &Actor) -> bool {
    let signs = |part| policy::role_plays(actor.role, part);
    policy::is_system(actor) || signs(Part::Producer) || signs(Part::Receiver)
}

/// A report as it is generated now.
pub struct Generated {
    pub content: ReportContentView,
    /// The report of this period, where one was submitted.
    pub filed: Option<ReportId>,
}

/// Generates the report of a period from the ledger as it is.
pub async fn generate(
    app: &App,
    ctx: &Ctx,
    (place, period): (&Place, Period),
) -> Result<Generated, Problem> {
    let Place { site, organisation } = place;
    let (duty, term) = duty::one(app, ctx, (site.id, period)).await?;
    let lines = content_store::lines(&app.pool, site.id, period).await?;
    let (totals, entries) = totals(&lines);
    let content = ReportContentView {
        organisation: ReportedOrganisationView {
            id: organisation.id,
            name: organisation.name.clone(),
            uscc: organisation.uscc.clone(),
        },
        site: ReportedSiteView {
            id: site.id,
            name: site.name.clone(),
            division: site.division.clone(),
            regiment: site.regiment.clone(),
            region_code: site.region_code.clone(),
        },
        period: period.into(),
        due_on: term.due_on,
        is_required: duty.is_required,
        management_class: duty.class,
        class_reasons: duty.reasons,
        legal_basis: term.legal_source,
        lines,
        totals,
        entries,
    };
    Ok(Generated { content, filed: duty.filed.as_ref().map(|filed: &Filed| filed.id) })
}
