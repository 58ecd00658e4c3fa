//! The programs that are measured, as anybody starts them. moto comes from PyPI into a virtual environment of its own, once
//! for each version.

use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const MOTO: &str = "5.2.5";

/// Ended when it is dropped.
pub struct Program {
    process: Child,
    pub address: String,
}

impl Drop for Program {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

pub fn sandbox(state: &Path) -> Program {
    let mut process = Command::new(env!("CARGO_BIN_EXE_sandbox"))
        .args(["--listen", "127.0.0.1:0", "--dns", "127.0.0.1:0", "--auto-verify", "--state"])
        .arg(state)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let address = line.trim().strip_prefix("SES http://").unwrap().to_owned();
    Program { process, address }
}

pub fn moto() -> Program {
    let server = python().with_file_name("moto_server");
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port(); // free a moment ago
    let process = Command::new(server)
        .args(["-H", "127.0.0.1", "-p", &port.to_string()])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let moto = Program { process, address: format!("127.0.0.1:{port}") };
    let listens = (0..300).any(|_| {
        std::thread::sleep(Duration::from_millis(100));
        TcpStream::connect(&moto.address).is_ok()
    });
    assert!(listens, "moto does not listen");
    moto
}

/// The resident memory of the program now.
pub fn resident_mb(program: &Program) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", program.process.id())).unwrap();
    let kb = status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB")).unwrap();
    kb.trim().parse::<f64>().unwrap() / 1024.0
}

pub fn run(command: &mut Command) -> String {
    let done = command.stdin(Stdio::null()).output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert!(done.status.success(), "{command:?}: {said}");
    said
}

/// The interpreter that has moto.
fn python() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("moto-{MOTO}"));
    let python = folder.join("bin/python");
    let complete = folder.join("complete");
    if !complete.exists() {
        run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder));
        let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--timeout", "60"];
        run(Command::new(&python).args(install).arg(format!("moto[server]=={MOTO}")));
        std::fs::write(complete, "").unwrap();
    }
    python
}
