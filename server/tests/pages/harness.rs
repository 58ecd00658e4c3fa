//! A server without a network, and a browser without a window.

use crate::world::{REPLY_DOMAIN, reach, reach_at, start_sandbox};
use app::accounts::passwords::Passwords;
use app::site::Parts;
use app::{Client, Site};
use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response, StatusCode, header};
use db::fixtures::TestDatabase;
use http_body_util::BodyExt;
use leptos::config::LeptosOptions;
use rules::addresses::{DomainName, EmailAddress};
use rules::time::{Clock, Duration, OffsetDateTime};
use server::config::PublicUrl;
use server::doors::PageDoors;
use server::system::{SystemChance, SystemClock};
use server::world::SandboxHands;
use std::net::{IpAddr, SocketAddr};
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};
use tokio::sync::watch;
use tower::ServiceExt;

pub const URL: &str = "http://ownlane.test";
/// What `cargo leptos build` has made.
const SITE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/site");
/// What the platform's own mail leaves from, where a test lets it leave.
pub const MAIL_FROM: &str = "mail@ownlane.example";
/// Never verified: nothing leaves from it.
pub const MAIL_FROM_NOWHERE: &str = "mail@nowhere.example";
pub const PASSWORD: &str = "four plain words here";

/// Goes on by a millisecond each time it is looked at, so that what comes later is later; else it stands still until it
/// is turned. Beside a process of its own, which knows no such clock, it goes as the machine's does, turned ahead.
pub enum TestClock {
    Turned(Mutex<OffsetDateTime>),
    Machine(Mutex<Duration>),
}

impl Clock for TestClock {
    fn now(&self) -> OffsetDateTime {
        match self {
            Self::Turned(now) => {
                let mut now = now.lock().unwrap();
                *now += Duration::milliseconds(1);
                *now
            }
            Self::Machine(ahead) => SystemClock.now() + *ahead.lock().unwrap(),
        }
    }
}

impl TestClock {
    pub fn advance(&self, by: Duration) {
        match self {
            Self::Turned(now) => *now.lock().unwrap() += by,
            Self::Machine(ahead) => *ahead.lock().unwrap() += by,
        }
    }
}

pub struct TestSite {
    pub database: TestDatabase,
    pub clock: Arc<TestClock>,
    pub site: Site,
    /// SES and DNS, as whoever plays them sees them.
    pub world: sandbox::World,
    pub ses: Arc<worker::Ses>,
    dns: Arc<worker::Dns>,
    accounts: Arc<worker::Accounts>,
    sending: Arc<worker::Sending>,
    pub router: Router,
    /// Where the sandbox answers for SES and for DNS.
    pub sandbox: (SocketAddr, SocketAddr),
    /// The sandbox goes on until it is gone.
    _stop: watch::Sender<bool>,
}

impl TestSite {
    pub async fn new() -> Self {
        let now = OffsetDateTime::UNIX_EPOCH + Duration::days(20_000);
        Self::with(TestDatabase::new().await, TestClock::Turned(Mutex::new(now))).await
    }

    /// For tests that start a process of its own.
    pub async fn in_real_time(database: TestDatabase) -> Self {
        Self::with(database, TestClock::Machine(Mutex::default())).await
    }

    async fn with(database: TestDatabase, clock: TestClock) -> Self {
        let clock = Arc::new(clock);
        let (stop, stopped) = watch::channel(false);
        let sandbox = start_sandbox(clock.clone()).await;
        let (world, ses, dns) = (sandbox.world(), reach(sandbox.address).await, sandbox.dns);
        let addresses = (sandbox.address, sandbox.dns);
        // Tests set a rate where they are about one: the clock stands still, and a second would never end.
        world.set_quota(sandbox::ACCOUNT, 1_000_000.0, 1_000_000.0);
        tokio::spawn(sandbox.run(stopped));
        let site = Site::new(Parts {
            web: database.web.clone(),
            operator: database.operator.clone(),
            clock: clock.clone(),
            chance: Arc::new(SystemChance),
            passwords: Passwords::default(),
            public_url: URL.to_owned(),
            mail_from: Some(EmailAddress::parse(MAIL_FROM).unwrap()),
            reply_domain: Some(DomainName::parse(REPLY_DOMAIN).unwrap()),
            leptos: LeptosOptions::builder().output_name("ownlane").site_root(SITE).build(),
            world: app::site::World::Sandbox { hands: Some(Arc::new(SandboxHands(world.clone()))) },
        });
        let router = server::router(site.clone(), &PublicUrl::parse(URL).unwrap(), &[]);
        let dns = Arc::new(worker::Dns::new(worker::NameServers::One(dns)).unwrap());
        let (accounts, sending) = (Arc::default(), Arc::default());
        Self {
            database,
            clock,
            site,
            world,
            ses: Arc::new(ses),
            dns,
            accounts,
            sending,
            router,
            sandbox: addresses,
            _stop: stop,
        }
    }

