//! The wastes of the corps, as far as the simulation has them: code, name, form, hazards, method
//! and package, each as the national list and the seeds have them.

/// A waste and how it travels.
pub struct Waste {
    pub stream: &'static str,
    pub code: &'static str,
    pub name: &'static str,
    pub form: &'static str,
    pub hazards: &'static [&'static str],
    pub method: &'static str,
    pub packages: &'static [&'static str],
    /// What one package holds, in grams.
    pub package_g: i64,
    pub groups: &'static [&'static str],
}

const fn waste(
    (stream, code, name): (&'static str, &'static str, &'static str),
    (form, hazards, method): (&'static str, &'static [&'static str], &'static str),
    (packages, package_g): (&'static [&'static str], i64),
) -> Waste {
    let groups = &[];
    Waste { stream, code, name, form, hazards, method, packages, package_g, groups }
}

const MEDICAL: &str = "medical";
const KITCHEN: &str = "kitchen";
const HAZARDOUS: &str = "hazardous";

pub const INFECTIOUS: usize = 0;
pub const SHARPS: usize = 1;
pub const PATHOLOGICAL: usize = 2;
pub const MEDICAL_CHEMICAL: usize = 3;
pub const DRUGS: usize = 4;
pub const FOOD: usize = 5;
pub const GREASE: usize = 6;
pub const ENGINE_OIL: usize = 7;
pub const BATTERIES: usize = 8;
pub const TAR: usize = 9;
pub const DROSS: usize = 10;
pub const CATALYST: usize = 11;
pub const ACID: usize = 12;
pub const CARBON: usize = 13;
pub const ASH: usize = 14;
pub const OIL: usize = 15;
pub const BOTTOMS: usize = 16;
pub const RAGS: usize = 17;

pub const WASTES: &[Waste] = &[
    waste(
        (MEDICAL, "841-001-01", "感染性废物"),
        ("solid", &["In"], "Y11"),
        (&["medical_box"], 12_000),
    ),
    waste(
        (MEDICAL, "841-002-01", "损伤性废物"),
        ("solid", &["In"], "Y11"),
        (&["sharps_box", "medical_box"], 8_000),
    ),
    waste(
        (MEDICAL, "841-003-01", "病理性废物"),
        ("solid", &["In"], "Y10"),
        (&["medical_box"], 10_000),
    ),
    waste(
        (MEDICAL, "841-004-01", "化学性废物"),
        ("liquid", &["T"], "Y10"),
        (&["medical_can"], 10_000),
    ),
    waste(
        (MEDICAL, "841-005-01", "药物性废物"),
        ("solid", &["T"], "Y10"),
        (&["medical_box"], 10_000),
    ),
    waste(
        (KITCHEN, "CY-01", "餐厨垃圾"),
        ("semi_solid", &[], "K1"),
        (&["kitchen_bin_120"], 90_000),
    ),
    waste((KITCHEN, "CY-02", "废弃食用油脂"), ("liquid", &[], "K4"), (&["grease_barrel"], 90_000)),
    waste(
        (HAZARDOUS, "900-214-08", "废机油"),
        ("liquid", &["T", "I"], "R9"),
        (&["steel_drum"], 175_000),
    ),
    waste(
        (HAZARDOUS, "900-052-31", "废铅蓄电池"),
        ("solid", &["T", "C"], "R4"),
        (&["pallet"], 900_000),
    ),
    waste(
        (HAZARDOUS, "252-002-11", "焦油渣"),
        ("semi_solid", &["T"], "D10"),
        (&["steel_drum"], 200_000),
    ),
    waste(
        (HAZARDOUS, "321-024-48", "铝灰"),
        ("solid", &["R", "T"], "R4"),
        (&["big_bag"], 1_000_000),
    ),
    waste(
        (HAZARDOUS, "900-022-29", "废汞触媒"),
        ("solid", &["T"], "R8"),
        (&["steel_drum"], 150_000),
    ),
    Waste {
        groups: &["acid_non_oxidising"],
        ..waste(
            (HAZARDOUS, "900-300-34", "废盐酸"),
            ("liquid", &["C", "T"], "R6"),
            (&["ibc"], 1_000_000),
        )
    },
    waste((HAZARDOUS, "900-039-49", "废活性炭"), ("solid", &["T"], "D10"), (&["big_bag"], 500_000)),
    waste(
        (HAZARDOUS, "772-003-18", "焚烧飞灰和炉渣"),
        ("solid", &["T"], "D1"),
        (&["big_bag"], 1_000_000),
    ),
    waste(
        (HAZARDOUS, "900-249-08", "废矿物油"),
        ("liquid", &["T", "I"], "R9"),
        (&["steel_drum"], 175_000),
    ),
    waste(
        (HAZARDOUS, "900-013-11", "釜残"),
        ("semi_solid", &["T"], "D10"),
        (&["steel_drum"], 200_000),
    ),
    waste(
        (HAZARDOUS, "900-041-49", "沾染废物包装"),
        ("solid", &["T"], "D10"),
        (&["big_bag"], 250_000),
    ),
];

/// Packages of so much.
pub fn packages(waste: usize, grams: i64) -> i64 {
    1 + (grams - 1).max(0) / WASTES[waste].package_g
}
