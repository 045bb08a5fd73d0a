/**
 * Writes the tables of limits in docs/configuration.md from the code: names, defaults and doc comments. Part of
 * `npm run format`; a test fails where the document is behind.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { limitGroups } from '../packages/server/src/limit-groups.ts'
import { shortLimitName } from '../packages/server/src/limits.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
export const file = `${root}docs/configuration.md`
const [begin, end] = ['<!-- limits: written by scripts/configuration-doc.ts -->\n', '<!-- end of limits -->\n']

/** Where the limits of each group are declared. */
const sources: Readonly<
  Record<keyof typeof limitGroups, { readonly about: string; readonly from: readonly string[] }>
> = {
  auth: { about: 'logging in', from: ['auth'] },
  convert: { about: 'conversions of parts (RFC 5259)', from: ['convert'] },
  filter: { about: 'scripts of mailboxes (IMAPSIEVE)', from: ['filter'] },
  http: { about: 'the listeners `http` and `https`, each', from: ['server'] },
  imap: { about: 'IMAP', from: ['imap'] },
  managesieve: { about: 'ManageSieve', from: ['managesieve', 'sieve'] },
  mta: { about: 'SMTP, LMTP, delivery and the queue', from: ['mta', 'esmtp'] },
  notify: { about: 'webhooks and notifications of scripts', from: ['notify'] },
  server: { about: 'the program', from: ['server'] },
  sieve: { about: 'Sieve scripts', from: ['sieve'] },
  store: { about: 'the mail store', from: ['store'] },
  submit: { about: 'submission', from: ['submit', 'esmtp'] },
}

/** The document with tables as the code is now. */
export function updated(document: string): string {
  const [from, to] = [document.indexOf(begin), document.indexOf(end)]
  if (from === -1 || to === -1) throw new Error(`${file} lacks the lines that enclose the limits`)
  return `${document.slice(0, from + begin.length)}\n${tables()}\n${document.slice(to)}`
}

function tables(): string {
  return Object.entries(limitGroups)
    .map(([group, limits]) => {
      const { about, from } = sources[group as keyof typeof limitGroups]
      const comments = new Map(from.toReversed().flatMap(folder => commentsOf(folder, from[0] === folder ? group : '')))
      const rows = Object.entries(limits).map(([name, value]) => {
        const short = shortLimitName(group, name)
        // A name that needs no comment speaks for itself here too.
        return `| \`${group}_${short}\` | ${String(value)} | ${comments.get(name) ?? short.replaceAll('_', ' ')} |`
      })
      return `### ${group}: ${about}\n\n| name | default | what it bounds |\n| --- | --- | --- |\n${rows.join('\n')}\n`
    })
    .join('\n')
}

/** Doc comments of the properties in a package's `limits.ts`; of one interface where the file has several groups. */
function commentsOf(folder: string, group: string): readonly (readonly [name: string, comment: string])[] {
  const text = readFileSync(`${root}packages/${folder}/src/limits.ts`, 'utf8')
  const wanted =
    folder === 'server' ? new RegExp(`interface ${group}Limits\\b[\\s\\S]*?\\n}`, 'i').exec(text)?.[0] : text
  const property = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*readonly (\w+): number/g
  return [...(wanted ?? '').matchAll(property)].map(match => {
    const comment = (match[1] ?? '').replace(/\s*\n\s*\*\s*/g, ' ').trim()
    return [match[2] as string, comment.replaceAll('|', '\\|')]
  })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(file, updated(readFileSync(file, 'utf8')))
}
