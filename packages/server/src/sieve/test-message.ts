/** Scripts over a message in a file, with each of their steps told, and nothing done. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { ScriptFiles } from '@lemonade/filter'
import { Scripts, type ScriptWatch } from '@lemonade/mta'
import { silentLog } from '@lemonade/net'
import type { PreparedContent, Store } from '@lemonade/store'
import { describeAct } from 'sieve.js'
import { accountNamed } from '../commands/command.ts'
import type { Config } from '../config/config.ts'
import { offeredBy } from '../config/offered.ts'
import { LateConverter } from '../converter.ts'
import { contentTestsOf } from '../filters.ts'
import { groupLimits } from '../limit-groups.ts'
import { messageOf, systemSentence, UserError } from '../problem.ts'
import { type Io, print } from '../terminal/io.ts'
import { version } from '../version.ts'

/** What the commands work on. */
export interface House {
  readonly store: Store
  readonly config: Config
}

export interface TestOptions {
  readonly account: string
  readonly from: string
  readonly to?: string
}

export async function testMessage(io: Io, file: string, options: TestOptions, { store, config }: House): Promise<void> {
  const account = await accountNamed(store, options.account)
  const content = await contentOf(store, resolve(io.directory, file))
  const converter = LateConverter.of(config)
  const scripts = new Scripts({
    store,
    files: new ScriptFiles(config.sieve),
    limit: 10,
    delimiter: config.mta.recipientDelimiter,
    contentTests: contentTestsOf(config),
    converter,
    limits: groupLimits('sieve', config.limits),
    extensions: offeredBy(config),
    log: silentLog,
  })
  const { hostname } = config
  const environment = { host: hostname, location: 'MDA', name: 'Lemonade', phase: 'during', version }
  const envelope = { from: options.from, to: options.to ?? account.name }
  try {
    const verdict = await scripts.run({ account: account.id, content, envelope, environment, watch: shownBy(io) })
    for (const each of verdict.contents) await each.discard()
    print(io, verdict.actions.length === 0 ? 'The message is dropped.' : 'Outcome:')
    for (const action of verdict.actions) print(io, `  ${describeAct(action)}`)
    for (const { handle, id, seconds } of verdict.remember) {
      print(io, `  remember "${id}"${handle === '' ? '' : ` as "${handle}"`} for ${seconds} seconds`)
    }
  } finally {
    await content.discard()
    await converter?.close()
  }
}

/** A line a step. */
function shownBy(io: Io): ScriptWatch {
  return {
    begins(title, problem) {
      print(io, `Script "${title}":`)
      if (problem !== null) print(io, problem.replace(/^/gm, '  '))
    },
    asks(ask, answer) {
      const { ask: what, ...details } = ask
      const said = answer instanceof Uint8Array ? `${answer.length} octets` : JSON.stringify(answer)
      print(io, `  ? ${what} ${JSON.stringify(details)}: ${said}`)
    },
    acts: act => print(io, `  - ${describeAct(act)}`),
    ends(error) {
      if (error === null) return
      const { script, line, column, message } = error
      print(
        io,
        `  ! ${script === undefined ? '' : `${script}:`}${line}:${column}: ${message} Nothing of it is done; the message is kept.`,
      )
    },
  }
}

async function contentOf(store: Store, path: string): Promise<PreparedContent> {
  let octets: Buffer
  try {
    octets = readFileSync(path)
  } catch (error) {
    throw new UserError(`The message cannot be read. ${systemSentence(error) ?? messageOf(error)}`)
  }
  // A file's lines may end as its system has them; mail's end in CRLF.
  const lines = Buffer.from(octets.toString('latin1').replace(/\r?\n/g, '\r\n'), 'latin1')
  const writer = store.contents.writer({ limitOctets: lines.length })
  await writer.write(lines)
  return writer.finish()
}
