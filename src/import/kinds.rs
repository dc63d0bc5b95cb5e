//! What can be imported, with which columns, and by what an entry is known again.

use super::cells::{Shape, Words};
use super::columns::Column;
use super::records;
use crate::wire::api_enum;

api_enum! {
    /// What the rows of a file are.
    pub enum Kind {
        Organisations = "organisations",
        Sites = "sites",
        Licences = "licences",
        Vehicles = "vehicles",
        Drivers = "drivers",
        StorageAreas = "storage-areas",
        WasteStreams = "waste-streams",
        ManagementPlans = "management-plans",
        TransferApprovals = "transfer-approvals",
        LedgerEntries = "ledger-entries",
        Activity = "activity",
        FacilityDays = "facility-days",
        RiskSources = "risk-sources",
        EmergencyPlansFiled = "emergency-plans-filed",
        InsurancePolicies = "insurance-policies",
        CoDisposalFacilities = "co-disposal-facilities",
        /// Manifests, also of an outage, back-filled from paper.
        Manifests = "manifests",
    }

    /// What becomes of the good rows of a file that has bad ones.
    pub enum ImportMode {
        /// Nothing is written unless all can be, in one commit.
        AllOrNothing = "all_or_nothing",
        /// Each row is a command of its own.
        GoodRows = "good_rows",
    }
}

impl Kind {
    /// What makes an entry the one it is: it is registered once.
    pub const fn identity(self) -> &'static [&'static str] {
        match self {
            Self::Organisations => &["/uscc"],
            Self::Sites => &["/organisation_id", "/name"],
            Self::Licences | Self::TransferApprovals => &["/number"],
            Self::Vehicles => &["/plate"],
            Self::Drivers => &["/organisation_id", "/licence_no"],
            Self::StorageAreas | Self::RiskSources => &["/site_id", "/name"],
            Self::WasteStreams => &["/site_id", "/waste_code", "/name"],
            Self::ManagementPlans => &["/site_id", "/year"],
            Self::LedgerEntries => &["/site_id", "/external_id"],
            Self::Activity => &["/site_id", "/kind", "/product", "/month"],
            Self::FacilityDays => &["/site_id", "/on"],
            Self::EmergencyPlansFiled => &["/site_id", "/number"],
            Self::InsurancePolicies => &["/organisation_id", "/number"],
            Self::CoDisposalFacilities => &["/site_id"],
            Self::Manifests => &["/external_id"],
        }
    }

    /// What of its identity an entry may leave out: it is then known by an empty word in its place.
    pub const fn may_lack(self, pointer: &str) -> bool {
        matches!((self, pointer.as_bytes()), (Self::Activity, b"/product"))
    }

    /// Rows that follow each other and agree in these make one entry with several lines.
    pub const fn group(self) -> &'static [&'static str] {
        match self {
            Self::Licences => &["/number"],
            Self::ManagementPlans => &["/site_id", "/year"],
            Self::Manifests => &["/external_id", "/backfill/paper_number"],
            Self::Organisations
            | Self::Sites
            | Self::Vehicles
            | Self::Drivers
            | Self::StorageAreas
            | Self::WasteStreams
            | Self::TransferApprovals
            | Self::LedgerEntries
            | Self::Activity
            | Self::FacilityDays
            | Self::RiskSources
            | Self::EmergencyPlansFiled
            | Self::InsurancePolicies
            | Self::CoDisposalFacilities => &[],
        }
    }

    /// Entries that may be alike and are told apart by the sender's own id: where a row has none,
    /// it gets one from its content, so that the same file again is known.
    pub const fn is_told_by_own_id(self) -> bool {
        matches!(self, Self::LedgerEntries | Self::Manifests)
    }

    /// Each changes the site it belongs to as well: one after the other, each knowing those before
    /// it, or they would overtake or undo each other.
    pub const fn changes_its_site(self) -> bool {
        matches!(self, Self::StorageAreas | Self::ManagementPlans)
    }

    /// Each takes from accounts that others of its file may fill: they are judged in their order.
    pub const fn moves_accounts(self) -> bool {
        matches!(self, Self::LedgerEntries | Self::Manifests)
    }
}

const GRADES: Words =
    &[("三级", "tertiary"), ("二级", "secondary"), ("一级", "primary"), ("未定级", "ungraded")];

pub(super) const fn column(
    key: &'static str,
    zh: &'static str,
    pointer: &'static str,
    shape: Shape,
) -> Column {
    Column { key, zh, pointer, shape }
}

pub(super) const fn text(key: &'static str, zh: &'static str, pointer: &'static str) -> Column {
    column(key, zh, pointer, Shape::Text)
}

pub(super) const fn number(key: &'static str, zh: &'static str, pointer: &'static str) -> Column {
    column(key, zh, pointer, Shape::Number)
}

pub(super) const fn day(key: &'static str, zh: &'static str, pointer: &'static str) -> Column {
    column(key, zh, pointer, Shape::Day)
}

const STREAMS: Words =
    &[("危险废物", "hazardous"), ("医疗废物", "medical"), ("餐厨垃圾", "kitchen")];
