//! The language of an answer, from `Accept-Language` (RFC 9110 §12.5.4).

use crate::problem::Lang;

/// The better liked of Chinese and English; Chinese when neither is named or both are equal.
pub fn accepted(header: &str) -> Lang {
    let (mut chinese, mut english) = (0.0, 0.0);
    for choice in header.split(',') {
        let mut parts = choice.split(';');
        let tag = parts.next().unwrap_or_default().trim();
        let quality = parts.find_map(|part| part.trim().strip_prefix("q="));
        let quality: f32 = quality.map_or(1.0, |text| text.parse().unwrap_or(0.0));
        let primary = tag.split('-').next().unwrap_or_default();
        if primary.eq_ignore_ascii_case("en") {
            english = quality.max(english);
        } else if primary.eq_ignore_ascii_case("zh") {
            chinese = quality.max(chinese);
        }
    }
    if english > chinese { Lang::En } else { Lang::Zh }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_unless_english_is_liked_better() {
        let cases = [
            ("", Lang::Zh),
            ("*", Lang::Zh),
            ("fr", Lang::Zh),
            ("en", Lang::En),
            ("EN-gb;q=0.8", Lang::En),
            ("zh-CN,zh;q=0.9,en;q=0.8", Lang::Zh),
            ("en;q=0.9, zh;q=0.5", Lang::En),
            ("en;q=0", Lang::Zh),
            ("en;q=nonsense", Lang::Zh),
        ];
        for (header, lang) in cases {
            assert_eq!(accepted(header), lang, "{header}");
        }
    }
}
