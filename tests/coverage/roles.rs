//! Each method under each role: exactly those whose role has the method's permission get past the door.

use tonic::Code;

use super::examples::{absent, may};
use crate::harness::cast::{PLATFORM_ROLES, TENANT_ROLES, name_of};
use crate::harness::{ALPHA, DOORS, PLATFORM, Stage, contract};

#[tokio::test]
async fn a_role_opens_the_methods_it_has_the_permission_for_and_no_other() {
    let stage = Stage::start().await;
    let tenant_roles = TENANT_ROLES.iter().map(|role| (ALPHA, *role));
    let roles: Vec<_> = tenant_roles
        .chain(PLATFORM_ROLES.iter().map(|role| (PLATFORM, *role)))
        .collect();
    for door in DOORS {
        for (tenant, role) in &roles {
            let client = stage.client(door, tenant, &name_of(*role));
            for method in contract::methods() {
                let outcome = client.send(&method, &absent(&method)).await;
                if may(*role, &method) {
                    assert_ne!(outcome.code, Code::PermissionDenied, "{role:?} {}", method.full_name());
                    assert_ne!(outcome.code, Code::Unauthenticated, "{role:?} {}", method.full_name());
                } else {
                    outcome.refused(Code::PermissionDenied, "ROLE");
                    assert_eq!(
                        outcome.metadata("permission"),
                        contract::policy(&method).permission.name()
                    );
                }
            }
        }
    }
}