const PARTS: Words = &[
    ("移出人", "producer"),
    ("产生单位", "producer"),
    ("承运人", "carrier"),
    ("运输单位", "carrier"),
    ("接受人", "receiver"),
    ("接收人", "receiver"),
    ("经营单位", "receiver"),
];
const FORMS: Words = &[
    ("固态", "solid"),
    ("固体", "solid"),
    ("半固态", "semi_solid"),
    ("液态", "liquid"),
    ("液体", "liquid"),
    ("气态", "gas"),
    ("气体", "gas"),
];
const SITE_KINDS: Words = &[
    ("产生", "production"),
    ("生产", "production"),
    ("贮存", "storage"),
    ("利用处置", "treatment"),
    ("处置", "treatment"),
    ("收集点", "collection_point"),
];
const LICENCE_KINDS: Words =
    &[("综合", "comprehensive"), ("收集", "collection"), ("餐厨许可", "kitchen_permit")];
const STORAGE_KINDS: Words = &[("贮存设施", "facility"), ("贮存点", "point")];
const LEDGER_KINDS: Words = &[
    ("产生", "produced"),
    ("入库", "stored"),
    ("出库", "taken_out"),
    ("转入", "brought_in"),
    ("转出", "moved_out"),
    ("自行利用处置", "self_treated"),
    ("损失", "loss"),
    ("更正", "correction"),
];
const BACKFILLS: Words = &[("系统故障", "outage"), ("纸质", "paper")];

pub(super) const NAME: Column = text("name", "名称", "/name");
pub(super) const ORGANISATION: Column =
    column("organisation_id", "单位", "/organisation_id", Shape::Organisation);
pub(super) const SITE: Column = column("site_id", "场所", "/site_id", Shape::Site);
const DIVISION: Column = column("division", "师市", "/division", Shape::Division);
const WASTE_CODE: Column = text("waste_code", "废物代码", "/waste_code");
const OWN_ID: Column = text("external_id", "外部编号", "/external_id");
pub(super) const NOTE: Column = text("note", "备注", "/note");

static ORGANISATIONS: &[Column] = &[
    NAME,
    text("uscc", "统一社会信用代码", "/uscc"),
    column("roles", "角色", "/roles", Shape::WordList(PARTS)),
    DIVISION,
];

static SITES: &[Column] = &[
    ORGANISATION,
    NAME,
    column("kind", "场所类型", "/kind", Shape::Word(SITE_KINDS)),
    text("business", "业务类型", "/business"),
    text("facility_kind", "设施类型", "/facility_kind"),
    DIVISION,
    text("regiment", "团场", "/regiment"),
    text("region_code", "行政区划代码", "/region_code"),
    text("park", "园区", "/park"),
    number("lon", "经度", "/location/lon"),
    number("lat", "纬度", "/location/lat"),
    number("beds", "床位数", "/beds"),
    column("grade", "医院等级", "/grade", Shape::Word(GRADES)),
    number("seats", "座位数", "/seats"),
];

static LICENCES: &[Column] = &[
    ORGANISATION,
    SITE,
    text("number", "许可证编号", "/number"),
    column("kind", "许可证类型", "/kind", Shape::Word(LICENCE_KINDS)),
    day("issued_on", "发证日期", "/issued_on"),
    text("issued_by", "发证机关", "/issued_by"),
    day("valid_from", "有效期自", "/valid_from"),
    day("valid_to", "有效期至", "/valid_to"),
    number("annual_limit_kg", "年总量", "/annual_limit_kg"),
    number("limit_factor", "限量系数", "/limit_factor"),
    number("rated_daily_kg", "日处理能力", "/rated_daily_kg"),
    column("waste_codes", "废物代码", "/lines/#/waste_codes", Shape::List),
    column("categories", "废物类别", "/lines/#/categories", Shape::List),
    column("methods", "利用处置方式", "/lines/#/methods", Shape::List),
    number("annual_kg", "年核准量", "/lines/#/annual_kg"),
];

static VEHICLES: &[Column] = &[
    ORGANISATION,
    text("plate", "车牌号", "/plate"),
    text("kind", "车辆类型", "/kind"),
    column("classes", "可运类型", "/classes", Shape::WordList(STREAMS)),
    number("rated_kg", "核定载质量", "/rated_kg"),
];

static DRIVERS: &[Column] = &[
    ORGANISATION,
    text("name", "姓名", "/name"),
    text("phone", "电话", "/phone"),
    text("licence_no", "从业资格证号", "/licence_no"),
    day("licence_valid_to", "资格有效期至", "/licence_valid_to"),
];

static STORAGE_AREAS: &[Column] = &[
    SITE,
    NAME,
    column("kind", "贮存类型", "/kind", Shape::Word(STORAGE_KINDS)),
    number("capacity_kg", "贮存能力", "/capacity_kg"),
];

