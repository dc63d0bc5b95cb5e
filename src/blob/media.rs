//! The kinds of files that may be attached: what phones, scanners and weighbridges make, and
//! nothing that a browser would run.

use crate::wire::api_enum;

api_enum! {
    /// What a file is.
    pub enum MediaType {
        Jpeg = "image/jpeg",
        Png = "image/png",
        Webp = "image/webp",
        /// Photos of phones (HEIF with HEVC).
        Heic = "image/heic",
        Pdf = "application/pdf",
    }
}

impl MediaType {
    /// What a `Content-Type` says; parameters do not matter. `None` for what may not be attached.
    pub fn declared(header: &str) -> Option<Self> {
        let name = header.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match name.as_str() {
            "image/jpg" | "image/pjpeg" => Some(Self::Jpeg),
            "image/heif" => Some(Self::Heic),
            name => Self::parse(name),
        }
    }

    /// The ending of a file's name.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Webp => "webp",
            Self::Heic => "heic",
            Self::Pdf => "pdf",
        }
    }

    /// Whether a name's ending is one of this kind's.
    pub fn is_ending(self, ending: &str) -> bool {
        let others: &[&str] = match self {
            Self::Jpeg => &["jpeg", "jpe", "jfif"],
            Self::Heic => &["heif"],
            Self::Png | Self::Webp | Self::Pdf => &[],
        };
        let ending = ending.to_ascii_lowercase();
        ending == self.extension() || others.contains(&ending.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_known_however_it_is_spelt() {
        assert_eq!(MediaType::declared("Image/JPEG; q=1"), Some(MediaType::Jpeg));
        assert_eq!(MediaType::declared("image/jpg"), Some(MediaType::Jpeg));
        assert_eq!(MediaType::declared("image/heif"), Some(MediaType::Heic));
        for other in ["", "image/svg+xml", "text/html", "application/zip", "image/gif"] {
            assert_eq!(MediaType::declared(other), None, "{other}");
        }
        assert!(MediaType::Jpeg.is_ending("JPEG") && !MediaType::Jpeg.is_ending("png"));
    }
}
