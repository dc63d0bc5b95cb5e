//! How far each witness has followed this log: for whoever operates us.

use super::store;
use crate::app::App;
use crate::custody::store::latest;
use crate::problem::Problem;

/// What a witness has cosigned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Followed {
    /// The witness's name, as its key has it.
    pub witness: String,
    /// Events of the largest log that it has cosigned; 0 where it never has.
    pub events: u64,
    /// Events of the newest checkpoint that it has not cosigned yet.
    pub behind: u64,
}

/// Each witness that the operator has named, in that order.
pub async fn followed(app: &App) -> Result<Vec<Followed>, Problem> {
    let witnesses = app.config.witnesses.each();
    if witnesses.is_empty() {
        return Ok(Vec::new());
    }
    let published = latest(&app.pool).await?.map_or(0, |newest| newest.size);
    let mut all = Vec::with_capacity(witnesses.len());
    for witness in witnesses {
        let newest = store::newest(&app.pool, &witness.key).await?;
        let events = newest.map_or(0, |(size, _)| size);
        let (witness, behind) = (witness.key.name().to_owned(), published.saturating_sub(events));
        all.push(Followed { witness, events, behind });
    }
    Ok(all)
}
