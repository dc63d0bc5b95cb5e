//! Where a webhook may go: never into our own network. Whoever makes webhooks would else have this
//! server ask whatever it reaches and its maker does not.
//!
//! Two looks. [`checked`] reads the URL, when it is given and before each attempt: `url` has turned
//! decimal, octal and hexadecimal hosts into addresses already. [`Guarded`] looks the name up
//! itself at each attempt and gives the client the addresses that passed, so that what was checked
//! is what is connected to; a name that leads elsewhere the second time gains nothing.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::time::timeout;
use url::{Host, Url};

use crate::problem::{Code, Fault, Text};

pub const URL_CHARS_MAX: usize = 2000;

/// Why it is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoTarget {
    NotAUrl,
    NotHttps,
    UserInfo,
    Fragment,
    Private,
}

impl NoTarget {
    pub fn fault(self, pointer: &str) -> Fault {
        let (zh, en) = match self {
            Self::NotAUrl => {
                ("应为完整网址，如 https://host/path。", "Must be a URL such as https://host/path.")
            }
            Self::NotHttps => ("须使用 https。", "Must begin with https."),
            Self::UserInfo => {
                ("网址中不得含用户名或密码。", "No user name or password in the URL.")
            }
            Self::Fragment => ("网址中不得含 # 部分。", "No fragment in the URL."),
            Self::Private => (
                "不得指向本机、内网或保留地址。",
                "May not lead to this machine, a private network or a reserved address.",
            ),
        };
        Fault::new(Code::InvalidValue, pointer, Text::new(zh, en))
    }
}

/// The URL, if we may go there as far as it says itself. `private`: also where nobody else gets.
pub fn checked(text: &str, private: bool) -> Result<Url, NoTarget> {
    // Parsing would pass over them, and what is kept and shown is the text.
    if text.contains(|one: char| one.is_control() || one.is_whitespace()) {
        return Err(NoTarget::NotAUrl);
    }
    let url = Url::parse(text).map_err(|_| NoTarget::NotAUrl)?;
    if url.port() == Some(0) {
        return Err(NoTarget::NotAUrl);
    }
    match url.scheme() {
        "https" => {}
        "http" if private => {}
        "http" => return Err(NoTarget::NotHttps),
        _ => return Err(NoTarget::NotAUrl),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(NoTarget::UserInfo);
    }
    if url.fragment().is_some() {
        return Err(NoTarget::Fragment);
    }
    let open = match url.host() {
        Some(Host::Domain(name)) => !is_metadata_name(name) && (private || !is_local_name(name)),
        Some(Host::Ipv4(address)) => may_go(address.into(), private),
        Some(Host::Ipv6(address)) => may_go(address.into(), private),
        None => return Err(NoTarget::NotAUrl),
    };
    if open { Ok(url) } else { Err(NoTarget::Private) }
}

/// Names under which clouds keep their metadata: never, whatever is allowed and whatever their
/// look-up says.
fn is_metadata_name(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let known = ["metadata", "metadata.google.internal", "metadata.goog", "instance-data"];
    known.contains(&name.as_str())
        || ["metadata.google.internal", "metadata.goog", "ec2.internal"]
            .iter()
            .any(|end| name.ends_with(&format!(".{end}")))
}

/// Names that lead to this machine or its network by themselves, whatever their look-up says.
fn is_local_name(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let ends = |end: &str| name == end || name.ends_with(&format!(".{end}"));
    !name.contains('.')
        || ["localhost", "local", "internal", "lan", "home.arpa"].iter().any(|end| ends(end))
}

/// Where webhooks may go: everywhere public; with the setting also to this machine and its own
/// networks, but never to a cloud's metadata or what else is special.
pub fn may_go(address: IpAddr, private: bool) -> bool {
    is_public(address) || (private && is_inside(address))
}

fn is_inside(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_loopback() || address.is_private(),
        IpAddr::V6(address) => {
            if let Some(mapped) = address.to_ipv4_mapped() {
                return is_inside(mapped.into());
            }
            // fd00:ec2::/32 is where a cloud keeps its metadata.
            let [first, second, ..] = address.segments();
            let unique = (0xfc00..=0xfdff).contains(&first);
            address.is_loopback() || (unique && (first, second) != (0xfd00, 0xec2))
        }
    }
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

