//! Page tokens: what was sealed is opened, in its own scope alone, and nothing else is.

use proptest::prelude::*;
use stratum::config::KeyRing;
use stratum::proto::v1::{ErrorReason, PrecedentFilter};
use stratum::rpc::page::{Cursor, PageScope, PageTokens};
use uuid::Uuid;

const OLD: &str = "1:00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
const NEW: &str = "2:ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100";

fn tokens(ring: &str) -> PageTokens {
    PageTokens::new(&KeyRing::parse(ring).expect("a ring")).expect("keys")
}

fn scope(tenant: u128, method: &'static str, payer: &str) -> PageScope {
    PageScope::new(
        Uuid::from_u128(tenant),
        method,
        &PrecedentFilter {
            payer_id: payer.to_owned(),
            ..Default::default()
        },
    )
}

fn is_refused(tokens: &PageTokens, scope: &PageScope, token: &str) -> bool {
    tokens
        .open(scope, token)
        .is_err_and(|error| error.reason() == ErrorReason::BadPageToken)
}

proptest! {
    #[test]
    fn a_token_opens_in_its_own_scope_alone(tenant: u128, other: u128, key: i64, id: u128, payer in "[a-z]{0,8}", another in "[a-z]{0,8}") {
        let tokens = tokens(NEW);
        let (mine, cursor) = (scope(tenant, "ListA", &payer), Cursor::behind(key, Uuid::from_u128(id)));
        let token = tokens.seal(&mine, &cursor).expect("sealed");
        let opened = tokens.open(&mine, &token).expect("opened").expect("a cursor");
        prop_assert_eq!(opened.uuid().expect("an id"), Uuid::from_u128(id));
        prop_assert_eq!(opened, cursor);
        prop_assert_eq!(is_refused(&tokens, &scope(other, "ListA", &payer), &token), other != tenant);
        prop_assert!(is_refused(&tokens, &scope(tenant, "ListB", &payer), &token));
        prop_assert_eq!(is_refused(&tokens, &scope(tenant, "ListA", &another), &token), another != payer);
    }

    #[test]
    fn a_token_with_one_digit_changed_is_none(key: i64, id: u128, at: prop::sample::Index, digit in "[0-9a-f]") {
        let tokens = tokens(NEW);
        let mine = scope(1, "ListA", "");
        let token = tokens.seal(&mine, &Cursor::behind(key, Uuid::from_u128(id))).expect("sealed");
        let at = at.index(token.len());
        let mut changed = token.clone();
        changed.replace_range(at..=at, &digit);
        prop_assert_eq!(is_refused(&tokens, &mine, &changed), changed != token);
    }

    #[test]
    fn nothing_that_a_client_makes_up_is_a_token(text in ".{1,80}") {
        prop_assert!(is_refused(&tokens(NEW), &scope(1, "ListA", ""), &text));
    }

    #[test]
    fn a_token_tells_nothing_of_its_row(key: i64, id: u128) {
        let (tokens, mine, cursor) = (tokens(NEW), scope(1, "ListA", ""), Cursor::behind(key, Uuid::from_u128(id)));
        let (first, second) = (tokens.seal(&mine, &cursor).expect("sealed"), tokens.seal(&mine, &cursor).expect("sealed"));
        prop_assert_ne!(&first, &second);
        prop_assert!(!first.contains(&hex::encode(Uuid::from_u128(id).as_bytes())));
    }
}

#[test]
fn keys_rotate_with_overlap() {
    let (mine, cursor) = (scope(1, "ListA", ""), Cursor::behind(7, Uuid::from_u128(9)));
    let token = tokens(OLD).seal(&mine, &cursor).expect("sealed");
    let both = tokens(&format!("{NEW},{OLD}"));
    assert_eq!(both.open(&mine, &token).expect("opened"), Some(cursor.clone()));
    assert!(is_refused(&tokens(NEW), &mine, &token));
    assert!(is_refused(
        &tokens(OLD),
        &mine,
        &both.seal(&mine, &cursor).expect("sealed")
    ));
    assert_eq!(both.open(&mine, "").expect("the first page"), None);
}
