//! What a file really is, by its own structure and not by what it is called. Pure.
//!
//! More than its first bytes are looked at: the parts of the container are walked to the end, so
//! that an upload that broke off, and a file of one kind that hides one of another behind it, are
//! found. The formats are five and their frames simple; a library of magic numbers would tell the
//! beginning alone. JPEG alone may have something behind its end: phones put moving pictures there.

use super::media::MediaType;

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sniffed {
    Whole(MediaType),
    /// It begins as one and does not end as one.
    Broken(MediaType),
    /// None that may be attached.
    Other,
}

/// Looks at the whole file.
pub fn sniff(bytes: &[u8]) -> Sniffed {
    let (kind, is_whole) = if bytes.starts_with(&[0xff, 0xd8, 0xff]) {
        (MediaType::Jpeg, jpeg(bytes).is_some())
    } else if bytes.starts_with(PNG) {
        (MediaType::Png, png(bytes) == Some(bytes.len()))
    } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        (MediaType::Webp, riff(bytes))
    } else if bytes.get(4..8) == Some(b"ftyp") && is_heic(bytes) {
        (MediaType::Heic, boxes(bytes) == Some(true))
    } else if bytes.starts_with(b"%PDF-") {
        (MediaType::Pdf, pdf(bytes))
    } else {
        return Sniffed::Other;
    };
    if is_whole { Sniffed::Whole(kind) } else { Sniffed::Broken(kind) }
}

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

fn u32_at(bytes: &[u8], at: usize) -> Option<usize> {
    let four: [u8; 4] = bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
    usize::try_from(u32::from_be_bytes(four)).ok()
}

/// Segments up to the scan, and an end mark somewhere behind (ITU-T T.81, B.1).
fn jpeg(bytes: &[u8]) -> Option<()> {
    let mut at = 2;
    loop {
        let (mark, kind) = (*bytes.get(at)?, *bytes.get(at + 1)?);
        match (mark, kind) {
            // Any number of fill bytes may stand before a marker.
            (0xff, 0xff) => at += 1,
            (0xff, 0x01..=0xd9) if kind < 0xc0 || (0xd0..=0xd9).contains(&kind) => return None,
            (0xff, 0xc0..) => {
                let length: [u8; 2] = bytes.get(at + 2..at + 4)?.try_into().ok()?;
                let length = usize::from(u16::from_be_bytes(length));
                if length < 2 {
                    return None;
                }
                at += 2 + length;
                if kind == 0xda {
                    let scan = bytes.get(at..)?;
                    return scan.windows(2).any(|pair| pair == [0xff, 0xd9]).then_some(());
                }
            }
            _ => return None,
        }
    }
}

/// Chunks from `IHDR` to `IEND` (PNG, 5.3): where the last one ends.
fn png(bytes: &[u8]) -> Option<usize> {
    let mut at = PNG.len();
    if bytes.get(at + 4..at + 8)? != b"IHDR" {
        return None;
    }
    loop {
        let length = u32_at(bytes, at)?;
        let kind = bytes.get(at + 4..at + 8)?;
        at = at.checked_add(12)?.checked_add(length)?;
        if kind == b"IEND" {
            return Some(at);
        }
    }
}

/// The length in the head is the file's, but for a byte of padding.
fn riff(bytes: &[u8]) -> bool {
    let length = bytes.get(4..8).and_then(|four| <[u8; 4]>::try_from(four).ok());
    let length = length.and_then(|four| usize::try_from(u32::from_le_bytes(four)).ok());
    let is_image = bytes.get(12..15) == Some(b"VP8");
    is_image && length.is_some_and(|length| length.saturating_add(8 + length % 2) == bytes.len())
}

