-- Where mail goes on to, and who may send what.

-- NULL for an alias. Of a group, who may write to it: 'anyone', 'members', or 'local' for everybody who has an account here.
ALTER TABLE aliases ADD COLUMN senders TEXT;

-- Mail for an account that goes on to other addresses, instead of to its mailboxes or besides.
CREATE TABLE forwards (
  account_id INTEGER PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
  targets TEXT NOT NULL, -- JSON array of addresses
  keeps INTEGER NOT NULL
) STRICT;

-- Addresses of others that an account may send as. '@domain' stands for each of a domain.
CREATE TABLE sender_grants (
  account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  address TEXT NOT NULL,
  on_behalf INTEGER NOT NULL, -- the message says who it was that sent it
  PRIMARY KEY (account_id, address)
) STRICT, WITHOUT ROWID;

-- What each account has sent, in stretches of ten minutes, as far back as limits look.
CREATE TABLE sent (
  account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  stretch INTEGER NOT NULL, -- since 1970
  messages INTEGER NOT NULL,
  recipients INTEGER NOT NULL,
  PRIMARY KEY (account_id, stretch)
) STRICT, WITHOUT ROWID;

-- The secret that return paths of forwarded mail are signed with.
CREATE TABLE forwarding_secrets (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  made_at INTEGER NOT NULL,
  sealed BLOB NOT NULL -- with the key beside the database
) STRICT;
