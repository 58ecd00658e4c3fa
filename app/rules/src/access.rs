//! What somebody may do in a tenant: the one table of roles and permissions (`access.golden` shows it).

use std::fmt;

/// From most to least.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Role {
    Owner,
    Admin,
    Member,
    Viewer,
}

/// What an address of a tenant needs.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Permission {
    /// See names, states and numbers.
    See,
    /// Connect domains, have them checked, pause and remove them.
    ManageDomains,
    /// Create mailboxes, set their pace and window, pause and remove them; the postal address under every mail.
    ManageMailboxes,
    /// Bring in leads, pause their sources, say who is not to be written to.
    ManageLeads,
    /// Write sequences, choose who gets them, start and pause them.
    ManageSequences,
    /// Invite people, change their roles, remove them; owners excepted.
    ManagePeople,
    /// Make owners, and unmake them.
    ManageOwners,
}

impl Role {
    pub const ALL: [Self; 4] = [Self::Owner, Self::Admin, Self::Member, Self::Viewer];

    /// The table.
    pub const fn may(self, permission: Permission) -> bool {
        use Role::{Admin, Member, Owner, Viewer};
        match permission {
            Permission::See => matches!(self, Owner | Admin | Member | Viewer),
            Permission::ManageLeads | Permission::ManageSequences => matches!(self, Owner | Admin | Member),
            Permission::ManageDomains | Permission::ManageMailboxes | Permission::ManagePeople => {
                matches!(self, Owner | Admin)
            }
            Permission::ManageOwners => matches!(self, Owner),
        }
    }

    /// Whether somebody of this role may give a person that role, or take it away.
    pub const fn may_assign(self, role: Self) -> bool {
        match role {
            Self::Owner => self.may(Permission::ManageOwners),
            Self::Admin | Self::Member | Self::Viewer => self.may(Permission::ManagePeople),
        }
    }

    /// As it stands in the database and in forms.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::Member => "member",
            Self::Viewer => "viewer",
        }
    }

    /// What the role is for, in a sentence.
    pub const fn describe(self) -> &'static str {
        match self {
            Self::Owner => "does everything, and makes other owners",
            Self::Admin => "does everything but make owners",
            Self::Member => "works with leads and sequences",
            Self::Viewer => "sees names and numbers, changes nothing",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }
}

impl Permission {
    pub const ALL: [Self; 7] = [
        Self::See,
        Self::ManageDomains,
        Self::ManageMailboxes,
        Self::ManageLeads,
        Self::ManageSequences,
        Self::ManagePeople,
        Self::ManageOwners,
    ];

    /// What it allows, to stand behind "you may not".
    pub const fn describe(self) -> &'static str {
        match self {
            Self::See => "look at this team",
            Self::ManageDomains => "connect, pause or remove domains",
            Self::ManageMailboxes => "create, change, pause or remove mailboxes",
            Self::ManageLeads => "bring in leads, pause them or suppress addresses",
            Self::ManageSequences => "write, start or pause sequences",
            Self::ManagePeople => "manage the team's people",
            Self::ManageOwners => "make or unmake owners",
        }
    }

    /// The roles that have it, as one reads them out: `owner or admin`.
    pub fn holders(self) -> String {
        let roles: Vec<_> = Role::ALL.into_iter().filter(|role| role.may(self)).map(Role::as_str).collect();
        roles.join(" or ")
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_the_one_that_was_agreed() {
        let mut table = format!("{:<17}", "");
        for role in Role::ALL {
            table.push_str(&format!("{role:<8}"));
        }
        for permission in Permission::ALL {
            table.push_str(&format!("\n{:<17}", format!("{permission:?}")));
            for role in Role::ALL {
                table.push_str(&format!("{:<8}", if role.may(permission) { "yes" } else { "-" }));
            }
        }
        let lines: Vec<&str> = table.lines().map(str::trim_end).collect();
        let table = lines.join("\n") + "\n";
        assert_eq!(table, include_str!("access.golden"), "now:\n{table}");
    }

    #[test]
    fn only_an_owner_makes_owners() {
        for giver in Role::ALL {
            assert_eq!(giver.may_assign(Role::Owner), giver == Role::Owner, "{giver}");
            assert_eq!(giver.may_assign(Role::Viewer), giver <= Role::Admin, "{giver}");
        }
    }
}
