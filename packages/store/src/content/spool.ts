/** Octets of a message while it comes in: a small one stays in memory, a larger one goes to a file without a name. */
import { randomUUID } from 'node:crypto'
import { type FileHandle, open, unlink } from 'node:fs/promises'
import { join } from 'node:path'

/** What is kept in memory before a file is opened. */
export const memoryOctets = 256 * 1024
const readOctets = 128 * 1024

export class Spool {
  readonly #directory: string
  #pieces: Uint8Array[] = []
  #inMemory = 0
  #file: FileHandle | null = null
  #inFile = 0

  constructor(directory: string) {
    this.#directory = directory
  }

  get octets(): number {
    return this.#inFile + this.#inMemory
  }

  /** True where a file had to be opened. */
  get isLarge(): boolean {
    return this.#file !== null
  }

  async write(octets: Uint8Array): Promise<void> {
    // The caller may use its buffer again.
    this.#pieces.push(new Uint8Array(octets))
    this.#inMemory += octets.length
    if (this.#inMemory > memoryOctets) await this.#flush()
  }

  /** Octets [start, end), in pieces. */
  async *read(start: number, end: number): AsyncGenerator<Uint8Array> {
    const to = Math.min(end, this.octets)
    let at = Math.max(start, 0)
    while (at < Math.min(to, this.#inFile) && this.#file !== null) {
      const buffer = new Uint8Array(Math.min(readOctets, Math.min(to, this.#inFile) - at))
      const { bytesRead } = await this.#file.read(buffer, 0, buffer.length, at)
      if (bytesRead === 0) throw new Error('a spool file has become shorter')
      at += bytesRead
      yield buffer.subarray(0, bytesRead)
    }
    if (at < to) yield this.#memory().subarray(at - this.#inFile, to - this.#inFile)
  }

  /** All octets of a message that is not large. */
  whole(): Uint8Array {
    return this.#memory()
  }

  async close(): Promise<void> {
    this.#pieces = []
    this.#inMemory = 0
    const file = this.#file
    this.#file = null
    this.#inFile = 0
    await file?.close()
  }

  #memory(): Uint8Array {
    if (this.#pieces.length !== 1) this.#pieces = [new Uint8Array(Buffer.concat(this.#pieces, this.#inMemory))]
    return this.#pieces[0] as Uint8Array
  }

  async #flush(): Promise<void> {
    const file = this.#file ?? (await this.#open())
    this.#file = file
    const octets = this.#memory()
    this.#pieces = []
    this.#inMemory = 0
    await file.writeFile(octets)
    this.#inFile += octets.length
  }

  /** The name is gone before the first octet comes: whatever happens, the system takes the file away. */
  async #open(): Promise<FileHandle> {
    const name = join(this.#directory, randomUUID())
    const file = await open(name, 'wx+', 0o600)
    await unlink(name)
    return file
  }
}
