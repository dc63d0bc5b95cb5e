//! The registers' rows: reading entries with their versions, and the tables that commits write.
#![expect(clippy::unused_async, reason = "the registry step replaces this file")]

use super::cache::Known;
use super::model::{Driver, Licence, Organisation, Site, Vehicle};
use crate::db::Pool;
use crate::ids::{DriverId, OrganisationId, SiteId, VehicleId};
use crate::problem::Problem;

pub async fn organisation(
    _: &Pool,
    _: OrganisationId,
) -> Result<Option<Known<Organisation>>, Problem> {
    Ok(None)
}
pub async fn site(_: &Pool, _: SiteId) -> Result<Option<Known<Site>>, Problem> {
    Ok(None)
}
pub async fn licences_of(_: &Pool, _: SiteId) -> Result<Vec<Known<Licence>>, Problem> {
    Ok(Vec::new())
}
pub async fn vehicle(_: &Pool, _: VehicleId) -> Result<Option<Known<Vehicle>>, Problem> {
    Ok(None)
}
pub async fn driver(_: &Pool, _: DriverId) -> Result<Option<Known<Driver>>, Problem> {
    Ok(None)
}
