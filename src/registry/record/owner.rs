//! What a record belongs to, and who may tell of it.

use super::super::access::is_registrar;
use super::super::cache::Known;
use super::super::model::{Organisation, Part, Site, SiteKind, Standing};
use crate::app::App;
use crate::command::Freshness;
use crate::ctx::Actor;
use crate::decision::Guard;
use crate::identity::policy;
use crate::ids::{OrganisationId, SiteId};
use crate::problem::{Code, Fault, Problem, Text};

/// Whose it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnerId {
    Site(SiteId),
    Organisation(OrganisationId),
}

impl OwnerId {
    /// The field that names it.
    pub const fn pointer(self) -> &'static str {
        match self {
            Self::Site(_) => "/site_id",
            Self::Organisation(_) => "/organisation_id",
        }
    }
}

/// The same as it was read.
pub enum Owner {
    Site(Known<Site>),
    Organisation(Known<Organisation>),
}

impl Owner {
    pub async fn read(
        app: &App,
        id: OwnerId,
        freshness: Freshness,
    ) -> Result<Option<Self>, Problem> {
        let (registers, pool) = (&app.registers, &app.pool);
        Ok(match id {
            OwnerId::Site(id) => registers.site(pool, id, freshness).await?.map(Self::Site),
            OwnerId::Organisation(id) => {
                registers.organisation(pool, id, freshness).await?.map(Self::Organisation)
            }
        })
    }

    pub const fn guard(&self) -> Guard {
        match self {
            Self::Site(site) => site.guard,
            Self::Organisation(organisation) => organisation.guard,
        }
    }

    pub fn standing(&self) -> Standing {
        match self {
            Self::Site(site) => site.status,
            Self::Organisation(organisation) => organisation.status,
        }
    }

    pub fn organisation_id(&self) -> OrganisationId {
        match self {
            Self::Site(site) => site.organisation_id,
            Self::Organisation(organisation) => organisation.id,
        }
    }

    pub fn division(&self) -> &str {
        match self {
            Self::Site(site) => &site.division,
            Self::Organisation(organisation) => &organisation.division,
        }
    }

    /// What is told of sites of one kind alone.
    pub fn is_of_kind(&self, kind: SiteKind) -> Option<Fault> {
        let detail = || {
            Text::new(
                format!("只能是类型为 {kind} 的场所。"),
                format!("Only a site of kind {kind} will do."),
            )
        };
        let is_it = matches!(self, Self::Site(site) if site.kind == kind);
        (!is_it).then(|| Fault::new(Code::InvalidValue, "/site_id", detail()))
    }

    /// Sites are a public register; regulators' own bodies are not.
    pub fn may_be_named(&self, actor: &Actor) -> bool {
        match self {
            Self::Site(_) => true,
            Self::Organisation(organisation) => policy::names_party(actor, organisation),
        }
    }

    /// Records are private to those who see the whole of what they belong to.
    pub fn is_seen_by(&self, actor: &Actor) -> bool {
        match self {
            Self::Site(site) => policy::sees_site(actor, site),
            Self::Organisation(organisation) => policy::sees_organisation(actor, organisation),
        }
    }
}

/// Who tells of it. The program itself (`liandan import`) may always.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writers {
    /// Its own people, those who sign as this part: what they tell is their own word, and no
    /// regulator puts it into their mouth.
    Own(Part),
    /// The regulators of the division that it lies in, and the corps'.
    Regulators,
}

impl Writers {
    /// Whoever could never tell anything of this kind is told 403 before the content is looked at.
    pub fn could(self, actor: &Actor) -> bool {
        match self {
            Self::Own(part) => policy::is_system(actor) || policy::role_plays(actor.role, part),
            Self::Regulators => is_registrar(actor),
        }
    }

    pub fn may(self, actor: &Actor, owner: &Owner) -> bool {
        let own = || policy::belongs_to(actor, owner.organisation_id());
        match self {
            Self::Own(_) => self.could(actor) && (policy::is_system(actor) || own()),
            Self::Regulators => policy::regulates(actor, owner.division()),
        }
    }
}
