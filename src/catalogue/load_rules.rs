//! Parses the tables that are rules: reactivity groups, incompatible pairs, container ratings,
//! exemptions. Apart from `load.rs` because these are read together with the code that obeys them.

use serde::Deserialize;

use super::containers::{ContainerRating, ContainerTable};
use super::exemption::{CodeScope, Exemption, Need, Stages};
use super::incompatible::{Action, IncompatiblePair, IncompatibleTable, MatchBy, group_bit};
use super::load::{wastes_of, whole, words_of};
use super::reactivity::{ReactivityGroup, ReactivityTable};
use super::{CatalogueError, Method};
use crate::seed;
use crate::seeds::{Row, Seed, list, rows};

const GROUPS: Seed = seed!("reactivity_groups.csv");
const PAIRS: Seed = seed!("incompatible_wastes.csv");

type Loaded<T> = Result<T, CatalogueError>;

#[derive(Deserialize)]
struct GroupRow {
    id: Box<str>,
    kind: Box<str>,
    zh: Box<str>,
    en: Box<str>,
    broader: Option<Box<str>>,
    certainty: Box<str>,
    note: Box<str>,
}

pub(super) fn reactivity() -> Loaded<ReactivityTable> {
    let mut groups = Vec::new();
    for row in rows::<GroupRow>(GROUPS)? {
        let declarable = match &*row.value.kind {
            "reactivity" => true,
            "load_class" => false,
            kind => return Err(row.wrong(format!("unknown kind `{kind}`"))),
        };
        let row = row.value;
        groups.push(ReactivityGroup {
            id: row.id,
            declarable,
            name_zh: row.zh,
            name_en: row.en,
            broader: row.broader,
            certainty: row.certainty,
            note: row.note,
            bit: 0,
            closure: 0,
        });
    }
    ReactivityTable::of(groups).map_err(|what| whole(GROUPS, what))
}

#[derive(Deserialize)]
struct PairRow {
    rule_id: Box<str>,
    group_a: Box<str>,
    group_a_zh: Box<str>,
    group_b: Box<str>,
    group_b_zh: Box<str>,
    typical_codes_a: Box<str>,
    typical_codes_b: Box<str>,
    except_b: Box<str>,
    match_by: Box<str>,
    scope: Box<str>,
    hazard_zh: Box<str>,
    hazard_en: Box<str>,
    default_action: Box<str>,
    action_if_both_tagged: Box<str>,
    source: Box<str>,
    certainty: Box<str>,
}

fn action<T>(row: &Row<T>, word: &str) -> Loaded<Action> {
    Action::parse(word).ok_or_else(|| row.wrong(format!("unknown action `{word}`")))
}

pub(super) fn incompatible(groups: &ReactivityTable) -> Loaded<IncompatibleTable> {
    let mut pairs = Vec::new();
    for row in rows::<PairRow>(PAIRS)? {
        let match_by = match &*row.value.match_by {
            "code" => MatchBy::Code,
            "group_tag" => MatchBy::GroupTag,
            "code_with_hazard_R" => MatchBy::CodeWithHazardR,
            "load_type" => MatchBy::LoadType,
            word => return Err(row.wrong(format!("unknown match_by `{word}`"))),
        };
        let on_vehicle = match &*row.value.scope {
            "vehicle_and_container" => true,
            "container" => false,
            word => return Err(row.wrong(format!("unknown scope `{word}`"))),
        };
        let default_action = action(&row, &row.value.default_action)?;
        let both_tagged = match &*row.value.action_if_both_tagged {
            "" => default_action,
            word => action(&row, word)?,
        };
        let bit = |id| group_bit(groups, id).map_err(|what| row.wrong(what));
        pairs.push(IncompatiblePair {
            group_a: bit(&row.value.group_a)?,
            group_b: bit(&row.value.group_b)?,
            wastes_a: wastes_of(&row, &row.value.typical_codes_a)?,
            wastes_b: wastes_of(&row, &row.value.typical_codes_b)?,
            except_b: wastes_of(&row, &row.value.except_b)?,
            match_by,
            on_vehicle,
            default_action,
            both_tagged,
            id: row.value.rule_id,
            group_a_zh: row.value.group_a_zh,
            group_b_zh: row.value.group_b_zh,
            hazard_zh: row.value.hazard_zh,
            hazard_en: row.value.hazard_en,
            source: row.value.source,
            certainty: row.value.certainty,
        });
    }
    IncompatibleTable::of(pairs).map_err(|what| whole(PAIRS, what))
}

