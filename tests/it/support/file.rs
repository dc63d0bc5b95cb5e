//! Files to attach: small, and each whole in its format.

use sha2::{Digest, Sha256};

/// A picture; another seed makes another file.
pub fn png(seed: u8) -> Vec<u8> {
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    let head = [0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0];
    // One pixel, stored as it is (RFC 1950, 1951).
    let pixel = [0, seed, seed, seed];
    let mut data = vec![0x78, 1, 1, 4, 0, 0xfb, 0xff];
    data.extend(pixel);
    data.extend(adler(&pixel).to_be_bytes());
    for (kind, data) in [(b"IHDR", &head[..]), (b"IDAT", &data), (b"IEND", &[])] {
        file.extend((data.len() as u32).to_be_bytes());
        let named = [&kind[..], data].concat();
        file.extend(&named);
        file.extend(crc(&named).to_be_bytes());
    }
    file
}

pub fn pdf(words: &str) -> Vec<u8> {
    format!("%PDF-1.4\n% {words}\ntrailer\n%%EOF\n").into_bytes()
}

/// SHA-256, hex.
pub fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

fn crc(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
        }
    }
    !crc
}

fn adler(bytes: &[u8]) -> u32 {
    let (mut a, mut b) = (1u32, 0u32);
    for byte in bytes {
        a = (a + u32::from(*byte)) % 65_521;
        b = (b + a) % 65_521;
    }
    (b << 16) | a
}
