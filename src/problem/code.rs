//! Every code a client can meet: its string, its status, a title in both languages.
//!
//! A code that has left the building is a promise: adding is a change, renaming is a breach.
//! `docs/problems.md` is generated from this table.

use super::text::Lang;

macro_rules! codes {
    ($($variant:ident $string:literal $status:literal $zh:literal $en:literal;)+) => {
        /// The stable code of a fault.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Code { $($variant),+ }

        /// All codes, in the order of the table.
        pub const ALL_CODES: &[Code] = &[$(Code::$variant),+];

        impl Code {
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $string),+ }
            }

            /// The HTTP status that goes with the code.
            pub const fn status(self) -> u16 {
                match self { $(Self::$variant => $status),+ }
            }

            pub const fn title(self, lang: Lang) -> &'static str {
                match (self, lang) {
                    $((Self::$variant, Lang::Zh) => $zh, (Self::$variant, Lang::En) => $en,)+
                }
            }
        }
    };
}

codes! {
    // The request as such.
    Unauthorized "unauthorized" 401 "未登录或令牌无效" "Not signed in";
    InvalidCredentials "invalid_credentials" 401 "账号或密码错误" "Wrong login or password";
    TotpRequired "totp_required" 401 "需要两步验证码" "A second factor is required";
    InvalidTotp "invalid_totp" 401 "两步验证码错误" "Wrong second factor";
    TokenReused "token_reused" 401 "刷新令牌已被使用" "Refresh token was already used";
    PayloadTooLarge "payload_too_large" 413 "请求体过大" "Request body too large";
    UnsupportedMediaType "unsupported_media_type" 415 "不支持的内容类型" "Unsupported media type";
    MalformedJson "malformed_json" 400 "请求体不是合法的 JSON" "Malformed JSON";
    DuplicateKey "duplicate_key" 400 "JSON 中有重复的键" "Duplicate key in JSON";
    TooDeep "too_deep" 400 "JSON 嵌套过深" "JSON nested too deeply";
    NulCharacter "nul_character" 400 "文本中有 U+0000" "U+0000 in text";
    BadRequest "bad_request" 400 "请求不合法" "Bad request";
    NotFound "not_found" 404 "未找到" "Not found";
    MethodNotAllowed "method_not_allowed" 405 "不支持的方法" "Method not allowed";
    NotAcceptable "not_acceptable" 406 "无法提供该格式" "Not acceptable";
    Forbidden "forbidden" 403 "没有权限" "Forbidden";
    PasswordChangeRequired "password_change_required" 403 "须先修改密码" "Change the password first";
    OutOfScope "out_of_scope" 403 "超出密钥权限" "Beyond the API key's scopes";
    IdempotencyKeyReused "idempotency_key_reused" 422 "幂等键已用于另一请求" "Idempotency key reused";
    InvalidIdempotencyKey "invalid_idempotency_key" 422 "幂等键不合法" "Invalid idempotency key";
    AlreadyCreated "already_created" 409 "已创建，不再重复" "Already created";
    StaleVersion "stale_version" 412 "版本已过期" "Stale version";
    IllegalTransition "illegal_transition" 409 "当前状态不允许此操作" "Not possible in this state";
    TooManyRequests "too_many_requests" 429 "请求过于频繁" "Too many requests";
    Busy "busy" 503 "系统繁忙" "Busy";
    Internal "internal" 500 "系统内部错误" "Internal error";

    // Content: 422 at a pointer.
    Required "required" 422 "缺少必填字段" "Required field is missing";
    UnknownField "unknown_field" 422 "未知字段" "Unknown field";
    WrongType "wrong_type" 422 "类型错误" "Wrong type";
    InvalidValue "invalid_value" 422 "值不合法" "Invalid value";
    TooShort "too_short" 422 "过短或过少" "Too short";
    TooLong "too_long" 422 "过长或过多" "Too long";
    TooHard "too_hard" 422 "求解超时" "Took too long to solve";
    TooLarge "too_large" 422 "记录过大" "Record too large";
    OutOfRange "out_of_range" 422 "超出范围" "Out of range";
    TooManyDecimals "too_many_decimals" 422 "小数位超过三位" "More than three decimals";
    MassOutOfRange "mass_out_of_range" 422 "质量超出范围" "Mass out of range";
    NotYet "not_yet" 422 "时间在未来" "Time is in the future";
    UnknownReference "unknown_reference" 422 "引用的对象不存在" "Names nothing visible";
    UnknownWasteCode "unknown_waste_code" 422 "未知的废物代码" "Unknown waste code";
    UnknownMethod "unknown_method" 422 "未知的利用处置方式" "Unknown treatment method";
    MethodNotSuitable "method_not_suitable" 422 "处置方式不适用" "Method does not suit the waste";
    HazardMismatch "hazard_mismatch" 422 "危险特性与名录不符" "Hazards disagree with the list";
    NameMismatch "name_mismatch" 422 "名称与名录不符" "Name disagrees with the list";
    StreamMismatch "stream_mismatch" 422 "废物类型与代码不符" "Code belongs to another stream";
    PackagingUnsuitable "packaging_unsuitable" 422 "包装不适用" "Packaging unsuitable";
    ExemptionNotApplicable "exemption_not_applicable" 422 "豁免不适用" "Exemption does not apply";
    UsccInvalid "uscc_invalid" 422 "统一社会信用代码校验不符" "Invalid unified social credit code";
    PlateInvalid "plate_invalid" 422 "车牌号格式不符" "Invalid plate";
    WeakPassword "weak_password" 422 "密码过弱" "Weak password";
    RoleNotHeld "role_not_held" 422 "该单位不具备此角色" "Organisation does not hold the role";
    MassBalance "mass_balance" 422 "质量不平衡" "Masses do not add up";
    DecisionMismatch "decision_mismatch" 422 "处理意见与明细不符" "Decision disagrees with the items";
    ContainerMismatch "container_mismatch" 422 "包装与明细不符" "Container does not fit the item";
    ItemsIncomplete "items_incomplete" 422 "明细须逐项出现一次" "Every item must appear once";
    SignatureRequired "signature_required" 422 "须有设备签名" "A device's signature is required";
    SignatureInvalid "signature_invalid" 422 "签名无效" "Invalid signature";
    StatementMismatch "statement_mismatch" 422 "声明与请求不符" "Statement disagrees";
    FileBroken "file_broken" 422 "文件不完整" "File is incomplete";
    FileMismatch "file_mismatch" 422 "文件类型不符" "File is of another type";
    OccurredTooEarly "occurred_too_early" 422 "时间过早" "Time is too early";

    // State and capacity: 409.
    CapacityExceeded "capacity_exceeded" 409 "超出许可量" "Licensed capacity exceeded";
    CapacityInUse "capacity_in_use" 409 "许可量已被占用" "Capacity is in use";
    InsufficientOnHand "insufficient_on_hand" 409 "台账余量不足" "Not enough on hand";
    NumbersExhausted "numbers_exhausted" 409 "联单编号已用尽" "Manifest numbers exhausted";
    ExternalIdTaken "external_id_taken" 409 "外部编号已使用" "External id is taken";
    AlreadyExists "already_exists" 409 "已存在" "Already exists";
    AlreadyWeighed "already_weighed" 409 "已过磅" "Already weighed";
    CounterUsed "counter_used" 409 "设备计数已用过" "Device counter was used";
    StatementOutdated "statement_outdated" 409 "声明已过时" "Statement is out of date";
    FieldSealed "field_sealed" 409 "字段已锁定" "Field is sealed";
    AmendmentOpen "amendment_open" 409 "已有待定的更正" "Another amendment is open";
    AlreadyDecided "already_decided" 409 "已作出决定" "Already decided";
    StorageFull "storage_full" 409 "贮存已满" "Storage is full";
    LicenceExpired "licence_expired" 409 "许可证不在有效期" "Licence not in force";
    LicenceDoesNotCover "licence_does_not_cover" 409 "许可证不涵盖" "Licence does not cover this";
    ApprovalRequired "approval_required" 409 "须经跨省转移审批" "Transfer approval required";
    ApprovalExhausted "approval_exhausted" 409 "审批量已用尽" "Transfer approval exhausted";
    IncompatibleWastes "incompatible_wastes" 409 "废物不相容" "Incompatible wastes";
    CarrierNotAllowed "carrier_not_allowed" 409 "承运资质不符" "Carrier or vehicle not allowed";
    RightWithdrawn "right_withdrawn" 409 "资格已暂停或注销" "Right withdrawn";
    ContainerTaken "container_taken" 409 "包装已占用或已运出" "Container is taken or has left";
    InUse "in_use" 409 "正在使用" "In use";
    NothingChanged "nothing_changed" 409 "没有变化" "Nothing has changed";

    // Warnings: never refuse; 200 stands for "no status of its own".
    OutsidePlan "outside_plan" 200 "不在管理计划内" "Outside the management plan";
    LedgerShort "ledger_short" 200 "台账余量不足" "Ledger does not hold the mass";
    CapacityWarning "capacity_warning" 200 "超出许可量" "Beyond licensed capacity";
    IncompatibilityWarning "incompatibility_warning" 200 "可能不相容" "Possibly incompatible";
    PackagingWarning "packaging_warning" 200 "包装可能不适用" "Packaging possibly unsuitable";
    MethodUnusual "method_unusual" 200 "处置方式不常见" "Unusual method for the waste";
    Blacklisted "blacklisted" 200 "单位在黑名单" "Organisation is blacklisted";
    Late "late" 200 "逾期" "Late";
    NumbersRunningOut "numbers_running_out" 200 "联单编号将用尽" "Manifest numbers are running out";
    Other "other" 200 "提示" "Note";
}

impl Code {
    /// The order of kinds of api.md: 401, 413, 415, 400, 404, 403, idempotency, 412,
    /// `illegal_transition`, 422, other 409. The lowest present leads.
    pub const fn rank(self) -> u8 {
        match (self, self.status()) {
            (_, 500) => 0,
            (_, 401) => 1,
            (_, 413) => 2,
            (_, 415) => 3,
            (_, 400) => 4,
            (_, 404..=406) => 5,
            (_, 403) => 6,
            (Self::IdempotencyKeyReused | Self::InvalidIdempotencyKey, _) => 7,
            (_, 412) => 8,
            (Self::IllegalTransition, _) => 9,
            (_, 422) => 10,
            (_, 409) => 11,
            _ => 12,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_codes_share_a_string() {
        let mut strings: Vec<_> = ALL_CODES.iter().map(|code| code.as_str()).collect();
        strings.sort_unstable();
        strings.dedup();
        assert_eq!(strings.len(), ALL_CODES.len());
    }
}
