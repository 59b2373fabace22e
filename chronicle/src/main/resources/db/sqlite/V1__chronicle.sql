-- Append-only. A later change is a later file; nothing here is ever dropped.
CREATE TABLE instance (
  id INTEGER PRIMARY KEY,
  matrix_uid TEXT NOT NULL,
  name TEXT NOT NULL,
  namespace TEXT NOT NULL,
  matrix TEXT NOT NULL,
  UNIQUE (matrix_uid, name)
);
-- prompt is the last column: SQLite then reads the others without walking over its pages.
CREATE TABLE entry (
  sequence INTEGER PRIMARY KEY,
  stored_at INTEGER NOT NULL,
  instance_id INTEGER NOT NULL REFERENCES instance (id),
  life INTEGER NOT NULL,
  kind TEXT NOT NULL,
  number INTEGER NOT NULL,
  at INTEGER NOT NULL,
  digest TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  details TEXT NOT NULL,
  text TEXT NOT NULL,
  prompt_sha256 TEXT,
  prompt TEXT,
  UNIQUE (instance_id, life, kind, number)
);
CREATE INDEX entry_of_instance ON entry (instance_id, sequence);
CREATE INDEX entry_stored_at ON entry (stored_at);
-- What retention took away: a retry of it is not taken for something new.
CREATE TABLE removed (
  instance_id INTEGER NOT NULL REFERENCES instance (id),
  life INTEGER NOT NULL,
  kind TEXT NOT NULL,
  up_to INTEGER NOT NULL,
  PRIMARY KEY (instance_id, life, kind)
);
-- All that was ever stored, and how much of it retention took away.
CREATE TABLE tally (
  instance_id INTEGER NOT NULL REFERENCES instance (id),
  kind TEXT NOT NULL,
  entries INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  prompt_tokens INTEGER NOT NULL,
  completion_tokens INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  removed_entries INTEGER NOT NULL,
  removed_bytes INTEGER NOT NULL,
  PRIMARY KEY (instance_id, kind)
);
-- One row: a sequence is never given twice, whatever was removed.
CREATE TABLE chronicle (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  last_sequence INTEGER NOT NULL,
  last_stored_at INTEGER NOT NULL
);
INSERT INTO chronicle (id, last_sequence, last_stored_at) VALUES (1, 0, 0);
CREATE VIRTUAL TABLE entry_search USING fts5 (text, content = 'entry', content_rowid = 'sequence', tokenize = 'unicode61 remove_diacritics 0');
CREATE TRIGGER entry_searched AFTER INSERT ON entry BEGIN
  INSERT INTO entry_search (rowid, text) VALUES (new.sequence, new.text);
END;
CREATE TRIGGER entry_forgotten AFTER DELETE ON entry BEGIN
  INSERT INTO entry_search (entry_search, rowid, text) VALUES ('delete', old.sequence, old.text);
END;
