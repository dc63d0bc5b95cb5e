//! The lists and their columns. The English headings are the API's own names.

use super::record_sheets::{REVIEW, REVIEW_NOTE, REVIEWED_AT, REVIEWED_BY};
use super::sheet::{Column, Sheet, number, text};

/// Manifests. The cells of `export_store` stand in this order too.
pub static MANIFESTS: Sheet = Sheet {
    name: "manifests",
    columns: &[
        text("id", "标识", "/id"),
        text("number", "联单编号", "/number"),
        text("stream", "废物类型", "/stream"),
        text("kind", "联单种类", "/kind"),
        text("status", "状态", "/status"),
        text("producer", "移出人", "/producer/name"),
        text("producer_uscc", "移出人统一社会信用代码", "/producer/uscc"),
        text("producer_site", "移出场所", "/producer/site_name"),
        text("producer_division", "移出师市", "/producer/division"),
        text("carrier", "承运人", "/legs/0/carrier_name"),
        text("plate", "车牌号", "/legs/0/plate"),
        text("receiver", "接受人", "/receiver/name"),
        text("receiver_uscc", "接受人统一社会信用代码", "/receiver/uscc"),
        text("receiver_site", "接受场所", "/receiver/site_name"),
        text("receiver_division", "接受师市", "/receiver/division"),
        text("waste_codes", "废物代码", "/items/*/waste_code"),
        text("waste_names", "废物名称", "/items/*/name"),
        number("mass_kg", "移出量(千克)", "/items/*/mass_kg"),
        text("planned_departure_on", "计划转移日期", "/planned_departure_on"),
        text("filed_at", "提交时间", "/filed_at"),
        text("external_id", "外部编号", "/external_id"),
        text("note", "备注", "/note"),
        text("emergency_plan", "应急方案文号", "/emergency_plan/government_plan/number"),
    ],
};

const ID: Column = text("id", "标识", "/id");
const NAME: Column = text("name", "名称", "/name");
const STATUS: Column = text("status", "状态", "/status");
const DIVISION: Column = text("division", "师市", "/division");
const ORGANISATION: Column = text("organisation_id", "单位标识", "/organisation_id");
const SITE: Column = text("site_id", "场所标识", "/site_id");
const WASTE_CODE: Column = text("waste_code", "废物代码", "/waste_code");

pub static ORGANISATIONS: Sheet = Sheet {
    name: "organisations",
    columns: &[
        ID,
        NAME,
        text("uscc", "统一社会信用代码", "/uscc"),
        text("roles", "角色", "/roles"),
        DIVISION,
        STATUS,
        text("blacklisted", "黑名单", "/blacklisted"),
    ],
};

pub static SITES: Sheet = Sheet {
    name: "sites",
    columns: &[
        ID,
        ORGANISATION,
        NAME,
        text("kind", "场所类型", "/kind"),
        text("business", "业务类型", "/business"),
        text("facility_kind", "设施类型", "/facility_kind"),
        DIVISION,
        text("regiment", "团场", "/regiment"),
        text("region_code", "行政区划代码", "/region_code"),
        text("park", "园区", "/park"),
        number("lon", "经度", "/location/lon"),
        number("lat", "纬度", "/location/lat"),
        number("beds", "床位数", "/beds"),
        text("grade", "医院等级", "/grade"),
        number("seats", "座位数", "/seats"),
        number("storage_capacity_kg", "贮存能力(千克)", "/storage_capacity_kg"),
        STATUS,
        text("is_key_unit", "重点监管单位", "/is_key_unit"),
    ],
};

pub static LICENCES: Sheet = Sheet {
    name: "licences",
    columns: &[
        ID,
        ORGANISATION,
        SITE,
        text("number", "许可证编号", "/number"),
        text("kind", "许可证类型", "/kind"),
        STATUS,
        text("issued_on", "发证日期", "/issued_on"),
        text("issued_by", "发证机关", "/issued_by"),
        text("valid_from", "有效期自", "/valid_from"),
        text("valid_to", "有效期至", "/valid_to"),
        number("annual_limit_kg", "年总量(千克)", "/annual_limit_kg"),
        number("limit_factor", "限量系数", "/limit_factor"),
        number("rated_daily_kg", "日处理能力(千克)", "/rated_daily_kg"),
        text("lines", "核准明细", "/lines"),
    ],
};

