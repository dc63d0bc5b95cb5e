//! What a filed manifest puts on a vehicle, as far as its company matters.

use super::event::{Filed, Item};
use crate::catalogue::{Catalogue, Hazard, Hazards, LoadItem, WasteCode};
use crate::problem::Findings;

/// The wastes of a manifest, each under `index`. Its words were judged when it was filed.
pub fn load_items(filed: &Filed, index: Option<usize>, catalogue: &Catalogue) -> Vec<LoadItem> {
    let load = |item: &Item| {
        let hazards = item.hazards.iter().filter_map(|word| Hazard::parse(word).ok());
        let groups = item.reactivity_groups.iter().map(String::as_str);
        let at = format_args!("");
        let groups = catalogue.reactivity().declared(groups, at, &mut Findings::new());
        Some(LoadItem {
            code: WasteCode::parse(&item.waste_code).ok()?,
            hazards: hazards.fold(Hazards::NONE, Hazards::with),
            groups,
            index,
        })
    };
    filed.items.iter().filter_map(load).collect()
}
