//! Masses as they are written: the digits of the answer, before anything reads them as floats.

/// What is wrong with a member of an answer that is a mass.
///
/// `*_kg` is a JSON number with at most three decimals and no exponent, or null; a float shows
/// itself in its digits (`812.5000000000001`, `8e2`), which reading it would hide. `*_g`, in
/// events, is a whole number.
pub fn faults(text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let mut rest = text;
    while let Some((name, after)) = next_string(rest) {
        rest = after;
        let Some(value) = after.trim_start().strip_prefix(':') else { continue };
        let end = value.find([',', '}', ']', '\n']).unwrap_or(value.len());
        let value = value.get(..end).unwrap_or_default().trim();
        // A list or an object: its members are looked at by their own names.
        if value.starts_with(['[', '{']) || value == "null" {
            continue;
        }
        if name.ends_with("_kg") && !is_kilograms(value) {
            faults
                .push(format!("{name}: {value}: 不是至多三位小数的数 / no number of ≤ 3 decimals"));
        }
        if name.ends_with("_g") && !is_grams(value) {
            faults.push(format!("{name}: {value}: 不是整数克 / no whole number of grams"));
        }
    }
    faults
}

/// The next string of a JSON text, raw, and what follows it.
fn next_string(text: &str) -> Option<(&str, &str)> {
    let (_, inside) = text.split_once('"')?;
    let mut escaped = false;
    for (at, byte) in inside.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return Some((inside.get(..at)?, inside.get(at + 1..)?)),
            _ => {}
        }
    }
    None
}

fn is_grams(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_kilograms(text: &str) -> bool {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    is_grams(whole) && (1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mass_is_judged_by_its_digits() {
        for sound in [
            r#"{"mass_kg":812.5,"a":[{"left_kg":0},{"left_kg":-0.001}],"x_kg":null}"#,
            r#"{"note":"\"mass_kg\":1e9","mass_g":812500,"difference_g":-1}"#,
            r#"{"a":"mass_kg","b":1e9,"list_kg":[1,2]}"#,
        ] {
            assert_eq!(faults(sound), Vec::<String>::new(), "{sound}");
        }
        for wrong in [
            r#"{"mass_kg":812.5000000000001}"#,
            r#"{"mass_kg": 8.125e2 }"#,
            r#"{"a":{"mass_kg":"812.5"}}"#,
            r#"{"mass_g":812.5}"#,
            r#"{"mass_kg":1.}"#,
        ] {
            assert_eq!(faults(wrong).len(), 1, "{wrong}");
        }
    }
}
