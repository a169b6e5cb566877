//! E-mail, web and IP addresses.

use super::hosts::{HOST_ENDINGS, OFFICE_MAILBOXES, is_public_citation};
use super::index::Interest;
use super::key::words;
use super::kinds::PhiKind;
use super::lexicon::cue;
use super::page::Page;
use super::token::{Gap, Shape};

/// Longest address, in tokens, that is read to either side of its `@` or `://`.
const REACH: usize = 40;

pub(super) fn find(page: &mut Page) {
    let mut from = 0;
    while let Some(at) = page.next(Interest::Address, from) {
        from = at + 1;
        match page.token(at).map_or(0, |token| token.mark) {
            b'@' => email(page, at),
            b':' => url_with_scheme(page, at),
            _ => from = bare_host(page, at).unwrap_or(from),
        }
    }
    ip_addresses(page);
}

/// Grows left and right of `@` over the characters of an address; a line break inside the domain is stepped over.
fn email(page: &mut Page, at: usize) {
    let is_local = |index: usize| {
        page.token(index).is_some_and(|token| {
            !token.taken && (token.mark == 0 || matches!(token.mark, b'.' | b'_' | b'-' | b'+' | b'%'))
        })
    };
    let mut first = at;
    while let Some(before) = first.checked_sub(1).filter(|before| at - before <= REACH) {
        if page.gap(first) > Gap::Glued && !(first == at && page.gap(at) <= Gap::Line && page.gap(at) != Gap::Space)
            || !is_local(before)
        {
            break;
        }
        first = before;
    }
    let Some(last) = host_end(page, at + 1) else {
        return;
    };
    if first == at {
        return;
    }
    if is_office_mailbox(page, first, at) {
        return page.pass(first, last);
    }
    page.report(first, last, PhiKind::Email, 0.99, "email.address");
}

/// The last token of a host name with at least one dot that begins at `start`.
fn host_end(page: &Page, start: usize) -> Option<usize> {
    let mut last = None;
    let mut dotted = false;
    for at in start..start + REACH {
        let token = page.token(at)?;
        if at > start
            && token.gap > Gap::Glued
            && !(token.gap == Gap::Line
                && (at == start
                    || dotted
                    || page.mark_is(at, b'.')
                    || page.mark_is(at - 1, b'.')
                    || token.shape == Shape::Lower))
        {
            break;
        }
        match token.mark {
            0 if token.gap == Gap::Line && last.is_some() && dotted && !page.mark_is(at - 1, b'.') => {
                break;
            }
            0 => {
                if dotted {
                    last = Some(at);
                }
            }
            b'.' if page
                .token(at + 1)
                .is_some_and(|next| next.mark == 0 && next.gap != Gap::Space && next.gap != Gap::Paragraph) =>
            {
                dotted = true;
            }
            b'-' | b'_' => {}
            _ => break,
        }
        if at + 1 >= page.tokens.len() {
            break;
        }
    }
    last
}

fn is_office_mailbox(page: &Page, first: usize, at: usize) -> bool {
    let (Some(from), Some(to)) = (page.token(first), page.token(at)) else {
        return false;
    };
    let local = page.text.get(from.start as usize..to.start as usize).unwrap_or("");
    OFFICE_MAILBOXES
        .iter()
        .any(|mailbox| local.eq_ignore_ascii_case(mailbox))
}

/// <scheme://host/path>
fn url_with_scheme(page: &mut Page, colon: usize) {
    let is_scheme = page.mark_is(colon + 1, b'/') && page.mark_is(colon + 2, b'/') && page.gap(colon + 1) == Gap::Glued;
    let Some(scheme) = colon.checked_sub(1).filter(|scheme| {
        is_scheme && page.gap(colon) == Gap::Glued && page.token(*scheme).is_some_and(super::token::Token::is_word)
    }) else {
        return;
    };
    let Some(last) = url_end(page, colon + 3) else {
        return;
    };
    if is_public_citation(page, colon + 3, last) {
        return page.pass(scheme, last);
    }
    // What was read must be taken, or it would be read again from every "://" inside it.
    let first = if page.is_taken(scheme, scheme) {
        colon + 3
    } else {
        scheme
    };
    page.report(first, last, PhiKind::Url, 0.97, "url.address");
}

/// The last token of a web address that begins at `start`: up to a blank, without closing punctuation.
fn url_end(page: &Page, start: usize) -> Option<usize> {
    page.token(start).filter(|token| token.mark == 0 && !token.taken)?;
    let mut at = start;
    while page.token(at + 1).is_some_and(|next| {
        next.gap == Gap::Glued && !next.taken && !matches!(next.mark, b'"' | b'<' | b'>' | b'[' | b'{')
    }) {
        at += 1;
    }
    while at > start
        && page.token(at).is_some_and(|token| {
            matches!(
                token.mark,
                b'.' | b',' | b';' | b':' | b')' | b'!' | b'?' | b'\'' | b']'
            )
        })
    {
        at -= 1;
    }
    Some(at)
}

