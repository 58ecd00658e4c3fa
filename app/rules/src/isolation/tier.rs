//! Isolation tiers: what of the way that a tenant's mail takes is its own. SES separates statistics, pausing and suppression
//! by tenant at every tier; the IPs are what the tier decides.

use super::{RoleArn, SharedPoolMode};
use crate::limits;
use std::fmt;

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Tier {
    /// Amazon's shared IPs.
    Shared,
    /// A managed dedicated pool that several tenants are put into by name.
    ManagedPool,
    /// A standard dedicated pool of its own.
    DedicatedPool,
    /// An AWS account of its own, entered by a role.
    OwnAccount,
}

impl Tier {
    pub const ALL: [Self; 4] = [Self::Shared, Self::ManagedPool, Self::DedicatedPool, Self::OwnAccount];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Shared => "shared",
            Self::ManagedPool => "managed_pool",
            Self::DedicatedPool => "dedicated_pool",
            Self::OwnAccount => "own_account",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tier| tier.as_str() == text)
    }

    pub const fn label(self) -> &'static str {
        match self {
            Self::Shared => "Shared",
            Self::ManagedPool => "Managed pool",
            Self::DedicatedPool => "Dedicated pool",
            Self::OwnAccount => "Own account",
        }
    }

    /// In plain words: who else sends from the same IPs. `mode`: which shared IPs, where they are shared.
    pub const fn ips(self, mode: SharedPoolMode) -> &'static str {
        match (self, mode) {
            (Self::Shared, SharedPoolMode::Regional) => {
                "Mail leaves from Amazon's shared IPs of one region, from which other customers of Amazon send too. The \
                 reputation of these IPs is not the team's own; Amazon looks after it."
            }
            (Self::Shared, SharedPoolMode::Global) => {
                "Mail leaves from Amazon's shared IPs of several regions, from which other customers of Amazon send too. The \
                 reputation of these IPs is not the team's own; Amazon looks after it."
            }
            (Self::ManagedPool, _) => {
                "Mail leaves from a managed pool of IPs that only teams of this platform send from, each put into it by name. \
                 While the pool warms up, Amazon may carry some of it over shared IPs."
            }
            (Self::DedicatedPool, _) => "Mail leaves from IPs of the team's own: nobody else sends from them.",
            (Self::OwnAccount, _) => {
                "Mail leaves through an AWS account of the team's own, by its quota, its rate and its standing with Amazon, from \
                 the IPs that this account sends from. No other team of this platform is in it."
            }
        }
    }

    /// What is the team's own at every tier.
    pub const OWN: &'static str = "Its own at any tier: the tenant at Amazon SES with its suppression list and its reputation \
                                   policy, the configuration set, the events, the rate, the queue, and its rows in the database.";
}

/// As SES has it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scaling {
    Managed,
    Standard,
}

impl Scaling {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Managed => "MANAGED",
            Self::Standard => "STANDARD",
        }
    }
}

/// The pool that SES puts IPs into as AWS gives them to the account.
pub const DEFAULT_POOL: &str = "ses-default-dedicated-pool";

/// The shared IPs, where a configuration set names them. Without the name, mail would leave from the IPs of
/// [`DEFAULT_POOL`] once it has any.
pub const SHARED_POOL: &str = "ses-shared-pool";

/// The name of a pool that the operator makes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct PoolName(String);

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PoolNameError;

impl fmt::Display for PoolNameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Use small letters a to z, digits and hyphens, {} at most, and no name that begins with ses-: those are Amazon's.",
            limits::POOL_NAME_CHARS_MAX
        )
    }
}

impl PoolName {
    pub fn parse(text: &str) -> Result<Self, PoolNameError> {
        let text = text.trim();
        let is_known = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let is_fine = (1..=limits::POOL_NAME_CHARS_MAX).contains(&text.len())
            && text.chars().all(is_known)
            && text.starts_with(|c: char| c.is_ascii_alphanumeric())
            && !text.starts_with("ses-");
        if is_fine { Ok(Self(text.to_owned())) } else { Err(PoolNameError) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a tenant is to have.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TierWish {
    Shared,
    ManagedPool(PoolName),
    /// With so many IPs of its own.
    DedicatedPool(u16),
    /// By the role that was tried.
    OwnAccount,
}

impl TierWish {
    pub const fn tier(&self) -> Tier {
        match self {
            Self::Shared => Tier::Shared,
            Self::ManagedPool(_) => Tier::ManagedPool,
            Self::DedicatedPool(_) => Tier::DedicatedPool,
            Self::OwnAccount => Tier::OwnAccount,
        }
    }
}

/// A pool of the region as it was read, or as it is to be made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KnownPool {
    pub name: String,
    /// [`Scaling`], or what SES says next.
    pub scaling: String,
}

/// What decides whether a tenant can move.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MoveFacts {
    /// There, or wanted by somebody.
    pub pools: Vec<KnownPool>,
    /// The tenant has a pool of its own.
    pub has_own_pool: bool,
    /// IPs that AWS gave the account and nobody has or waits for.
    pub free_ips: i64,
    /// IPs that the tenant has or waits for.
    pub own_ips: i64,
    /// Something of the tenant is paused, or on probation.
    pub has_open_incident: bool,
    /// Nobody has read the pools yet.
    pub is_unread: bool,
    /// Its mail leaves through its own account now.
    pub is_away: bool,
    pub role: Role,
}

/// What is known of the role by which a tenant's own account is entered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Role {
    /// Nobody has said which.
    None,
    /// It is to be tried.
    Untried(RoleArn),
    /// What went wrong when it was tried last.
    Fails(RoleArn, String),
    Works(RoleArn),
}

