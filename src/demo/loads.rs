//! Lawful loads of the demo (catalogue/rules: none of them even warns), one list a producer's kind.

use serde_json::{Value, json};

use super::cast::What;

/// What a load is made of, before its mass is known.
pub struct Load {
    pub stream: &'static str,
    pub receiver: What,
    pub code: &'static str,
    pub name: &'static str,
    pub form: &'static str,
    pub hazards: &'static [&'static str],
    pub method: &'static str,
    pub packaging: &'static [&'static str],
    /// Typical mass in kilograms.
    pub kg: i64,
}

const MEDICAL: &[Load] = &[
    Load {
        stream: "medical",
        receiver: What::MedicalPlant,
        code: "841-001-01",
        name: "感染性废物",
        form: "solid",
        hazards: &["In"],
        method: "Y11",
        packaging: &["medical_box"],
        kg: 340,
    },
    Load {
        stream: "medical",
        receiver: What::MedicalPlant,
        code: "841-002-01",
        name: "损伤性废物",
        form: "solid",
        hazards: &["In"],
        method: "Y11",
        packaging: &["sharps_box", "medical_box"],
        kg: 24,
    },
];

const FOOD: &[Load] = &[
    Load {
        stream: "kitchen",
        receiver: What::KitchenPlant,
        code: "CY-01",
        name: "餐厨垃圾",
        form: "semi_solid",
        hazards: &[],
        method: "K1",
        packaging: &["kitchen_bin_120"],
        kg: 90,
    },
    Load {
        stream: "kitchen",
        receiver: What::KitchenPlant,
        code: "CY-02",
        name: "废弃食用油脂",
        form: "liquid",
        hazards: &[],
        method: "K4",
        packaging: &["grease_barrel"],
        kg: 12,
    },
];

const WORKSHOP: &[Load] = &[
    Load {
        stream: "hazardous",
        receiver: What::Recycler,
        code: "900-249-08",
        name: "废矿物油",
        form: "liquid",
        hazards: &["T", "I"],
        method: "R9",
        packaging: &["plastic_drum"],
        kg: 780,
    },
    Load {
        stream: "hazardous",
        receiver: What::Recycler,
        code: "900-052-31",
        name: "废铅蓄电池",
        form: "solid",
        hazards: &["T", "C"],
        method: "R4",
        packaging: &["pallet"],
        kg: 1250,
    },
];

const CHEMISTRY: &[Load] = &[Load {
    stream: "hazardous",
    receiver: What::Recycler,
    code: "900-300-34",
    name: "废盐酸",
    form: "liquid",
    hazards: &["C", "T"],
    method: "R6",
    packaging: &["ibc"],
    kg: 3200,
}];

/// What a producer of this kind sends.
pub const fn loads(what: What) -> &'static [Load] {
    match what {
        What::Hospital => MEDICAL,
        What::Restaurant | What::Canteen => FOOD,
        What::RepairShop => WORKSHOP,
        What::ChemicalPlant => CHEMISTRY,
        What::Carrier
        | What::MedicalPlant
        | What::KitchenPlant
        | What::Recycler
        | What::Incinerator
        | What::CementKiln => &[],
    }
}

impl Load {
    /// An item of this load.
    pub fn item(&self, kg: i64) -> Value {
        let packages: Vec<Value> = self
            .packaging
            .iter()
            .map(|kind| json!({"kind": kind, "count": 1 + kg / 200}))
            .collect();
        // Only tagged acid is judged by the container table's own row for it.
        let groups: &[&str] = if self.code == "900-300-34" { &["acid_non_oxidising"] } else { &[] };
        json!({
            "waste_code": self.code, "name": self.name, "form": self.form,
            "hazards": self.hazards, "mass_kg": kg, "method": self.method,
            "packages": packages, "reactivity_groups": groups,
        })
    }
}
