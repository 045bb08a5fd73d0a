-- Mailboxes that others may use, and how much an account may have.

-- Who may do what with a mailbox (RFC 4314): letters of rights, given or, where negative, taken away. account_id 0 is anyone.
-- The owner has all rights and no row.
CREATE TABLE acl (
  mailbox_id INTEGER NOT NULL REFERENCES mailboxes (id) ON DELETE CASCADE,
  account_id INTEGER NOT NULL,
  negative INTEGER NOT NULL,
  rights TEXT NOT NULL,
  PRIMARY KEY (mailbox_id, account_id, negative)
) STRICT, WITHOUT ROWID;
CREATE INDEX acl_by_account ON acl (account_id);

-- The names below this one stand for the mailboxes of others.
UPDATE mailboxes SET name = '_' || name WHERE name = 'Other Users' OR name >= 'Other Users/' AND name < 'Other Users0';
UPDATE OR IGNORE subscriptions SET name = '_' || name
WHERE name = 'Other Users' OR name >= 'Other Users/' AND name < 'Other Users0';

ALTER TABLE accounts ADD COLUMN administrator INTEGER NOT NULL DEFAULT 0;

-- Limits of all mail of an account (RFC 9208): NULL for those of the configuration, -1 for none.
ALTER TABLE accounts ADD COLUMN quota_octets INTEGER;
ALTER TABLE accounts ADD COLUMN quota_messages INTEGER;

-- What it uses, kept with each change of a mailbox's counters.
ALTER TABLE accounts ADD COLUMN used_octets INTEGER NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN used_messages INTEGER NOT NULL DEFAULT 0;
UPDATE accounts SET (used_octets, used_messages) = (
  SELECT ifnull(sum(octets), 0), ifnull(sum(messages), 0)
  FROM mailboxes JOIN mailbox_flag_sets ON mailbox_id = mailboxes.id
  WHERE account_id = accounts.id AND mailboxes.name IS NOT NULL
);