#[derive(Deserialize)]
struct RatingRow {
    waste_group: Box<str>,
    waste_group_zh: Box<str>,
    container_material: Box<str>,
    container_material_zh: Box<str>,
    rating: Box<str>,
    rating_meaning: Box<str>,
    system_action: Box<str>,
    action_if_tagged: Box<str>,
    typical_hw_categories: Box<str>,
    certainty: Box<str>,
}

pub(super) fn containers(groups: &ReactivityTable) -> Loaded<ContainerTable> {
    let mut ratings = Vec::new();
    for row in rows::<RatingRow>(seed!("container_compatibility.csv"))? {
        let bit = group_bit(groups, &row.value.waste_group).map_err(|what| row.wrong(what))?;
        ratings.push(ContainerRating {
            wastes: wastes_of(&row, &row.value.typical_hw_categories)?,
            group_bit: bit,
            by_code: action(&row, &row.value.system_action)?,
            if_tagged: action(&row, &row.value.action_if_tagged)?,
            group: row.value.waste_group,
            group_zh: row.value.waste_group_zh,
            material: row.value.container_material,
            material_zh: row.value.container_material_zh,
            rating: row.value.rating,
            rating_meaning: row.value.rating_meaning,
            certainty: row.value.certainty,
        });
    }
    Ok(ContainerTable::of(ratings))
}

#[derive(Deserialize)]
struct ExemptionRow {
    exemption_id: Box<str>,
    item_no: u8,
    codes_or_category: Box<str>,
    waste_zh: Box<str>,
    name_en: Box<str>,
    stage_zh: Box<str>,
    stage: Box<str>,
    condition_zh: Box<str>,
    condition_en: Box<str>,
    beds_max: Option<u32>,
    epidemic: Box<str>,
    needs: Box<str>,
    treated_by_methods: Box<str>,
    code_scope: Box<str>,
    content_zh: Box<str>,
    source_page: u16,
    edition: Box<str>,
}

pub(super) fn exemptions() -> Loaded<Vec<Exemption>> {
    let mut exemptions: Vec<Exemption> = Vec::new();
    for row in rows::<ExemptionRow>(seed!("exemption_list.csv"))? {
        if exemptions.iter().any(|earlier| earlier.id == row.value.exemption_id) {
            return Err(row.wrong("its id appears twice"));
        }
        exemptions.push(exemption(row)?);
    }
    Ok(exemptions)
}

fn exemption(row: Row<ExemptionRow>) -> Loaded<Exemption> {
    let unknown = |column, word: &str| row.wrong(format!("unknown {column} `{word}`"));
    let value = &row.value;
    let stages = Stages::parse(&value.stage).ok_or_else(|| unknown("stage", &value.stage))?;
    let code_scope = match &*value.code_scope {
        "listed_only" => CodeScope::ListedOnly,
        "listed_and_others" => CodeScope::ListedAndOthers,
        "not_by_code" => CodeScope::NotByCode,
        word => return Err(unknown("code_scope", word)),
    };
    let epidemic = match &*value.epidemic {
        "must" => Some(true),
        "no" => Some(false),
        "" => None,
        word => return Err(unknown("epidemic", word)),
    };
    let need = |word: &str| Need::parse(word).ok_or_else(|| unknown("need", word));
    let any = |group: &str| group.split('|').map(need).collect::<Loaded<Box<[Need]>>>();
    let needs = list(&value.needs).map(any).collect::<Loaded<Box<[_]>>>()?;
    let wastes = wastes_of(&row, &value.codes_or_category)?;
    let treated_by_methods = words_of(&row, &value.treated_by_methods, Method::of_code)?;
    let value = row.value;
    Ok(Exemption {
        id: value.exemption_id,
        item_no: value.item_no,
        wastes,
        wastes_text: value.codes_or_category,
        waste_zh: value.waste_zh,
        name_en: value.name_en,
        stages,
        stage_zh: value.stage_zh,
        condition_zh: value.condition_zh,
        condition_en: value.condition_en,
        beds_max: value.beds_max,
        epidemic,
        needs_text: value.needs,
        needs,
        treated_by_methods,
        code_scope,
        content_zh: value.content_zh,
        source_page: value.source_page,
        edition: value.edition,
    })
}
