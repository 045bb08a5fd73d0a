/**
 * Writes README.md's lists of capabilities from the code, as a server offers them that is configured by nobody. Part of
 * `npm run format`; with `--check`, a part of `npm run check`, it only says whether they are behind.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { offeredExtensions as sieve } from '../packages/filter/src/offered.ts'
import { core } from '../packages/imap/src/core/index.ts'
import { extensions as imap } from '../packages/imap/src/extensions/index.ts'
import { defaultImapLimits } from '../packages/imap/src/limits.ts'
import { register } from '../packages/imap/src/registry.ts'
import { Session, type Shared, type Transport } from '../packages/imap/src/session.ts'
import { silentLog } from '../packages/net/src/index.ts'

export const file = fileURLToPath(new URL('../README.md', import.meta.url))
const [begin, end] = ['<!-- capabilities: written by scripts/readme.ts -->\n', '<!-- end of capabilities -->\n']

/** Columns of a line. */
const width = 120

/** The document with the lists as the code is now. */
export function updated(document: string): string {
  const [from, to] = [document.indexOf(begin), document.indexOf(end)]
  if (from === -1 || to === -1) throw new Error(`${file} lacks the lines that enclose the capabilities`)
  return `${document.slice(0, from + begin.length)}\n${lists()}\n${document.slice(to)}`
}

function lists(): string {
  const scripts = sieve.flatMap(one => one.capabilities)
  return [
    item('IMAP', [...new Set(imapCapabilities().map(withoutValue))]),
    item('Sieve', [...new Set(scripts)].sort()),
  ].join('\n')
}

/** What a client of a new connection under TLS is offered, but for how it may log in. */
export function imapCapabilities(): readonly string[] {
  const tables = register([...core, ...imap])
  const shared = {
    tables,
    limits: defaultImapLimits,
    utf8Only: false,
    auth: { mechanisms: () => [], mayLogin: () => true },
    mailboxScripts: { url: 'sieve://localhost', happened: async () => {} },
    conversions: {},
  } as unknown as Shared
  const transport = { channel: () => ({ secure: true }), layered: () => false } as unknown as Transport
  return tables.capabilities(new Session(shared, transport, silentLog))
}

/** Limits, rights and addresses are what each server has of its own. */
function withoutValue(capability: string): string {
  return capability.replace(/=(?:\d{2,}|[a-z].*)$/, '=')
}

/** A list item in lines that are not too long. */
function item(name: string, words: readonly string[]): string {
  const lines: string[] = []
  let line = `- ${name}:`
  for (const word of words) {
    const next = `${line} \`${word}\``
    if (next.length > width) lines.push(line)
    line = next.length > width ? `  \`${word}\`` : next
  }
  return [...lines, line, ''].join('\n')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const document = readFileSync(file, 'utf8')
  const now = updated(document)
  if (!process.argv.includes('--check')) writeFileSync(file, now)
  else if (document !== now) {
    console.error('README.md: the capabilities are not those of the code; "npm run format" mends that.')
    process.exitCode = 1
  }
}
