//! `liandan import`: a file into a register, by the program itself.

use super::StartError;
use super::open::open;
use super::production::Production;
use super::user::by_the_program;
use crate::import::{self, Order, Report};
use crate::mint::Mint;
use crate::problem::Problem;

/// Imports a file by the rules of `POST /imports`. Blocks.
pub fn import_file(
    production: &Production,
    order: Order,
    bytes: &[u8],
) -> Result<Report, StartError> {
    let refused = |problem: Problem| StartError::Refused(Box::new(problem));
    let table = import::read(bytes).map_err(refused)?;
    actix_web::rt::System::new().block_on(async {
        let opening = open(&production.serving, Mint::random(), &production.database_url);
        let (app, drain) = opening.await?;
        let ctx = by_the_program(&app);
        let report = Box::pin(import::import(&app, &ctx, order, &table)).await;
        drop(app);
        drain.wait().await;
        report.map_err(refused)
    })
}