static WASTE_STREAMS: &[Column] = &[
    SITE,
    WASTE_CODE,
    NAME,
    column("form", "形态", "/form", Shape::Word(FORMS)),
    column("hazards", "危险特性", "/hazards", Shape::List),
    number("annual_plan_kg", "年计划量", "/annual_plan_kg"),
];

static MANAGEMENT_PLANS: &[Column] = &[
    SITE,
    number("year", "年度", "/year"),
    day("filed_on", "备案日期", "/filed_on"),
    text("waste_code", "废物代码", "/lines/#/waste_code"),
    number("annual_kg", "年计划量", "/lines/#/annual_kg"),
];

static TRANSFER_APPROVALS: &[Column] = &[
    column("producer_site_id", "移出场所", "/producer_site_id", Shape::Site),
    column("receiver_site_id", "接受场所", "/receiver_site_id", Shape::Site),
    text("number", "审批文号", "/number"),
    column("waste_codes", "废物代码", "/waste_codes", Shape::List),
    number("mass_kg", "批准量", "/mass_kg"),
    day("valid_from", "有效期自", "/valid_from"),
    day("valid_to", "有效期至", "/valid_to"),
];

static LEDGER_ENTRIES: &[Column] = &[
    SITE,
    column("kind", "台账类型", "/kind", Shape::Word(LEDGER_KINDS)),
    WASTE_CODE,
    number("mass_kg", "质量", "/mass_kg"),
    column("occurred_at", "发生时间", "/occurred_at", Shape::Time),
    column("storage_area_id", "贮存区", "/storage_area_id", Shape::StorageArea),
    text("batch_number", "批次号", "/batch_number"),
    OWN_ID,
    NOTE,
];

static MANIFESTS: &[Column] = &[
    column("stream", "废物类型", "/stream", Shape::Word(STREAMS)),
    column("producer_site_id", "移出场所", "/producer_site_id", Shape::Site),
    column("receiver_site_id", "接受场所", "/receiver_site_id", Shape::Site),
    column("carrier_id", "承运人", "/legs/0/carrier_id", Shape::Organisation),
    column("vehicle_id", "车牌号", "/legs/0/vehicle_id", Shape::Vehicle),
    column("driver_id", "驾驶员", "/legs/0/driver_id", Shape::Driver),
    day("planned_departure_on", "转移日期", "/planned_departure_on"),
    text("waste_code", "废物代码", "/items/#/waste_code"),
    text("name", "废物名称", "/items/#/name"),
    column("form", "形态", "/items/#/form", Shape::Word(FORMS)),
    column("hazards", "危险特性", "/items/#/hazards", Shape::List),
    number("mass_kg", "移出量", "/items/#/mass_kg"),
    text("method", "利用处置方式", "/items/#/method"),
    text("packaging", "包装方式", "/items/#/packages/0/kind"),
    number("packages", "包装数量", "/items/#/packages/0/count"),
    column("produce", "同时登记产生", "/items/#/produce", Shape::Yes),
    text("department", "科室", "/items/#/department"),
    column("backfill", "补录原因", "/backfill/kind", Shape::Word(BACKFILLS)),
    text("paper_number", "纸质联单编号", "/backfill/paper_number"),
    day("paper_date", "纸质联单日期", "/backfill/paper_date"),
    OWN_ID,
    NOTE,
];

/// The columns that a file of this kind may have, in the order of the template.
pub const fn columns_of(kind: Kind) -> &'static [Column] {
    match kind {
        Kind::Organisations => ORGANISATIONS,
        Kind::Sites => SITES,
        Kind::Licences => LICENCES,
        Kind::Vehicles => VEHICLES,
        Kind::Drivers => DRIVERS,
        Kind::StorageAreas => STORAGE_AREAS,
        Kind::WasteStreams => WASTE_STREAMS,
        Kind::ManagementPlans => MANAGEMENT_PLANS,
        Kind::TransferApprovals => TRANSFER_APPROVALS,
        Kind::LedgerEntries => LEDGER_ENTRIES,
        Kind::Activity => records::ACTIVITY,
        Kind::FacilityDays => records::FACILITY_DAYS,
        Kind::RiskSources => records::RISK_SOURCES,
        Kind::EmergencyPlansFiled => records::EMERGENCY_PLANS_FILED,
        Kind::InsurancePolicies => records::INSURANCE_POLICIES,
        Kind::CoDisposalFacilities => records::CO_DISPOSAL_FACILITIES,
        Kind::Manifests => MANIFESTS,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_columns_of_a_kind_share_a_heading_or_a_field() {
        for kind in Kind::ALL {
            let columns = columns_of(*kind);
            for of in [|one: &Column| one.key, |one: &Column| one.zh, |one: &Column| one.pointer] {
                let all: BTreeSet<_> = columns.iter().map(of).collect();
                assert_eq!(all.len(), columns.len(), "{kind}");
            }
            let own_ids = ["/external_id", "/backfill/paper_number"];
            for pointer in kind.identity().iter().chain(kind.group()) {
                let known = columns.iter().any(|one| one.pointer == *pointer);
                assert!(known || own_ids.contains(pointer), "{kind} {pointer}");
            }
        }
    }
}
