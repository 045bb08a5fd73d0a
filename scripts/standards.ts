/**
 * Fails where a citation of an RFC has another form than the one this project uses, names a section that the RFC does
 * not have (with the texts in $RFC_DIRECTORY, as rfcNNNN.txt), or where docs/standards.md and the code disagree.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as esmtp from '../packages/esmtp/src/extensions/index.ts'
import { offeredExtensions as sieve } from '../packages/filter/src/offered.ts'
import { extensions as imap } from '../packages/imap/src/extensions/index.ts'
import { citationsOf, hasSection } from './citations.ts'
import { missingPaths, type Offered, tableProblems } from './standards-table.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const problems = [...citationProblems(), ...tablesProblems()]
for (const problem of problems) console.error(problem)
if (problems.length > 0) process.exitCode = 1

function citationProblems(): readonly string[] {
  const texts = process.env['RFC_DIRECTORY']
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: root })
  const files = listed.toString().split('\n')
  return files
    .filter(file => /\.(ts|js|md)$/.test(file) && !file.startsWith('scripts/citations') && existsSync(join(root, file)))
    .flatMap(file => {
      const { found, problems } = citationsOf(readFileSync(join(root, file), 'utf8'))
      const missing = texts === undefined ? [] : found.filter(({ rfc, section }) => !exists(texts, rfc, section))
      return [
        ...problems.map(problem => `${file}, ${problem}.`),
        ...missing.map(({ rfc, section, line }) => `${file}, line ${line}: RFC ${rfc} has no §${section}.`),
      ]
    })
}

/** True where the text is not at hand, too. */
function exists(texts: string, rfc: number, section: string): boolean {
  const file = join(texts, `rfc${rfc}.txt`)
  return section === '' || !existsSync(file) || hasSection(readFileSync(file, 'utf8'), section)
}

function tablesProblems(): readonly string[] {
  const file = 'docs/standards.md'
  if (!existsSync(join(root, file))) return [`${file} is missing.`]
  const document = readFileSync(join(root, file), 'utf8')
  const lists: Readonly<Record<string, readonly Offered[]>> = {
    IMAP: imap.map(({ rfc, advertise }) => ({
      rfc,
      capabilities: typeof advertise === 'function' ? [] : [advertise ?? []].flat(),
    })),
    Sieve: sieve.map(({ rfc, capabilities }) => ({ rfc: rfc ?? 5228, capabilities })),
    // EHLO keywords depend on the session; the table is held to their RFCs.
    ESMTP: Object.values(esmtp)
      .map(each => (typeof each === 'function' ? null : each))
      .flatMap(each => (each === null ? [] : [{ rfc: each.rfc, capabilities: [] }])),
  }
  const problems = Object.entries(lists).flatMap(([heading, offered]) => tableProblems(document, heading, offered))
  return [...problems, ...missingPaths(document, path => existsSync(join(root, path)))].map(
    problem => `${file}: ${problem}.`,
  )
}
