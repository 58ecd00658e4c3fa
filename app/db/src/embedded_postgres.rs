//! A Postgres of our own: started as a child of this process, on a Unix socket inside a folder that only we may enter,
//! stopped with us. Never used when the address of another database is configured.
//!
//! Postgres refuses to run as root, so for root it runs in a user namespace of its own, in which root's files belong to
//! somebody else; where the system forbids that, as the user `postgres`.
//!
//! **Start it from the main thread**: Linux ends it together with the *thread* that started it (`PR_SET_PDEATHSIG`).

use std::ffi::{OsStr, OsString};
use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The owner of the data in every cluster that we make.
pub const OWNER: &str = "ownlane";
const DATABASE: &str = "ownlane";
const SOCKET: &str = ".s.PGSQL.5432";
/// `sockaddr_un.sun_path` has 108 bytes on Linux, 104 on macOS; Postgres adds `/.s.PGSQL.5432`.
const SOCKET_FOLDER_BYTES_MAX: usize = 88;
const START_TIMEOUT: Duration = Duration::from_secs(60);
/// How long an earlier server may take to let go of the data folder.
const LOCK_TIMEOUT: Duration = Duration::from_secs(15);
const STOP_TIMEOUT: Duration = Duration::from_secs(20);
const POLL: Duration = Duration::from_millis(20);
const LOG_BYTES_MAX: u64 = 10 * 1024 * 1024;

/// Where and how to run it.
pub struct Options {
    /// The folder that holds everything; made if it is missing.
    pub data: PathBuf,
    /// The folder with `initdb` and `postgres`; found when `None`.
    pub bin: Option<PathBuf>,
    /// The `PATH` to look into when Debian's place has none.
    pub path: Option<OsString>,
    /// For tests: faster, and not safe against a power cut.
    pub throw_away: bool,
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("PostgreSQL's server programs (initdb, postgres) were not found: install them or set OWNLANE_PG_BIN")]
    NotInstalled,
    #[error("{what} {path}")]
    File { what: &'static str, path: PathBuf, source: io::Error },
    #[error("could not run {program}")]
    Run { program: PathBuf, source: io::Error },
    #[error("initdb failed: {0}")]
    InitDb(String),
    #[error("Postgres did not start; the end of {log}:\n{tail}")]
    Start { log: PathBuf, tail: String },
    #[error("PostgreSQL does not run as root, and neither a user namespace nor a user named postgres is to be had")]
    Root,
}

/// A running server. Dropping it stops it, if it is our child.
pub struct EmbeddedPostgres {
    /// `None`: another process of Ownlane runs it.
    child: Option<Child>,
    sockets: PathBuf,
}

impl EmbeddedPostgres {
    pub fn start(options: &Options) -> Result<Self, Error> {
        make_private_folder(&options.data)?;
        let data = options.data.canonicalize().map_err(file("could not find", &options.data))?;
        let bin = options.bin.clone().or_else(|| find_programs(options.path.as_deref())).ok_or(Error::NotInstalled)?;
        let identity = Identity::find(&bin, &data)?;
        let cluster = data.join("postgres");
        if !cluster.join("PG_VERSION").exists() {
            init(&bin, &data, &cluster, &identity)?;
        }
        let sockets = socket_folder(&data, &identity)?;
        let log = data.join("postgres.log");
        let give_up = Instant::now() + LOCK_TIMEOUT;
        loop {
            let child = spawn(&bin, &cluster, &sockets, &log, &identity, options.throw_away)?;
            let mut server = Self { child: Some(child), sockets: sockets.clone() };
            if server.wait_until_ready(&cluster) {
                return Ok(server);
            }
            let tail = last_lines(&log);
            // An earlier server may still be on its way out.
            if !tail.contains("lock file") || Instant::now() > give_up {
                return Err(Error::Start { log, tail });
            }
            std::thread::sleep(Duration::from_millis(250));
        }
    }

    /// Uses the server that another process of Ownlane keeps running on this data; starts one if there is none.
    pub fn join_or_start(options: &Options) -> Result<Self, Error> {
        if let Ok(data) = options.data.canonicalize()
            && let Some((_, state)) = postmaster(&data.join("postgres"))
            && state == "ready"
        {
            let sockets = socket_path(&data);
            // A server that was killed leaves its file behind, but nobody answers.
            if UnixStream::connect(sockets.join(SOCKET)).is_ok() {
                return Ok(Self { child: None, sockets });
            }
        }
        Self::start(options)
    }

    /// The address by which its owner reaches Ownlane's database.
    pub fn owner_url(&self) -> String {
        self.url(OWNER, DATABASE)
    }

    /// The address by which a login reaches Ownlane's database. No password: the socket's folder is the guard.
    pub fn login_url(&self, login: &str) -> String {
        self.url(login, DATABASE)
    }

