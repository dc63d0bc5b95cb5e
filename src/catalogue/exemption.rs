//! The exemption list (危险废物豁免管理清单): a waste is exempt at the named stages only.
//!
//! An item claims one by id with its evidence; the claim switches off only its own check
//! (domain.md): collection → the collector's licence, transport → carrier and vehicle class,
//! use or disposal → licence and capacity. `needs` (`;` = and, `|` = or) is in words of ours.
//! Some the item's own data decide; all others are taken as shown by the attachment whose hash
//! the item carries (`evidence_sha256`): a person looks at that, no program can.

use super::{Method, WasteSet};
use crate::seeds;

/// A set of stages: collection, transport, use, disposal (收集、运输、利用、处置).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stages(u8);

impl Stages {
    pub const NONE: Self = Self(0);
    pub const COLLECTION: Self = Self(1);
    pub const TRANSPORT: Self = Self(2);
    pub const UTILISATION: Self = Self(4);
    pub const DISPOSAL: Self = Self(8);
    /// Use or disposal.
    pub const TREATMENT: Self = Self(4 | 8);
    pub const ALL: Self = Self(1 | 2 | 4 | 8);

    const WORDS: [(&'static str, Self); 4] = [
        ("collection", Self::COLLECTION),
        ("transport", Self::TRANSPORT),
        ("utilisation", Self::UTILISATION),
        ("disposal", Self::DISPOSAL),
    ];

    pub(super) fn parse(cell: &str) -> Option<Self> {
        let mut stages = Self::NONE;
        for word in seeds::list(cell) {
            stages = stages.with(match word {
                "all" => Self::ALL,
                word => Self::WORDS.iter().find(|(name, _)| *name == word)?.1,
            });
        }
        (stages != Self::NONE).then_some(stages)
    }

    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether the two share a stage.
    pub const fn touches(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub const fn within(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    /// Carrier and vehicle class need not be checked.
    pub const fn frees_transport(self) -> bool {
        self.touches(Self::TRANSPORT)
    }

    /// The receiver's licence and capacity need not be checked for an item with this method: the
    /// stage that is exempt must be the one the method is.
    pub const fn frees_receiver(self, method: Method) -> bool {
        self.touches(method.stages())
    }

    pub fn words(self) -> impl Iterator<Item = &'static str> {
        Self::WORDS.iter().filter(move |(_, stage)| self.touches(*stage)).map(|(name, _)| *name)
    }
}

/// How the codes of an exemption bind, column `code_scope`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeScope {
    /// Only the codes named.
    ListedOnly,
    /// The codes named and further wastes, by evidence (item 25).
    ListedAndOthers,
    /// The evidence decides.
    NotByCode,
}

/// One condition of an exemption.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    /// The institution has at most `beds_max` beds.
    BedsAtMost,
    /// The only hazard is corrosivity.
    CorrosiveOnly,
    /// `intact` of the item.
    Intact,
    /// Treated beforehand by one of `treated_by_methods`.
    TreatedBy,
    /// Travels on water.
    ByShip,
    /// Ends in a place of this kind: the method must be one that can.
    EndsBy(&'static [Method]),
    /// Only a document can show it.
    Evidence,
}

/// Conditions that only the attached evidence shows. A word of the table that is in neither this
/// list nor [`Need::parse`] stops the start, so that a slip of the pen never becomes lenience.
const EVIDENCED: &[&str] = &[
    "authority_plan",
    "baled",
    "closed_tanker",
    "disinfected",
    "drained",
    "government_plan",
    "household_source",
    "limit_values_met",
    "medical_vehicle",
    "named_receiver",
    "not_mixed",
    "not_separately_collected",
    "one_producer_one_receiver",
    "pesticide_packaging_scheme",
    "product_standard",
    "provincial_scheme",
    "sorted_collection_system",
    "transport_plan_reported",
    "use_as_stated",
    "vehicle_protected",
    "waste_as_described",
];

impl Need {
    pub(super) fn parse(word: &str) -> Option<Self> {
        // D16 beside the plain method: «other disposal» may be the word a plant uses for it.
        Some(match word {
            "beds_at_most" => Self::BedsAtMost,
            "corrosive_only" => Self::CorrosiveOnly,
            "intact" => Self::Intact,
            "treated_by" => Self::TreatedBy,
            "by_ship" => Self::ByShip,
            "to_msw_landfill" | "to_general_industrial_site" | "to_tailings_pond" => {
                Self::EndsBy(&[Method::D1, Method::D16])
            }
            "to_msw_incinerator" => Self::EndsBy(&[Method::D10, Method::D16]),
            "to_cement_kiln" => Self::EndsBy(&[Method::C1, Method::D16]),
            word if EVIDENCED.contains(&word) => Self::Evidence,
            _ => return None,
        })
    }
}

/// A row of `exemption_list.csv`.
#[derive(Clone, Debug)]
pub struct Exemption {
    pub id: Box<str>,
    /// Number in the printed list.
    pub item_no: u8,
    pub wastes: WasteSet,
    /// Codes and categories as written, for display.
    pub wastes_text: Box<str>,
    pub waste_zh: Box<str>,
    pub name_en: Box<str>,
    pub stages: Stages,
    pub stage_zh: Box<str>,
    pub condition_zh: Box<str>,
    pub condition_en: Box<str>,
    pub beds_max: Option<u32>,
    /// `Some(true)`: only waste of an epidemic; `Some(false)`: never; `None`: no matter.
    pub epidemic: Option<bool>,
    /// The cell as written, for display.
    pub needs_text: Box<str>,
    /// All of these, each by any of its alternatives.
    pub(super) needs: Box<[Box<[Need]>]>,
    pub treated_by_methods: Box<[Method]>,
    pub code_scope: CodeScope,
    pub content_zh: Box<str>,
    pub source_page: u16,
    pub edition: Box<str>,
}

impl Exemption {
    /// The stages it frees; the caller switches off the check of these stages and no other.
    pub const fn stages(&self) -> Stages {
        self.stages
    }
}
