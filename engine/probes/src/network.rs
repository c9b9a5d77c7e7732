//! The two ways out of this room, resolving and connecting, and the machine's own.
//!
//! Both are traits so that tests can map public addresses to local listeners: the policy is the
//! same for both, and never relaxed. Variables that name proxies are not read.

use std::io;
use std::net::{IpAddr, SocketAddr};

use async_trait::async_trait;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

/// Finds the addresses of a name.
#[async_trait]
pub trait Resolver: Send + Sync {
    /// All addresses of the name, in the order in which they are to be tried.
    ///
    /// # Errors
    /// When the name is not known, or nobody answers.
    async fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>>;
}

/// A connection: bytes both ways.
pub trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Wire for T {}

/// Connects to an address.
#[async_trait]
pub trait Connector: Send + Sync {
    /// A connection to exactly this address, which was checked.
    ///
    /// # Errors
    /// When there is none.
    async fn connect(&self, address: SocketAddr) -> io::Result<Box<dyn Wire>>;
}

/// The resolver and the TCP of the machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct System;

#[async_trait]
impl Resolver for System {
    async fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        let found = tokio::net::lookup_host((name, 0)).await?;
        Ok(found.map(|address| address.ip()).collect())
    }
}

#[async_trait]
impl Connector for System {
    async fn connect(&self, address: SocketAddr) -> io::Result<Box<dyn Wire>> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Box::new(stream))
    }
}