/// Why a move cannot be, and what to do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum MoveError {
    Unread,
    NoPoolLeft,
    NotManaged(String),
    /// So many are wanted, and so many are there.
    NoIps {
        wanted: i64,
        there: i64,
    },
    NotWell,
    NoRole,
    RoleUntried,
    RoleFails(String),
    /// From its own account into a pool of the platform's.
    SharedFirst,
}

impl fmt::Display for MoveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unread => f.write_str(
                "The pools at Amazon SES were not read yet. A worker reads them once an hour: wait for it, or see whether one \
                 runs.",
            ),
            Self::NoPoolLeft => write!(
                f,
                "All {} pools that Amazon allows in a region are taken. Choose one that is there, or take a team out of its \
                 own pool first.",
                limits::POOLS_MAX
            ),
            Self::NotManaged(name) => {
                write!(f, "{name} is there and is no managed pool: its IPs are somebody's own. Choose another name.")
            }
            Self::NoIps { wanted, there } => write!(
                f,
                "{wanted} wanted, and {there} to be had. Ask AWS Support for dedicated IPs; they appear here within an hour of \
                 being given."
            ),
            Self::NoRole => f.write_str(
                "Say first by which role the account is entered, and have it tried, on the page of the team's own account.",
            ),
            Self::RoleUntried => f.write_str("The role is being tried. Wait for the result on the page of the team's own account."),
            Self::RoleFails(trouble) => write!(f, "The account cannot be used yet: {trouble}"),
            Self::SharedFirst => f.write_str(
                "Its mail leaves through its own account. Move it to shared IPs first; once it is there, into the pool.",
            ),
            Self::NotWell => f.write_str(
                "Something of this team is paused or on probation: in a pool with others it could hurt them. Wait until its \
                 incidents are over.",
            ),
        }
    }
}

