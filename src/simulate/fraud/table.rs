//! The table of frauds: name, family, the rules that are right about it, who may commit it, and how
//! many days it lasts.

use crate::simulate::world::{Kind, World};

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    Skimming,
    SmallLosses,
    Gain,
    LedgerCorrection,
    OffBook,
    LedgerLoss,
    KitchenShort,
    MedicalShort,
    SlowTrip,
    ImpossibleTrip,
    TwoPlaces,
    Overload,
    NightRuns,
    NoFiling,
    UnderBeds,
    UnderOutput,
    SuddenDrop,
    KitchenUnder,
    GreaseSold,
    LedgerGap,
    Swelling,
    Hoarding,
    LumpTreatment,
    NoAsh,
    SameWeight,
    RoundWeights,
    MadeUpDigits,
    Voids,
    Instant,
    Burst,
    MissingBoxes,
    WrongHazard,
    WrongForm,
    WrongPackaging,
    WrongName,
    Unsorted,
    Impurity,
    OutsidePlan,
    LateReceipt,
    LatePaper,
    LatePickup,
    PlantStorage,
    NotDeparted,
    NoPlan,
    LateReport,
    KitchenGaps,
    InsuranceLapsed,
    NoEmergencyPlan,
    Cycle,
    PingPong,
    Concentration,
    Blacklisted,
    PileUp,
    Detour,
    LongStop,
    Unloaded,
    SignalOff,
    FalseTrack,
    Speeding,
    ToFarm,
    WarmStore,
    ColdFurnace,
    WrongRoute,
}

/// What of a load a deed may change.
const WEIGHT: u8 = 1;
const WAY: u8 = 2;
const RECEIPT: u8 = 4;
const FOUND: u8 = 8;

impl Deed {
    /// What it changes of a load.
    pub const fn alters(self) -> u8 {
        match self {
            Self::Skimming
            | Self::SmallLosses
            | Self::Gain
            | Self::MedicalShort
            | Self::SameWeight
            | Self::RoundWeights
            | Self::MadeUpDigits => WEIGHT,
            Self::SlowTrip
            | Self::ImpossibleTrip
            | Self::TwoPlaces
            | Self::Overload
            | Self::NightRuns
            | Self::NotDeparted
            | Self::Detour
            | Self::LongStop
            | Self::SignalOff
            | Self::FalseTrack
            | Self::Speeding => WAY,
            Self::Unloaded => WAY | WEIGHT,
            Self::Instant | Self::LateReceipt => RECEIPT,
            Self::LatePaper => WAY | RECEIPT,
            Self::MissingBoxes
            | Self::WrongHazard
            | Self::WrongForm
            | Self::WrongPackaging
            | Self::WrongName => FOUND,
            _ => 0,
        }
    }

    /// The first day that it can begin on: a flow can only move from where it went for a quarter.
    pub const fn earliest(self) -> i64 {
        if matches!(self, Self::Concentration) { 92 } else { 8 }
    }

    /// Devices of vehicles show it.
    pub const fn is_on_the_road(self) -> bool {
        matches!(
            self,
            Self::Detour
                | Self::LongStop
                | Self::Unloaded
                | Self::SignalOff
                | Self::FalseTrack
                | Self::Speeding
        )
    }
}

/// Who may commit it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum On {
    Works,
    Shop,
    Garage,
    Focus,
    Output,
    Hospital,
    LargeHospital,
    BoxHospital,
    Kitchen,
    KitchenCarrier,
    HazardCarrier,
    Treater,
    Incinerator,
    MedicalPlant,
    Recycler,
    Reporter,
}

