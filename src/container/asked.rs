//! What clients may ask of new containers.

use chrono::{DateTime, Utc};

use super::model::ContainerStatus;
use crate::catalogue::WasteCode;
use crate::ids::{SiteId, StorageAreaId};
use crate::wire::{
    BoundedText, Components, Decode, Faults, List, Node, Path, PositiveKg, SchemaOrRef, Shape,
    Value, wire,
};

/// Containers of one list: as many events and ledger entries in one commit.
pub const LIST_MAX: usize = 200;

wire! {
    /// One container to register.
    pub struct NewContainer {
        /// Where it is filled, a site of your own.
        pub site_id: SiteId,
        pub waste_code: WasteCode,
        /// A word of `/catalogue/packaging`: `steel_drum`, `medical_box`, …
        pub kind: BoundedText<1, 30>,
        pub mass_kg: PositiveKg,
        /// Since when its waste is stored; now, when absent. At most 5 minutes ahead.
        pub stored_since: Option<DateTime<Utc>>,
        pub storage_area_id: Option<StorageAreaId>,
        /// The code of a label that you have printed; one is given where it is absent.
        pub code: Option<BoundedText<1, 64>>,
        pub seal_number: Option<BoundedText<1, 50>>,
        /// `open` or `sealed`; `sealed` where a seal is named, else `open`.
        pub status: Option<ContainerStatus>,
        pub batch_number: Option<BoundedText<1, 100>>,
        /// Its waste enters the ledger. False for waste that stands there already and was only
        /// packed anew.
        pub produce: bool = true,
        pub note: BoundedText<0, 1000> = BoundedText::default(),
    }

    /// Containers to register: all or none.
    pub struct ContainerList {
        pub containers: List<NewContainer, 1, LIST_MAX>,
    }
}

/// The list, as the member `containers` or as the whole document.
#[derive(Clone, Debug, PartialEq)]
pub struct NewContainers {
    pub list: List<NewContainer, 1, LIST_MAX>,
    /// Pointer to the list.
    pub base: &'static str,
}

impl Shape for NewContainers {
    fn shape() -> SchemaOrRef {
        <Self as utoipa::PartialSchema>::schema()
    }

    fn components(found: &mut Components) {
        <ContainerList as Shape>::components(found);
    }
}

impl Decode for NewContainers {
    fn decode(node: &Node<'_>, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
        if matches!(node.value, Value::Array(_)) {
            return List::decode(node, at, faults).map(|list| Self { list, base: "" });
        }
        let list = ContainerList::decode(node, at, faults)?.containers;
        Some(Self { list, base: "/containers" })
    }
}

impl utoipa::PartialSchema for NewContainers {
    fn schema() -> SchemaOrRef {
        utoipa::openapi::OneOfBuilder::new()
            .item(<ContainerList as Shape>::shape())
            .item(<List<NewContainer, 1, LIST_MAX> as Shape>::shape())
            .into()
    }
}

impl utoipa::ToSchema for NewContainers {
    fn schemas(found: &mut Components) {
        <ContainerList as Shape>::components(found);
    }
}
