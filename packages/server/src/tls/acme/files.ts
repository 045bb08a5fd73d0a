/**
 * What ACME leaves in `DATA/tls/acme`, for the server's eyes only. The certificate and its key are one file, so that no
 * crash leaves a pair that does not match.
 */
import { chmodSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeAtomically } from '../../files.ts'
import type { TlsFiles } from '../local.ts'

export class AcmeFiles {
  readonly #folder: string

  constructor(data: string) {
    this.#folder = join(data, 'tls', 'acme')
  }

  /** The certificate in use. */
  get tls(): TlsFiles {
    const file = join(this.#folder, 'server.pem')
    return { certificate: file, key: file }
  }

  /** Key and chain, PEM; null where there is no certificate yet. */
  get certificate(): string | null {
    return this.#read('server.pem')
  }

  set certificate(pem: string) {
    this.#write('server.pem', pem)
  }

  /** The key that a later certificate may have; it is made known before it is used (RFC 7672 §8.1). */
  get nextKey(): string | null {
    return this.#read('next.key')
  }

  set nextKey(pem: string) {
    this.#write('next.key', pem)
  }

  /** The key of the account with one authority: another directory has another account (RFC 8555 §7.3). */
  accountKey(directory: string): string | null {
    return this.#read(accountFile(directory))
  }

  setAccountKey(directory: string, pem: string): void {
    this.#write(accountFile(directory), pem)
  }

  makeFolder(): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
    chmodSync(this.#folder, 0o700)
  }

  #read(name: string): string | null {
    const file = join(this.#folder, name)
    return existsSync(file) ? readFileSync(file, 'utf8') : null
  }

  #write(name: string, pem: string): void {
    this.makeFolder()
    writeAtomically(join(this.#folder, name), pem, 0o600)
  }
}

function accountFile(directory: string): string {
  return `account-${new URL(directory).host.replace(/[^a-z0-9.-]/g, '_')}.key`
}
