//! What a changed licence does to the counters of its lines.
//!
//! Permitted mass may not be cut below what is used and reserved, in any year (capacity.md): 409
//! `capacity_in_use`. A filing sets its accounts' limits itself, from the licence version that it
//! leans on; one that was committed on the version before this change may have opened an account
//! that was not there when the accounts were read. Its year is nearly always this one or the next,
//! so these are looked at under the lock whether they have a row or not.

use std::collections::BTreeSet;

use super::model::{Licence, LicenceLine};
use super::store::LicenceAccount;
use crate::decision::{Account, AccountKind, LimitChange, Move, Policy, Post};
use crate::ids::LicenceId;
use crate::problem::Code;
use crate::units::Grams;

/// The account of one line in one year.
pub fn line_account(licence: LicenceId, line: i64, year: i32) -> Account {
    Account::new(AccountKind::LicenceLine, licence.uuid(), line.to_string(), year)
}

/// The account that all lines share. It holds what they hold together, in every committed state,
/// also while no limit is set on it.
pub fn shared_account(licence: LicenceId, year: i32) -> Account {
    Account::new(AccountKind::LicenceShared, licence.uuid(), "0", year)
}

/// The moves that put the new limits in force; none where no limit has changed.
pub fn moves(
    before: &Licence,
    after: &Licence,
    accounts: &[LicenceAccount],
    this_year: i32,
) -> Vec<Move> {
    let mut years: BTreeSet<i32> = accounts.iter().map(|account| account.year).collect();
    years.extend([this_year, this_year + 1]);
    let mut moves = Vec::new();
    for (index, line) in after.lines.iter().enumerate() {
        let old = before.lines.iter().find(|old| old.line == line.line);
        let was = old.map(|old| before.with_factor(old.annual_g));
        let now = after.with_factor(line.annual_g);
        if was.is_some_and(|was| was != now) {
            moves.extend(years.iter().map(|year| {
                let account = line_account(after.id, line.line, *year);
                limit(account, Some(now), line_pointer(before, after, index, line), now)
            }));
        }
    }
    let shared =
        |licence: &Licence| licence.annual_limit_g.map(|mass: Grams| licence.with_factor(mass));
    let (was, now) = (shared(before), shared(after));
    if was != now {
        let pointer = if before.annual_limit_g == after.annual_limit_g {
            "/limit_factor"
        } else {
            "/annual_limit_kg"
        };
        moves.extend(years.iter().map(|year| {
            limit(shared_account(after.id, *year), now, pointer.to_owned(), now.unwrap_or(0))
        }));
    }
    moves
}

/// The field that cut the line: its own mass, or the factor of them all.
fn line_pointer(before: &Licence, after: &Licence, index: usize, line: &LicenceLine) -> String {
    let old = before.lines.iter().find(|old| old.line == line.line);
    if old.is_some_and(|old| old.annual_g == line.annual_g)
        && before.limit_factor_milli != after.limit_factor_milli
    {
        "/limit_factor".to_owned()
    } else {
        format!("/lines/{index}/annual_kg")
    }
}

fn limit(account: Account, limit: Option<i64>, pointer: String, asked: i64) -> Move {
    let post = Post {
        account,
        limit: LimitChange::Set(limit),
        used: 0,
        reserved: 0,
        policy: Policy::Enforce,
    };
    Move { choices: vec![vec![post]], refusal: Code::CapacityInUse, pointer, asked }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::decision::Balance;
    use crate::ids::{LicenceId, OrganisationId, SiteId};
    use crate::registry::{LicenceKind, LicenceStatus};
    use uuid::Uuid;

    pub fn licence(masses: &[i64], shared: Option<i64>, factor: i64) -> Licence {
        let id = Uuid::from_bytes([1; 16]);
        let day = "2026-01-01".parse().unwrap();
        let line = |(index, mass): (usize, &i64)| LicenceLine {
            line: index as i64 + 1,
            waste_codes: vec!["900-249-08".into()],
            categories: Vec::new(),
            methods: vec!["R9".into()],
            annual_g: Grams(*mass),
        };
        Licence {
            id: LicenceId::of(id),
            organisation_id: OrganisationId::of(id),
            site_id: SiteId::of(id),
            number: "1".into(),
            kind: LicenceKind::Comprehensive,
            status: LicenceStatus::Active,
            issued_on: day,
            issued_by: "x".into(),
            valid_from: day,
            valid_to: day,
            annual_limit_g: shared.map(Grams),
            limit_factor_milli: factor,
            rated_daily_g: None,
            lines: masses.iter().enumerate().map(line).collect(),
        }
    }

    fn limits(before: &Licence, after: &Licence, years: &[i32]) -> Vec<(i16, String, String)> {
        let account =
            |year: &i32| LicenceAccount { line: 1, year: *year, balance: Balance::default() };
        let accounts: Vec<_> = years.iter().map(account).collect();
        let moves = moves(before, after, &accounts, 2026);
        let seen = moves.iter().map(|wanted| {
            let account = &wanted.choices[0][0].account;
            (account.year, account.item.clone(), wanted.pointer.clone())
        });
        seen.collect()
    }

    #[test]
    fn a_changed_line_moves_its_own_limit_in_every_year() {
        let before = licence(&[1000, 2000], None, 1000);
        let after = licence(&[1000, 1500], None, 1000);
        let moved = limits(&before, &after, &[2024]);
        let years: Vec<i16> = moved.iter().map(|(year, _, _)| *year).collect();
        assert_eq!(years, [2024, 2026, 2027]);
        assert!(
            moved
                .iter()
                .all(|(_, item, pointer)| { item == "2" && pointer == "/lines/1/annual_kg" })
        );
        assert!(limits(&before, &before, &[2024]).is_empty());
    }

    #[test]
    fn the_factor_moves_all_and_a_new_line_none() {
        let before = licence(&[1000], Some(900), 1200);
        let after = licence(&[1000], Some(900), 1000);
        let moved = limits(&before, &after, &[2026]);
        assert_eq!(moved.len(), 4);
        assert!(moved.iter().all(|(_, _, pointer)| pointer == "/limit_factor"));
        let grown = licence(&[1000, 50], Some(900), 1200);
        assert!(limits(&before, &grown, &[2026]).is_empty());
        let freed = licence(&[1000], None, 1200);
        let moved = limits(&before, &freed, &[]);
        assert!(
            moved.iter().all(|(_, item, pointer)| item == "0" && pointer == "/annual_limit_kg")
        );
    }
}
