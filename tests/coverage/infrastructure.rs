//! Health and reflection: for whoever proved who they are, over mTLS; health alone also in the plain.

use tokio_stream::StreamExt as _;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Request};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use tonic_reflection::pb::{v1, v1alpha};

use crate::harness::{ALPHA, Door, Stage, eventually};

/// The services that reflection lists, or why it does not; `$version` is the module of its messages.
macro_rules! listed {
    ($version:ident, $channel:expr) => {{
        let request = $version::ServerReflectionRequest {
            host: String::new(),
            message_request: Some($version::server_reflection_request::MessageRequest::ListServices(
                String::new(),
            )),
        };
        let mut client = $version::server_reflection_client::ServerReflectionClient::new($channel);
        match client.server_reflection_info(tokio_stream::iter([request])).await {
            Err(status) => Err(status.code()),
            Ok(answers) => match answers
                .into_inner()
                .next()
                .await
                .expect("an answer")
                .map(|answer| answer.message_response)
            {
                Ok(Some($version::server_reflection_response::MessageResponse::ListServicesResponse(list))) => {
                    Ok(list.service.into_iter().map(|service| service.name).collect::<Vec<_>>())
                }
                Ok(other) => panic!("{other:?}"),
                Err(status) => Err(status.code()),
            },
        }
    }};
}

fn plaintext(stage: &Stage) -> Channel {
    Endpoint::from_shared(format!("http://{}", stage.server.health_addr))
        .expect("an address")
        .connect_lazy()
}

async fn health(channel: Channel, service: &str) -> Result<ServingStatus, Code> {
    let request = Request::new(HealthCheckRequest {
        service: service.to_owned(),
    });
    HealthClient::new(channel)
        .check(request)
        .await
        .map(|reply| reply.into_inner().status())
        .map_err(|status| status.code())
}

#[tokio::test]
async fn reflection_lists_the_contract_to_registered_peers() {
    let stage = Stage::start().await;
    let known = stage.client(Door::Grpc, ALPHA, "read_only").channel;
    let unregistered = stage.by_certificate(Door::Grpc, Some(&stage.cast.stranger)).channel;
    for listed in [listed!(v1, known.clone()), listed!(v1alpha, known.clone())] {
        let listed = listed.expect("a list");
        for service in stratum::server::SERVICES.iter().chain(&["grpc.health.v1.Health"]) {
            assert!(
                listed.iter().any(|name| name == service),
                "{service} is not in {listed:?}"
            );
        }
    }
    assert_eq!(listed!(v1, unregistered.clone()), Err(Code::Unauthenticated));
    assert_eq!(listed!(v1alpha, unregistered), Err(Code::Unauthenticated));
    assert!(listed!(v1, stage.nobody(Door::Grpc).channel).is_err());
    let events: i64 = stage
        .superuser()
        .await
        .value("SELECT count(*) FROM audit_events WHERE action = 'reflection.info' AND outcome = 'SUCCESS'")
        .await;
    assert_eq!(events, 2);
}

#[tokio::test]
async fn reflection_describes_every_method() {
    let stage = Stage::start().await;
    for method in crate::harness::contract::methods() {
        let symbol = v1::server_reflection_request::MessageRequest::FileContainingSymbol(method.full_name().to_owned());
        let request = v1::ServerReflectionRequest {
            host: String::new(),
            message_request: Some(symbol),
        };
        let channel = stage.client(Door::Grpc, ALPHA, "owner").channel;
        let mut client = v1::server_reflection_client::ServerReflectionClient::new(channel);
        let answers = client
            .server_reflection_info(tokio_stream::iter([request]))
            .await
            .expect("an answer");
        let answer = answers
            .into_inner()
            .next()
            .await
            .expect("an answer")
            .expect("an answer");
        let described = answer.message_response.expect("an answer");
        assert!(
            matches!(
                described,
                v1::server_reflection_response::MessageResponse::FileDescriptorResponse(_)
            ),
            "{}",
            method.full_name()
        );
    }
}

#[tokio::test]
async fn health_tells_whether_each_service_serves() {
    let stage = Stage::start().await;
    let certified = stage.client(Door::Grpc, ALPHA, "read_only").channel;
    for channel in [certified, plaintext(&stage)] {
        assert_eq!(health(channel.clone(), "").await, Ok(ServingStatus::Serving));
        for service in stratum::server::SERVICES {
            // The first look at the database may still be under way.
            eventually("a service serves", || async {
                health(channel.clone(), service).await == Ok(ServingStatus::Serving)
            })
            .await;
        }
        assert_eq!(health(channel, "stratum.v1.NoSuchService").await, Err(Code::NotFound));
    }
    assert!(health(stage.nobody(Door::Grpc).channel, "").await.is_err());
}

#[tokio::test]
async fn the_plaintext_listener_knows_health_alone() {
    let stage = Stage::start().await;
    assert_eq!(listed!(v1, plaintext(&stage)), Err(Code::Unimplemented));
    let mut client = stage.nobody(Door::Grpc);
    client.channel = plaintext(&stage);
    for method in crate::harness::contract::methods() {
        let outcome = client.send(&method, &super::examples::absent(&method)).await;
        assert_eq!(outcome.code, Code::Unimplemented, "{}", method.full_name());
    }
}
