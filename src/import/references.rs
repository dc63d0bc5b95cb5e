//! What people know an entry by, in place of its id: an organisation by its USCC, a site by USCC
//! and name, a carrier's vehicle by its plate and driver by the number of the qualification, a
//! storage area by its name at the site.
//!
//! A vehicle or a driver is looked for among those of the carrier that the row names, and nowhere
//! else: one that is not there and one that is another's are answered alike.

use super::cells::Shape;
use super::entries::{Entry, put};
use super::kinds::{Kind, columns_of};
use super::store::{self, Known};
use crate::db::Pool;
use crate::problem::{Fault, Problem};
use crate::registry::Plate;
use crate::wire::parse_uuid;

/// A reference by name.
struct Named {
    entry: usize,
    pointer: &'static str,
    shape: Shape,
    text: String,
}

/// Puts ids in the place of names; one that names nothing is a fault at its place.
pub async fn resolve(pool: &Pool, kind: Kind, entries: &mut [Entry]) -> Result<(), Problem> {
    let named = named(kind, entries);
    if named.is_empty() {
        return Ok(());
    }
    let owners = owners(pool, &named).await?;
    // In this order: what belongs to something is looked for when that has its id.
    for (n, one) in named.iter().enumerate() {
        if matches!(one.shape, Shape::Organisation) {
            let id = found(&owners, &[one.text.to_uppercase()]);
            settle(entries, &named[n], id);
        }
    }
    for (of, shape) in [
        (Kind::Sites, Shape::Site),
        (Kind::Vehicles, Shape::Vehicle),
        (Kind::Drivers, Shape::Driver),
        (Kind::StorageAreas, Shape::StorageArea),
    ] {
        let same =
            |one: &&Named| std::mem::discriminant(&one.shape) == std::mem::discriminant(&shape);
        let keyed: Vec<(&Named, Option<Vec<String>>)> =
            named.iter().filter(same).map(|one| (one, key(entries, one, &owners))).collect();
        let keys: Vec<Vec<String>> = keyed.iter().filter_map(|(_, key)| key.clone()).collect();
        let known = match of {
            Kind::Vehicles => store::vehicles_of(pool, &keys).await?,
            _ => store::known(pool, of, &keys).await?,
        };
        for (one, key) in keyed {
            let id = key.and_then(|key| found(&known, &key));
            settle(entries, one, id);
        }
    }
    Ok(())
}

fn named(kind: Kind, entries: &[Entry]) -> Vec<Named> {
    let columns = columns_of(kind).iter().filter(|column| column.shape.is_reference());
    let mut named = Vec::new();
    for column in columns {
        for (entry, one) in entries.iter().enumerate() {
            let text = one.text(column.pointer).filter(|text| parse_uuid(text).is_none());
            let (pointer, shape) = (column.pointer, column.shape);
            named.extend(text.map(|text| Named { entry, pointer, shape, text }));
        }
    }
    named
}

/// The organisations that are named, alone or before the name of a site.
async fn owners(pool: &Pool, named: &[Named]) -> Result<Known, Problem> {
    let uscc = |one: &Named| match one.shape {
        Shape::Organisation => Some(vec![one.text.to_uppercase()]),
        Shape::Site => Some(vec![site_name(&one.text)?.0]),
        _ => None,
    };
    let wanted: Vec<Vec<String>> = named.iter().filter_map(uscc).collect();
    store::known(pool, Kind::Organisations, &wanted).await
}

/// What the entry is known by in its register.
fn key(entries: &[Entry], one: &Named, owners: &Known) -> Option<Vec<String>> {
    let entry = entries.get(one.entry)?;
    Some(match one.shape {
        Shape::Site => {
            let (uscc, name) = site_name(&one.text)?;
            vec![found(owners, &[uscc])?, name]
        }
        Shape::Vehicle => {
            vec![entry.text("/legs/0/carrier_id")?, Plate::parse(&one.text).ok()?.into_string()]
        }
        Shape::Driver => vec![entry.text("/legs/0/carrier_id")?, one.text.clone()],
        Shape::StorageArea => vec![entry.text("/site_id")?, one.text.clone()],
        _ => return None,
    })
}

/// `91659001MATEXT0016/一号场所`.
fn site_name(text: &str) -> Option<(String, String)> {
    let (uscc, name) = text.split_once(['/', '／'])?;
    Some((uscc.trim().to_uppercase(), name.trim().to_owned()))
}

fn found(known: &Known, key: &[String]) -> Option<String> {
    known.get(key).map(ToString::to_string)
}

fn settle(entries: &mut [Entry], one: &Named, id: Option<String>) {
    let Some(entry) = entries.get_mut(one.entry) else { return };
    if let Some(id) = id {
        put(&mut entry.body, one.pointer, id.into());
    } else {
        // An id of nothing, so that the command reads the rest.
        put(&mut entry.body, one.pointer, uuid::Uuid::nil().to_string().into());
        entry.faults.push(Fault::unknown_reference(one.pointer));
    }
}
