//! The registers in memory, each entry with the version it was read at.
//!
//! Whoever decides on an entry hands its version back as a guard, so a stale entry costs another
//! round and never a wrong record. Nothing expires by time: a commit that finds an entry stale
//! evicts it, and a command that changes one evicts it too.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, PoisonError, RwLock};

use super::model::{Driver, Licence, ManagementPlan, Organisation, Site, Vehicle};
use super::store;
use crate::command::Freshness;
use crate::db::Pool;
use crate::decision::{Guard, Subject, SubjectKind};
use crate::ids::{DriverId, LicenceId, OrganisationId, SiteId, VehicleId};
use crate::limits::CACHE_ENTRIES_MAX;
use crate::problem::Problem;

/// An entry as it was read.
#[derive(Debug)]
pub struct Known<T> {
    pub value: Arc<T>,
    pub guard: Guard,
}

impl<T> Clone for Known<T> {
    fn clone(&self) -> Self {
        Self { value: Arc::clone(&self.value), guard: self.guard }
    }
}

impl<T> Known<T> {
    pub fn new(kind: SubjectKind, id: uuid::Uuid, version: i64, value: T) -> Self {
        let guard = Guard { subject: Subject::new(kind, id), version };
        Self { value: Arc::new(value), guard }
    }
}

impl<T> std::ops::Deref for Known<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.value
    }
}

/// Entries of one register.
struct Shelf<K, V>(RwLock<HashMap<K, V>>);

impl<K: Eq + Hash + Copy, V: Clone> Shelf<K, V> {
    fn new() -> Self {
        Self(RwLock::new(HashMap::new()))
    }

    fn get(&self, key: K) -> Option<V> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(&key).cloned()
    }

    fn put(&self, key: K, value: V) {
        let mut map = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if map.len() >= CACHE_ENTRIES_MAX {
            // Rare, and a miss costs one read: an order of eviction would cost more than it saves.
            map.clear();
        }
        map.insert(key, value);
    }

    fn drop(&self, key: K) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).remove(&key);
    }

    /// The entry from memory, or from `read`, which is then remembered.
    async fn through(
        &self,
        key: K,
        freshness: Freshness,
        read: impl Future<Output = Result<Option<V>, Problem>>,
    ) -> Result<Option<V>, Problem> {
        if freshness == Freshness::Cached
            && let Some(found) = self.get(key)
        {
            return Ok(Some(found));
        }
        let found = read.await?;
        match &found {
            Some(value) => self.put(key, value.clone()),
            None => self.drop(key),
        }
        Ok(found)
    }
}

type Plans = Arc<Vec<Known<ManagementPlan>>>;

/// All registers that decisions read.
pub struct Registers {
    organisations: Shelf<OrganisationId, Known<Organisation>>,
    sites: Shelf<SiteId, Known<Site>>,
    licences: Shelf<SiteId, Arc<Vec<Known<Licence>>>>,
    /// Which site's list a licence is on, for its eviction.
    licence_sites: Shelf<LicenceId, SiteId>,
    vehicles: Shelf<VehicleId, Known<Vehicle>>,
    drivers: Shelf<DriverId, Known<Driver>>,
    /// Beside the version of the site that they were read at.
    plans: Shelf<SiteId, (i64, Plans)>,
}

impl Default for Registers {
    fn default() -> Self {
        Self {
            organisations: Shelf::new(),
            sites: Shelf::new(),
            licences: Shelf::new(),
            licence_sites: Shelf::new(),
            vehicles: Shelf::new(),
            drivers: Shelf::new(),
            plans: Shelf::new(),
        }
    }
}

impl Registers {
    pub async fn organisation(
        &self,
        pool: &Pool,
        id: OrganisationId,
        freshness: Freshness,
    ) -> Result<Option<Known<Organisation>>, Problem> {
        self.organisations.through(id, freshness, store::organisation(pool, id)).await
    }

