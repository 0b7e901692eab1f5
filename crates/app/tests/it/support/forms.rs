//! The pages as a browser without scripts sends and reads them.

use reqwest::Method;

use super::client::Reply;
use super::server::{SECRET, TestServer};

/// A person who uses the pages, without a real browser.
pub(crate) struct Browser<'a> {
    server: &'a TestServer,
    cookie: String,
}

impl<'a> Browser<'a> {
    /// Somebody who is not signed in yet.
    pub(crate) fn new(server: &'a TestServer) -> Self {
        Self {
            server,
            cookie: String::new(),
        }
    }

    /// Somebody who is.
    pub(crate) async fn sign_in(server: &'a TestServer, email: &str) -> Self {
        let mut browser = Self::new(server);
        let fields = [("email", email), ("password", SECRET)];
        let reply = browser.send("/sign-in", &fields).await;
        let set = reply.header("set-cookie").expect(email);
        browser.cookie = set.split(';').next().unwrap().to_owned();
        browser
    }

    /// The cookie as it is sent.
    pub(crate) fn cookie(&self) -> &str {
        &self.cookie
    }

    /// The token that its forms send.
    pub(crate) fn csrf(&self) -> String {
        let (_, secret) = self.cookie.split_once('=').expect("a cookie");
        archivist_web::auth::csrf_token(secret)
    }

    /// Sends a form as it is.
    pub(crate) async fn send(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let request = self.server.as_nobody().request(Method::POST, path);
        let request = request
            .header("cookie", &self.cookie)
            .header("content-type", "application/x-www-form-urlencoded");
        Reply::of(request.body(body)).await
    }

    /// Looks at a page.
    pub(crate) async fn look_at(&self, path: &str) -> Reply {
        let request = self.server.as_nobody().request(Method::GET, path);
        Reply::of(request.header("cookie", &self.cookie)).await
    }

    /// Sends a form with the token of the page at the same address.
    pub(crate) async fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let html = self.look_at(path).await.text();
        let (_, rest) = html.split_once("csrf-token\" content=\"").expect("a token");
        let token = ("csrf", rest.split('"').next().unwrap());
        self.send(path, &[&[token], fields].concat()).await
    }
}
