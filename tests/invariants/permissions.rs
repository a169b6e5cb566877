//! The role × permission matrix is a text in the repository, and the code says the same.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use proptest::prelude::*;
use stratum::db::stored::StoredEnum as _;
use stratum::proto::v1::Role;
use stratum::rpc::permission::{Permission, Permissions};
use stratum::tenants::network::Network;

const CHECKED_IN: &str = include_str!("roles.txt");

fn is_platforms(role: Role) -> bool {
    matches!(role, Role::PlatformAdmin | Role::PlatformOperator)
}

#[test]
fn roles_grant_what_the_text_says() {
    let mut present = String::new();
    for role in Role::ALL.iter().filter(|role| **role != Role::Unspecified) {
        present.push_str(&format!(
            "{}: {}\n",
            role.stored(),
            Permissions::of(&[*role]).names().join(" ")
        ));
    }
    let text: String = CHECKED_IN
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| format!("{line}\n"))
        .collect();
    assert_eq!(
        present, text,
        "tests/invariants/roles.txt differs from src/rpc/permission.rs"
    );
}

/// Break-glass is a grant of its own; no platform role reads a tenant's precedents.
#[test]
fn platform_roles_see_no_precedents() {
    for role in Role::ALL.iter().filter(|role| is_platforms(**role)) {
        let reads = Permissions::of(&[*role])
            .names()
            .iter()
            .any(|name| name.starts_with("precedent."));
        assert!(!reads, "{role:?}");
    }
}

#[test]
fn permissions_are_named_once_and_found_by_name() {
    let names: BTreeSet<&str> = Permission::ALL.iter().map(|permission| permission.name()).collect();
    assert_eq!(names.len(), Permission::ALL.len());
    for permission in Permission::ALL {
        assert_eq!(Permission::from_name(permission.name()), Some(*permission));
        assert_eq!(
            Permissions::anonymous().allow(*permission),
            *permission == Permission::Public
        );
    }
    assert_eq!(Permission::from_name(""), None);
}

fn roles() -> impl Strategy<Value = Vec<Role>> {
    prop::collection::vec(prop::sample::select(Role::ALL.to_vec()), 0..4)
}

proptest! {
    /// Acting for somebody never adds a permission to either of the two.
    #[test]
    fn together_two_may_what_both_may(a in roles(), b in roles()) {
        let (mine, theirs) = (Permissions::of(&a), Permissions::of(&b));
        let both = mine.intersection(theirs);
        for permission in Permission::ALL {
            prop_assert_eq!(both.allow(*permission), mine.allow(*permission) && theirs.allow(*permission));
        }
    }

    #[test]
    fn more_roles_never_take_anything_away(a in roles(), b in roles()) {
        let union: Vec<Role> = a.iter().chain(&b).copied().collect();
        for permission in Permission::ALL {
            let either = Permissions::of(&a).allow(*permission) || Permissions::of(&b).allow(*permission);
            prop_assert_eq!(Permissions::of(&union).allow(*permission), either);
        }
    }

    /// An address is in a range exactly when its first bits are the range's.
    #[test]
    fn a_range_holds_its_prefix(network: u32, address: u32, bits in 0_u32..=32) {
        let range: Network = format!("{}/{bits}", Ipv4Addr::from_bits(network)).parse().expect("a range");
        let mask = u32::MAX.checked_shl(32 - bits).unwrap_or(0);
        let expected = network & mask == address & mask;
        prop_assert_eq!(range.contains(IpAddr::V4(Ipv4Addr::from_bits(address))), expected);
        prop_assert_eq!(range.contains(IpAddr::V6(Ipv4Addr::from_bits(address).to_ipv6_mapped())), expected);
        prop_assert!(range.contains(IpAddr::V4(Ipv4Addr::from_bits(network))));
    }

    #[test]
    fn so_does_one_of_version_six(network: u128, flipped in 0_u32..128, bits in 0_u32..=128) {
        let range: Network = format!("{}/{bits}", Ipv6Addr::from_bits(network)).parse().expect("a range");
        let neighbour = Ipv6Addr::from_bits(network ^ (1 << (127 - flipped)));
        // An address that maps version four is one of version four, and in no range of six.
        prop_assume!(neighbour.to_ipv4_mapped().is_none());
        prop_assert_eq!(range.contains(IpAddr::V6(neighbour)), flipped >= bits);
    }
}