impl On {
    pub fn among(self, world: &World) -> Vec<usize> {
        if self == Self::BoxHospital {
            let boxed = |one: &usize| world.parties[*one].labels_boxes;
            return world.of(Kind::is_hospital).into_iter().filter(boxed).collect();
        }
        world
            .of(|kind| match self {
                Self::Works => kind.is_works(),
                Self::Shop => matches!(kind, Kind::BatteryPoint | Kind::Coking | Kind::Aluminium),
                Self::Garage => kind == Kind::RepairShop,
                Self::Focus => matches!(kind, Kind::BatteryPoint | Kind::Coking),
                Self::Output => matches!(kind, Kind::Coking | Kind::Aluminium | Kind::Pvc),
                Self::Hospital | Self::BoxHospital => kind.is_hospital(),
                Self::LargeHospital => matches!(kind, Kind::Tertiary | Kind::Secondary),
                Self::Kitchen => kind.is_kitchen(),
                Self::KitchenCarrier | Self::HazardCarrier => kind == Kind::Carrier,
                Self::Treater => matches!(kind, Kind::Recycler | Kind::Incinerator),
                Self::Incinerator => kind == Kind::Incinerator,
                Self::MedicalPlant => kind == Kind::MedicalPlant,
                Self::Recycler => kind == Kind::Recycler,
                Self::Reporter => kind.is_hospital() || kind.is_works(),
            })
            .into_iter()
            .filter(|one| self.is_of_class(world, *one))
            .collect()
    }

    /// Carriers are of one class, which stands in their size.
    fn is_of_class(self, world: &World, party: usize) -> bool {
        match self {
            Self::KitchenCarrier => world.parties[party].size == 1,
            Self::HazardCarrier => world.parties[party].size == 2,
            _ => true,
        }
    }
}

/// A kind of fraud.
pub struct Fraud {
    pub deed: Deed,
    pub name: &'static str,
    pub family: &'static str,
    pub rules: &'static [&'static str],
    pub on: On,
    /// Shortest and longest, in days.
    pub days: (i64, i64),
}

const fn fraud(
    deed: Deed,
    (name, family): (&'static str, &'static str),
    rules: &'static [&'static str],
    (on, shortest, longest): (On, i64, i64),
) -> Fraud {
    Fraud { deed, name, family, rules, on, days: (shortest, longest) }
}

const MASS: &str = "mass";
const MOVEMENT: &str = "movement";
const SILENCE: &str = "silence";
const CAPACITY: &str = "capacity";
const PAPERS: &str = "papers";
const DEADLINES: &str = "deadlines";
const NETWORKS: &str = "networks";

use Deed as D;