/// Refuses what cannot be, before anything changes.
pub fn check_move(wish: &TierWish, facts: &MoveFacts) -> Result<(), MoveError> {
    let is_full = facts.pools.len() >= limits::POOLS_MAX;
    match wish {
        TierWish::Shared => Ok(()),
        TierWish::OwnAccount => match &facts.role {
            Role::None => Err(MoveError::NoRole),
            Role::Untried(_) => Err(MoveError::RoleUntried),
            Role::Fails(_, trouble) => Err(MoveError::RoleFails(trouble.clone())),
            Role::Works(_) => Ok(()),
        },
        _ if facts.is_away => Err(MoveError::SharedFirst),
        _ if facts.is_unread => Err(MoveError::Unread),
        TierWish::ManagedPool(_) if facts.has_open_incident => Err(MoveError::NotWell),
        TierWish::ManagedPool(name) => match facts.pools.iter().find(|pool| pool.name == name.as_str()) {
            Some(pool) if pool.scaling != Scaling::Managed.as_str() => {
                Err(MoveError::NotManaged(name.as_str().to_owned()))
            }
            None if is_full => Err(MoveError::NoPoolLeft),
            Some(_) | None => Ok(()),
        },
        TierWish::DedicatedPool(_) if is_full && !facts.has_own_pool => Err(MoveError::NoPoolLeft),
        TierWish::DedicatedPool(ips) => {
            let (wanted, there) = (i64::from(*ips), facts.free_ips + facts.own_ips);
            if wanted > there { Err(MoveError::NoIps { wanted, there }) } else { Ok(()) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> MoveFacts {
        let pools = vec![
            KnownPool { name: "good".to_owned(), scaling: "MANAGED".to_owned() },
            KnownPool { name: "theirs".to_owned(), scaling: "STANDARD".to_owned() },
        ];
        MoveFacts {
            pools,
            has_own_pool: false,
            free_ips: 2,
            own_ips: 0,
            has_open_incident: false,
            is_unread: false,
            is_away: false,
            role: Role::None,
        }
    }

    fn full() -> MoveFacts {
        let more = (2..limits::POOLS_MAX).map(|n| KnownPool { name: format!("p{n}"), scaling: "MANAGED".to_owned() });
        MoveFacts { pools: facts().pools.into_iter().chain(more).collect(), ..facts() }
    }

    fn managed(name: &str) -> TierWish {
        TierWish::ManagedPool(PoolName::parse(name).unwrap())
    }

    #[test]
    fn names_are_what_ses_takes_and_not_its_own() {
        for fine in ["a", "good-senders", " eu-1 ", &"x".repeat(64)] {
            assert_eq!(PoolName::parse(fine).unwrap().as_str(), fine.trim());
        }
        for wrong in ["", "Good", "a_b", "-a", "a b", "ses-default-dedicated-pool", "ses-x", &"x".repeat(65), "ä"] {
            assert_eq!(PoolName::parse(wrong), Err(PoolNameError), "{wrong}");
        }
    }

    #[test]
    fn anybody_may_go_back_to_shared_ips() {
        let bad = MoveFacts { has_open_incident: true, is_unread: true, ..full() };
        assert_eq!(check_move(&TierWish::Shared, &bad), Ok(()));
    }

    #[test]
    fn a_managed_pool_takes_who_is_well_while_there_is_room_for_one() {
        assert_eq!(check_move(&managed("good"), &facts()), Ok(()));
        assert_eq!(check_move(&managed("new"), &facts()), Ok(()));
        assert_eq!(check_move(&managed("theirs"), &facts()), Err(MoveError::NotManaged("theirs".to_owned())));
        assert_eq!(check_move(&managed("new"), &full()), Err(MoveError::NoPoolLeft));
        assert_eq!(check_move(&managed("good"), &full()), Ok(()), "it is there already");
        let ill = MoveFacts { has_open_incident: true, ..facts() };
        assert_eq!(check_move(&managed("good"), &ill), Err(MoveError::NotWell));
        let unread = MoveFacts { is_unread: true, ..facts() };
        assert_eq!(check_move(&managed("good"), &unread), Err(MoveError::Unread));
    }

    #[test]
    fn a_pool_of_its_own_needs_ips_that_nobody_has() {
        assert_eq!(check_move(&TierWish::DedicatedPool(2), &facts()), Ok(()));
        let short = Err(MoveError::NoIps { wanted: 3, there: 2 });
        assert_eq!(check_move(&TierWish::DedicatedPool(3), &facts()), short);
        let more = MoveFacts { own_ips: 1, has_own_pool: true, ..full() };
        assert_eq!(check_move(&TierWish::DedicatedPool(3), &more), Ok(()), "its own count");
        assert_eq!(check_move(&TierWish::DedicatedPool(1), &full()), Err(MoveError::NoPoolLeft));
        let ill = MoveFacts { has_open_incident: true, ..facts() };
        assert_eq!(check_move(&TierWish::DedicatedPool(1), &ill), Ok(()), "alone it hurts nobody");
    }

    #[test]
    fn an_account_of_its_own_is_entered_by_a_role_that_was_tried() {
        let check = |role| check_move(&TierWish::OwnAccount, &MoveFacts { role, is_unread: true, ..full() });
        let arn = || RoleArn::parse("arn:aws:iam::210987654321:role/ownlane").unwrap();
        assert_eq!(check(Role::None), Err(MoveError::NoRole));
        assert_eq!(check(Role::Untried(arn())), Err(MoveError::RoleUntried));
        let trouble = || "not authorized to perform: sts:AssumeRole".to_owned();
        assert_eq!(check(Role::Fails(arn(), trouble())), Err(MoveError::RoleFails(trouble())));
        assert_eq!(check(Role::Works(arn())), Ok(()), "the platform's pools do not matter");
        let away = MoveFacts { is_away: true, ..facts() };
        assert_eq!(check_move(&managed("good"), &away), Err(MoveError::SharedFirst));
        assert_eq!(check_move(&TierWish::DedicatedPool(1), &away), Err(MoveError::SharedFirst));
        assert_eq!(check_move(&TierWish::Shared, &away), Ok(()));
    }

    #[test]
    fn every_tier_says_whose_the_ips_are() {
        for tier in Tier::ALL {
            assert_eq!(Tier::parse(tier.as_str()), Some(tier));
        }
        let [regional, global] = SharedPoolMode::ALL.map(|mode| Tier::Shared.ips(mode));
        assert!(regional.contains("one region") && global.contains("several regions"));
    }
}
