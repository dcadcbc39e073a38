//! Slotledger documents in an ERPNext 15 server.