/// Not by IANA's registry of special addresses, clouds' metadata (169.254.169.254, 100.100.100.200,
/// 192.0.0.192) included.
fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = match a {
        0 | 10 | 127 | 224..=255 => true,
        100 => (64..128).contains(&b),
        169 => b == 254,
        172 => (16..32).contains(&b),
        192 => {
            matches!((b, c), (0, 0 | 2) | (168, _) | (88, 99) | (31, 196) | (52, 193) | (175, 48))
        }
        198 => (18..20).contains(&b) || (b, c) == (51, 100),
        203 => (b, c) == (0, 113),
        _ => false,
    };
    !special
}

/// Only global unicast (2000::/3) that is not special and holds no IPv4 address in itself.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let parts = address.segments();
    if let Some(mapped) = address.to_ipv4_mapped() {
        return is_public_v4(mapped);
    }
    let last = Ipv4Addr::from(u32::from(parts[6]) << 16 | u32::from(parts[7]));
    match parts {
        // NAT64, by its well-known prefix: it leads to the IPv4 address in it.
        [0x64, 0xff9b, 0, 0, 0, 0, _, _] => is_public_v4(last),
        // 6to4 likewise.
        [0x2002, high, low, ..] => {
            is_public_v4(Ipv4Addr::from(u32::from(high) << 16 | u32::from(low)))
        }
        // Teredo and all else of 2001::/23; documentation; segment routing.
        [0x2001, 0..0x200 | 0xdb8, ..] | [0x3fff, 0..0x1000, ..] => false,
        [0x2000..=0x3fff, ..] => true,
        _ => false,
    }
}

/// Where names are looked up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Names {
    /// As this machine does it.
    #[default]
    System,
    /// By a table alone.
    Table(BTreeMap<String, Vec<IpAddr>>),
}

impl Names {
    async fn addresses(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        match self {
            Self::System => {
                let found = tokio::net::lookup_host((name, 0)).await?;
                Ok(found.map(|address| address.ip()).collect())
            }
            Self::Table(table) => Ok(table.get(name).cloned().unwrap_or_default()),
        }
    }
}

/// How long a name is looked up for whoever makes a webhook.
const LOOK_UP: Duration = Duration::from_secs(2);

/// Whether its name leads where webhooks may not go, as far as it can be looked up now; each
/// attempt looks again.
pub async fn looked_up(text: &str, names: &Names, private: bool) -> Result<(), NoTarget> {
    let Ok(url) = checked(text, private) else { return Ok(()) };
    let Some(Host::Domain(name)) = url.host() else { return Ok(()) };
    match timeout(LOOK_UP, names.addresses(name)).await {
        Ok(Ok(found)) if found.iter().any(|address| !may_go(*address, private)) => {
            Err(NoTarget::Private)
        }
        // Nobody answers for it at the moment.
        Ok(Ok(_) | Err(_)) | Err(_) => Ok(()),
    }
}

/// Looks names up for the client, and gives it only what it may connect to.
pub struct Guarded {
    pub names: Names,
    pub private: bool,
}

