//! The agencies that regulators belong to (domain.md, "regulator").

use crate::wire::api_enum;

api_enum! {
    /// A regulator's agency.
    pub enum Agency {
        /// 生态环境.
        Ecology = "ecology",
        /// 卫生健康.
        Health = "health",
        /// 交通运输.
        Transport = "transport",
        /// 公安.
        PublicSecurity = "public_security",
        /// 应急管理.
        Emergency = "emergency",
        /// 城市管理.
        UrbanManagement = "urban_management",
    }
}
