# SPDX-License-Identifier: Apache-2.0
"""Databases of the licensing API that POSPal had before, in the variants in which they are found: the full schema, the first one with
customers alone, one with the columns that later code wrote, and what was made by hand."""

import sqlite3

CUSTOMERS = """CREATE TABLE customers (id INTEGER PRIMARY KEY AUTOINCREMENT, email TEXT UNIQUE NOT NULL, name TEXT, stripe_customer_id TEXT,
 stripe_session_id TEXT, unlock_token TEXT UNIQUE NOT NULL, machine_fingerprint TEXT,
 subscription_status TEXT NOT NULL DEFAULT 'active' CHECK (subscription_status IN ('active', 'inactive', 'cancelled')), subscription_id TEXT,
 next_billing_date TEXT, current_period_start TEXT, current_period_end TEXT, created_at TEXT DEFAULT (datetime('now')), last_seen TEXT,
 last_validation TEXT, payment_failures INTEGER DEFAULT 0, subscription_amount INTEGER, subscription_currency TEXT DEFAULT 'eur')"""
REST = """
CREATE TABLE audit_log (id INTEGER PRIMARY KEY AUTOINCREMENT, customer_id INTEGER, action TEXT NOT NULL, old_machine_fingerprint TEXT,
 new_machine_fingerprint TEXT, ip_address TEXT, user_agent TEXT, created_at TEXT DEFAULT (datetime('now')), metadata TEXT,
 FOREIGN KEY (customer_id) REFERENCES customers(id));
CREATE TABLE email_log (id INTEGER PRIMARY KEY AUTOINCREMENT, customer_id INTEGER, email_type TEXT, recipient_email TEXT, subject TEXT,
 delivery_status TEXT, resend_id TEXT, error_message TEXT, created_at TEXT, delivered_at TEXT);
CREATE TABLE active_sessions (id INTEGER PRIMARY KEY AUTOINCREMENT, customer_id INTEGER, session_id TEXT UNIQUE, machine_fingerprint TEXT,
 device_info TEXT, status TEXT, created_at TEXT, last_heartbeat TEXT, ended_at TEXT);
CREATE TABLE refund_requests (id INTEGER PRIMARY KEY AUTOINCREMENT, customer_id INTEGER, invoice_id TEXT, reason TEXT, details TEXT, status TEXT,
 refund_amount INTEGER, stripe_refund_id TEXT, admin_notes TEXT, created_at TEXT, updated_at TEXT, processed_at TEXT);
CREATE TABLE webhook_events (id INTEGER PRIMARY KEY AUTOINCREMENT, stripe_event_id TEXT UNIQUE, event_type TEXT, processed_at TEXT,
 processing_status TEXT, customer_id INTEGER, error_message TEXT, retry_count INTEGER, created_at TEXT);
CREATE TABLE trial_devices (hardware_hash TEXT PRIMARY KEY, hardware_last4 TEXT, first_run TEXT, expires_at TEXT, status TEXT, tamper_flag INTEGER,
 created_at TEXT, updated_at TEXT, last_seen TEXT, last_ip TEXT, metadata TEXT);
CREATE TABLE schema_version (version INTEGER, description TEXT, applied_at TEXT);
CREATE TRIGGER update_customer_last_seen AFTER UPDATE ON customers BEGIN UPDATE customers SET last_seen = datetime('now') WHERE id = NEW.id; END;
CREATE INDEX idx_customers_email ON customers (email);
"""
ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def token(number):
    """The unlock token of a number: POSPAL- and four groups of four."""
    letters = "".join(ALPHABET[(number * 7 + place * 5 + number // 32 ** (place % 4)) % 32] for place in range(16))
    return "POSPAL-" + "-".join(letters[at:at + 4] for at in range(0, 16, 4))


def write(path, *statements, schema=CUSTOMERS + ";" + REST):
    database = sqlite3.connect(path)
    database.executescript(schema)
    for statement in statements:
        database.execute(*statement) if isinstance(statement, tuple) else database.execute(statement)
    database.commit()
    database.close()
    return path


def row(table, **values):
    return (f"INSERT INTO {table} ({', '.join(values)}) VALUES ({', '.join('?' * len(values))})", tuple(values.values()))
