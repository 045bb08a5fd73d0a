/** Maildir, folders of .eml files, and single messages: one file a message. */
import { type Dirent, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type ImportedMessage, type ImportOptions, receivedAt, withCrlf } from './message.ts'

export interface MessageFile {
  readonly file: string
  readonly flags: readonly string[]
}

/** The letters behind ":2," in a name in `cur`. "P", passed on, is the keyword that clients use for it. */
const maildirFlags: readonly [letter: string, flag: string][] = [
  ['S', '\\Seen'],
  ['R', '\\Answered'],
  ['F', '\\Flagged'],
  ['D', '\\Draft'],
  ['T', '\\Deleted'],
  ['P', '$Forwarded'],
]

export function isMaildir(folder: string): boolean {
  return ['cur', 'new'].every(name => statSync(join(folder, name), { throwIfNoEntry: false })?.isDirectory() === true)
}

/** Messages of `cur` and `new` in the order of delivery, which their names begin with; `tmp` holds none. */
export function maildirFiles(folder: string): readonly MessageFile[] {
  return ['cur', 'new']
    .flatMap(name => plainFiles(join(folder, name)).map(file => ({ name: file, path: join(folder, name, file) })))
    .sort(
      (one, other) => Number.parseInt(one.name, 10) - Number.parseInt(other.name, 10) || order(one.name, other.name),
    )
    .map(({ name, path }) => ({ file: path, flags: flagsOf(name) }))
}

/** Names of folders inside a Maildir (Maildir++), each of which is a mailbox of its own. */
export function maildirFolders(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter(entry => entry.isDirectory() && entry.name.startsWith('.') && isMaildir(join(folder, entry.name)))
    .map(({ name }) => name)
}

/** The .eml files of a folder, by name. */
export function emlFiles(folder: string): readonly MessageFile[] {
  return plainFiles(folder)
    .filter(name => name.toLowerCase().endsWith('.eml'))
    .sort(order)
    .map(name => ({ file: join(folder, name), flags: [] }))
}

/** True where a file begins like a message: with a header field (RFC 5322 §2.2). */
export function looksLikeMessage(start: Uint8Array): boolean {
  return /^[!-9;-~]+[ \t]*:/.test(Buffer.from(start).toString('latin1'))
}

/** Reads them one at a time. */
export function* readFiles(files: readonly MessageFile[], options: ImportOptions): Generator<ImportedMessage> {
  for (const { file, flags } of files) {
    const found = statSync(file, { throwIfNoEntry: false })
    if (found === undefined) {
      // A Maildir is live: its programs rename and remove files at any time.
      options.skip(file, 'gone meanwhile')
      continue
    }
    options.advance(found.size)
    if (found.size > options.messageOctets) {
      options.skip(file, `larger than ${options.messageOctets} octets`)
      continue
    }
    const octets = withCrlf(readFileSync(file))
    yield { octets, flags, internalDate: receivedAt(octets) ?? Math.floor(found.mtimeMs) }
  }
}

function flagsOf(name: string): readonly string[] {
  const letters = /[:;!]2,([A-Za-z]*)$/.exec(name)?.[1] ?? ''
  return maildirFlags.filter(([letter]) => letters.includes(letter)).map(([, flag]) => flag)
}

function plainFiles(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry: Dirent) => entry.isFile() && !entry.name.startsWith('.'))
    .map(({ name }) => name)
}

function order(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
}
