//! Who may do what: the role × permission matrix of the service (DOMAIN §5.6), deny by default.

use crate::proto::v1::Role;

/// Something a method can demand. The contract names it by [`Permission::name`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Permission {
    /// No credentials needed: public registry reads.
    Public,
    /// Any identity, about itself.
    Myself,
    /// Read, match and classify precedents.
    PrecedentRead,
    /// Write, apply and close precedents.
    PrecedentWrite,
    /// Take precedents out in bulk.
    PrecedentExport,
    /// Read the tenant's audit log.
    AuditRead,
    /// Record consents and keep the guard's allow-list.
    PrivacyAdmin,
    /// Administer the tenant's users.
    UsersAdmin,
    /// See precedents of substance use or psychotherapy origin (42 CFR Part 2).
    SudRead,
    /// Write them.
    SudWrite,
}

impl Permission {
    /// Every permission.
    pub const ALL: &'static [Self] = &[
        Self::Public,
        Self::Myself,
        Self::PrecedentRead,
        Self::PrecedentWrite,
        Self::PrecedentExport,
        Self::AuditRead,
        Self::PrivacyAdmin,
        Self::UsersAdmin,
        Self::SudRead,
        Self::SudWrite,
    ];

    /// What no role grants: a credential or user holds it by name, as `extra_permissions`. It is asked of
    /// rows, not of methods.
    pub const BY_NAME_ONLY: &'static [Self] = &[Self::SudRead, Self::SudWrite];

    /// The name the contract uses.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Myself => "self",
            Self::PrecedentRead => "precedent.read",
            Self::PrecedentWrite => "precedent.write",
            Self::PrecedentExport => "precedent.export",
            Self::AuditRead => "audit.read",
            Self::PrivacyAdmin => "privacy.admin",
            Self::UsersAdmin => "users.admin",
            Self::SudRead => "sud.read",
            Self::SudWrite => "sud.write",
        }
    }

    /// The permission the contract names so.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|p| p.name() == name)
    }

    const fn bit(self) -> u32 {
        1 << self as u32
    }
}

/// What a role grants, beside [`Permission::Public`] and [`Permission::Myself`], which everyone has.
/// SERVICE grants nothing by itself: a service's certificate lists the roles it works under.
/// Platform roles never read a tenant's precedents.
#[must_use]
pub const fn granted(role: Role) -> &'static [Permission] {
    use Permission as P;
    match role {
        Role::Owner | Role::TenantAdmin => &[
            P::PrecedentRead,
            P::PrecedentWrite,
            P::PrecedentExport,
            P::AuditRead,
            P::PrivacyAdmin,
            P::UsersAdmin,
        ],
        Role::Biller => &[P::PrecedentRead, P::PrecedentWrite],
        Role::Analyst => &[P::PrecedentRead, P::PrecedentExport],
        Role::Compliance => &[P::PrecedentRead, P::PrecedentExport, P::AuditRead],
        Role::ReadOnly => &[P::PrecedentRead],
        Role::PlatformAdmin => &[P::AuditRead],
        Role::Unspecified | Role::Service | Role::PlatformOperator => &[],
    }
}

/// A set of permissions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Permissions(u32);

impl Permissions {
    /// What a set of roles grants together.
    #[must_use]
    pub fn of(roles: &[Role]) -> Self {
        let base = Permission::Public.bit() | Permission::Myself.bit();
        Self(
            roles
                .iter()
                .flat_map(|r| granted(*r))
                .fold(base, |set, p| set | p.bit()),
        )
    }

    /// With what was granted by name. A name that is not in [`Permission::BY_NAME_ONLY`] grants nothing.
    #[must_use]
    pub fn and_by_name(self, names: &[String]) -> Self {
        let granted = Permission::BY_NAME_ONLY
            .iter()
            .filter(|p| names.iter().any(|n| n == p.name()));
        Self(granted.fold(self.0, |set, p| set | p.bit()))
    }

    /// What somebody without credentials may do.
    #[must_use]
    pub const fn anonymous() -> Self {
        Self(Permission::Public.bit())
    }

    /// What both sets allow: a service acting for a user has the permissions of neither alone.
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Whether `permission` is in the set.
    #[must_use]
    pub const fn allow(self, permission: Permission) -> bool {
        self.0 & permission.bit() != 0
    }

    /// The names of the set, sorted.
    #[must_use]
    pub fn names(self) -> Vec<&'static str> {
        let mut names: Vec<_> = Permission::ALL
            .iter()
            .filter(|p| self.allow(**p))
            .map(|p| p.name())
            .collect();
        names.sort_unstable();
        names
    }
}

#[cfg(test)]
mod tests {
    use super::{Permission, Permissions};
    use crate::db::stored::StoredEnum as _;
    use crate::proto::v1::Role;

    #[test]
    fn no_role_grants_what_is_granted_by_name() {
        let every_role = Permissions::of(Role::ALL);
        assert!(
            Permission::BY_NAME_ONLY
                .iter()
                .all(|permission| !every_role.allow(*permission))
        );
    }

    #[test]
    fn a_grant_by_name_adds_that_permission_alone() {
        let reader = Permissions::of(&[Role::ReadOnly]);
        let granted = reader.and_by_name(&["sud.read".to_owned()]);
        assert!(granted.allow(Permission::SudRead) && !granted.allow(Permission::SudWrite));
        // Names of the matrix, and names of nothing, are no grants.
        assert_eq!(
            reader.and_by_name(&["precedent.write".to_owned(), "sud".to_owned()]),
            reader
        );
    }

    #[test]
    fn a_service_acting_for_a_user_needs_both_grants() {
        let service = Permissions::of(&[Role::Owner]).and_by_name(&["sud.read".to_owned()]);
        let user = Permissions::of(&[Role::Biller]);
        assert!(!service.intersection(user).allow(Permission::SudRead));
        assert!(
            service
                .intersection(user.and_by_name(&["sud.read".to_owned()]))
                .allow(Permission::SudRead)
        );
    }
}
