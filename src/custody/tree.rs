//! The worker: lets the tree grow by what the journal has, and signs it.
//!
//! Must hold: no event is left out, none is there twice, no checkpoint contradicts an older one,
//! wherever a process is killed and however many there are. Positions in the log are dense and in
//! the order of commits, so the tree of a size is the same whoever builds it; size, tiles and
//! checkpoint are one statement, which finds the tree as large as it was thought to be or writes
//! nothing. What a process remembers is only the right edge, and that is read again whenever the
//! tree is not as it left it. A tree that is not what was signed of it is not signed again.

use std::convert::Infallible;

use tokio::time::{Instant, sleep, sleep_until};

use super::checkpoint::signed;
use super::edge::Edge;
use super::keys::LogKeys;
use super::store::{self, Look};
use crate::app::App;
use crate::limits::{TREE_LEAVES_AT_ONCE, TREE_PAUSE, TREE_POLL};
use crate::problem::Problem;

/// Lets the tree follow the journal until it is dropped.
pub async fn follow(app: &App) -> Infallible {
    let mut bell = app.committer.bell().listen();
    let mut is_ringing = true;
    loop {
        let begun = Instant::now();
        match grow(app).await {
            Ok(true) => continue,
            Ok(false) => {}
            Err(problem) => {
                // The next look finds the same again.
                let (code, cause) = (problem.code().as_str(), &problem.cause);
                tracing::warn!(problem.code = code, ?cause, "the tree could not follow the log");
            }
        }
        tokio::select! {
            rings = bell.rings(), if is_ringing => is_ringing = rings,
            () = sleep(TREE_POLL) => {}
        }
        // Under load the bell rings a hundred times a second; after a pause it is heard at once.
        sleep_until(begun + TREE_PAUSE).await;
    }
}

/// One step: what the journal has and the tree has not, up to [`TREE_LEAVES_AT_ONCE`] events,
/// enters the tree and is published. True where there may be more.
pub async fn grow(app: &App) -> Result<bool, Problem> {
    let Some(keys) = &app.config.log_keys else { return Ok(false) };
    let growth = &mut *app.custody.growth.lock().await;
    let look = store::look(&app.pool).await?;
    // Kept again only when all went well: else it is read anew.
    let known = growth.edge.take().filter(|edge| edge.size() == look.tree);
    let mut edge = match known {
        Some(edge) => edge,
        None => sound(app, look).await?,
    };
    if !growth.has_begun {
        begin(app, (keys, look), &edge).await?;
        growth.has_begun = true;
    }
    if look.log == look.tree {
        hear(app, look).await?;
        growth.edge = Some(edge);
        return Ok(false);
    }
    let to = look.log.min(look.tree + TREE_LEAVES_AT_ONCE);
    let mut full = Vec::new();
    for leaf in store::leaves(&app.pool, look.tree, to).await? {
        edge.append(leaf, &mut full);
    }
    let published = signed(keys, &edge);
    if store::grow(&app.pool, look.tree, &full, (&published, app.clock.wall())).await? {
        app.custody.tell(published);
        growth.edge = Some(edge);
    }
    Ok(to < look.log)
}

/// The tree's edge as the tables have it. Refused where it is not what was signed: somebody has
/// changed the record, and our signature is the last thing that it should get.
async fn sound(app: &App, look: Look) -> Result<Edge, Problem> {
    let edge = store::edge(&app.pool, look.tree).await?;
    if look.signed == Some(look.tree)
        && let Some(latest) = store::latest(&app.pool).await?
        && latest.size == edge.size()
        && latest.root != edge.root()
    {
        tracing::error!(size = look.tree, "the tree is not what was signed: it stays as it is");
        return Err(Problem::internal("the tree contradicts its newest checkpoint"));
    }
    Ok(edge)
}

/// Notes the keys, and signs the tree as it stands where they have not yet.
async fn begin(app: &App, (keys, look): (&LogKeys, Look), edge: &Edge) -> Result<(), Problem> {
    let wall = app.clock.wall();
    let own: Vec<String> = keys.verifiers().map(|key| key.to_string()).collect();
    let used = store::keys_used(&app.pool).await?;
    if let Some(newest) = used.first().filter(|newest| !own.contains(newest))
        && own.first().is_some_and(|first| used.contains(first))
    {
        tracing::warn!(newest, "the log is signed with a key that another had replaced");
    }
    store::note_keys(&app.pool, own.into_iter(), wall).await?;
    let latest = store::latest(&app.pool).await?;
    let is_signed = latest.is_some_and(|latest| latest.signed_by == keys.ids());
    if !is_signed && look.signed.is_none_or(|size| size == edge.size()) {
        let published = signed(keys, edge);
        store::publish(&app.pool, &published, wall).await?;
        app.custody.tell(published);
    }
    Ok(())
}

/// Another process may have published what this one does not know yet, or a witness cosigned it.
async fn hear(app: &App, look: Look) -> Result<(), Problem> {
    let known = app.custody.known().map(|known| (known.size, known.cosigned()));
    if known.is_some_and(|(size, by)| Some(size) == look.signed && by == look.cosigned) {
        app.custody.has_looked();
    } else if let Some(latest) = store::latest(&app.pool).await? {
        app.custody.tell(latest);
    }
    Ok(())
}