    /// The real program in a process of its own, which does the work on this database and in this sandbox.
    pub fn start_worker(&self) -> WorkerProcess {
        let (ses, dns) = self.sandbox;
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_ownlane"));
        command
            .arg("work")
            .env_remove("DATABASE_URL")
            .env("OWNLANE_DB_WORKER", self.database.url("ownlane_worker"))
            .env("OWNLANE_SANDBOX_URL", format!("http://{ses}"))
            .env("OWNLANE_SANDBOX_DNS", dns.to_string())
            .env("OWNLANE_PUBLIC_URL", URL)
            .env("OWNLANE_MAIL_FROM", MAIL_FROM_NOWHERE)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        WorkerProcess(command.spawn().unwrap())
    }

    /// From now on calls to SES that do not send are so far apart.
    pub async fn pace(&mut self, pace: std::time::Duration) {
        self.ses = Arc::new(reach_at(self.sandbox.0, Some(pace)).await);
    }

    /// What the worker is handed.
    pub fn context(&self) -> worker::Context {
        worker::Context {
            login: self.database.worker.clone(),
            ses: self.ses.clone(),
            dns: self.dns.clone(),
            clock: self.clock.clone(),
            chance: Arc::new(SystemChance),
            public_url: URL.into(),
            mail_from: None, // its mails would stand among those that tests look at
            doors: Some(Arc::new(PageDoors { site: self.site.clone(), router: self.router.clone() })),
            accounts: self.accounts.clone(),
            sending: self.sending.clone(),
            event_wait: std::time::Duration::ZERO,
        }
    }

    /// Lets the worker do all that is due.
    pub async fn work(&self) {
        worker::drain(&self.context()).await.unwrap();
    }

    /// Lets the worker do all that becomes due within `span`.
    pub async fn work_for(&self, span: Duration) {
        let step = Duration::seconds(5);
        let mut left = span;
        self.work().await;
        while left > Duration::ZERO {
            self.clock.advance(step);
            left -= step;
            self.work().await;
        }
    }

    /// A browser that nobody has signed in with.
    pub fn browser(&self) -> Browser {
        Browser { router: self.router.clone(), cookie: None, address: "192.0.2.1".parse().unwrap() }
    }

    /// The first operator, signed up by the link and signed in.
    pub async fn operator(&self) -> Browser {
        let mut browser = self.browser();
        let link = app::console::sign_up::issue_link(&self.site).await.unwrap().unwrap();
        let path = link.strip_prefix(URL).unwrap();
        let person = [("name", "Olga"), ("email", "olga@ownlane.example"), ("password", PASSWORD)];
        assert_eq!(browser.post(path, &person).await.status, StatusCode::SEE_OTHER);
        browser.sign_in("olga@ownlane.example", PASSWORD).await;
        browser
    }

    /// A tenant, and its owner signed in: made by the operator, invited by mail, come in by the link.
    pub async fn tenant(&self, operator: &mut Browser, slug: &str) -> Browser {
        let owner = format!("owner@{slug}.example");
        let form = [("name", slug), ("slug", slug), ("owner", &owner)];
        let made = operator.post("/console/tenants/new", &form).await;
        assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text);
        self.come_in("Owner").await
    }

    /// Somebody whom the owner invites, signed in.
    pub async fn invite(&self, owner: &mut Browser, slug: &str, email: &str, role: &str) -> Browser {
        let form = [("email", email), ("role", role)];
        let invited = owner.post(&format!("/t/{slug}/invitations/new"), &form).await;
        assert_eq!(invited.status, StatusCode::SEE_OTHER, "{}", invited.text);
        self.come_in(role).await
    }

    pub async fn tenant_id(&self, slug: &str) -> String {
        self.database.text(&format!("select tenant_id::text from tenants where slug = '{slug}'")).await
    }

    /// The page of one person in a tenant.
    pub async fn person_page(&self, slug: &str, email: &str) -> String {
        let sql = format!("select user_id::text from memberships where email = '{email}'");
        format!("/t/{slug}/people/{}", self.database.text(&sql).await)
    }

    /// What the tenants have, to see whether anything moved.
    pub async fn snapshot(&self) -> String {
        let sql = "select jsonb_build_array(
            (select jsonb_agg(m order by tenant_id, user_id) from memberships m),
            (select jsonb_agg(i order by tenant_id, id) from invitations i),
            (select jsonb_agg(p order by tenant_id, id) from pauses p),
            (select jsonb_agg(d order by tenant_id, id) from domains d),
            (select jsonb_agg(r order by tenant_id, domain_id, name) from domain_records r),
            (select jsonb_agg(m order by tenant_id, id) from mailboxes m),
            (select jsonb_agg(s order by tenant_id, id) from lead_sources s),
            (select jsonb_agg(l order by tenant_id, id) from leads l),
            (select jsonb_agg(i order by tenant_id, id) from lead_imports i),
            (select jsonb_agg(s order by tenant_id, id) from sequences s),
            (select jsonb_agg(s order by tenant_id, sequence_id, number) from sequence_steps s),
            (select jsonb_agg(s order by tenant_id, sequence_id) from sequence_sources s),
            (select jsonb_agg(s order by tenant_id, sequence_id) from sequence_mailboxes s),
            (select jsonb_agg(e order by tenant_id, sequence_id, lead_id) from enrolments e),
            (select jsonb_agg(t order by tenant_id) from tenant_settings t),
            (select jsonb_agg(m order by tenant_id, id) from messages m),
            (select jsonb_agg(s order by tenant_id, address_key) from suppressions s),
            (select jsonb_agg(r order by tenant_id, id) from replies r),
            (select jsonb_agg(p order by tenant_id, id) from part_pauses p),
            (select jsonb_agg(i order by tenant_id, id) from incidents i),
            (select jsonb_agg(e order by tenant_id) from tenant_evidence e),
            (select jsonb_agg(c order by root) from domain_claims c),
            (select count(*) from platform_mail))::text";
        self.database.text(sql).await
    }

    /// The path of the link in the last mail.
    pub async fn last_link(&self) -> String {
        let mail = self.database.text("select body from platform_mail order by id desc limit 1").await;
        let link = mail.lines().find_map(|line| line.strip_prefix(URL));
        link.unwrap().to_owned()
    }

    /// A new browser that comes in by the last mail's link.
    pub async fn come_in(&self, name: &str) -> Browser {
        let mut browser = self.browser();
        let answer = browser.post(&self.last_link().await, &[("name", name), ("password", PASSWORD)]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        assert!(browser.has_session());
        browser
    }
}

