//! The catalogue's lists and their columns. The English headings are the API's own names.

use super::sheet::{Column, Sheet, number, text};

const NAME_ZH: Column = text("name_zh", "名称", "/name_zh");
const NAME_EN: Column = text("name_en", "英文名称", "/name_en");
const SOURCE: Column = text("source", "来源", "/source");
const SOURCE_PAGE: Column = number("source_page", "来源页码", "/source_page");
const CERTAINTY: Column = text("certainty", "确定程度", "/certainty");
const EDITION: Column = text("edition", "名录版本", "/edition");
const VALID_FROM: Column = text("valid_from", "有效期自", "/valid_from");
const VALID_TO: Column = text("valid_to", "有效期至", "/valid_to");
const NOTE: Column = text("note", "备注", "/note");
const STAGES: Column = text("stages", "豁免环节", "/stages");

pub static WASTES: Sheet = Sheet {
    name: "wastes",
    columns: &[
        text("code", "废物代码", "/code"),
        text("category", "废物类别", "/category"),
        text("category_name", "类别名称", "/category_name"),
        text("industry", "行业来源", "/industry"),
        text("description", "危险废物", "/description"),
        text("hazards", "危险特性", "/hazards"),
        text("hazard_logic", "危险特性关系", "/hazard_logic"),
        text("stream", "废物类型", "/stream"),
        EDITION,
        SOURCE_PAGE,
        text("focus", "重点", "/focus"),
        text("forms", "形态", "/forms"),
        text("methods", "利用处置方式", "/methods"),
        text("exemptions", "豁免", "/exemptions"),
        CERTAINTY,
    ],
};

pub static EXEMPTIONS: Sheet = Sheet {
    name: "exemptions",
    columns: &[
        text("id", "标识", "/id"),
        number("item_no", "序号", "/item_no"),
        text("wastes", "废物代码或类别", "/wastes"),
        text("code_scope", "代码范围", "/code_scope"),
        text("waste_zh", "危险废物", "/waste_zh"),
        NAME_EN,
        STAGES,
        text("stage_zh", "豁免环节原文", "/stage_zh"),
        text("condition_zh", "豁免条件", "/condition_zh"),
        text("condition_en", "豁免条件(英)", "/condition_en"),
        text("content_zh", "豁免内容", "/content_zh"),
        number("beds_max", "床位上限", "/beds_max"),
        text("epidemic", "疫情", "/epidemic"),
        text("needs", "所需证据", "/needs"),
        text("treated_by_methods", "限用方式", "/treated_by_methods"),
        EDITION,
        SOURCE_PAGE,
    ],
};

pub static EDITIONS: Sheet = Sheet {
    name: "editions",
    columns: &[
        text("id", "标识", "/id"),
        NAME_ZH,
        text("order_zh", "发布令", "/order_zh"),
        VALID_FROM,
        VALID_TO,
        number("wastes", "废物数", "/wastes"),
        NOTE,
        CERTAINTY,
    ],
};

pub static RULE_PACKS: Sheet = Sheet {
    name: "rule-packs",
    columns: &[
        text("id", "标识", "/id"),
        NAME_ZH,
        NAME_EN,
        VALID_FROM,
        VALID_TO,
        EDITION,
        number("tolerance_percent", "允差(%)", "/tolerance_percent"),
        number("floor_kg_hazardous", "危险废物下限(千克)", "/floor_kg_hazardous"),
        number("floor_kg_medical", "医疗废物下限(千克)", "/floor_kg_medical"),
        number("floor_kg_kitchen", "餐厨垃圾下限(千克)", "/floor_kg_kitchen"),
        text("legal_basis", "法律依据", "/legal_basis"),
        NOTE,
        SOURCE,
        CERTAINTY,
    ],
};

pub static METHODS: Sheet = Sheet {
    name: "methods",
    columns: &[
        text("code", "代码", "/code"),
        text("group", "分组", "/group"),
        NAME_ZH,
        NAME_EN,
        text("code_status", "代码性质", "/code_status"),
        STAGES,
        SOURCE,
        CERTAINTY,
    ],
};

pub static SEALED_FIELDS: Sheet = Sheet {
    name: "sealed-fields",
    columns: &[
        text("stream", "废物类型", "/stream"),
        text("path", "字段", "/path"),
        NAME_ZH,
        NAME_EN,
        text("sealed_by", "锁定环节", "/sealed_by"),
        text("amendable_until", "可更正至", "/amendable_until"),
        text("consent", "须同意方", "/consent"),
        text("is_booked", "已入账", "/is_booked"),
        SOURCE,
        CERTAINTY,
    ],
};

pub static FORMS: Sheet = Sheet {
    name: "forms",
    columns: &[
        text("form", "形态", "/form"),
        text("code", "代码", "/code"),
        NAME_ZH,
        NAME_EN,
        text("synonyms_zh", "同义词", "/synonyms_zh"),
        text("unit_hint", "单位提示", "/unit_hint"),
        SOURCE,
        CERTAINTY,
    ],
};

pub static PACKAGING: Sheet = Sheet {
    name: "packaging",
    columns: &[
        text("kind", "包装方式", "/kind"),
        text("code", "代码", "/code"),
        NAME_ZH,
        NAME_EN,
        text("must_be_closed", "须密闭", "/must_be_closed"),
        text("forms", "形态", "/forms"),
        text("material", "材质", "/material"),
        text("made_for", "专用类型", "/made_for"),
        number("typical_net_t", "常见净重(吨)", "/typical_net_t"),
        text("un_code_hint", "联合国代码提示", "/un_code_hint"),
        text("note_zh", "备注", "/note_zh"),
        SOURCE,
    ],
};

pub static HAZARDS: Sheet = Sheet {
    name: "hazards",
    columns: &[
        text("hazard", "危险特性", "/hazard"),
        NAME_ZH,
        NAME_EN,
        text("identification_standard", "鉴别标准", "/identification_standard"),
        text("notes_zh", "说明", "/notes_zh"),
        SOURCE,
        CERTAINTY,
    ],
};

pub static DIVISIONS: Sheet = Sheet {
    name: "divisions",
    columns: &[
        text("division", "师市", "/division"),
        NAME_ZH,
        text("full_name_zh", "全称", "/full_name_zh"),
        NAME_EN,
        text("city_zh", "城市", "/city_zh"),
        text("city_en", "城市英文名", "/city_en"),
        text("region_code", "行政区划代码", "/region_code"),
        text("manifest_prefix", "联单编号前缀", "/manifest_prefix"),
        CERTAINTY,
        number("lon", "经度", "/location/lon"),
        number("lat", "纬度", "/location/lat"),
        text("location_quality", "坐标精度", "/location_quality"),
        text("location_note", "坐标说明", "/location_note"),
        text("neighbour_prefecture_zh", "相邻地州", "/neighbour_prefecture_zh"),
        text("neighbour_prefecture_codes", "相邻地州代码", "/neighbour_prefecture_codes"),
        SOURCE,
    ],
};
