//! Silence: what is made and not told. What it says where an honest plan asks stands with the
//! schemes; here is what must hold of it.

#[cfg(test)]
mod tests {
    use crate::simulate::fraud::table::{FRAUDS, On};

    #[test]
    fn each_fraud_has_rules_and_a_name_of_its_own() {
        let mut names: Vec<_> = FRAUDS.iter().map(|fraud| fraud.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), FRAUDS.len());
        assert!(FRAUDS.iter().all(|fraud| !fraud.rules.is_empty()));
        assert!(FRAUDS.iter().any(|fraud| fraud.on == On::Hospital));
    }
}