/// Killed, as by `kill -9`, when it is dropped.
pub struct WorkerProcess(Child);

impl Drop for WorkerProcess {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

pub struct Browser {
    router: Router,
    cookie: Option<String>,
    pub address: IpAddr,
}

pub struct Answer {
    pub status: StatusCode,
    pub location: String,
    pub text: String,
}

impl Browser {
    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    pub async fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let request = Request::post(path)
            .header(header::ORIGIN, URL)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body))
            .unwrap();
        self.send(request).await
    }

    /// A form with one file, as a browser sends it; the file comes in pieces.
    pub async fn upload(
        &mut self,
        path: &str,
        name: &str,
        pieces: impl Iterator<Item = Vec<u8>> + Send + 'static,
    ) -> Answer {
        let head = format!(
            "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: text/csv\r\n\r\n"
        );
        let parts = std::iter::once(head.into_bytes()).chain(pieces).chain([b"\r\n--edge--\r\n".to_vec()]);
        let body = Body::from_stream(futures_util::stream::iter(parts.map(Ok::<_, std::io::Error>)));
        self.send_parts(path, body).await
    }

    /// The same with everything in one frame, as a small form comes.
    pub async fn upload_at_once(&mut self, path: &str, file: &[u8]) -> Answer {
        let head = b"--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\"\r\n\r\n".as_slice();
        self.send_parts(path, Body::from([head, file, b"\r\n--edge--\r\n"].concat())).await
    }

    async fn send_parts(&mut self, path: &str, body: Body) -> Answer {
        let request = Request::post(path)
            .header(header::ORIGIN, URL)
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=edge")
            .body(body)
            .unwrap();
        self.send(request).await
    }

    /// A form that another site sends with our cookie.
    pub async fn post_from(&mut self, origin: &str, path: &str) -> StatusCode {
        let request = Request::post(path).header(header::ORIGIN, origin).body(Body::empty()).unwrap();
        self.send(request).await.status
    }

    pub async fn sign_in(&mut self, email: &str, password: &str) {
        let answer = self.post("/sign-in", &[("email", email), ("password", password)]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        assert!(self.cookie.is_some());
    }

    async fn send(&mut self, request: Request<Body>) -> Answer {
        let response = self.answer(request).await;
        self.keep_cookie(&response);
        let text = |name| response.headers().get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
        let (status, location) = (response.status(), text(header::LOCATION));
        let body = response.into_body().collect().await.unwrap().to_bytes();
        // Leptos marks where one text ends and another begins; a browser shows nothing there.
        let text = String::from_utf8_lossy(&body).replace("<!>", "");
        Answer { status, location, text }
    }

    pub async fn answer(&mut self, mut request: Request<Body>) -> Response<Body> {
        if let Some(cookie) = &self.cookie {
            request.headers_mut().insert(header::COOKIE, cookie.parse().unwrap());
        }
        request.extensions_mut().insert(Client(self.address));
        self.router.clone().oneshot(request).await.unwrap()
    }

    fn keep_cookie<B>(&mut self, response: &Response<B>) {
        for cookie in response.headers().get_all(header::SET_COOKIE) {
            let cookie = cookie.to_str().unwrap();
            let pair = cookie.split(';').next().unwrap();
            self.cookie = (!pair.ends_with('=')).then(|| pair.to_owned());
            let strict = cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax");
            assert!(strict || !self.has_session(), "{cookie}");
            assert!(!cookie.contains("Secure"), "the public URL is not https: {cookie}");
        }
    }

    pub const fn has_session(&self) -> bool {
        self.cookie.is_some()
    }

    /// Another browser with the same cookie: a copy that was stolen, or kept.
    pub fn twin(&self) -> Self {
        Self { router: self.router.clone(), cookie: self.cookie.clone(), address: self.address }
    }
}
