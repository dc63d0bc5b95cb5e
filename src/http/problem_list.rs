//! The list of problem codes for people, generated: a page (`/docs/problems`, where each problem's
//! `type` leads) and `docs/problems.md`, which a test compares.

use std::fmt::Write as _;

use crate::problem::{ALL_CODES, Code, Lang, Text};

/// What the person in front of the screen, or the program behind it, does next.
fn advice(code: Code) -> Text {
    let (zh, en) = match (code, code.status()) {
        (Code::TokenReused, _) => (
            "重新登录；若非本人操作，请修改密码。",
            "Sign in again; if it was not you, change the password.",
        ),
        (Code::TotpRequired, _) => (
            "连同验证器当前的六位数（或恢复码）重新登录。",
            "Sign in again with the six digits of your authenticator, or with a recovery code.",
        ),
        (Code::PasswordChangeRequired, _) => {
            ("以 POST /me/password 修改密码。", "Change the password by POST /me/password.")
        }
        (Code::OutOfScope, _) => (
            "使用权限包含此操作的密钥，或由人员登录办理。",
            "Use a key with this scope; what keys may never do, a person does.",
        ),
        (Code::IdempotencyKeyReused, _) => {
            ("为新的请求使用新的幂等键。", "Use a new key for a new request.")
        }
        (Code::Internal, _) => (
            "报告 request_id；运维按它查日志。",
            "Report the request_id; the operator finds the cause in the log by it.",
        ),
        (_, 200) => ("提示，不阻止操作。", "A warning: nothing is blocked."),
        (_, 400 | 413 | 415) => {
            ("程序有误，修正请求。", "The calling program is at fault: correct the request.")
        }
        (_, 401) => ("重新登录。", "Sign in again."),
        (_, 403) => ("请有此权限的人员办理。", "Ask somebody whose role allows it."),
        (_, 404..=406) => ("核对地址、方法和标识。", "Check path, method and id."),
        (_, 412) => ("重新读取后再改。", "Read the resource again, then change it."),
        (_, 422) => (
            "按 pointer 改正字段后重试。",
            "Correct the field that the pointer names and try again.",
        ),
        (_, 409) => (
            "内容无误但现状不允许；先解决所述情况。",
            "The request is sound but not possible now: settle what the detail names first.",
        ),
        _ => (
            "按 Retry-After 稍后重试，保留同一幂等键；持续出现时请运维检查。",
            "Try again after Retry-After under the same key; if it lasts, the operator must look.",
        ),
    };
    Text::new(zh, en)
}

/// `docs/problems.md`.
pub fn markdown() -> String {
    let mut page = String::from(
        "# Problem codes\n\nGenerated from `src/problem/code.rs`; a test compares. Clients branch \
         on `code`, people read `detail`. A code is never renamed.\n\n\
         | code | status | 中文 | English | what to do |\n|---|---|---|---|---|\n",
    );
    for code in ALL_CODES {
        let (zh, en, advice) = (code.title(Lang::Zh), code.title(Lang::En), advice(*code));
        // Writing to a String cannot fail.
        let _ = writeln!(
            page,
            "| <a id=\"{name}\"></a>`{name}` | {status} | {zh} | {en} \
             | {zh_advice}<br>{en_advice} |",
            name = code.as_str(),
            status = status(*code),
            zh_advice = advice.zh,
            en_advice = advice.en,
        );
    }
    page
}

/// The same as a page. Titles and advice are ours and hold nothing that HTML would read.
pub(super) fn html() -> String {
    let mut page = String::from(
        "<!doctype html><html lang=\"zh-CN\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>问题代码 · Problem codes</title>\
         <style>body{font:16px/1.5 sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem}\
         table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid #ccc;\
         padding:.4rem .6rem;text-align:left;vertical-align:top}tr:target{background:#ffd}</style>\
         </head><body><h1>问题代码 · Problem codes</h1><table><thead><tr><th>code</th><th>status</th>\
         <th>中文</th><th>English</th></tr></thead><tbody>",
    );
    for code in ALL_CODES {
        let (zh, en, advice) = (code.title(Lang::Zh), code.title(Lang::En), advice(*code));
        // Writing to a String cannot fail.
        let _ = write!(
            page,
            "<tr id=\"{name}\"><td><code>{name}</code></td><td>{status}</td>\
             <td>{zh}<br><small>{zh_advice}</small></td>\
             <td>{en}<br><small>{en_advice}</small></td></tr>",
            name = code.as_str(),
            status = status(*code),
            zh_advice = advice.zh,
            en_advice = advice.en,
        );
    }
    page.push_str("</tbody></table></body></html>");
    page
}

/// A warning has no status of its own.
fn status(code: Code) -> String {
    if code.status() == 200 { "-".to_owned() } else { code.status().to_string() }
}
