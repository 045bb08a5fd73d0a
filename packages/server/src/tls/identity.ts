/** The server's TLS identity: read from its files, and read again whenever they change. */
import { existsSync, type FSWatcher, readFileSync, statSync, watch } from 'node:fs'
import { dirname } from 'node:path'
import type { SecureContext } from 'node:tls'
import { type Log, type TlsSource, tlsSource } from '@lemonade/net'
import { messageOf, UserError } from '../problem.ts'
import type { TlsFiles } from './local.ts'

/** For file systems that tell of no changes. */
const pollMilliseconds = 60_000

/**
 * Certificate and key are two files, so a change passes through a time when they do not match. Each sign of a change
 * tries to load both; until that works the old pair stays in use.
 */
export class TlsIdentity implements TlsSource {
  readonly #candidates: readonly TlsFiles[]
  readonly #log: Log
  readonly #watchers: FSWatcher[] = []
  #poll: NodeJS.Timeout | null = null
  #source: TlsSource
  #inUse = ''
  /** Of the files as they were loaded. */
  #loaded: string
  /** Of files that could not be loaded and were complained about. */
  #refused = ''
  #onReload: (() => void) | null = null

  /**
   * Of several pairs the first that is there is used, as soon as it is. Throws a sentence where its files cannot be read
   * or do not match.
   */
  constructor(files: TlsFiles | readonly TlsFiles[], log: Log) {
    this.#candidates = [files].flat()
    this.#log = log
    this.#loaded = this.#fingerprint()
    this.#source = this.#load()
  }

  get context(): SecureContext {
    return this.#source.context
  }

  get certificate(): Uint8Array | null {
    return this.#source.certificate
  }

  /** Begins to follow the files; `onReload` is called after each new pair. */
  watch(onReload: (() => void) | null = null): void {
    this.#onReload = onReload
    // The folders, since a renewal replaces files, or the links that lead to them.
    for (const folder of new Set(this.#paths().map(dirname))) {
      const watcher = watch(folder, { persistent: false }, () => this.#changed(false))
      watcher.on('error', error => this.#log.debug({ error: error.message }, 'certificate folder not watched'))
      this.#watchers.push(watcher)
    }
    this.#poll = setInterval(() => this.#changed(true), pollMilliseconds)
    this.#poll.unref()
  }

  /** Loads the files now, as after SIGHUP. */
  reload(): void {
    this.#changed(true)
  }

  close(): void {
    for (const watcher of this.#watchers.splice(0)) watcher.close()
    if (this.#poll !== null) clearInterval(this.#poll)
    this.#poll = null
  }

  /** `complain`: files that are still wrong by now are worth a warning, once. */
  #changed(complain: boolean): void {
    const fingerprint = this.#fingerprint()
    if (fingerprint === this.#loaded || fingerprint === this.#refused) return
    try {
      this.#source = this.#load()
    } catch (error) {
      if (!complain) return
      this.#refused = fingerprint
      this.#log.warn({ error: messageOf(error) }, 'certificate not reloaded, the old one stays in use')
      return
    }
    this.#loaded = fingerprint
    this.#log.info({ certificate: this.#inUse }, 'certificate reloaded')
    this.#onReload?.()
  }

  #load(): TlsSource {
    const there = this.#candidates.filter(({ certificate, key }) => existsSync(certificate) && existsSync(key))
    const last = there.at(-1) ?? this.#candidates.at(-1)
    for (const files of there) {
      if (files === last) break
      try {
        return this.#loadPair(files)
      } catch (error) {
        this.#log.warn({ error: messageOf(error) }, 'certificate not usable, another one takes its place')
      }
    }
    if (last === undefined) throw new UserError('No certificate is configured.')
    return this.#loadPair(last)
  }

  #loadPair({ certificate, key }: TlsFiles): TlsSource {
    try {
      const source = tlsSource({ certificate: readFileSync(certificate, 'utf8'), key: readFileSync(key, 'utf8') })
      this.#inUse = certificate
      return source
    } catch (error) {
      throw new UserError(
        `The certificate ${certificate} and the key ${key} cannot be used (${messageOf(error)}); both must be PEM and belong together.`,
      )
    }
  }

  #paths(): readonly string[] {
    return this.#candidates.flatMap(({ certificate, key }) => [certificate, key])
  }

  #fingerprint(): string {
    return this.#paths()
      .map(file => statSync(file, { throwIfNoEntry: false }))
      .map(found => (found === undefined ? 'none' : `${found.ino}:${found.size}:${found.mtimeMs}`))
      .join(' ')
  }
}