    /// The address of the database that every cluster has, for making others.
    pub fn maintenance_url(&self) -> String {
        self.url(OWNER, "postgres")
    }

    /// The name of Ownlane's database, to be made after the first start.
    pub const fn database(&self) -> &'static str {
        DATABASE
    }

    /// The address of any database of the cluster for one of its users.
    pub fn url(&self, user: &str, database: &str) -> String {
        format!("postgres://{user}@localhost/{database}?host={}", percent_encoded(&self.sockets))
    }

    /// False when the server ended instead, or took too long.
    fn wait_until_ready(&mut self, cluster: &Path) -> bool {
        let Some(child) = &mut self.child else { return true };
        let give_up = Instant::now() + START_TIMEOUT;
        let ready = (child.id().to_string(), "ready".to_owned());
        while Instant::now() < give_up {
            if !matches!(child.try_wait(), Ok(None)) {
                return false;
            }
            if postmaster(cluster).as_ref() == Some(&ready) {
                return true;
            }
            std::thread::sleep(POLL);
        }
        false
    }
}

/// Process and state of the server on this cluster, as it says itself: lines 1 and 8 of its file.
/// <https://www.postgresql.org/docs/15/storage-file-layout.html>
fn postmaster(cluster: &Path) -> Option<(String, String)> {
    let file = fs::read_to_string(cluster.join("postmaster.pid")).ok()?;
    let mut lines = file.lines();
    Some((lines.next()?.to_owned(), lines.nth(6)?.trim().to_owned()))
}

impl Drop for EmbeddedPostgres {
    fn drop(&mut self) {
        let Some(child) = &mut self.child else { return };
        signal(child, libc::SIGINT); // "fast shutdown": connections are cut, everything is written
        let give_up = Instant::now() + STOP_TIMEOUT;
        while matches!(child.try_wait(), Ok(None)) {
            if Instant::now() > give_up {
                signal(child, libc::SIGQUIT);
                break;
            }
            std::thread::sleep(POLL);
        }
        drop(child.wait());
    }
}

/// Who Postgres runs as.
enum Identity {
    Ourselves,
    Namespace,
    User { uid: u32, gid: u32 },
}

impl Identity {
    fn find(bin: &Path, data: &Path) -> Result<Self, Error> {
        if !is_root() {
            return Ok(Self::Ourselves);
        }
        let mut probe = Self::Namespace.command(&bin.join("postgres"));
        if probe.arg("--version").stdout(Stdio::null()).status().is_ok_and(|status| status.success()) {
            return Ok(Self::Namespace);
        }
        let (uid, gid) = user_postgres().ok_or(Error::Root)?;
        std::os::unix::fs::chown(data, Some(uid), Some(gid)).map_err(file("could not give away", data))?;
        Ok(Self::User { uid, gid })
    }

    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.stdin(Stdio::null()).process_group(0).env_remove("PGDATA").env_remove("PGPORT").env("LC_ALL", "C");
        let namespace = matches!(self, Self::Namespace);
        if let Self::User { uid, gid } = self {
            command.uid(*uid).gid(*gid);
        }
        // SAFETY: between fork and exec only system calls are made, on constant data.
        unsafe {
            command.pre_exec(move || {
                if namespace {
                    enter_user_namespace()?;
                }
                end_with_parent();
                Ok(())
            });
        }
        command
    }
}

#[cfg(target_os = "linux")]
fn enter_user_namespace() -> io::Result<()> {
    // SAFETY: plain system call.
    if unsafe { libc::unshare(libc::CLONE_NEWUSER) } != 0 {
        return Err(io::Error::last_os_error());
    }
    // user_namespaces(7): a process without privileges outside must give up setgroups before it maps a group.
    write_all(c"/proc/self/setgroups", b"deny")?;
    write_all(c"/proc/self/uid_map", b"65534 0 1")?;
    write_all(c"/proc/self/gid_map", b"65534 0 1")
}

#[cfg(target_os = "linux")]
fn write_all(path: &std::ffi::CStr, bytes: &[u8]) -> io::Result<()> {
    // SAFETY: `path` ends in NUL, `bytes` outlives the call.
    unsafe {
        let file = libc::open(path.as_ptr(), libc::O_WRONLY);
        if file < 0 {
            return Err(io::Error::last_os_error());
        }
        let written = libc::write(file, bytes.as_ptr().cast(), bytes.len());
        let error = io::Error::last_os_error();
        libc::close(file);
        if usize::try_from(written) == Ok(bytes.len()) { Ok(()) } else { Err(error) }
    }
}

#[cfg(not(target_os = "linux"))]
fn enter_user_namespace() -> io::Result<()> {
    Err(io::Error::from(io::ErrorKind::Unsupported))
}

