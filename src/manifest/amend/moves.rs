//! The accounts of an amended manifest: what is held is freed and what is wanted reserved, as one
//! change, so that an account moves by the difference and never refuses what only frees it. Pure.

use crate::decision::{Account, AccountKind, LimitChange, Move, Policy, Post};
use crate::ids::{ApprovalId, SiteId};
use crate::manifest::admit::Admitted;
use crate::manifest::asked::FileManifest;
use crate::manifest::event::Item;
use crate::manifest::evolve::Manifest;
use crate::manifest::moves::{holdings, taken_on_hand};
use crate::problem::Code;
use crate::registry::approval::approval_account;
use crate::units::Grams;

/// The moves, and how to find in what was picked which choice of the admitted move that is.
pub struct Difference {
    pub moves: Vec<Move>,
    /// For each admitted move: its place in `moves`, and the admitted choice behind each of its.
    places: Vec<(usize, Vec<usize>)>,
}

impl Difference {
    /// The admitted choice that was taken, and whether it passed a limit.
    pub fn picked(&self, admitted: usize, picks: &[usize], excess: &[bool]) -> (usize, bool) {
        let Some((place, choices)) = self.places.get(admitted) else { return (0, false) };
        let pick = picks.get(*place).copied().unwrap_or(0);
        let excess = excess.get(*place).copied().unwrap_or(false);
        (choices.get(pick).copied().unwrap_or(0), excess)
    }
}

/// Accounts that stand in for one another: the lines and shared limits of licences, and what an
/// emergency opens in their place.
fn group(kind: AccountKind) -> AccountKind {
    match kind {
        AccountKind::LicenceShared | AccountKind::CoDisposalDay => AccountKind::LicenceLine,
        kind => kind,
    }
}

fn group_of(posts: &[Post]) -> Option<AccountKind> {
    posts.first().map(|post| group(post.account.kind))
}

/// From what `manifest` holds to what `admitted` asks for.
pub fn by_difference(
    manifest: &Manifest,
    admitted: &Admitted,
    wanted: &FileManifest,
) -> Difference {
    let has_left = manifest.has_moved_out();
    let mut drafts: Vec<(Option<usize>, Vec<usize>, Move)> = Vec::new();
    let starts: Vec<usize> =
        admitted.items.iter().map(|item| item.first_move).chain([admitted.moves.len()]).collect();
    for (n, (item, asked)) in manifest.filed.items.iter().zip(wanted.items.iter()).enumerate() {
        let mut held = held(manifest, item, has_left);
        let span = starts.get(n).copied().zip(starts.get(n + 1).copied());
        let (from, to) = span.unwrap_or_default();
        for at in from..to {
            let Some(wanted) = admitted.moves.get(at) else { continue };
            let kind = wanted.choices.first().and_then(|posts| group_of(posts));
            let (freed, rest): (Vec<Post>, Vec<Post>) =
                held.into_iter().partition(|post| Some(group(post.account.kind)) == kind);
            held = rest;
            drafts.push(exchanged(at, wanted, &freed, has_left.then_some(asked.produce)));
        }
        if !held.is_empty() {
            let (refusal, pointer) = (Code::CapacityExceeded, String::new());
            let freed = Move { choices: vec![held], refusal, pointer, asked: 0 };
            drafts.push((None, vec![0], freed));
        }
    }
    // What frees goes before what takes: a load shifted between two lines of one limit fits.
    drafts.sort_by_key(|(_, _, one)| net_of(one));
    let mut places = vec![(0, Vec::new()); admitted.moves.len()];
    for (at, (admitted, choices, _)) in drafts.iter().enumerate() {
        if let Some(place) = admitted.and_then(|admitted| places.get_mut(admitted)) {
            *place = (at, choices.clone());
        }
    }
    Difference { moves: drafts.into_iter().map(|(_, _, one)| one).collect(), places }
}

fn net_of(one: &Move) -> i64 {
    let posts = one.choices.first().map(Vec::as_slice).unwrap_or_default();
    // What all lines hold together moves with a line, and would count its mass twice.
    let own = posts.iter().filter(|post| post.account.kind != AccountKind::LicenceShared);
    own.map(|post| post.reserved.saturating_sub(on_hand(post))).sum()
}

