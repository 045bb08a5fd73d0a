/** Writing small files so that a reader, or a crash, never finds half of one. */
import { closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs'

/** Replaces a file in one step; what is secret gets mode 0600 from the first octet on. */
export function writeAtomically(file: string, content: string, mode = 0o644): void {
  const incoming = `${file}.${process.pid}.new`
  const descriptor = openSync(incoming, 'w', mode)
  try {
    writeSync(descriptor, content)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
  renameSync(incoming, file)
}
