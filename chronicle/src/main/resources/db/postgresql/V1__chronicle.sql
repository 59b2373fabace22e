-- Append-only. A later change is a later file; nothing here is ever dropped. The same tables as in ../sqlite.
CREATE TABLE instance (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  matrix_uid TEXT NOT NULL,
  name TEXT NOT NULL,
  namespace TEXT NOT NULL,
  matrix TEXT NOT NULL,
  UNIQUE (matrix_uid, name)
);
CREATE TABLE entry (
  sequence BIGINT PRIMARY KEY,
  stored_at BIGINT NOT NULL,
  instance_id BIGINT NOT NULL REFERENCES instance (id),
  life BIGINT NOT NULL,
  kind TEXT NOT NULL,
  number BIGINT NOT NULL,
  at BIGINT NOT NULL,
  digest TEXT NOT NULL,
  bytes BIGINT NOT NULL,
  details TEXT NOT NULL,
  text TEXT NOT NULL,
  prompt_sha256 TEXT,
  prompt TEXT,
  -- A tsvector may have 1 MiB.
  words tsvector GENERATED ALWAYS AS (to_tsvector('simple'::regconfig, left(text, 100000))) STORED,
  UNIQUE (instance_id, life, kind, number)
);
CREATE INDEX entry_of_instance ON entry (instance_id, sequence);
CREATE INDEX entry_stored_at ON entry (stored_at);
CREATE INDEX entry_words ON entry USING gin (words);
CREATE TABLE removed (
  instance_id BIGINT NOT NULL REFERENCES instance (id),
  life BIGINT NOT NULL,
  kind TEXT NOT NULL,
  up_to BIGINT NOT NULL,
  PRIMARY KEY (instance_id, life, kind)
);
CREATE TABLE tally (
  instance_id BIGINT NOT NULL REFERENCES instance (id),
  kind TEXT NOT NULL,
  entries BIGINT NOT NULL,
  bytes BIGINT NOT NULL,
  prompt_tokens BIGINT NOT NULL,
  completion_tokens BIGINT NOT NULL,
  last_at BIGINT NOT NULL,
  removed_entries BIGINT NOT NULL,
  removed_bytes BIGINT NOT NULL,
  PRIMARY KEY (instance_id, kind)
);
CREATE TABLE chronicle (
  id BIGINT PRIMARY KEY CHECK (id = 1),
  last_sequence BIGINT NOT NULL,
  last_stored_at BIGINT NOT NULL
);
INSERT INTO chronicle (id, last_sequence, last_stored_at) VALUES (1, 0, 0);
