//! The vocabularies of an item: stream, physical form, packaging, method of use or disposal.
//!
//! Tables: `waste_forms.csv` (HJ 1259-2022 requires 形态), `packaging_kinds.csv`,
//! `disposal_methods.csv` (HJ 1033 Appendix F family; K-codes and S1 are ours). A word once used
//! in a manifest is never removed from here: old manifests are read under it for ever.

use super::coded::coded;
use super::exemption::Stages;

coded! {
    /// The waste stream a manifest belongs to (废物类型). Its rules differ, domain.md.
    Stream, InvalidValue, "废物类型", "stream";
    Hazardous "hazardous" "hazardous";
    Medical "medical" "medical";
    Kitchen "kitchen" "kitchen";
}

coded! {
    /// Physical form (形态).
    Form, InvalidValue, "形态", "physical form";
    Solid "S" "solid";
    SemiSolid "SS" "semi_solid";
    Liquid "L" "liquid";
    Gas "G" "gas";
}

coded! {
    /// Packaging (包装方式).
    PackagingKind, InvalidValue, "包装方式", "packaging";
    Bag "BAG" "bag";
    BigBag "FIBC" "big_bag";
    SteelDrum "DRUM_S" "steel_drum";
    PlasticDrum "DRUM_P" "plastic_drum";
    Jerrican "JERRY" "jerrican";
    Ibc "IBC" "ibc";
    Box "BOX" "box";
    RoadTanker "TANK" "road_tanker";
    GasCylinder "CYL" "gas_cylinder";
    Bulk "BULK" "bulk";
    Pipeline "PIPE" "pipeline";
    Pallet "PALLET" "pallet";
    MedicalBag "MEDBAG" "medical_bag";
    SharpsBox "SHARPS" "sharps_box";
    MedicalBox "MEDBOX" "medical_box";
    MedicalCan "MEDCAN" "medical_can";
    KitchenBin120 "KBIN120" "kitchen_bin_120";
    KitchenBin240 "KBIN240" "kitchen_bin_240";
    GreaseBarrel "OILTANK" "grease_barrel";
    Other "OTHER" "other";
}

impl PackagingKind {
    /// The stream a packaging is made for, by its name and note in the table; `None`: any.
    pub const fn made_for(self) -> Option<Stream> {
        match self {
            Self::MedicalBag | Self::SharpsBox | Self::MedicalBox | Self::MedicalCan => {
                Some(Stream::Medical)
            }
            Self::KitchenBin120 | Self::KitchenBin240 | Self::GreaseBarrel => Some(Stream::Kitchen),
            Self::Bag
            | Self::BigBag
            | Self::SteelDrum
            | Self::PlasticDrum
            | Self::Jerrican
            | Self::Ibc
            | Self::Box
            | Self::RoadTanker
            | Self::GasCylinder
            | Self::Bulk
            | Self::Pipeline
            | Self::Pallet
            | Self::Other => None,
        }
    }
}

coded! {
    /// Method of use, disposal or onward transfer (利用处置方式).
    Method, UnknownMethod, "利用处置方式", "method of use or disposal";
    R1 "R1" "R1";
    R2 "R2" "R2";
    R3 "R3" "R3";
    R4 "R4" "R4";
    R5 "R5" "R5";
    R6 "R6" "R6";
    R7 "R7" "R7";
    R8 "R8" "R8";
    R9 "R9" "R9";
    R15 "R15" "R15";
    D1 "D1" "D1";
    D9 "D9" "D9";
    D10 "D10" "D10";
    D16 "D16" "D16";
    C1 "C1" "C1";
    C2 "C2" "C2";
    C3 "C3" "C3";
    Y10 "Y10" "Y10";
    Y11 "Y11" "Y11";
    Y12 "Y12" "Y12";
    Y13 "Y13" "Y13";
    Y16 "Y16" "Y16";
    G21 "G21" "G21";
    G22 "G22" "G22";
    G23 "G23" "G23";
    G24 "G24" "G24";
    G29 "G29" "G29";
    K1 "K1" "K1";
    K2 "K2" "K2";
    K3 "K3" "K3";
    K4 "K4" "K4";
    K5 "K5" "K5";
    K9 "K9" "K9";
    S1 "S1" "S1";
}

coded! {
    /// The family of a method, column `group` of `disposal_methods.csv`.
    MethodGroup, UnknownMethod, "方式类别", "group of methods";
    Utilisation "utilisation" "utilisation";
    Disposal "disposal" "disposal";
    Other "other" "other";
    Medical "medical" "medical";
    ChromiumSlag "chromium_slag" "chromium_slag";
    Kitchen "kitchen" "kitchen";
    Storage "storage" "storage";
}

impl Method {
    /// The family; the loader checks it against the table.
    pub const fn group(self) -> MethodGroup {
        use {Method as M, MethodGroup as G};
        match self {
            M::R1 | M::R2 | M::R3 | M::R4 | M::R5 | M::R6 | M::R7 | M::R8 | M::R9 | M::R15 => {
                G::Utilisation
            }
            M::D1 | M::D9 | M::D10 | M::D16 => G::Disposal,
            M::C1 | M::C2 | M::C3 => G::Other,
            M::Y10 | M::Y11 | M::Y12 | M::Y13 | M::Y16 => G::Medical,
            M::G21 | M::G22 | M::G23 | M::G24 | M::G29 => G::ChromiumSlag,
            M::K1 | M::K2 | M::K3 | M::K4 | M::K5 | M::K9 => G::Kitchen,
            M::S1 => G::Storage,
        }
    }

    /// The stages of the exemption list that this method is. An exemption frees the receiver only
    /// at one of them: exempt *use* does not make a disposal exempt. The list itself puts the
    /// cement kiln under disposal and sintering of chromium slag under use; methods that can be
    /// either count as both.
    pub const fn stages(self) -> Stages {
        match self.group() {
            MethodGroup::Utilisation => Stages::UTILISATION,
            MethodGroup::Disposal | MethodGroup::Medical => Stages::DISPOSAL,
            MethodGroup::Other | MethodGroup::ChromiumSlag => Stages::TREATMENT,
            MethodGroup::Storage => Stages::COLLECTION,
            MethodGroup::Kitchen => Stages::NONE,
        }
    }
}
