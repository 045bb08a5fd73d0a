-- The first schema. Times are milliseconds since 1970 UTC; sizes are octets; JSON where a value is a list or a record.
-- AUTOINCREMENT stands where an identifier is shown to clients or kept by them: it must never come back.

-- Numbers that belong to the whole store.
CREATE TABLE counters (
  name TEXT PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- UIDVALIDITY comes from one counter for the whole store, so that no name ever sees a value twice.
INSERT INTO counters (name, value) VALUES ('uid-validity', 0);

-- People ---------------------------------------------------------------------------------------------------------

-- A removed account has no name; the collector takes its mail away in slices and then the row.
CREATE TABLE accounts (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT UNIQUE,
  display_name TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  disabled INTEGER NOT NULL DEFAULT 0,
  modseq INTEGER NOT NULL DEFAULT 1
) STRICT;

CREATE TABLE credentials (
  account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  label TEXT NOT NULL,
  verifier TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  last_used_at INTEGER,
  PRIMARY KEY (account_id, label)
) STRICT, WITHOUT ROWID;

CREATE TABLE domains (
  name TEXT PRIMARY KEY,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE aliases (
  address TEXT PRIMARY KEY,
  targets TEXT NOT NULL -- JSON array of addresses
) STRICT, WITHOUT ROWID;

-- Content --------------------------------------------------------------------------------------------------------

-- A run of octets, known by its hash. A blob of one chunk holds it here; a larger one has rows in `chunks` and NULL here.
-- sha256 is NULL while the chunks are still coming in.
CREATE TABLE blobs (
  id INTEGER PRIMARY KEY,
  sha256 BLOB UNIQUE,
  octets INTEGER NOT NULL,
  encoding INTEGER NOT NULL DEFAULT 0, -- of `data`: 0 as it is, 1 zstd
  data BLOB
) STRICT;

-- Chunk n holds octets [n * 128 KiB, (n + 1) * 128 KiB) of its blob, each compressed for itself.
CREATE TABLE chunks (
  blob_id INTEGER NOT NULL REFERENCES blobs (id) ON DELETE CASCADE,
  ordinal INTEGER NOT NULL,
  encoding INTEGER NOT NULL,
  data BLOB NOT NULL,
  PRIMARY KEY (blob_id, ordinal)
) STRICT, WITHOUT ROWID;

-- A blob is kept while a rope names it or a claim on it has not run out: content that is prepared and not yet stored.
CREATE TABLE claims (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  blob_id INTEGER NOT NULL REFERENCES blobs (id) ON DELETE CASCADE,
  until INTEGER NOT NULL
) STRICT;
CREATE INDEX claims_by_blob ON claims (blob_id);

-- Immutable message content, and what searching, sorting and threading ask of it.
CREATE TABLE contents (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  octets INTEGER NOT NULL,
  header_octets INTEGER NOT NULL, -- of the top-level header, with the empty line
  message_id TEXT,
  message_references TEXT NOT NULL, -- message-ids separated by a line feed, oldest first; '' for none
  sent_at INTEGER, -- NULL without a valid Date field
  sent_day INTEGER, -- days since 1970 as the Date field's own zone has it
  base_subject TEXT NOT NULL, -- collated under i;unicode-casemap
  is_reply INTEGER NOT NULL, -- the subject was one of a reply or forward (RFC 5256 §2.1)
  sort_from TEXT NOT NULL,
  sort_to TEXT NOT NULL,
  sort_cc TEXT NOT NULL,
  display_from TEXT NOT NULL,
  display_to TEXT NOT NULL,
  has_attachment INTEGER NOT NULL
) STRICT;

-- What FETCH sends, ready; apart from `contents` so that a sort does not drag it through memory.
CREATE TABLE facts (
  content_id INTEGER PRIMARY KEY REFERENCES contents (id) ON DELETE CASCADE,
  envelope BLOB NOT NULL,
  body_structure BLOB NOT NULL,
  structure BLOB NOT NULL -- mime's encodePart
) STRICT;

-- The rope: a content is these ranges of blobs, in order.
CREATE TABLE segments (
  content_id INTEGER NOT NULL REFERENCES contents (id) ON DELETE CASCADE,
  ordinal INTEGER NOT NULL,
  blob_id INTEGER NOT NULL REFERENCES blobs (id),
  start INTEGER NOT NULL,
  octets INTEGER NOT NULL,
  PRIMARY KEY (content_id, ordinal)
) STRICT, WITHOUT ROWID;
CREATE INDEX segments_by_blob ON segments (blob_id);

-- Contents and blobs that something has stopped naming: the collector looks whether anything else still does.
CREATE TABLE loose_contents (content_id INTEGER PRIMARY KEY) STRICT;
CREATE TABLE loose_blobs (blob_id INTEGER PRIMARY KEY) STRICT;

-- Mailboxes ------------------------------------------------------------------------------------------------------

-- A deleted mailbox has no name; the collector takes its messages away in slices and then the row.
CREATE TABLE mailboxes (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account_id INTEGER NOT NULL REFERENCES accounts (id),
  name TEXT,
  selectable INTEGER NOT NULL DEFAULT 1,
  special_use TEXT NOT NULL DEFAULT '', -- attributes separated by a space
  uid_validity INTEGER NOT NULL,
  uid_next INTEGER NOT NULL DEFAULT 1,
  highest_modseq INTEGER NOT NULL,
  first_recent_uid INTEGER NOT NULL DEFAULT 1, -- from here on, messages no session has been told as \Recent
  recent INTEGER NOT NULL DEFAULT 0, -- how many of them there are
  tombstones INTEGER NOT NULL DEFAULT 0, -- how many rows it has there
  tombstone_floor INTEGER NOT NULL DEFAULT 0, -- tombstones up to this mod-sequence may be gone
  created_at INTEGER NOT NULL,
  UNIQUE (account_id, name)
) STRICT;

CREATE TABLE subscriptions (
  account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  name TEXT NOT NULL, -- of a mailbox that may not exist
  PRIMARY KEY (account_id, name)
) STRICT, WITHOUT ROWID;

-- The spelling in which an account first used a keyword.
CREATE TABLE keywords (
  account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  folded TEXT NOT NULL,
  name TEXT NOT NULL,
  PRIMARY KEY (account_id, folded)
) STRICT, WITHOUT ROWID;

-- Interned combinations: equal id, equal flags. Bits: 1 Answered, 2 Flagged, 4 Deleted, 8 Seen, 16 Draft.
CREATE TABLE flag_sets (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  flags INTEGER NOT NULL,
  keywords TEXT NOT NULL, -- in the account's spelling, separated by a space, ordered by their folded form
  UNIQUE (account_id, flags, keywords)
) STRICT;

CREATE TABLE messages (
  mailbox_id INTEGER NOT NULL REFERENCES mailboxes (id),
  uid INTEGER NOT NULL,
  content_id INTEGER NOT NULL REFERENCES contents (id),
  flag_set INTEGER NOT NULL,
  modseq INTEGER NOT NULL,
  internal_date INTEGER NOT NULL,
  save_date INTEGER NOT NULL,
  octets INTEGER NOT NULL,
  thread INTEGER NOT NULL,
  PRIMARY KEY (mailbox_id, uid)
) STRICT, WITHOUT ROWID;
CREATE INDEX messages_by_modseq ON messages (mailbox_id, modseq);
CREATE INDEX messages_by_content ON messages (content_id);

-- How many messages of a mailbox carry each flag set: STATUS without counting. Rows at zero are removed.
CREATE TABLE mailbox_flag_sets (
  mailbox_id INTEGER NOT NULL REFERENCES mailboxes (id) ON DELETE CASCADE,
  flag_set INTEGER NOT NULL,
  messages INTEGER NOT NULL,
  octets INTEGER NOT NULL,
  PRIMARY KEY (mailbox_id, flag_set)
) STRICT, WITHOUT ROWID;

-- Expunged UIDs [first, last], all of them expunged with the same mod-sequence.
CREATE TABLE tombstones (
  mailbox_id INTEGER NOT NULL REFERENCES mailboxes (id) ON DELETE CASCADE,
  modseq INTEGER NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  PRIMARY KEY (mailbox_id, modseq, first)
) STRICT, WITHOUT ROWID;

-- Which conversation a message-id belongs to, by 53 bits of its hash.
CREATE TABLE threads (
  account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  hash INTEGER NOT NULL,
  thread INTEGER NOT NULL,
  PRIMARY KEY (account_id, hash)
) STRICT, WITHOUT ROWID;

-- What an account keeps besides mail ----------------------------------------------------------------------------------

CREATE TABLE scripts (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  source TEXT NOT NULL,
  octets INTEGER NOT NULL,
  active INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account_id, name)
) STRICT;
CREATE UNIQUE INDEX one_active_script ON scripts (account_id) WHERE active = 1;

-- RFC 5464 entries; mailbox_id NULL is the account's own.
CREATE TABLE metadata (
  id INTEGER PRIMARY KEY,
  account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  mailbox_id INTEGER REFERENCES mailboxes (id) ON DELETE CASCADE,
  entry TEXT NOT NULL,
  value BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX metadata_by_entry ON metadata (account_id, ifnull(mailbox_id, 0), entry);

-- RFC 4467 mailbox access keys.
CREATE TABLE url_keys (
  mailbox_id INTEGER PRIMARY KEY REFERENCES mailboxes (id) ON DELETE CASCADE,
  secret BLOB NOT NULL
) STRICT;

-- What Sieve's vacation and duplicate remember, until when.
CREATE TABLE memory (
  account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  purpose TEXT NOT NULL,
  hash BLOB NOT NULL,
  until INTEGER NOT NULL,
  PRIMARY KEY (account_id, purpose, hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX memory_by_until ON memory (until);

-- On the way out -----------------------------------------------------------------------------------------------------

CREATE TABLE queue (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  content_id INTEGER NOT NULL REFERENCES contents (id),
  account_id INTEGER,
  reverse_path TEXT NOT NULL,
  recipient TEXT NOT NULL,
  queued_at INTEGER NOT NULL,
  next_attempt_at INTEGER NOT NULL,
  due_at INTEGER NOT NULL, -- next_attempt_at, or the end of a lease
  expires_at INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  last_reply TEXT,
  options TEXT NOT NULL -- JSON, DeliveryOptions
) STRICT;
CREATE INDEX queue_by_due ON queue (due_at);
CREATE INDEX queue_by_content ON queue (content_id);

-- RFC 5423 events, written in the transaction that they tell of.
CREATE TABLE outbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  account_id INTEGER,
  type TEXT NOT NULL,
  parameters TEXT NOT NULL -- JSON
) STRICT;

CREATE TABLE outbox_sinks (
  name TEXT PRIMARY KEY,
  cursor INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