pub static VEHICLES: Sheet = Sheet {
    name: "vehicles",
    columns: &[
        ID,
        ORGANISATION,
        text("plate", "车牌号", "/plate"),
        text("kind", "车辆类型", "/kind"),
        text("classes", "可运类型", "/classes"),
        number("rated_kg", "核定载质量(千克)", "/rated_kg"),
        STATUS,
    ],
};

pub static DRIVERS: Sheet = Sheet {
    name: "drivers",
    columns: &[
        ID,
        ORGANISATION,
        text("name", "姓名", "/name"),
        text("phone", "电话", "/phone"),
        text("licence_no", "从业资格证号", "/licence_no"),
        text("licence_valid_to", "资格有效期至", "/licence_valid_to"),
        STATUS,
    ],
};

pub static STORAGE_AREAS: Sheet = Sheet {
    name: "storage-areas",
    columns: &[
        ID,
        SITE,
        NAME,
        text("kind", "贮存类型", "/kind"),
        number("capacity_kg", "贮存能力(千克)", "/capacity_kg"),
        number("stored_kg", "现存量(千克)", "/stored_kg"),
        STATUS,
    ],
};

pub static WASTE_STREAMS: Sheet = Sheet {
    name: "waste-streams",
    columns: &[
        ID,
        SITE,
        WASTE_CODE,
        NAME,
        text("form", "形态", "/form"),
        text("hazards", "危险特性", "/hazards"),
        number("annual_plan_kg", "年计划量(千克)", "/annual_plan_kg"),
        STATUS,
    ],
};

pub static MANAGEMENT_PLANS: Sheet = Sheet {
    name: "management-plans",
    columns: &[
        ID,
        SITE,
        number("year", "年度", "/year"),
        text("filed_on", "备案日期", "/filed_on"),
        text("lines", "计划明细", "/lines"),
        STATUS,
        REVIEW,
        REVIEW_NOTE,
        REVIEWED_AT,
        REVIEWED_BY,
    ],
};

pub static TRANSFER_APPROVALS: Sheet = Sheet {
    name: "transfer-approvals",
    columns: &[
        ID,
        text("producer_site_id", "移出场所标识", "/producer_site_id"),
        text("receiver_site_id", "接受场所标识", "/receiver_site_id"),
        text("number", "审批文号", "/number"),
        text("waste_codes", "废物代码", "/waste_codes"),
        number("mass_kg", "批准量(千克)", "/mass_kg"),
        text("valid_from", "有效期自", "/valid_from"),
        text("valid_to", "有效期至", "/valid_to"),
        STATUS,
    ],
};

pub static TRANSFER_APPLICATIONS: Sheet = Sheet {
    name: "transfer-applications",
    columns: &[
        ID,
        text("producer_site_id", "移出场所标识", "/producer_site_id"),
        text("receiver_site_id", "接受场所标识", "/receiver_site_id"),
        STATUS,
        text("waste_codes", "废物代码", "/items/*/waste_code"),
        text("methods", "利用处置方式", "/items/*/method"),
        number("mass_kg", "申请量(千克)", "/mass_kg"),
        text("valid_from", "申请期自", "/valid_from"),
        text("valid_to", "申请期至", "/valid_to"),
        text("submitted_on", "申请日", "/submitted_on"),
        text("accepted_on", "受理日", "/accepted_on"),
        text("decided_on", "决定日", "/outcome/decided_on"),
        text("transfer_approval_id", "审批标识", "/outcome/transfer_approval_id"),
        text("note", "备注", "/note"),
    ],
};

pub static LEDGER_ENTRIES: Sheet = Sheet {
    name: "ledger-entries",
    columns: &[
        ID,
        SITE,
        text("kind", "台账类型", "/kind"),
        WASTE_CODE,
        number("mass_kg", "质量(千克)", "/mass_kg"),
        text("occurred_at", "发生时间", "/occurred_at"),
        text("recorded_at", "记录时间", "/recorded_at"),
        text("storage_area_id", "贮存区标识", "/storage_area_id"),
        text("container_id", "包装标识", "/container_id"),
        text("batch_number", "批次号", "/batch_number"),
        text("manifest_id", "联单标识", "/manifest_id"),
        number("manifest_line", "联单行号", "/manifest_line"),
        text("external_id", "外部编号", "/external_id"),
        text("note", "备注", "/note"),
    ],
};

pub static USERS: Sheet = Sheet {
    name: "users",
    columns: &[
        ID,
        ORGANISATION,
        text("login", "账号", "/login"),
        text("role", "角色", "/role"),
        text("agency", "部门", "/agency"),
        DIVISION,
        text("regiment", "团场", "/regiment"),
        STATUS,
    ],
};