/// What a post adds to what is on hand.
fn on_hand(post: &Post) -> i64 {
    match post.limit {
        LimitChange::Add(grams) => grams,
        LimitChange::Keep | LimitChange::Set(_) => 0,
    }
}

/// What an item holds, as the posts that free it.
fn held(manifest: &Manifest, item: &Item, has_left: bool) -> Vec<Post> {
    let filed = &manifest.filed;
    let site: SiteId = filed.producer_site_id;
    // What came in on other manifests is not on the sender's ledger.
    let is_own = item.own_g().0 > 0;
    let mut posts: Vec<Post> =
        is_own.then(|| taken_on_hand(site, item, has_left)).into_iter().collect();
    let free = |account: Account| Post {
        account,
        limit: LimitChange::Keep,
        used: 0,
        reserved: -item.mass_g.0,
        policy: Policy::Warn,
    };
    let approval = filed.transfer_approval_id.map(ApprovalId::of).map(approval_account);
    posts.extend(holdings(item, filed.receiver_site_id, approval).into_iter().map(free));
    posts
}

/// An admitted move with what is freed in the same account, or in one that it takes the place of.
/// `left` says of a load that has left whether it was booked as produced with its filing.
fn exchanged(
    at: usize,
    wanted: &Move,
    freed: &[Post],
    left: Option<bool>,
) -> (Option<usize>, Vec<usize>, Move) {
    let holds = |posts: &[Post]| {
        let same = |post: &Post| freed.iter().any(|one| one.account.id == post.account.id);
        !freed.is_empty() && posts.first().is_some_and(same)
    };
    let mut choices: Vec<(usize, Vec<Post>)> = wanted.choices.iter().cloned().enumerate().collect();
    // It stays on its licence line as long as that has room.
    choices.sort_by_key(|(_, posts)| !holds(posts));
    let netted = choices.iter().map(|(_, posts)| {
        let posts = posts.iter().cloned().map(|post| match left {
            Some(produce) if post.account.kind == AccountKind::OnHand => gone(post, produce),
            _ => post,
        });
        net(freed.iter().cloned().chain(posts))
    });
    let netted: Vec<Vec<Post>> = netted.collect();
    let order = choices.iter().map(|(choice, _)| *choice).collect();
    (Some(at), order, Move { choices: netted, ..wanted.clone() })
}

/// A load that has left is on hand no more: what filing would reserve is booked out.
fn gone(post: Post, produce: bool) -> Post {
    let mass = post.reserved;
    let change = if produce { 0 } else { -mass };
    Post { reserved: 0, limit: LimitChange::Add(change), ..post }
}

/// One post an account; those that change nothing are left out.
fn net(posts: impl Iterator<Item = Post>) -> Vec<Post> {
    let mut all: Vec<Post> = Vec::new();
    for post in posts {
        match all.iter_mut().find(|one| one.account.id == post.account.id) {
            Some(one) => {
                one.used += post.used;
                one.reserved += post.reserved;
                one.limit = both(one.limit, post.limit);
                one.policy = post.policy;
            }
            None => all.push(post),
        }
    }
    let moves = |post: &Post| post.used != 0 || post.reserved != 0 || on_hand(post) != 0;
    all.retain(moves);
    all
}

const fn both(one: LimitChange, other: LimitChange) -> LimitChange {
    match (one, other) {
        (LimitChange::Add(a), LimitChange::Add(b)) => LimitChange::Add(a + b),
        (LimitChange::Keep, any) | (any, LimitChange::Keep) => any,
        (_, set @ LimitChange::Set(_)) | (set @ LimitChange::Set(_), _) => set,
    }
}

/// What the producer's ledger says of an item too much or too little after the change, by code:
/// corrections, for entries never change.
pub fn corrections(was: &Item, is: &Item, has_left: bool) -> Vec<(String, Grams)> {
    let booked = |item: &Item| {
        let produced = if item.produce { item.own_g() } else { Grams::ZERO };
        let left = if has_left { item.own_g() } else { Grams::ZERO };
        produced - left
    };
    let (before, after) = (booked(was), booked(is));
    let all = if was.waste_code == is.waste_code {
        vec![(is.waste_code.clone(), after - before)]
    } else {
        vec![(was.waste_code.clone(), -before), (is.waste_code.clone(), after)]
    };
    all.into_iter().filter(|(_, mass)| *mass != Grams::ZERO).collect()
}
