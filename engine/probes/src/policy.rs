//! Which addresses a request may go to, on one screen (S13).
//!
//! Refused whatever is granted: what belongs to the machine itself, to its network or to whoever
//! hands it credentials, and what no server stands at. Private ranges are allowed: balancers and
//! the services beside them are often internal, and the file's grant, not DNS, is what names them.
//! IPv6 is the other way round: global and unique local addresses are allowed, less the table. An
//! IPv4 address in an IPv6 one is judged as itself where the spelling is in use (mapped, NAT64);
//! the spellings nobody uses any more (compatible, 6to4, Teredo) are refused outright.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A network of IPv4, the bits that say so, and what it is (IANA's special-purpose registry).
const NOT_IN_V4: [(Ipv4Addr, u32, &str); 13] = [
    (Ipv4Addr::new(0, 0, 0, 0), 8, "this network"),
    (Ipv4Addr::new(127, 0, 0, 0), 8, "loopback"),
    (Ipv4Addr::new(169, 254, 0, 0), 16, "link-local: metadata and credentials of the machine"),
    (Ipv4Addr::new(100, 100, 100, 200), 32, "metadata of a machine at Alibaba"),
    (Ipv4Addr::new(168, 63, 129, 16), 32, "the host of a machine at Azure"),
    (Ipv4Addr::new(192, 0, 0, 0), 24, "a protocol assignment"),
    (Ipv4Addr::new(192, 0, 2, 0), 24, "documentation"),
    (Ipv4Addr::new(198, 51, 100, 0), 24, "documentation"),
    (Ipv4Addr::new(203, 0, 113, 0), 24, "documentation"),
    (Ipv4Addr::new(192, 88, 99, 0), 24, "a relay of 6to4"),
    (Ipv4Addr::new(198, 18, 0, 0), 15, "benchmarking"),
    (Ipv4Addr::new(224, 0, 0, 0), 4, "multicast"),
    (Ipv4Addr::new(240, 0, 0, 0), 4, "reserved, or broadcast"),
];

/// The same of IPv6. AWS keeps all of `fd00:ec2::/32` for what it offers to a machine: metadata at
/// 254, credentials of EKS pods at 23, DNS at 253.
const NOT_IN_V6: [(Ipv6Addr, u32, &str); 9] = [
    (Ipv6Addr::LOCALHOST, 128, "loopback"),
    (Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0), 10, "link-local"),
    (Ipv6Addr::new(0xff00, 0, 0, 0, 0, 0, 0, 0), 8, "multicast"),
    (Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0), 32, "metadata and credentials of the machine"),
    (Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254), 128, "metadata of a machine at Google"),
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23, "Teredo, or another protocol assignment"),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32, "documentation"),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16, "6to4"),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20, "documentation"),
];

/// Where servers of IPv6 stand: global unicast and unique local.
const IN_V6: [(Ipv6Addr, u32); 2] = [
    (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3),
    (Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0), 7),
];

/// What a refused address is; none when it may be connected to.
#[must_use]
pub fn forbidden(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(address) => forbidden_v4(address),
        IpAddr::V6(address) => match spelled_v4(address) {
            Some(address) => forbidden_v4(address),
            None => forbidden_v6(address),
        },
    }
}

fn forbidden_v4(address: Ipv4Addr) -> Option<&'static str> {
    let is_in = |net: Ipv4Addr, bits: u32| (address.to_bits() ^ net.to_bits()) >> (32 - bits) == 0;
    NOT_IN_V4.iter().find(|(net, bits, _)| is_in(*net, *bits)).map(|(_, _, what)| *what)
}

fn forbidden_v6(address: Ipv6Addr) -> Option<&'static str> {
    let is_in = |net: Ipv6Addr, bits: u32| (address.to_bits() ^ net.to_bits()) >> (128 - bits) == 0;
    let refused = NOT_IN_V6.iter().find(|(net, bits, _)| is_in(*net, *bits));
    let allowed = IN_V6.iter().any(|(net, bits)| is_in(*net, *bits));
    let elsewhere = (!allowed).then_some("neither global nor unique local");
    refused.map(|(_, _, what)| *what).or(elsewhere)
}

