//! What a package says of itself, first in Chinese.

use crate::problem::Text;

/// What is in it.
pub struct Content<'a> {
    pub number: &'a str,
    pub origin: &'a str,
    pub size: u64,
    /// Manifests whose bundles are in it.
    pub bundles: usize,
    pub files: usize,
    /// Why something is not in it.
    pub left_out: &'a [Text],
}

/// The text of `README.txt`.
pub fn readme(content: &Content<'_>) -> String {
    let left_out = |pick: fn(&Text) -> &String| {
        content.left_out.iter().fold(String::new(), |all, one| all + "\n  ! " + pick(one) + "\n")
    };
    let told = [
        ("{number}", content.number.to_owned()),
        ("{origin}", content.origin.to_owned()),
        ("{size}", content.size.to_string()),
        ("{bundles}", content.bundles.to_string()),
        ("{files}", content.files.to_string()),
        ("{left_out_zh}", left_out(|one| &one.zh)),
        ("{left_out_en}", left_out(|one| &one.en)),
    ];
    let text = include_str!("readme.txt").to_owned();
    told.iter().fold(text, |text, (name, value)| text.replace(name, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_all_that_it_has_to() {
        let left_out = [Text::new("少一份", "one is not in it")];
        let content = Content {
            number: "20266601000001",
            origin: "a/log",
            size: 7,
            bundles: 2,
            files: 3,
            left_out: &left_out,
        };
        let text = readme(&content);
        assert!(!text.contains('{') && text.contains("bundles/20266601000001.json"));
        assert!(text.contains("\n  ! 少一份\n") && text.contains("\n  ! one is not in it\n"));
    }
}