/// www.host, host.com, host.com/path. Gives where to read on when the labels from here on are no host.
fn bare_host(page: &mut Page, dot: usize) -> Option<usize> {
    if page.gap(dot + 1) != Gap::Glued {
        return None; // the end of a sentence
    }
    let mut first = dot.checked_sub(1)?;
    let is_glued = page.gap(dot) == Gap::Glued && page.gap(dot + 1) == Gap::Glued;
    if page.is_digits(dot + 1) && page.is_digits(first) {
        return None; // a decimal, an IP address, a section: no host ends so, and one that begins so is read at its last stop
    }
    if !is_glued || page.is_taken(first, dot + 1) || page.token(first).is_none_or(|token| token.mark != 0) {
        return None;
    }
    for _ in 0..4 {
        let Some(before) = first.checked_sub(2) else {
            break;
        };
        let joins = page.gap(first) == Gap::Glued
            && page.gap(first - 1) == Gap::Glued
            && matches!(page.token(first - 1).map_or(0, |token| token.mark), b'-' | b'.');
        if !joins || page.token(before).is_none_or(|token| token.mark != 0 || token.taken) {
            break;
        }
        first = before;
    }
    let host_last = host_end(page, first)?;
    let is_www = page.word_is(first, words!["www"]);
    let has_path = page.mark_is(host_last + 1, b'/') && page.gap(host_last + 1) == Gap::Glued;
    let ends_as_host =
        page.token(host_last).is_some_and(|token| token.shape == Shape::Lower) && page.word_is(host_last, HOST_ENDINGS);
    if !(is_www || ends_as_host) || page.is_taken(first, host_last) {
        return Some(host_last.max(dot + 1));
    }
    let last = if has_path {
        url_end(page, first).unwrap_or(host_last)
    } else {
        host_last
    };
    if is_public_citation(page, first, last) {
        page.pass(first, last);
    } else {
        page.report(first, last, PhiKind::Url, 0.9, "url.host");
    }
    None
}

fn ip_addresses(page: &mut Page) {
    let mut from = 0;
    while let Some(at) = page.next(Interest::Ip, from) {
        from = at + 1;
        let Some(length) = ipv4_length(page, at).or_else(|| ipv6_length(page, at)) else {
            continue;
        };
        if !page.is_taken(at, at + length - 1) {
            page.report(at, at + length - 1, PhiKind::Ip, 0.95, "ip.address");
            from = at + length;
        }
    }
}

/// Four octets, unless they number a version or a section.
fn ipv4_length(page: &Page, at: usize) -> Option<usize> {
    if !page.is_digits(at) || !page.mark_is(at + 1, b'.') || !page.is_digits(at + 6) || !page.mark_is(at + 3, b'.') {
        return None;
    }
    let gaps = |gap: Gap| (at + 1..=at + 6).filter(|index| page.gap(*index) == gap).count();
    let is_glued = gaps(Gap::Glued) == 6 || gaps(Gap::Glued) == 5 && gaps(Gap::Line) == 1;
    let octets = [0, 2, 4, 6]
        .iter()
        .all(|step| page.word(at + step).len() <= 3 && page.number(at + step).is_some_and(|octet| octet <= 255));
    let is_longer = page.mark_is(at + 7, b'.') && page.gap(at + 8) == Gap::Glued && page.is_digits(at + 8);
    let is_inside = at >= 2 && page.gap(at) == Gap::Glued && page.mark_is(at - 1, b'.') && page.is_digits(at - 2);
    let is_numbering = page.cue_before(at, 2, cue::CODE_CUE).is_some()
        || at
            .checked_sub(1)
            .is_some_and(|index| page.word_is(index, words!["v", "ver", "release", "build", "software", "firmware"]));
    (is_glued && octets && !is_longer && !is_inside && !is_numbering && page.mark_is(at + 5, b'.')).then_some(7)
}

/// Groups of hexadecimal digits between colons, at least five colons or one pair of colons and two groups, checked by the standard parser.
fn ipv6_length(page: &Page, at: usize) -> Option<usize> {
    let token = page.token(at)?;
    let is_start = (token.gap != Gap::Glued
        || page
            .before(at)
            .is_none_or(|before| before.mark != b':' && before.mark != 0))
        && token.len() <= 4;
    let is_hex = |index: usize| {
        page.token(index).is_some_and(|part| {
            part.mark == b':'
                || (part.mark == 0 && part.len() <= 4 && page.word(index).bytes().all(|byte| byte.is_ascii_hexdigit()))
        })
    };
    if !is_start || !is_hex(at) || !page.mark_is(at + 1, b':') {
        return None;
    }
    let mut last = at;
    while last - at < 16 && page.gap(last + 1) == Gap::Glued && is_hex(last + 1) {
        last += 1;
    }
    if page.mark_is(last, b':') && !page.mark_is(last - 1, b':') {
        last -= 1;
    }
    let (from, to) = (page.token(at)?.start as usize, page.token(last)?.end as usize);
    let address = page.text.get(from..to)?;
    (address.len() >= 6 && address.parse::<std::net::Ipv6Addr>().is_ok()).then_some(last - at + 1)
}
