//! What only a client that writes its own frames can do (RFC 9113).

use stratum::tls::{AcceptLimits, HttpLimits};
use tokio::io::AsyncWriteExt;

use super::{Running, read_to_close};

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const GOAWAY: u8 = 7;
const END_STREAM_AND_HEADERS: u8 = 0x1 | 0x4;
const SETTINGS_MAX_CONCURRENT_STREAMS: u16 = 3;
const SETTINGS_MAX_HEADER_LIST_SIZE: u16 = 6;
const CANCEL: u32 = 8;
const ENHANCE_YOUR_CALM: u32 = 11;
/// `GET http /`, all from HPACK's static table.
const SHORTEST_REQUEST: [u8; 3] = [0x82, 0x86, 0x84];

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("a short payload");
    let mut frame = length.to_be_bytes()[1..].to_vec();
    frame.extend([kind, flags]);
    frame.extend(stream.to_be_bytes());
    frame.extend(payload);
    frame
}

/// Kind and payload of every whole frame.
fn frames(mut bytes: &[u8]) -> Vec<(u8, &[u8])> {
    let mut found = Vec::new();
    while let Some((head, rest)) = bytes.split_first_chunk::<9>() {
        let length = usize::from(head[0]) << 16 | usize::from(head[1]) << 8 | usize::from(head[2]);
        let Some((payload, rest)) = rest.split_at_checked(length) else {
            break;
        };
        found.push((head[3], payload));
        bytes = rest;
    }
    found
}

#[tokio::test]
async fn rapid_reset_ends_the_connection_and_the_limits_are_announced() {
    let server = Running::plaintext(AcceptLimits::default(), HttpLimits::default()).await;
    let mut attack = PREFACE.to_vec();
    attack.extend(frame(SETTINGS, 0, 0, &[]));
    for stream in (1..2_000).step_by(2) {
        let request = frame(HEADERS, END_STREAM_AND_HEADERS, stream, &SHORTEST_REQUEST);
        attack.extend(request);
        attack.extend(frame(RST_STREAM, 0, stream, &CANCEL.to_be_bytes()));
    }
    let mut stream = server.connect().await;
    stream.write_all(&attack).await.expect("sent");
    let received = read_to_close(stream).await;
    let frames = frames(&received);

    let goaway = frames.iter().rfind(|(kind, _)| *kind == GOAWAY);
    let (_, goaway) = goaway.expect("a GOAWAY frame");
    assert_eq!(goaway[4..8], ENHANCE_YOUR_CALM.to_be_bytes());

    let (_, settings) = frames.first().expect("a SETTINGS frame");
    let setting = |id: u16| {
        let id = id.to_be_bytes();
        settings.chunks(6).find(|setting| setting[..2] == id)
    };
    let streams = setting(SETTINGS_MAX_CONCURRENT_STREAMS).expect("announced");
    assert_eq!(streams[2..], 200_u32.to_be_bytes());
    let headers = setting(SETTINGS_MAX_HEADER_LIST_SIZE).expect("announced");
    assert_eq!(headers[2..], (16 * 1024_u32).to_be_bytes());
}