/// Brands of still pictures of HEVC (ISO/IEC 23008-12, B.4).
const HEIC_BRANDS: [&[u8]; 6] = [b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"];

/// The brands of its first box name one: the major one, or one that it is compatible with.
fn is_heic(bytes: &[u8]) -> bool {
    let length = u32_at(bytes, 0).unwrap_or(0);
    let brands = bytes.get(8..length.min(bytes.len())).unwrap_or_default();
    let mut brands = brands.chunks_exact(4).enumerate().filter(|(n, _)| *n != 1);
    brands.any(|(_, brand)| HEIC_BRANDS.contains(&brand))
}

/// Boxes to the very end (ISO/IEC 14496-12, 4.2); whether one of them describes pictures.
fn boxes(bytes: &[u8]) -> Option<bool> {
    let (mut at, mut has_meta) = (0, false);
    while at < bytes.len() {
        has_meta |= bytes.get(at + 4..at + 8)? == b"meta";
        let length = match u32_at(bytes, at)? {
            0 => bytes.len() - at,
            1 => {
                let eight: [u8; 8] = bytes.get(at + 8..at + 16)?.try_into().ok()?;
                usize::try_from(u64::from_be_bytes(eight)).ok()?
            }
            length => length,
        };
        if length < 8 {
            return None;
        }
        at = at.checked_add(length)?;
    }
    (at == bytes.len()).then_some(has_meta)
}

/// How far from the end the end mark of a PDF may be: some programs add lines behind it.
const PDF_TAIL_BYTES: usize = 2048;

/// A version, and an end mark near the end (ISO 32000-2, 7.5.5).
fn pdf(bytes: &[u8]) -> bool {
    let version = bytes.get(5..8).unwrap_or_default();
    let tail = &bytes[bytes.len().saturating_sub(PDF_TAIL_BYTES)..];
    matches!(version, [b'1' | b'2', b'.', b'0'..=b'9'])
        && tail.windows(5).any(|mark| mark == b"%%EOF")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jpeg_file(tail: &[u8]) -> Vec<u8> {
        let mut file = vec![0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xff, 0xda, 0, 3, 9, 5, 6];
        file.extend_from_slice(tail);
        file
    }

    fn png_file() -> Vec<u8> {
        let mut file = PNG.to_vec();
        for (kind, data) in [(b"IHDR", &[0u8; 13][..]), (b"IDAT", &[7; 5]), (b"IEND", &[])] {
            file.extend((data.len() as u32).to_be_bytes());
            file.extend(kind);
            file.extend(data);
            file.extend([0; 4]);
        }
        file
    }

    fn heic_file(major: [u8; 4]) -> Vec<u8> {
        let mut file = b"\0\0\0\x18ftyp".to_vec();
        file.extend(major);
        file.extend(b"\0\0\0\0mif1heic");
        file.extend(b"\0\0\0\x0cmeta\0\0\0\0");
        file.extend(b"\0\0\0\0mdat12345");
        file
    }

    fn webp_file() -> Vec<u8> {
        b"RIFF\x0e\0\0\0WEBPVP8 \x01\0\0\0xy".to_vec()
    }

    const PDF: &[u8] = b"%PDF-1.7\n1 0 obj\nendobj\n%%EOF\n";

    #[test]
    fn whole_files_are_what_they_are() {
        let whole = |bytes: &[u8], kind| assert_eq!(sniff(bytes), Sniffed::Whole(kind));
        whole(&jpeg_file(&[0xff, 0xd9]), MediaType::Jpeg);
        whole(&jpeg_file(b"\xff\xd9....ftypmp42 a moving picture"), MediaType::Jpeg);
        whole(&png_file(), MediaType::Png);
        whole(&webp_file(), MediaType::Webp);
        whole(&heic_file(*b"heic"), MediaType::Heic);
        whole(&heic_file(*b"mif1"), MediaType::Heic);
        whole(PDF, MediaType::Pdf);
    }

    /// Cut anywhere, none of them is whole: what breaks off on the way is not taken for a photo.
    #[test]
    fn what_breaks_off_is_broken() {
        let jpeg = jpeg_file(&[0xff, 0xd9]);
        for file in [jpeg, png_file(), webp_file(), PDF[..PDF.len() - 1].to_vec()] {
            for length in 0..file.len() {
                assert!(!matches!(sniff(&file[..length]), Sniffed::Whole(_)), "{length}");
            }
        }
        let heic = heic_file(*b"heic");
        assert_eq!(sniff(&heic[..30]), Sniffed::Broken(MediaType::Heic));
    }

    #[test]
    fn one_that_hides_another_is_not_whole() {
        for file in [png_file(), webp_file(), heic_file(*b"heic")] {
            let mut zip = file.clone();
            zip.extend(b"PK\x03\x04");
            // A last box without a length reaches to the end whatever is in it.
            let is_open = sniff(&file) == Sniffed::Whole(MediaType::Heic);
            assert!(is_open || matches!(sniff(&zip), Sniffed::Broken(_)));
        }
        let behind = [b"GIF89a".as_slice(), PDF].concat();
        assert_eq!(sniff(&behind), Sniffed::Other);
        for other in [&b""[..], b"<svg>", b"<html>", b"PK\x03\x04", b"MZ", b"\0\0\0\x18ftypqt  "] {
            assert_eq!(sniff(other), Sniffed::Other);
        }
    }
}
