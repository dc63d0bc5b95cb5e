//! A mail as it is sent: a subject, plain text and HTML, Chinese first and English beside. Whatever
//! comes from the record is escaped; nothing of it becomes a header but the title, without line
//! breaks.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};

use crate::clock::beijing;
use crate::notify::subscription::{Digest, Language};
use crate::notify::topic::Content;

/// What a mail tells: one thing, or several in a digest.
pub struct Page<'a> {
    pub digest: Digest,
    pub language: Language,
    pub entries: &'a [(DateTime<Utc>, Content)],
    /// Where people reach this server.
    pub public_url: &'a str,
    /// None where no link ends it.
    pub unsubscribe: Option<&'a str>,
}

pub struct Rendered {
    pub subject: String,
    pub text: String,
    pub html: String,
}

/// Entries of one digest that are written out; the rest is counted.
const ENTRIES_MAX: usize = 200;

/// Characters of a subject.
const SUBJECT_CHARS_MAX: usize = 150;

impl Page<'_> {
    pub fn render(&self) -> Rendered {
        Rendered { subject: self.subject(), text: self.text(), html: self.html() }
    }

    /// Chinese, English or both, with ` / ` between them.
    fn words(&self, zh: &str, en: &str) -> String {
        match self.language {
            Language::Zh => zh.to_owned(),
            Language::En => en.to_owned(),
            Language::Both => format!("{zh} / {en}"),
        }
    }

    fn subject(&self) -> String {
        let n = self.entries.len();
        let subject = match (self.digest, self.entries) {
            (Digest::None, [(_, only)]) => self.words(&only.title_zh, &only.title_en),
            (Digest::Daily, _) => self.words(&format!("每日汇总：{n} 条"), &format!("Daily: {n}")),
            (Digest::Hourly | Digest::None, _) => {
                self.words(&format!("通知汇总：{n} 条"), &format!("{n} notices"))
            }
        };
        let plain = subject.chars().filter(|one| !one.is_control()).take(SUBJECT_CHARS_MAX);
        format!("[liandan] {}", plain.collect::<String>())
    }

    fn shown(&self) -> &[(DateTime<Utc>, Content)] {
        &self.entries[..self.entries.len().min(ENTRIES_MAX)]
    }

    /// A line for what is not written out.
    fn rest(&self) -> Option<String> {
        let more = self.entries.len().saturating_sub(ENTRIES_MAX);
        let words = || self.words(&format!("另有 {more} 条。"), &format!("And {more} more."));
        (more > 0).then(words)
    }

    /// The text by which something is told.
    fn basis(&self, one: &Content) -> Option<String> {
        let basis = one.basis.as_ref()?;
        Some(self.words(&format!("依据：{basis}"), &format!("By: {basis}")))
    }

    fn by_law(&self) -> String {
        self.words(
            "法定通知，不可取消订阅。",
            "Told by law: there is no subscription that could be ended.",
        )
    }

    fn text(&self) -> String {
        let mut text = String::new();
        for (at, one) in self.shown() {
            let title = self.words(&one.title_zh, &one.title_en);
            let _ = writeln!(text, "{}  {}", shown_at(*at), plain(&title));
            if !one.path.is_empty() {
                let _ = writeln!(text, "    {}{}", self.public_url, one.path);
            }
            if let Some(basis) = self.basis(one) {
                let _ = writeln!(text, "    {}", plain(&basis));
            }
        }
        if let Some(rest) = self.rest() {
            let _ = writeln!(text, "{rest}");
        }
        if self.unsubscribe.is_none() {
            let _ = writeln!(text, "\n{}", self.by_law());
        }
        if let Some(link) = self.unsubscribe {
            let _ = writeln!(text, "\n{}: {link}", self.words("取消订阅", "Unsubscribe"));
        }
        text
    }

    fn html(&self) -> String {
        let mut html = String::from(
            "<!doctype html><html><head><meta charset=\"utf-8\"></head>\
             <body style=\"font-family:sans-serif\"><ul>\n",
        );
        for (at, one) in self.shown() {
            let title = escaped(&self.words(&one.title_zh, &one.title_en));
            let at = shown_at(*at);
            let basis = self.basis(one).map(|basis| format!("<br>{}", escaped(&basis)));
            let basis = basis.unwrap_or_default();
            let _ = if one.path.is_empty() {
                writeln!(html, "<li>{at} {title}{basis}</li>")
            } else {
                let link = escaped(&format!("{}{}", self.public_url, one.path));
                writeln!(html, "<li>{at} <a href=\"{link}\">{title}</a>{basis}</li>")
            };
        }
        html.push_str("</ul>\n");
        if let Some(rest) = self.rest() {
            let _ = writeln!(html, "<p>{}</p>", escaped(&rest));
        }
        if self.unsubscribe.is_none() {
            let _ = writeln!(html, "<p>{}</p>", escaped(&self.by_law()));
        }
        if let Some(link) = self.unsubscribe {
            let words = escaped(&self.words("取消订阅", "Unsubscribe"));
            let _ = writeln!(html, "<p><a href=\"{}\">{words}</a></p>", escaped(link));
        }
        html.push_str("</body></html>\n");
        html
    }
}

/// Beijing time: where the readers are.
fn shown_at(at: DateTime<Utc>) -> String {
    at.with_timezone(&beijing()).format("%Y-%m-%d %H:%M").to_string()
}

/// On one line.
fn plain(text: &str) -> String {
    text.chars().map(|one| if one.is_control() { ' ' } else { one }).collect()
}

/// As text of an element or an attribute.
pub fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for one in text.chars() {
        match one {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            one if one.is_control() => safe.push(' '),
            one => safe.push(one),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_from_the_record_is_text_and_nothing_else() {
        let title = "<b>x</b>\r\nBcc: y@z.example \"&'";
        let content = Content {
            title_zh: title.to_owned(),
            title_en: title.to_owned(),
            path: "/api/v1/manifests/1?a=\"&b=<".to_owned(),
            streams: Vec::new(),
            severity: None,
            rule: None,
            basis: None,
        };
        let entries = [("2026-12-01T01:00:00Z".parse().unwrap(), content)];
        let page = Page {
            digest: Digest::None,
            language: Language::Both,
            entries: &entries,
            public_url: "https://liandan.example",
            unsubscribe: Some("https://liandan.example/api/v1/unsubscribe?t=x&y=\"z"),
        };
        let rendered = page.render();
        assert!(!rendered.subject.contains(['\r', '\n']));
        assert!(!rendered.html.contains("<b>") && !rendered.html.contains("y=\""));
        assert_eq!(rendered.text.lines().count(), 4, "{}", rendered.text);
        assert!(rendered.text.starts_with("2026-12-01 09:00  <b>x</b>"));
    }
}
