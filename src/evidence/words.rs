//! What codes are called, in both languages.

use crate::problem::Text;

/// Code, Chinese, English.
type Word = (&'static str, &'static str, &'static str);

const PARTIES: &[Word] = &[
    ("producer", "移出人", "producer"),
    ("carrier", "承运人", "carrier"),
    ("receiver", "接受人", "receiver"),
    ("regulator", "主管部门", "regulator"),
];

const ROLES: &[Word] = &[
    ("admin", "管理员", "administrator"),
    ("producer", "移出人员", "producer's staff"),
    ("carrier", "承运人员", "carrier's staff"),
    ("driver", "驾驶员", "driver"),
    ("receiver", "接受人员", "receiver's staff"),
    ("reader", "查阅人员", "reader"),
    ("corps_regulator", "兵团主管部门", "regulator of the corps"),
    ("division_regulator", "师市主管部门", "regulator of a division"),
    ("regiment_regulator", "团场主管部门", "regulator of a regiment"),
];

const AGENCIES: &[Word] = &[
    ("ecology", "生态环境", "ecology"),
    ("health", "卫生健康", "health"),
    ("transport", "交通运输", "transport"),
    ("public_security", "公安", "public security"),
    ("emergency", "应急管理", "emergency management"),
    ("urban_management", "城市管理", "urban management"),
];

const VIAS: &[Word] = &[
    ("password", "登录", "signed in"),
    ("api_key", "API 密钥", "API key"),
    ("one_time_code", "一次性签名码", "one-time code"),
    ("device_key", "设备签名", "device signature"),
    ("system", "系统", "the system"),
];

const REASONS: &[Word] = &[
    ("wrong_data", "数据有误", "wrong data"),
    ("not_needed", "不再需要", "not needed"),
    ("vehicle", "车辆原因", "the vehicle"),
    ("receiver", "接受单位原因", "the receiver"),
    ("damaged", "破损", "damaged"),
    ("not_as_declared", "与申报不符", "not as declared"),
    ("closed", "停产或关闭", "closed"),
    ("other", "其他", "other"),
];

const STREAMS: &[Word] = &[
    ("hazardous", "危险废物", "hazardous waste"),
    ("medical", "医疗废物", "medical waste"),
    ("kitchen", "餐厨垃圾", "kitchen waste"),
];

const INCIDENTS: &[Word] = &[
    ("spill", "泄漏", "spill"),
    ("loss", "遗失", "loss"),
    ("fire", "火灾", "fire"),
    ("theft", "被盗", "theft"),
    ("breakdown", "车辆故障", "breakdown"),
];

const DECISIONS: &[Word] = &[
    ("accept", "接受", "accepted"),
    ("partial", "部分接受", "partly accepted"),
    ("refuse", "拒收", "refused"),
];

const STEPS: &[Word] = &[
    ("file", "填报", "filing"),
    ("depart", "起运", "departure"),
    ("hand_over", "交接", "hand-over"),
    ("stop", "途中停留", "stop"),
    ("incident", "途中事故", "incident"),
    ("arrive", "运抵", "arrival"),
    ("receive", "接收", "receipt"),
    ("return", "退回", "return"),
    ("forward", "转送", "forwarding"),
    ("complete", "利用处置", "treatment"),
    ("cancel", "作废", "cancelling"),
    ("amend", "更正", "amendment"),
    ("inform", "通报", "informing"),
    ("backfill", "补录", "back-filling"),
    ("disinfect", "消毒", "disinfection"),
];

const SEVERITIES: &[Word] =
    &[("low", "轻", "low"), ("medium", "中", "medium"), ("high", "重", "high")];

const STATES: &[Word] = &[
    ("running", "未到期", "running"),
    ("over", "已逾期", "over"),
    ("met", "按期完成", "met"),
    ("late", "逾期完成", "late"),
    ("not_recorded", "系统未记录是否完成", "whether it was done is not recorded"),
];

const OUTCOMES: &[Word] = &[
    ("in_order", "未发现问题", "in order"),
    ("irregular", "发现问题，放行", "irregular, let go on"),
    ("held", "扣留", "held"),
];

const FINDINGS: &[Word] = &[
    ("no_manifest", "无联单", "no manifest"),
    ("waste_mismatch", "废物不符", "other waste"),
    ("quantity_mismatch", "数量不符", "other quantity"),
    ("packaging", "包装", "packaging"),
    ("label", "标签", "label"),
    ("leak", "渗漏", "leak"),
    ("driver", "驾驶员", "driver"),
    ("vehicle", "车辆", "vehicle"),
    ("route", "路线", "route"),
    ("documents", "证件", "documents"),
    ("other", "其他", "other"),
];

const MISMATCHES: &[Word] = &[
    ("name", "名称", "name"),
    ("quantity", "数量", "quantity"),
    ("hazard", "危险特性", "hazard"),
    ("form", "形态", "form"),
    ("packaging", "包装", "packaging"),
];

const FORMS: &[Word] = &[
    ("solid", "固态", "solid"),
    ("semi_solid", "半固态", "semi-solid"),
    ("liquid", "液态", "liquid"),
    ("gas", "气态", "gas"),
];

const ATTACHMENTS: &[Word] = &[
    ("photo", "照片", "photo"),
    ("weigh_ticket", "磅单", "weigh ticket"),
    ("analysis", "检测报告", "analysis"),
    ("exemption_evidence", "豁免证明", "evidence of an exemption"),
    ("document", "文件", "document"),
];

const KINDS: &[Word] = &[
    ("manifest", "转移联单", "manifest"),
    ("return", "退回联单", "return"),
    ("forward", "转送联单", "forwarding"),
];

const FATES: &[Word] = &[
    ("under_way", "在途", "under way"),
    ("stored", "在库", "stored"),
    ("treated", "已利用处置", "treated"),
    ("returned", "已退回", "returned"),
    ("held", "拒收待处理", "held after a refusal"),
    ("lost", "途中灭失", "lost on the way"),
    ("missing", "到场短少", "missing at the gate"),
    ("not_sent", "未移出", "not sent"),
    ("further", "另有去向", "went on further"),
];

macro_rules! lookups {
    ($($name:ident $table:ident;)+) => {$(
        pub fn $name(code: &str) -> Text {
            word($table, code)
        }
    )+};
}

lookups! {
    party PARTIES;
    role ROLES;
    via VIAS;
    reason REASONS;
    stream STREAMS;
    incident INCIDENTS;
    decision DECISIONS;
    step STEPS;
    severity SEVERITIES;
    state STATES;
    outcome OUTCOMES;
    finding FINDINGS;
    mismatch MISMATCHES;
    form FORMS;
    attachment ATTACHMENTS;
    kind KINDS;
    fate FATES;
}

/// Of a user its role, of an inspector its agency.
pub fn office(code: &str) -> Text {
    let known = ROLES.iter().any(|(role, ..)| *role == code);
    if known { role(code) } else { word(AGENCIES, code) }
}

/// What the table calls it; a code that it does not have, as it is.
fn word(table: &[Word], code: &str) -> Text {
    let found = table.iter().find(|(known, ..)| *known == code);
    found.map_or_else(|| Text::new(code, code), |(_, zh, en)| Text::new(*zh, *en))
}

/// Several, one after the other.
pub fn all<'a>(codes: impl IntoIterator<Item = &'a String>, of: fn(&str) -> Text) -> Text {
    let words: Vec<Text> = codes.into_iter().map(|code| of(code)).collect();
    let join = |pick: fn(&Text) -> &str, between: &str| {
        words.iter().map(pick).collect::<Vec<_>>().join(between)
    };
    Text::new(join(|text| &text.zh, "、"), join(|text| &text.en, ", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Form;
    use crate::inspection::{InspectionFindingKind, InspectionOutcome};
    use crate::manifest::{Action, AttachmentKind, MismatchField, Party};

    #[test]
    fn every_code_has_its_words() {
        let differs = |text: Text, code: &str| assert_ne!(text.zh, code, "{code}");
        macro_rules! all_of {
            ($($codes:ty, $words:path;)+) => {$(
                for one in <$codes>::ALL {
                    differs($words(one.as_str()), one.as_str());
                }
            )+};
        }
        all_of! {
            Party, party;
            Action, step;
            crate::ctx::Role, role;
            crate::ctx::Via, via;
            crate::identity::Agency, office;
            AttachmentKind, attachment;
            MismatchField, mismatch;
            Form, form;
            InspectionOutcome, outcome;
            InspectionFindingKind, finding;
        }
        assert_eq!(all(&["photo".to_owned(), "x".to_owned()], attachment).zh, "照片、x");
    }
}