    pub async fn site(
        &self,
        pool: &Pool,
        id: SiteId,
        freshness: Freshness,
    ) -> Result<Option<Known<Site>>, Problem> {
        self.sites.through(id, freshness, store::site(pool, id)).await
    }

    /// All licences of a site, oldest first. A licence granted a moment ago by another process may
    /// be missing from a cached list; a refusal re-reads it, so nobody is refused for that.
    pub async fn licences_of(
        &self,
        pool: &Pool,
        site: SiteId,
        freshness: Freshness,
    ) -> Result<Arc<Vec<Known<Licence>>>, Problem> {
        let read = async {
            let list = store::licences_of(pool, site).await?;
            for licence in &list {
                self.licence_sites.put(licence.id, site);
            }
            Ok(Some(Arc::new(list)))
        };
        let list = self.licences.through(site, freshness, read).await?;
        Ok(list.unwrap_or_default())
    }

    /// All management plans of a site. A new plan is an event of its site too (plan.rs), so the
    /// list holds as long as the site's version: whoever guards the site has missed none.
    pub async fn plans_of(
        &self,
        pool: &Pool,
        site: &Known<Site>,
        freshness: Freshness,
    ) -> Result<Plans, Problem> {
        let version = site.guard.version;
        if freshness == Freshness::Cached
            && let Some((at, plans)) = self.plans.get(site.id)
            && at == version
        {
            return Ok(plans);
        }
        let plans = Arc::new(store::plans_of(pool, site.id).await?);
        self.plans.put(site.id, (version, Arc::clone(&plans)));
        Ok(plans)
    }

    pub async fn vehicle(
        &self,
        pool: &Pool,
        id: VehicleId,
        freshness: Freshness,
    ) -> Result<Option<Known<Vehicle>>, Problem> {
        self.vehicles.through(id, freshness, store::vehicle(pool, id)).await
    }

    pub async fn driver(
        &self,
        pool: &Pool,
        id: DriverId,
        freshness: Freshness,
    ) -> Result<Option<Known<Driver>>, Problem> {
        self.drivers.through(id, freshness, store::driver(pool, id)).await
    }

    /// Forgets entries that were found stale or have just been changed.
    pub fn evict(&self, subjects: &[Subject]) {
        for subject in subjects {
            match subject.kind {
                SubjectKind::Organisation => {
                    self.organisations.drop(OrganisationId::of(subject.id));
                }
                SubjectKind::Site => {
                    self.sites.drop(SiteId::of(subject.id));
                    self.licences.drop(SiteId::of(subject.id));
                }
                SubjectKind::Licence => {
                    if let Some(site) = self.licence_sites.get(LicenceId::of(subject.id)) {
                        self.licences.drop(site);
                    }
                }
                SubjectKind::Vehicle => self.vehicles.drop(VehicleId::of(subject.id)),
                SubjectKind::Driver => self.drivers.drop(DriverId::of(subject.id)),
                SubjectKind::Manifest
                | SubjectKind::User
                | SubjectKind::WasteStream
                | SubjectKind::LedgerEntry
                | SubjectKind::StorageArea
                | SubjectKind::TransferApproval
                | SubjectKind::ManagementPlan
                | SubjectKind::Container
                | SubjectKind::Inspection
                | SubjectKind::Delegation
                | SubjectKind::ApiKey
                | SubjectKind::SignIn
                | SubjectKind::Round
                | SubjectKind::Trip
                | SubjectKind::Activity
                | SubjectKind::CoDisposalFacility
                | SubjectKind::FacilityDay
                | SubjectKind::RiskSource
                | SubjectKind::EmergencyPlanFiled
                | SubjectKind::InsurancePolicy
                | SubjectKind::Assessment
                | SubjectKind::EmergencyPlan
                | SubjectKind::TransferApplication
                | SubjectKind::Report
                | SubjectKind::Anomaly
                | SubjectKind::RuleSetting
                | SubjectKind::Track
                | SubjectKind::Webhook
                | SubjectKind::Subscription
                | SubjectKind::DeviceKey => {}
            }
        }
    }
}
