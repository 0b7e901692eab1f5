//! A local server in the place of an outside service, on a thread of its own: tests wait for
//! processes, which wait for this.

use std::thread;

use axum::Router;
use tokio::net::TcpListener;
use tokio::runtime::Builder;
use tokio::sync::oneshot;

/// Dropping it stops it.
#[derive(Debug)]
pub(crate) struct Service {
    address: String,
    // Dropped, it ends the server.
    _stop: oneshot::Sender<()>,
}

impl Service {
    pub(crate) fn start(router: Router) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let (stop, stopped) = oneshot::channel::<()>();
        thread::spawn(move || serve(listener, router, stopped));
        Self {
            address,
            _stop: stop,
        }
    }

    /// Without a slash at the end.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }
}

fn serve(listener: std::net::TcpListener, router: Router, stopped: oneshot::Receiver<()>) {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let listener = TcpListener::from_std(listener).unwrap();
        tokio::select! {
            served = axum::serve(listener, router).into_future() => served.unwrap(),
            _ = stopped => {}
        }
    });
}
