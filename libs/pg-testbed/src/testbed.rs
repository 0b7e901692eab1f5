//! The way to scratch databases.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;

use crate::collect::drop_database;
use crate::error::TestbedError;
use crate::keeper::Keeper;
use crate::scratch::ScratchDb;
use crate::server::Server;
use crate::template::{Ready, Template};

static SHARED: OnceCell<Testbed> = OnceCell::const_new();

/// A template that is there, or that one of this process's tests is fetching.
type Slot = Arc<OnceCell<Arc<Ready>>>;

/// A server for scratch databases. Cloning it is cheap.
#[derive(Clone, Debug)]
pub struct Testbed {
    keeper: Keeper,
    templates: Arc<Mutex<HashMap<String, Slot>>>,
}

impl Testbed {
    /// The process's testbed: on the server that `TEST_DATABASE_URL` names, or
    /// else on the user's private one, which is started when it is not running.
    pub async fn get() -> Result<Self, TestbedError> {
        let start = || Self::start(Server::from_environment);
        SHARED.get_or_try_init(start).await.cloned()
    }

    /// A testbed of its own on the server of this URL, whose user must be
    /// allowed to create databases.
    pub async fn on(url: impl Into<String>) -> Result<Self, TestbedError> {
        let url = url.into();
        Self::start(move || Server::at(&url)).await
    }

    async fn start(
        find: impl FnOnce() -> Result<Server, TestbedError> + Send + 'static,
    ) -> Result<Self, TestbedError> {
        let keeper = Keeper::start(find).await?;
        Ok(Self {
            keeper,
            templates: Arc::default(),
        })
    }

    /// A new database from a template, which is made first if need be.
    pub async fn scratch(&self, template: &Template) -> Result<ScratchDb, TestbedError> {
        let ready = self.ready(template).await?;
        self.create(Some(ready)).await
    }

    /// A new database with nothing in it.
    pub async fn empty(&self) -> Result<ScratchDb, TestbedError> {
        self.create(None).await
    }

    /// Drops a template that is of no more use. Databases cloned from it stay.
    pub async fn discard(&self, template: &Template) -> Result<(), TestbedError> {
        let name = template.name(self.keeper.server_version());
        let mut connection = self.keeper.server().connect().await?;
        let finished = Ready::find(&mut connection, &name).await?.is_some();
        drop_database(&mut connection, &name, finished).await?;
        let mut slots = self
            .templates
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        slots.remove(&name);
        Ok(())
    }

    /// The URL of the database from which others are created.
    pub fn admin_url(&self) -> String {
        self.keeper.server().url().to_owned()
    }

    async fn create(&self, from: Option<Arc<Ready>>) -> Result<ScratchDb, TestbedError> {
        let name = self.keeper.create(from).await?;
        Ok(ScratchDb::new(self.keeper.clone(), name))
    }

    /// The finished template; asked of the server once per process.
    async fn ready(&self, template: &Template) -> Result<Arc<Ready>, TestbedError> {
        let slot = self.slot(template.name(self.keeper.server_version()));
        let make = || async { template.make(&self.keeper).await.map(Arc::new) };
        slot.get_or_try_init(make).await.cloned()
    }

    fn slot(&self, name: String) -> Slot {
        let mut slots = self
            .templates
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        slots.entry(name).or_default().clone()
    }
}
