-- Results of conversions (RFC 5259), by a hash of what was converted and into what: kept until others need the room.
CREATE TABLE conversions (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  key BLOB NOT NULL UNIQUE,
  description TEXT NOT NULL, -- the result's media type and the like, as whoever converts wrote it
  blob_id INTEGER NOT NULL REFERENCES blobs (id),
  octets INTEGER NOT NULL,
  used_at INTEGER NOT NULL
) STRICT;
CREATE INDEX conversions_by_use ON conversions (used_at, octets);
CREATE INDEX conversions_by_blob ON conversions (blob_id);
