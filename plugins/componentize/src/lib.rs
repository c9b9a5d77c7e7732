//! Core module to component: builds plugins/dist.
