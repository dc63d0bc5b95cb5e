//! Unified social credit codes for the parties that a run brings (GB 32100-2015): seventeen
//! characters of the run's own and the check character.

const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// The code of the `n`th organisation of a run. `tag` makes it the run's own.
pub fn of(tag: u64, n: u64) -> String {
    // Registered with the market regulator of the corps' first division; MA: since 2015.
    let mut code = b"91659001MA".to_vec();
    let mut rest = tag.wrapping_mul(31).wrapping_add(n);
    for _ in 0..7 {
        code.push(character(rest % 31));
        rest /= 31;
    }
    let (mut weight, mut sum) = (1, 0);
    for byte in &code {
        let value = ALPHABET.iter().position(|known| known == byte).unwrap_or_default() as u64;
        sum = (sum + value * weight) % 31;
        weight = weight * 3 % 31;
    }
    code.push(character((31 - sum) % 31));
    String::from_utf8(code).unwrap_or_default()
}

fn character(value: u64) -> u8 {
    usize::try_from(value).ok().and_then(|at| ALPHABET.get(at)).copied().unwrap_or(b'0')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_character_is_that_of_the_standard() {
        // The standard's rule: the weighted sum of seventeen and the check character itself is a
        // multiple of 31.
        for tag in [0, 1, 31, 987_654_321, u64::MAX / 64] {
            let code = of(tag, 3);
            assert_eq!(code.len(), 18, "{code}");
            let value = |byte: u8| ALPHABET.iter().position(|one| *one == byte).unwrap();
            let (mut weight, mut sum) = (1, 0);
            for byte in code.bytes().take(17) {
                sum += value(byte) * weight;
                weight = weight * 3 % 31;
            }
            assert_eq!((sum + value(code.as_bytes()[17])) % 31, 0, "{code}");
        }
        assert_ne!(of(5, 1), of(5, 2));
    }
}