/// The IPv4 address in a mapped (`::ffff:0:0/96`) or a NAT64 (`64:ff9b::/96`) one.
fn spelled_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let [high @ .., a, b] = address.segments();
    let nat64 = high == [0x64, 0xff9b, 0, 0, 0, 0];
    let embedded = || Ipv4Addr::from_bits(u32::from(a) << 16 | u32::from(b));
    address.to_ipv4_mapped().or_else(|| nat64.then(embedded))
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;

    /// What it is, and hosts of URLs that spell it.
    const REFUSED: [(&str, &str); 12] = [
        ("this network", "0.0.0.0 0.1.2.3 0 [::] [::ffff:0.0.0.0]"),
        ("loopback", "127.0.0.1 127.255.255.254 2130706433 127.1 0x7f.1 017700000001 [::1]"),
        ("link-local", "169.254.0.1 169.254.169.254 169.254.170.2 169.254.170.23 169.254.255.255"),
        ("link-local in other digits", "2852039166 0xa9fea9fe 0251.0376.0251.0376 0xa9.254.43518"),
        (
            "link-local in other letters",
            "169.254.43518 169.254.169.254. １６９.254.169.254 169。254。169。254",
        ),
        ("metadata and credentials", "[fd00:ec2::254] [fd00:ec2::23] [fd00:ec2::253]"),
        ("other clouds' metadata", "100.100.100.200 168.63.129.16 192.0.0.192 [fd20:ce::254]"),
        ("documentation", "192.0.2.1 198.51.100.7 203.0.113.255 [2001:db8::1] [3fff:fff::1]"),
        ("protocols, benchmarks", "192.88.99.1 198.18.0.1 198.19.255.255 [2001:2::1] [2001:10::1]"),
        (
            "multicast, reserved, broadcast",
            "224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255 [ff02::1]",
        ),
        (
            "no global IPv6",
            "[fe80::1] [febf::1] [fec0::1] [100::1] [5f00::1] [4000::1] [2001:20::1]",
        ),
        (
            "IPv4 within IPv6: mapped, compatible, translated, NAT64, 6to4, Teredo",
            "[::ffff:169.254.169.254] [::ffff:a9fe:aa02] [::ffff:127.0.0.1] [::169.254.169.254]
            [::127.0.0.1] [::52.1.2.3] [::ffff:0:169.254.169.254] [64:ff9b::169.254.169.254]
            [64:ff9b::7f00:1] [64:ff9b:1::169.254.169.254] [2002:a9fe:a9fe::1] [2002:7f00:1::]
            [2001:0:4136:e378:8000:63bf:5601:5601]",
        ),
    ];

    const ALLOWED: [(&str, &str); 4] = [
        (
            "public",
            "1.1.1.1 52.47.1.2 192.0.1.1 223.255.255.255 [2600:1f00::1] [2001:4860:4860::8888]",
        ),
        (
            "private",
            "10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 100.64.0.1 [fd12:3456::1] [fc00::1]",
        ),
        (
            "beside a refused one",
            "126.255.255.255 128.0.0.1 169.253.255.255 169.255.0.1 198.17.255.255",
        ),
        (
            "beside a refused one, or in IPv6",
            "198.20.0.1 [fd00:ec3::254] [2001:200::1] [::ffff:52.47.1.2] [::ffff:10.0.0.1]
            [64:ff9b::52.47.1.2]",
        ),
    ];

    /// Every host with the address that its URL means.
    fn addresses(table: &[(&str, &'static str)]) -> Vec<(&'static str, IpAddr)> {
        let address = |host: &str| match Url::parse(&format!("http://{host}/"))
            .unwrap()
            .host()
            .unwrap()
            .to_owned()
        {
            url::Host::Ipv4(address) => IpAddr::V4(address),
            url::Host::Ipv6(address) => IpAddr::V6(address),
            url::Host::Domain(name) => panic!("{name} is a name"),
        };
        let hosts = table.iter().flat_map(|(_, hosts)| hosts.split_whitespace());
        hosts.map(|host| (host, address(host))).collect()
    }

    #[test]
    fn s13_what_belongs_to_the_machine_or_to_no_server_is_refused_however_it_is_spelled() {
        for (host, address) in addresses(&REFUSED) {
            assert!(forbidden(address).is_some(), "{host} is let through");
        }
    }

    #[test]
    fn public_and_private_servers_may_be_asked() {
        for (host, address) in addresses(&ALLOWED) {
            assert_eq!(forbidden(address), None, "{host}");
        }
    }
}
