//! What a decision about a manifest needs to know, read through the cache of registers.

use std::sync::Arc;

use super::admit::lacks_licence;
use super::asked::{FileManifest, LegAsked};
use super::containers;
use super::linked::{Course, read_sources};
use super::store::Stored;
use crate::app::App;
use crate::capacity::{self, EmergencyPlan};
use crate::clock::legal_day;
use crate::command::{Balances, Freshness};
use crate::container::Container;
use crate::ctx::Ctx;
use crate::decision::Guard;
use crate::ids::{DriverId, OrganisationId, SiteId, VehicleId};
use crate::problem::Problem;
use crate::registry::application::TransferApplication;
use crate::registry::{
    Driver, Known, Licence, ManagementPlan, Organisation, Site, TransferApproval, Vehicle,
    application, approval,
};

/// A site and the organisation it belongs to.
pub struct Place {
    pub site: Known<Site>,
    pub organisation: Known<Organisation>,
}

/// Who and what travels one leg; `None` where the id names nothing.
#[derive(Clone)]
pub struct LegFacts {
    pub carrier: Option<Known<Organisation>>,
    pub vehicle: Option<Known<Vehicle>>,
    pub driver: Option<Known<Driver>>,
    pub escort: Escort,
}

/// Who rides along, of the same register as drivers.
#[derive(Clone)]
pub enum Escort {
    NotNamed,
    Unknown,
    Known(Known<Driver>),
}

/// The ids that a leg names.
#[derive(Clone, Copy)]
pub struct LegIds {
    pub carrier: OrganisationId,
    pub vehicle: VehicleId,
    pub driver: DriverId,
    pub escort: Option<DriverId>,
}

impl LegIds {
    pub fn of(leg: &LegAsked) -> Self {
        Self {
            carrier: leg.carrier_id,
            vehicle: leg.vehicle_id,
            driver: leg.driver_id,
            escort: leg.escort_id,
        }
    }
}

/// The facts of a filing.
pub struct Facts {
    pub producer: Option<Place>,
    pub receiver: Option<Place>,
    pub legs: Vec<LegFacts>,
    pub licences: Arc<Vec<Known<Licence>>>,
    /// The approval that is named, where the actor may see it.
    pub approval: Option<Known<TransferApproval>>,
    /// The application that it came of; it does not change any more.
    pub applied: Option<TransferApplication>,
    /// Emergency plans that open the receiver, or did until lately; read only where no licence
    /// covers medical waste.
    pub openings: Vec<Known<EmergencyPlan>>,
    /// The receiver's facilities on the co-disposal list; read with the plans that open them.
    pub listed: Vec<Guard>,
    /// The plans of the producer's site.
    pub plans: Arc<Vec<Known<ManagementPlan>>>,
    /// Of the containers that are named, those that there are.
    pub containers: Vec<Known<Container>>,
    /// What is filed, and what it carries on.
    pub course: Course,
    /// The manifests that mass is taken from, as far as the actor may see them.
    pub sources: Vec<Stored>,
    /// An unlocked reading, where facts are fresh.
    pub balances: Balances,
}

impl Facts {
    pub async fn read(
        app: &App,
        ctx: &Ctx,
        asked: &FileManifest,
        freshness: Freshness,
    ) -> Result<Self, Problem> {
        let producer = place(app, asked.producer_site_id, freshness).await?;
        let receiver = place(app, asked.receiver_site_id, freshness).await?;
        let licences = match &receiver {
            Some(receiver) => {
                app.registers.licences_of(&app.pool, receiver.site.id, freshness).await?
            }
            None => Arc::default(),
        };
        let mut legs = Vec::with_capacity(asked.legs.len());
        for leg in asked.legs.iter() {
            legs.push(LegFacts::read(app, LegIds::of(leg), freshness).await?);
        }
        let plans = match &producer {
            Some(producer) => app.registers.plans_of(&app.pool, &producer.site, freshness).await?,
            None => Arc::default(),
        };
        let approval = match asked.transfer_approval_id {
            Some(id) => approval::seen(app, ctx, id, freshness).await?,
            None => None,
        };
        let applied = match &approval {
            Some(approval) => application::approved_by(&app.pool, approval.id).await?,
            None => None,
        };
        let (openings, listed) = match &receiver {
            Some(receiver) if lacks_licence(asked, &licences) => {
                let (site, today) = (receiver.site.id, legal_day(ctx.now));
                let plans = capacity::openings_at(&app.pool, site, today).await?;
                (plans, capacity::listed_at(&app.pool, site).await?)
            }
            Some(_) | None => (Vec::new(), Vec::new()),
        };
        let containers = containers::named(app, asked).await?;
        let sources = read_sources(app, ctx, asked.items.iter()).await?;
        let (course, balances) = (Course::Plain, None);
        Ok(Self {
            producer,
            receiver,
            legs,
            licences,
            approval,
            applied,
            openings,
            listed,
            plans,
            containers,
            course,
            sources,
            balances,
        })
    }

    /// Everything that was read, as guards. A licence list is long and mostly irrelevant: only
    /// the licences that cover something come back as guards, from the rules that used them.
    pub fn guards(&self) -> impl Iterator<Item = Guard> {
        let places = [&self.producer, &self.receiver].into_iter().flatten();
        let places = places.flat_map(|place| [place.site.guard, place.organisation.guard]);
        places.chain(self.legs.iter().flat_map(LegFacts::guards))
    }
}

impl LegFacts {
    pub async fn read(app: &App, ids: LegIds, freshness: Freshness) -> Result<Self, Problem> {
        let registers = &app.registers;
        let escort = match ids.escort {
            Some(id) => match registers.driver(&app.pool, id, freshness).await? {
                Some(known) => Escort::Known(known),
                None => Escort::Unknown,
            },
            None => Escort::NotNamed,
        };
        Ok(Self {
            carrier: registers.organisation(&app.pool, ids.carrier, freshness).await?,
            vehicle: registers.vehicle(&app.pool, ids.vehicle, freshness).await?,
            driver: registers.driver(&app.pool, ids.driver, freshness).await?,
            escort,
        })
    }

    pub fn guards(&self) -> impl Iterator<Item = Guard> + use<> {
        let carrier = self.carrier.as_ref().map(|known| known.guard);
        let vehicle = self.vehicle.as_ref().map(|known| known.guard);
        let driver = self.driver.as_ref().map(|known| known.guard);
        let escort = match &self.escort {
            Escort::Known(known) => Some(known.guard),
            Escort::NotNamed | Escort::Unknown => None,
        };
        [carrier, vehicle, driver, escort].into_iter().flatten()
    }
}

async fn place(app: &App, id: SiteId, freshness: Freshness) -> Result<Option<Place>, Problem> {
    let Some(site) = app.registers.site(&app.pool, id, freshness).await? else { return Ok(None) };
    let owner = app.registers.organisation(&app.pool, site.organisation_id, freshness).await?;
    Ok(owner.map(|organisation| Place { site, organisation }))
}
