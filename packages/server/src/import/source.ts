/** Finds out what a path holds, and reads it. */
import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import { UserError } from '../problem.ts'
import { emlFiles, isMaildir, looksLikeMessage, maildirFiles, maildirFolders, readFiles } from './files.ts'
import { isMbox, readMbox } from './mbox.ts'
import type { ImportedMessage, ImportOptions } from './message.ts'

export interface Source {
  /** What it is, for people. */
  readonly kind: string
  /** Octets to go through. */
  readonly octets: number
  /** What is not part of it but worth knowing. */
  readonly remark: string | null
  read(options: ImportOptions): AsyncIterable<ImportedMessage> | Iterable<ImportedMessage>
}

const startOctets = 4096

/** Throws a sentence where it is nothing that holds mail; `shown` is the path as it was given. */
export function openSource(path: string, shown = path): Source {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined) throw new UserError(`There is nothing at ${shown}; name a file or a folder with mail.`)
  if (found.isDirectory()) return folderSource(path, shown)
  const start = startOf(path)
  const whole = { octets: found.size, remark: null }
  if (found.size === 0) return { ...whole, kind: 'empty file', read: () => [] }
  if (isMbox(start))
    return { ...whole, kind: 'mbox', read: options => readMbox(path, Math.floor(found.mtimeMs), options) }
  if (!looksLikeMessage(start)) {
    throw new UserError(`${shown} is neither an mbox nor a message: it begins with no From_ line and no header field.`)
  }
  return { ...whole, kind: 'message', read: options => readFiles([{ file: path, flags: [] }], options) }
}

function folderSource(path: string, shown: string): Source {
  const maildir = isMaildir(path)
  const files = maildir ? maildirFiles(path) : emlFiles(path)
  if (!maildir && files.length === 0) {
    throw new UserError(`${shown} is no Maildir (it lacks cur and new) and has no .eml files in it.`)
  }
  const inner = maildir ? maildirFolders(path) : []
  return {
    kind: maildir ? 'Maildir' : 'folder of .eml files',
    octets: files.reduce((sum, { file }) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0),
    remark:
      inner.length === 0
        ? null
        : `Folders inside it are mailboxes of their own; import each by itself: ${inner.map(name => basename(name)).join(' ')}`,
    read: options => readFiles(files, options),
  }
}

function startOf(file: string): Uint8Array {
  const descriptor = openSync(file, 'r')
  try {
    const start = new Uint8Array(startOctets)
    return start.subarray(0, readSync(descriptor, start))
  } finally {
    closeSync(descriptor)
  }
}
