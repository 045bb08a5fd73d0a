-- Keys that mail of our domains is signed with (RFC 6376). Several of a domain stand here while one takes another's place.
CREATE TABLE dkim_keys (
  domain TEXT NOT NULL REFERENCES domains (name) ON DELETE CASCADE,
  selector TEXT NOT NULL,
  algorithm TEXT NOT NULL, -- 'rsa' or 'ed25519'
  state TEXT NOT NULL, -- 'prepared', 'published', 'active' or 'retired'
  since INTEGER NOT NULL, -- when it came into its state
  made_at INTEGER NOT NULL,
  public_key BLOB NOT NULL, -- SubjectPublicKeyInfo, DER
  sealed_key BLOB NOT NULL, -- PKCS #8, DER, encrypted with the key beside the database
  PRIMARY KEY (domain, selector)
) STRICT, WITHOUT ROWID;
