/** The one secret of this package: it makes salts for accounts that do not exist, the same after each restart. */
import { randomBytes } from 'node:crypto'
import { linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const octets = 32
const fileName = 'salt.key'

/** Reads the secret of a data directory, making it where there is none. Two processes that make it agree on one. */
export function persistentSecret(directory: string): Uint8Array {
  const folder = join(directory, 'auth')
  const file = join(folder, fileName)
  const found = read(file)
  if (found !== null) return found
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const fresh = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`
  writeFileSync(fresh, randomBytes(octets), { mode: 0o600, flush: true })
  try {
    // A link, unlike a rename, never replaces what another process has made meanwhile.
    linkSync(fresh, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    unlinkSync(fresh)
  }
  const made = read(file)
  if (made === null) throw new Error(`${file} does not hold ${octets} octets; remove it to have it made anew`)
  return made
}

function read(file: string): Uint8Array | null {
  try {
    const content = readFileSync(file)
    return content.length === octets ? content : null
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}
