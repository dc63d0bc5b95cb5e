//! What a site did in a year, by waste code: the sums of its ledger.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::db::Pool;
use crate::db::schema::ledger_year as t;
use crate::ids::SiteId;
use crate::problem::Problem;
use crate::units::Grams;

/// Of one code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Done {
    pub produced: Grams,
    pub moved_out: Grams,
    pub self_treated: Grams,
    pub corrected: Grams,
}

/// By waste code.
pub async fn done(pool: &Pool, site: SiteId, year: i64) -> Result<BTreeMap<String, Done>, Problem> {
    let year = i16::try_from(year).unwrap_or_default();
    let query = t::table.filter(t::site_id.eq(site.uuid()).and(t::year.eq(year)));
    let columns = (t::waste_code, t::produced_g, t::moved_out_g, t::self_treated_g, t::corrected_g);
    let rows: Vec<(String, i64, i64, i64, i64)> =
        query.select(columns).load(&mut pool.get().await?).await?;
    let of_code = |(code, produced, moved_out, self_treated, corrected)| {
        let done = Done {
            produced: Grams(produced),
            moved_out: Grams(moved_out),
            self_treated: Grams(self_treated),
            corrected: Grams(corrected),
        };
        (code, done)
    };
    Ok(rows.into_iter().map(of_code).collect())
}
