-- Events that a sink has refused for good, until somebody replays or discards them.
CREATE TABLE dead_letters (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  sink TEXT NOT NULL,
  reason TEXT NOT NULL,
  event_id INTEGER NOT NULL,
  event_at INTEGER NOT NULL,
  account_id INTEGER,
  type TEXT NOT NULL,
  parameters TEXT NOT NULL -- JSON
) STRICT;

-- What users have registered to be woken: one row an entry of their metadata, made and removed with it.
CREATE TABLE devices (
  id INTEGER PRIMARY KEY AUTOINCREMENT, -- never reused: a device that is registered anew is another one
  account_id INTEGER NOT NULL,
  name TEXT NOT NULL, -- KIND/NAME, in lower case
  registered_at INTEGER NOT NULL,
  state TEXT NOT NULL, -- new, asked, ready or refused
  challenge BLOB, -- SHA-256 of what the device must echo
  asked_at INTEGER,
  problem TEXT, -- the last one, for people
  waiting INTEGER NOT NULL DEFAULT 0, -- 1: it was told that there is unread mail
  woken_at INTEGER, -- the last wake-up that was taken
  credit REAL, -- wake-ups that it may have at once, when credited_at
  credited_at INTEGER,
  pending TEXT, -- the wake-up that it is to have, as JSON: the latest state
  pending_id INTEGER, -- the last event that it tells of
  due_at INTEGER,
  expires_at INTEGER,
  attempts INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account_id, name)
) STRICT;
CREATE INDEX devices_due ON devices (due_at) WHERE pending IS NOT NULL;
CREATE INDEX devices_in_question ON devices (state) WHERE state IN ('new', 'asked');

-- Values that are sealed with the key of the data directory.
ALTER TABLE metadata ADD COLUMN sealed INTEGER NOT NULL DEFAULT 0;