fn end_with_parent() {
    #[cfg(target_os = "linux")]
    // SAFETY: plain system call; what it asks for is a courtesy, so its failure is no error.
    unsafe {
        libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGINT);
    }
}

fn is_root() -> bool {
    // SAFETY: has no arguments and cannot fail.
    unsafe { libc::geteuid() == 0 }
}

fn user_postgres() -> Option<(u32, u32)> {
    // SAFETY: called from the main thread before there are others; the entry is read at once.
    unsafe {
        let entry = libc::getpwnam(c"postgres".as_ptr());
        (!entry.is_null()).then(|| ((*entry).pw_uid, (*entry).pw_gid))
    }
}

fn signal(child: &Child, signal: i32) {
    if let Ok(pid) = i32::try_from(child.id()) {
        // SAFETY: plain system call; the child has not been waited for, so the pid is still its own.
        unsafe { libc::kill(pid, signal) };
    }
}

/// Debian's folder with the highest version, else whatever stands in PATH.
fn find_programs(path: Option<&OsStr>) -> Option<PathBuf> {
    let mut debian: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .filter(|(_, bin)| bin.join("postgres").exists())
        .collect();
    debian.sort();
    debian.pop().map(|(_, bin)| bin).or_else(|| {
        std::env::split_paths(path?).find(|bin| bin.join("initdb").exists() && bin.join("postgres").exists())
    })
}

/// Makes the cluster beside its place and moves it there, so that one that was interrupted is never taken for whole.
fn init(bin: &Path, data: &Path, cluster: &Path, identity: &Identity) -> Result<(), Error> {
    let fresh = data.join("postgres.new");
    if fresh.exists() {
        fs::remove_dir_all(&fresh).map_err(file("could not clear", &fresh))?;
    }
    let program = bin.join("initdb");
    let output = identity
        .command(&program)
        .arg("-D")
        .arg(&fresh)
        .args(["--username", OWNER, "--auth-local=trust", "--auth-host=reject"])
        .args(["--encoding=UTF8", "--no-locale", "--no-sync"])
        .output()
        .map_err(|source| Error::Run { program, source })?;
    if !output.status.success() {
        return Err(Error::InitDb(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
    }
    fs::rename(&fresh, cluster).map_err(file("could not name", cluster))
}

fn spawn(
    bin: &Path,
    cluster: &Path,
    sockets: &Path,
    log: &Path,
    identity: &Identity,
    throw_away: bool,
) -> Result<Child, Error> {
    let big = fs::metadata(log).is_ok_and(|meta| meta.len() > LOG_BYTES_MAX);
    let mut open = OpenOptions::new();
    open.create(true).write(true).append(!big).truncate(big);
    let out = open.open(log).map_err(file("could not write", log))?;
    let err = out.try_clone().map_err(file("could not write", log))?;
    let program = bin.join("postgres");
    let mut command = identity.command(&program);
    command.arg("-D").arg(cluster).arg("-k").arg(sockets).stdout(out).stderr(err);
    for setting in ["listen_addresses=", "timezone=UTC", "log_timezone=UTC", "max_connections=200"] {
        command.args(["-c", setting]);
    }
    if throw_away {
        command.args(["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]);
    }
    command.spawn().map_err(|source| Error::Run { program, source })
}

/// Inside the data folder where its name is short enough, else in a private folder under the system's temporary one.
fn socket_path(data: &Path) -> PathBuf {
    let near = data.join("socket");
    if near.as_os_str().len() <= SOCKET_FOLDER_BYTES_MAX {
        near
    } else {
        let hash = rules::secrets::SecretHash::of(data.as_os_str().as_bytes());
        let name: String = hash.bytes().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        PathBuf::from(format!("/tmp/ownlane-{name}"))
    }
}

fn socket_folder(data: &Path, identity: &Identity) -> Result<PathBuf, Error> {
    let folder = socket_path(data);
    make_private_folder(&folder)?;
    if let Identity::User { uid, gid } = identity {
        std::os::unix::fs::chown(&folder, Some(*uid), Some(*gid)).map_err(file("could not give away", &folder))?;
    }
    Ok(folder)
}

fn make_private_folder(path: &Path) -> Result<(), Error> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(file("could not make", path))?;
    // It may have been there before, open to others; setting the mode also fails if it is somebody else's.
    fs::set_permissions(path, fs::Permissions::from_mode(0o700)).map_err(file("could not close", path))
}

fn last_lines(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(12)..].join("\n")
}

fn percent_encoded(path: &Path) -> String {
    path.as_os_str()
        .as_bytes()
        .iter()
        .map(|&byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

fn file<'a>(what: &'static str, path: &'a Path) -> impl Fn(io::Error) -> Error + 'a {
    move |source| Error::File { what, path: path.to_owned(), source }
}