pub const FRAUDS: &[Fraud] = &[
    fraud(D::Skimming, ("skimming", MASS), &["AL01", "AL69", "AL19"], (On::Works, 60, 200)),
    fraud(D::SmallLosses, ("small_losses", MASS), &["AL69", "AL01", "AL19"], (On::Shop, 160, 300)),
    fraud(D::Gain, ("gain", MASS), &["AL02", "AL01"], (On::Works, 60, 200)),
    fraud(D::LedgerCorrection, ("ledger_correction", MASS), &["AL37", "AL09"], (On::Shop, 40, 120)),
    fraud(D::OffBook, ("off_book", MASS), &["AL09", "AL37"], (On::Works, 40, 160)),
    fraud(D::LedgerLoss, ("ledger_loss", MASS), &["AL37", "AL09"], (On::Shop, 40, 120)),
    fraud(
        D::KitchenShort,
        ("kitchen_short", MASS),
        &["AL01", "AL69"],
        (On::KitchenCarrier, 15, 60),
    ),
    fraud(D::MedicalShort, ("medical_short", MASS), &["AL01", "AL69"], (On::Hospital, 15, 60)),
    fraud(D::SlowTrip, ("slow_trip", MOVEMENT), &["AL16", "AL18"], (On::HazardCarrier, 30, 120)),
    fraud(
        D::ImpossibleTrip,
        ("impossible_trip", MOVEMENT),
        &["AL21"],
        (On::HazardCarrier, 30, 120),
    ),
    fraud(
        D::TwoPlaces,
        ("two_places", MOVEMENT),
        // Its device is on the other way: by it the vehicle leaps, is silent on this, or ends
        // elsewhere.
        &["AL25", "AL26", "AL20", "AL21", "AL17"],
        (On::HazardCarrier, 60, 160),
    ),
    fraud(D::Overload, ("overload", MOVEMENT), &["AL26"], (On::Output, 90, 200)),
    fraud(D::Detour, ("detour", MOVEMENT), &["AL17", "AL16"], (On::HazardCarrier, 30, 120)),
    fraud(D::LongStop, ("long_stop", MOVEMENT), &["AL18", "AL16"], (On::HazardCarrier, 30, 120)),
    fraud(
        D::Unloaded,
        ("unloaded", MOVEMENT),
        &["AL19", "AL18", "AL01", "AL69", "AL16"],
        (On::HazardCarrier, 40, 120),
    ),
    fraud(D::SignalOff, ("signal_off", MOVEMENT), &["AL20"], (On::HazardCarrier, 30, 120)),
    fraud(D::FalseTrack, ("false_track", MOVEMENT), &["AL21"], (On::HazardCarrier, 30, 120)),
    fraud(D::Speeding, ("speeding", MOVEMENT), &["AL22"], (On::HazardCarrier, 30, 120)),
    fraud(
        D::ToFarm,
        ("to_farm", MOVEMENT),
        &["AL62", "AL18", "AL17", "AL19"],
        (On::KitchenCarrier, 10, 60),
    ),
    fraud(D::NightRuns, ("night_runs", MOVEMENT), &["AL45"], (On::Works, 80, 200)),
    fraud(
        D::NoFiling,
        ("no_filing", SILENCE),
        &["AL52", "AL48", "AL47", "AL51", "AL42"],
        (On::Hospital, 5, 14),
    ),
    fraud(D::UnderBeds, ("under_beds", SILENCE), &["AL51", "AL36"], (On::LargeHospital, 40, 150)),
    fraud(D::UnderOutput, ("under_output", SILENCE), &["AL36", "AL34"], (On::Output, 70, 200)),
    fraud(D::SuddenDrop, ("sudden_drop", SILENCE), &["AL34", "AL36"], (On::Output, 45, 100)),
    fraud(D::KitchenUnder, ("kitchen_under", SILENCE), &["AL59"], (On::Kitchen, 40, 150)),
    fraud(D::GreaseSold, ("grease_sold", SILENCE), &["AL60"], (On::Kitchen, 65, 200)),
    fraud(
        D::LedgerGap,
        ("ledger_gap", SILENCE),
        &["AL42", "AL34", "AL35", "AL36", "AL76"],
        (On::Shop, 95, 130),
    ),
    fraud(
        D::Swelling,
        ("swelling", SILENCE),
        &["AL35", "AL36", "AL15", "AL82"],
        (On::Output, 35, 90),
    ),
    fraud(
        D::Hoarding,
        ("hoarding", CAPACITY),
        &["AL39", "AL31", "AL33", "AL76", "AL32"],
        (On::Treater, 200, 260),
    ),
    fraud(D::LumpTreatment, ("lump_treatment", CAPACITY), &["AL38"], (On::Treater, 40, 120)),
    fraud(D::WarmStore, ("warm_store", CAPACITY), &["AL50"], (On::MedicalPlant, 10, 60)),
    fraud(D::ColdFurnace, ("cold_furnace", CAPACITY), &["AL57"], (On::Incinerator, 20, 100)),
    fraud(D::NoAsh, ("no_ash", CAPACITY), &["AL70"], (On::Incinerator, 90, 200)),
    fraud(
        D::SameWeight,
        ("same_weight", PAPERS),
        &["AL44", "AL71", "AL47"],
        (On::LargeHospital, 30, 90),
    ),
    fraud(
        D::RoundWeights,
        ("round_weights", PAPERS),
        &["AL44", "AL71", "AL47"],
        (On::LargeHospital, 40, 120),
    ),
    fraud(
        D::MadeUpDigits,
        ("made_up_digits", PAPERS),
        &["AL71", "AL47"],
        (On::LargeHospital, 120, 260),
    ),
    fraud(D::Voids, ("voids", PAPERS), &["AL43"], (On::Hospital, 30, 90)),
    fraud(D::Instant, ("instant", PAPERS), &["AL46"], (On::Works, 60, 200)),
    fraud(D::Burst, ("burst", PAPERS), &["AL72", "AL15", "AL82"], (On::HazardCarrier, 8, 10)),
    fraud(
        D::MissingBoxes,
        ("missing_boxes", PAPERS),
        &["AL53", "AL06"],
        (On::BoxHospital, 30, 120),
    ),
    fraud(D::WrongHazard, ("wrong_hazard", PAPERS), &["AL04"], (On::Works, 60, 200)),
    fraud(D::WrongForm, ("wrong_form", PAPERS), &["AL05"], (On::Works, 60, 200)),
    fraud(D::WrongPackaging, ("wrong_packaging", PAPERS), &["AL06"], (On::Works, 60, 200)),
    fraud(D::WrongName, ("wrong_name", PAPERS), &["AL03"], (On::Works, 60, 200)),
    fraud(D::Unsorted, ("unsorted", PAPERS), &["AL75"], (On::LargeHospital, 60, 160)),
    fraud(D::Impurity, ("impurity", PAPERS), &["AL63"], (On::KitchenCarrier, 10, 60)),
    fraud(D::OutsidePlan, ("outside_plan", PAPERS), &["AL15", "AL82"], (On::Garage, 365, 365)),
    fraud(D::LateReceipt, ("late_receipts", DEADLINES), &["AL07"], (On::Treater, 30, 100)),
    fraud(D::LatePaper, ("late_paper", DEADLINES), &["AL08", "AL76"], (On::Works, 60, 160)),
    fraud(D::LatePickup, ("late_pickups", DEADLINES), &["AL48", "AL47"], (On::Hospital, 10, 60)),
    fraud(D::PlantStorage, ("plant_storage", DEADLINES), &["AL49"], (On::MedicalPlant, 6, 40)),
    fraud(D::NotDeparted, ("not_departed", DEADLINES), &["AL79"], (On::Works, 60, 200)),
    fraud(D::NoPlan, ("no_plan", DEADLINES), &["AL40"], (On::Reporter, 365, 365)),
    fraud(D::LateReport, ("late_reports", DEADLINES), &["AL41"], (On::Output, 100, 250)),
    fraud(
        D::KitchenGaps,
        ("kitchen_gaps", DEADLINES),
        &["AL58", "AL59", "AL60"],
        (On::Kitchen, 10, 60),
    ),
    fraud(D::InsuranceLapsed, ("insurance_lapsed", DEADLINES), &["AL77"], (On::Reporter, 365, 365)),
    fraud(
        D::NoEmergencyPlan,
        ("no_emergency_plan", DEADLINES),
        &["AL78"],
        (On::Reporter, 365, 365),
    ),
    fraud(D::Cycle, ("cycle", NETWORKS), &["AL66", "AL15", "AL82"], (On::Recycler, 60, 150)),
    fraud(
        D::PingPong,
        ("ping_pong", NETWORKS),
        &["AL67", "AL66", "AL15", "AL82"],
        (On::Recycler, 60, 120),
    ),
    fraud(D::Concentration, ("concentration", NETWORKS), &["AL68"], (On::HazardCarrier, 100, 180)),
    fraud(D::Blacklisted, ("blacklisted", NETWORKS), &["AL73"], (On::HazardCarrier, 3, 6)),
    fraud(D::PileUp, ("pile_up", "focus"), &["AL76"], (On::Focus, 110, 220)),
    fraud(D::WrongRoute, ("wrong_route", PAPERS), &["AL54"], (On::LargeHospital, 60, 160)),
];