#[derive(Debug, thiserror::Error)]
#[error("the name leads to no address that webhooks may go to")]
struct LeadsNowhere;

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let (names, private) = (self.names.clone(), self.private);
        Box::pin(async move {
            let found = names.addresses(name.as_str()).await?.into_iter();
            let open = found.filter(|address| may_go(*address, private));
            let open: Vec<SocketAddr> = open.map(|address| SocketAddr::new(address, 0)).collect();
            if open.is_empty() {
                return Err(LeadsNowhere.into());
            }
            Ok(Box::new(open.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leads_inside_is_refused_however_it_is_written() {
        for inside in [
            "https://localhost/x",
            "https://LOCALHOST./x",
            "https://db.internal/",
            "https://router/",
            "https://printer.local/",
            "https://127.0.0.1/",
            "https://127.1/",
            "https://2130706433/",
            "https://0x7f000001/",
            "https://0177.0.0.1/",
            "https://0/",
            "https://10.1.2.3/",
            "https://172.16.0.1/",
            "https://172.31.255.255/",
            "https://192.168.1.1/",
            "https://169.254.169.254/latest/meta-data/",
            "https://100.64.0.1/",
            "https://100.100.100.200/",
            "https://192.0.0.192/",
            "https://192.0.2.1/",
            "https://198.18.0.1/",
            "https://198.51.100.7/",
            "https://203.0.113.7/",
            "https://224.0.0.1/",
            "https://240.0.0.1/",
            "https://255.255.255.255/",
            "https://[::1]/",
            "https://[::]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[::ffff:a00:1]/",
            "https://[::127.0.0.1]/",
            "https://[64:ff9b::7f00:1]/",
            "https://[64:ff9b::a9fe:a9fe]/",
            "https://[64:ff9b:1::1]/",
            "https://[2002:7f00:1::]/",
            "https://[2002:c0a8:101::1]/",
            "https://[2001::1]/",
            "https://[2001:db8::1]/",
            "https://[fc00::1]/",
            "https://[fd00:ec2::254]/",
            "https://[fe80::1]/",
            "https://[fec0::1]/",
            "https://[ff02::1]/",
        ] {
            assert_eq!(checked(inside, false), Err(NoTarget::Private), "{inside}");
        }
    }

    #[test]
    fn ones_own_network_may_be_allowed_and_metadata_never() {
        for own in [
            "http://localhost:8080/x",
            "https://127.0.0.1/",
            "https://10.1.2.3/",
            "https://[::1]/",
            "https://[::ffff:192.168.1.1]/",
            "https://[fd12:3456::1]/",
        ] {
            assert!(checked(own, true).is_ok(), "{own}");
        }
        for never in [
            "http://169.254.169.254/latest/meta-data/",
            "https://[::ffff:169.254.169.254]/",
            "https://[fe80::1]/",
            "https://[fd00:ec2::254]/",
            "https://100.100.100.200/",
            "https://192.0.0.192/",
            "https://0/",
            "https://224.0.0.1/",
            "https://[64:ff9b::a9fe:a9fe]/",
            "http://metadata.google.internal/computeMetadata/v1/",
            "http://METADATA.google.internal./",
            "http://x.metadata.google.internal/",
            "http://metadata/",
            "http://instance-data.ec2.internal/",
            "http://2852039166/latest/meta-data/",
            "http://0xa9fea9fe/",
            "http://0251.0376.0251.0376/",
        ] {
            assert_eq!(checked(never, true), Err(NoTarget::Private), "{never}");
        }
    }

    #[test]
    fn what_is_no_plain_https_address_is_refused_with_its_reason() {
        for (text, why) in [
            ("", NoTarget::NotAUrl),
            ("example.com/x", NoTarget::NotAUrl),
            ("ftp://example.com/", NoTarget::NotAUrl),
            ("file:///etc/passwd", NoTarget::NotAUrl),
            ("https://", NoTarget::NotAUrl),
            ("https://1.2.3.4.5/", NoTarget::NotAUrl),
            ("http://example.com/", NoTarget::NotHttps),
            ("https://u:p@example.com/", NoTarget::UserInfo),
            ("https://u@example.com/", NoTarget::UserInfo),
            ("https://example.com/#x", NoTarget::Fragment),
        ] {
            assert_eq!(checked(text, false), Err(why), "{text}");
        }
        for fine in [
            "https://example.com/hook?x=1",
            "https://example.com:8443/",
            "https://8.8.8.8/",
            "https://172.32.0.1/",
            "https://100.128.0.1/",
            "https://[2606:4700::1111]/",
            "https://[::ffff:8.8.8.8]/",
            "https://[64:ff9b::808:808]/",
            "https://联单.example/",
        ] {
            assert!(checked(fine, false).is_ok(), "{fine}");
        }
    }

    #[tokio::test]
    async fn a_name_is_looked_up_by_the_guard_at_each_attempt() {
        let of = |text: &str| text.parse::<IpAddr>().unwrap();
        let table = [
            ("inside.example", vec![of("10.0.0.7")]),
            ("metadata.example", vec![of("169.254.169.254")]),
            ("both.example", vec![of("8.8.8.8"), of("fd00:ec2::254")]),
        ];
        let table = table.map(|(name, found)| (name.to_owned(), found));
        let names = Names::Table(BTreeMap::from(table));
        let asked = async |name: &str, private| {
            let found = Guarded { names: names.clone(), private }.resolve(name.parse().unwrap());
            found.await.map_or(0, Iterator::count)
        };
        assert_eq!(
            (asked("inside.example", false).await, asked("inside.example", true).await),
            (0, 1)
        );
        assert_eq!(asked("metadata.example", true).await, 0);
        assert_eq!(asked("both.example", true).await, 1, "only where it may go");
        let made = async |name: &str, private| {
            looked_up(&format!("https://{name}/x"), &names, private).await
        };
        assert_eq!(made("inside.example", true).await, Ok(()));
        assert_eq!(made("nobody.example", false).await, Ok(()), "each attempt looks again");
        for (name, private) in
            [("inside.example", false), ("metadata.example", true), ("both.example", true)]
        {
            assert_eq!(made(name, private).await, Err(NoTarget::Private), "{name}");
        }
        let own = Guarded { names: Names::System, private: true };
        assert!(own.resolve("localhost".parse().unwrap()).await.is_ok_and(|all| all.count() > 0));
    }
}
