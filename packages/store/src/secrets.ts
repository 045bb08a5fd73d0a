/**
 * Secrets at rest: what the database must hold but a copy of it must not tell, encrypted with a key that lies beside it
 * in `DATA/secrets.key`, a line a key, the last of which is the one in use.
 *
 *     sealed = version (1 octet) key-id (4) nonce (12) ciphertext tag (16)        AES-256-GCM
 *
 * - The purpose, the version and the key's id are authenticated with the secret: a sealed value that is moved to
 *   another place does not open there.
 * - A key that was replaced stays in the file, so that what it has sealed can be opened until it is sealed anew.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import {
  chmodSync,
  closeSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import type { Secrets } from './api.ts'
import { StoreError } from './problem.ts'

const version = 1
const idOctets = 4
const keyOctets = 32
const nonceOctets = 12
const tagOctets = 16
const headOctets = 1 + idOctets

/** How much longer a sealed value is than what it holds. */
export const sealOctets = headOctets + nonceOctets + tagOctets

const preface = `# Opens the secrets in lemonade.db. Keep a copy: without this file they are lost, with it they are read.
# The last key is the one in use; older ones open what was sealed with them.
`

interface Key {
  /** Hexadecimal. */
  readonly id: string
  readonly octets: Buffer
}

/** Opens the key file of a data directory, which is made where it is missing. Throws a sentence for one that is none. */
export function openSecrets(directory: string): Secrets {
  const file = join(directory, 'secrets.key')
  const first = newKey()
  let keys = readKeys(file) ?? (create(file, [first]) ? [first] : readKeys(file)) ?? []
  const current = () => keys.at(-1) as Key
  const find = (id: string) => keys.find(key => key.id === id)
  return {
    seal(plain, purpose) {
      const { id, octets } = current()
      const head = Buffer.concat([Buffer.of(version), Buffer.from(id, 'hex')])
      const nonce = randomBytes(nonceOctets)
      const cipher = createCipheriv('aes-256-gcm', octets, nonce).setAAD(Buffer.concat([head, Buffer.from(purpose)]))
      const sealed = Buffer.concat([head, nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
      return new Uint8Array(sealed)
    },
    open(sealed, purpose) {
      if (sealed.length < sealOctets || sealed[0] !== version) throw new StoreError('damaged', 'no sealed secret')
      const octets = Buffer.from(sealed)
      const id = keyIdOf(octets)
      // Another process may have taken a new key into use.
      if (find(id) === undefined) keys = readKeys(file) ?? keys
      const key = find(id)
      if (key === undefined) throw new StoreError('damaged', `${file} does not hold the key ${id} of a secret`)
      const tagStart = octets.length - tagOctets
      const decipher = createDecipheriv(
        'aes-256-gcm',
        key.octets,
        octets.subarray(headOctets, headOctets + nonceOctets),
      )
        .setAAD(Buffer.concat([octets.subarray(0, headOctets), Buffer.from(purpose)]))
        .setAuthTag(octets.subarray(tagStart))
      try {
        const plain = decipher.update(octets.subarray(headOctets + nonceOctets, tagStart))
        return new Uint8Array(Buffer.concat([plain, decipher.final()]))
      } catch {
        throw new StoreError('damaged', 'a sealed secret does not open')
      }
    },
    isCurrent: sealed => sealed[0] === version && keyIdOf(Buffer.from(sealed)) === current().id,
    rotate() {
      const next = [...(readKeys(file) ?? keys), newKey()]
      replace(file, next)
      keys = next
    },
  }
}

function newKey(): Key {
  return { id: randomBytes(idOctets).toString('hex'), octets: randomBytes(keyOctets) }
}

function keyIdOf(sealed: Buffer): string {
  return sealed.subarray(1, headOctets).toString('hex')
}

/** Null where there is no file. */
function readKeys(file: string): readonly Key[] | null {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
  const lines = text.split('\n').filter(line => line.trim() !== '' && !line.startsWith('#'))
  const keys = lines.map(keyOf)
  if (keys.length === 0 || keys.includes(null)) {
    throw new Error(`${file} holds no keys. Put back a copy of it; or delete it, and secrets must be set anew.`)
  }
  // A copy that was put back may have become readable to others on the way.
  chmodSync(file, 0o600)
  return keys as readonly Key[]
}

/** key-line = key-id SP key; hexadecimal, base64url */
function keyOf(line: string): Key | null {
  const [, id, key] = /^([0-9a-f]{8}) ([\w-]{43})$/.exec(line.trim()) ?? []
  return id === undefined || key === undefined ? null : { id, octets: Buffer.from(key, 'base64url') }
}

/** False where another process has just made the file. */
function create(file: string, keys: readonly Key[]): boolean {
  const incoming = write(file, keys)
  try {
    linkSync(incoming, file)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    rmSync(incoming, { force: true })
  }
}

function replace(file: string, keys: readonly Key[]): void {
  renameSync(write(file, keys), file)
}

/** Writes the keys beside the file, for their owner only, durably. */
function write(file: string, keys: readonly Key[]): string {
  const incoming = `${file}.${randomBytes(4).toString('hex')}.new`
  const descriptor = openSync(incoming, 'wx', 0o600)
  try {
    writeSync(descriptor, preface + keys.map(({ id, octets }) => `${id} ${octets.toString('base64url')}\n`).join(''))
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
  return incoming
}
