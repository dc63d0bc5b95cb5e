//! One exchange with one witness: hands it a checkpoint with the proof since the one that it knows,
//! checks what it cosigned, and keeps it.

use super::named::WitnessAt;
use super::store::{self, Cosigned};
use crate::app::App;
use crate::custody::note::SignedNote;
use crate::custody::store::Published;
use crate::custody::{self, Submission};
use crate::limits::OUTBOUND_WITHIN;
use crate::outbound::{Answered, Outbound, Unanswered, apart};
use crate::problem::Problem;

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handed {
    /// Cosigned, and kept.
    Cosigned,
    /// The witness knows a larger log already, from another process of ours.
    Behind,
}

/// Why there is no cosignature.
#[derive(Debug, thiserror::Error)]
pub enum HandInError {
    #[error("it does not answer: {0}")]
    Unanswered(#[from] Unanswered),
    #[error("it answers with {0}")]
    Status(u16),
    #[error("what it answers is no cosignature of the checkpoint by its key")]
    Unsigned,
    #[error(
        "it has cosigned another log of this name and of {0} entries: this one was taken back, or \
         somebody else signs with its key"
    )]
    Contradicted(u64),
    #[error("the database: {}", .0.code().as_str())]
    Database(Problem),
}

impl From<Problem> for HandInError {
    fn from(problem: Problem) -> Self {
        Self::Database(problem)
    }
}

/// Tries with sizes that a witness says it knows: another process may hand in at the same moment.
const TRIES: usize = 3;

/// Hands a checkpoint to a witness.
pub async fn hand_in(
    app: &App,
    outbound: &Outbound,
    witness: &WitnessAt,
    published: &Published,
) -> Result<Handed, HandInError> {
    let mut known = store::newest(&app.pool, &witness.key).await?.map_or(0, |(size, _)| size);
    for _ in 0..TRIES {
        if known > published.size {
            return ahead(app, known).await;
        }
        let proof = custody::consistency(&app.pool, known, published.size).await?;
        let note = published.note.clone();
        let (outbound, base) = (outbound.clone(), witness.base.clone());
        let ask = move || {
            let submission = Submission { old: known, proof, note: &note };
            outbound.post(&base, "/add-checkpoint", &submission.to_string())
        };
        let answered = apart(ask).await??;
        match answered.status {
            200 => return keep(app, witness, (published, &answered)).await,
            409 => {
                let told = size(&answered).ok_or(HandInError::Status(409))?;
                if told == known {
                    // It is not the size that is wrong.
                    return Err(HandInError::Contradicted(told));
                }
                known = told;
            }
            status => return Err(HandInError::Status(status)),
        }
    }
    Err(HandInError::Status(409))
}

/// The witness knows more than is handed in: that is another process's, or this log lacks it.
async fn ahead(app: &App, known: u64) -> Result<Handed, HandInError> {
    let newest = custody::store::latest(&app.pool).await?;
    let is_ours = newest.is_some_and(|newest| newest.size >= known);
    if is_ours { Ok(Handed::Behind) } else { Err(HandInError::Contradicted(known)) }
}

/// The size in an answer of 409.
fn size(answered: &Answered) -> Option<u64> {
    let number = answered.text()?.strip_suffix('\n')?;
    let size: u64 = number.parse().ok()?;
    (answered.content_type == "text/x.tlog.size" && size.to_string() == number).then_some(size)
}

async fn keep(
    app: &App,
    witness: &WitnessAt,
    (published, answered): (&Published, &Answered),
) -> Result<Handed, HandInError> {
    let lines = answered.text().ok_or(HandInError::Unsigned)?;
    let whole = format!("{}{lines}", published.note);
    let signed = SignedNote::parse(&whole).map_err(|_| HandInError::Unsigned)?;
    let newest = witness.key.newest(&signed).map_err(|_| HandInError::Unsigned)?;
    let (at, line) = newest.ok_or(HandInError::Unsigned)?;
    let row = Cosigned { size: published.size, line: line.to_owned(), at };
    store::keep(&app.pool, &witness.key, &row, app.clock.wall()).await?;
    if let Some(latest) = custody::store::latest(&app.pool).await? {
        app.custody.tell(latest);
    }
    Ok(Handed::Cosigned)
}

/// A client for witnesses.
pub(super) fn client() -> Outbound {
    Outbound::new(OUTBOUND_WITHIN)
}
