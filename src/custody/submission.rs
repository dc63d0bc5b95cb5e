//! What is handed to a witness (C2SP `tlog-witness`, `add-checkpoint`): the size that it knows, the
//! proof that the log only grew since, and the checkpoint. Pure.

use std::fmt;

use super::merkle::Hash;
use super::note::{base64, hash};

/// Hashes of a consistency proof: a tree of 2^63 entries needs no more.
const PROOF_HASHES_MAX: usize = 63;

/// A checkpoint on its way to a witness.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submission<'a> {
    /// Entries of the log when the witness last saw it; 0 where it never did.
    pub old: u64,
    /// That the log of the checkpoint begins with those.
    pub proof: Vec<Hash>,
    /// The signed note.
    pub note: &'a str,
}

impl<'a> Submission<'a> {
    /// Reads the body of a request strictly; `None` for anything else.
    pub fn parse(body: &'a str) -> Option<Self> {
        let (head, note) = body.split_once("\n\n")?;
        let mut lines = head.split('\n');
        let number = lines.next()?.strip_prefix("old ")?;
        let old: u64 = number.parse().ok().filter(|old: &u64| old.to_string() == number)?;
        let proof: Option<Vec<Hash>> = lines.take(PROOF_HASHES_MAX + 1).map(hash).collect();
        let proof = proof.filter(|proof| proof.len() <= PROOF_HASHES_MAX)?;
        Some(Self { old, proof, note })
    }
}

/// The body of a request.
impl fmt::Display for Submission<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.old)?;
        for hash in &self.proof {
            writeln!(f, "{}", base64(hash))?;
        }
        write!(f, "\n{}", self.note)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification, to the letter.
    const EXAMPLE: &str = "old 20852014
PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=
5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=
/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=

example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

\u{2014} example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/\
Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
";

    #[test]
    fn the_specifications_example_reads_and_writes_back() {
        let read = Submission::parse(EXAMPLE).unwrap();
        assert_eq!((read.old, read.proof.len()), (20_852_014, 4));
        assert!(read.note.starts_with("example.com/behind-the-sofa\n20852163\n"));
        assert_eq!(read.to_string(), EXAMPLE);
        let first = Submission { old: 0, proof: Vec::new(), note: "x\n" };
        assert_eq!(first.to_string(), "old 0\n\nx\n");
        assert_eq!(Submission::parse("old 0\n\nx\n"), Some(first));
    }

    #[test]
    fn what_is_no_submission_is_refused() {
        let line = "PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n";
        let of = |lines: usize| format!("old 7\n{}\nx\n", line.repeat(lines));
        assert!(Submission::parse(&of(63)).is_some());
        for wrong in [
            of(64),
            String::new(),
            "old 7\nx\n".to_owned(),
            "old 07\n\nx\n".to_owned(),
            "old +7\n\nx\n".to_owned(),
            "old -7\n\nx\n".to_owned(),
            "old  7\n\nx\n".to_owned(),
            "old 7 \n\nx\n".to_owned(),
            "old 18446744073709551616\n\nx\n".to_owned(),
            "new 7\n\nx\n".to_owned(),
            "\n\nold 7\n\nx\n".to_owned(),
            EXAMPLE.replace('\n', "\r\n"),
            "old 7\nAAAA\n\nx\n".to_owned(),
            of(1).replace('=', ""),
        ] {
            assert_eq!(Submission::parse(&wrong), None, "{wrong:?}");
        }
    }
}
