//! What is on the way, and who may act for whom: further lists and their columns. The English
//! headings are the API's own names.

use super::sheet::{Column, Sheet, number, text};

const ID: Column = text("id", "标识", "/id");
const STATUS: Column = text("status", "状态", "/status");
const ORGANISATION: Column = text("organisation_id", "单位标识", "/organisation_id");
const PLATE: Column = text("plate", "车牌号", "/plate");
const CARRIER: Column = text("carrier_id", "承运人标识", "/carrier_id");
const CARRIER_NAME: Column = text("carrier", "承运人", "/carrier_name");
const VEHICLE: Column = text("vehicle_id", "车辆标识", "/vehicle_id");
const DRIVER: Column = text("driver_id", "驾驶员标识", "/driver_id");
const NOTE: Column = text("note", "备注", "/note");

pub static CONTAINERS: Sheet = Sheet {
    name: "containers",
    columns: &[
        ID,
        text("code", "包装编码", "/code"),
        text("site_id", "场所标识", "/site_id"),
        text("waste_code", "废物代码", "/waste_code"),
        text("kind", "包装方式", "/kind"),
        number("mass_kg", "质量(千克)", "/mass_kg"),
        text("stored_since", "贮存起始时间", "/stored_since"),
        text("due_at", "贮存期限", "/due_at"),
        text("storage_area_id", "贮存区标识", "/storage_area_id"),
        text("seal_number", "封签号", "/seal_number"),
        text("batch_number", "批次号", "/batch_number"),
        NOTE,
        STATUS,
        text("manifest_id", "联单标识", "/manifest_id"),
        number("manifest_line", "联单行号", "/manifest_line"),
        text("accepted", "已接受", "/accepted"),
        text("missing", "缺失", "/missing"),
    ],
};

pub static INSPECTIONS: Sheet = Sheet {
    name: "inspections",
    columns: &[
        ID,
        ORGANISATION,
        text("agency", "部门", "/agency"),
        PLATE,
        text("number", "联单编号", "/number"),
        text("container_code", "包装编码", "/container_code"),
        text("outcome", "结果", "/outcome"),
        text("findings", "问题", "/findings/*/kind"),
        NOTE,
        number("lon", "经度", "/location/lon"),
        number("lat", "纬度", "/location/lat"),
        text("occurred_at", "发生时间", "/occurred_at"),
        number("log_size", "日志长度", "/log_size"),
        text("manifests", "所见联单", "/manifests/*/number"),
    ],
};

pub static TRIPS: Sheet = Sheet {
    name: "trips",
    columns: &[
        ID,
        STATUS,
        CARRIER,
        CARRIER_NAME,
        VEHICLE,
        PLATE,
        DRIVER,
        text("opened_at", "建立时间", "/opened_at"),
        text("departed_at", "出发时间", "/departed_at"),
        number("loaded_kg", "装载量(千克)", "/loaded_kg"),
        text("manifests", "联单编号", "/manifests/*/number"),
        text("net_kg", "净重(千克)", "/weighings/*/net_kg"),
        text("cancel_reason", "取消原因", "/cancel_reason"),
    ],
};

pub static ROUNDS: Sheet = Sheet {
    name: "collection-rounds",
    columns: &[
        ID,
        text("stream", "废物类型", "/stream"),
        STATUS,
        CARRIER,
        CARRIER_NAME,
        VEHICLE,
        PLATE,
        DRIVER,
        text("receiver_site_id", "接受场所标识", "/receiver_site_id"),
        text("receiver_id", "接受人标识", "/receiver_id"),
        text("receiver", "接受人", "/receiver_name"),
        text("planned_on", "计划日期", "/planned_on"),
        number("stops_planned", "计划站数", "/stops_planned"),
        number("stops_collected", "已收站数", "/stops_collected"),
        number("stops_skipped", "跳过站数", "/stops_skipped"),
        number("collected_kg", "已收集量(千克)", "/collected_kg"),
    ],
};

pub static API_KEYS: Sheet = Sheet {
    name: "api-keys",
    columns: &[
        ID,
        ORGANISATION,
        text("user_id", "建立人标识", "/user_id"),
        text("kind", "种类", "/kind"),
        text("name", "名称", "/name"),
        text("prefix", "开头", "/prefix"),
        text("scopes", "权限", "/scopes"),
        text("role", "角色", "/role"),
        STATUS,
        text("created_at", "建立时间", "/created_at"),
        text("expires_at", "到期时间", "/expires_at"),
        text("last_used_at", "最近使用", "/last_used_at"),
    ],
};

pub static DELEGATIONS: Sheet = Sheet {
    name: "delegations",
    columns: &[
        ID,
        ORGANISATION,
        text("to_organisation_id", "受托单位标识", "/to_organisation_id"),
        text("scopes", "权限", "/scopes"),
        text("site_ids", "场所标识", "/site_ids"),
        text("streams", "废物类型", "/streams"),
        text("valid_from", "有效期自", "/valid_from"),
        text("valid_to", "有效期至", "/valid_to"),
        STATUS,
        text("created_at", "建立时间", "/created_at"),
    ],
};
