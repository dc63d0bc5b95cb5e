//! HTML, the little that a printed page needs: elements whose content is always escaped.
//!
//! Must hold: no text of anybody's reaches the page but through [`escaped`], and the page names
//! nothing outside itself: no script, no picture, no style sheet, no link.

use std::fmt::Write as _;

/// A page that is being written.
#[derive(Default)]
pub struct Html(String);

impl Html {
    /// What the program itself has written; never what somebody said.
    pub fn raw(&mut self, html: &'static str) -> &mut Self {
        self.0.push_str(html);
        self
    }

    /// Text of anybody's.
    pub fn text(&mut self, text: &str) -> &mut Self {
        self.0.push_str(&escaped(text));
        self
    }

    /// An element with text in it; `tag` may have a class: `td.n`.
    pub fn element(&mut self, tag: &'static str, text: &str) -> &mut Self {
        self.within(tag, |page| {
            page.text(text);
        })
    }

    /// An element with more in it.
    pub fn within(&mut self, tag: &'static str, more: impl FnOnce(&mut Self)) -> &mut Self {
        let (name, class) = tag.split_once('.').unwrap_or((tag, ""));
        // Writing to a String cannot fail.
        let _ = match class {
            "" => write!(self.0, "<{name}>"),
            class => write!(self.0, "<{name} class=\"{class}\">"),
        };
        more(self);
        let _ = write!(self.0, "</{name}>");
        self
    }

    /// A table; a row that is given as nothing but its cells.
    pub fn table(
        &mut self,
        class: &'static str,
        headings: &[&str],
        rows: impl IntoIterator<Item = Vec<String>>,
    ) -> &mut Self {
        let rows: Vec<Vec<String>> = rows.into_iter().collect();
        self.within(class, |page| {
            page.within("thead", |page| {
                page.within("tr", |page| {
                    for one in headings {
                        page.element("th", one);
                    }
                });
            });
            page.within("tbody", |page| {
                for row in &rows {
                    page.within("tr", |page| {
                        for cell in row {
                            page.within("td", |page| page.lines(cell));
                        }
                    });
                }
            });
        })
    }

    /// Text of several lines.
    pub fn lines(&mut self, text: &str) {
        for (n, line) in text.lines().enumerate() {
            if n > 0 {
                self.raw("<br>");
            }
            self.text(line);
        }
    }

    pub fn finish(self) -> String {
        self.0
    }
}

/// Text as HTML shows it. Control characters are shown as such, and marks that turn text around.
pub fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            '\n' | '\t' => html.push(' '),
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => html.push('\u{fffd}'),
            letter if letter.is_control() => html.push('\u{fffd}'),
            letter => html.push(letter),
        }
    }
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobodys_text_is_more_than_text() {
        let hostile = "</td><script>alert('1')</script>&\"\u{202e}\u{7}";
        let mut page = Html::default();
        page.element("p.x", hostile);
        page.table("table.t", &[hostile], [vec![format!("{hostile}\nb")]]);
        let html = page.finish();
        assert!(!html.contains("<script") && !html.contains('\u{202e}') && !html.contains('\u{7}'));
        assert!(html.starts_with("<p class=\"x\">&lt;/td&gt;&lt;script&gt;alert(&#39;1&#39;)"));
        assert!(html.contains("<br>b</td>"));
    }
}
