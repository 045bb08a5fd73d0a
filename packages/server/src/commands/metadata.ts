/** `lemonade metadata`: what the server says of itself to everybody (RFC 5464 §3.2.1.1). */
import { metadataNameProblem } from '@lemonade/imap'
import { serverAccount } from '@lemonade/store'
import type { Command } from 'commander'
import { UserError } from '../problem.ts'
import { columns } from '../terminal/columns.ts'
import { type Io, print } from '../terminal/io.ts'
import { addCommand, configFor, withStore } from './command.ts'

const theServer = { mailbox: null, account: serverAccount }

export function addMetadataCommands(program: Command, io: Io): void {
  const metadata = addCommand(program, 'metadata', 'what the server says of itself to every user')
  addCommand(metadata, 'list', 'list the entries').action(async (_options: object, command: Command) =>
    withStore(configFor(io, command), async store => {
      const entries = await store.metadata.sizes(theServer, '/shared', 'infinity')
      const rows = entries.map(async ({ name }) => [name, shown((await store.metadata.get(theServer, name)) ?? none)])
      print(io, columns(await Promise.all(rows)))
    }),
  )
  addCommand(metadata, 'set <entry> <value>', 'set an entry, such as /shared/comment or /shared/admin').action(
    async (name: string, value: string, _options: object, command: Command) => {
      checkEntry(name, value)
      await withStore(configFor(io, command), async store => {
        await store.metadata.set(theServer, [{ name, value: Buffer.from(value) }])
        print(io, `${name} is said to every user now.`)
      })
    },
  )
  addCommand(metadata, 'remove <entry>', 'remove an entry').action(
    async (name: string, _options: object, command: Command) =>
      withStore(configFor(io, command), async store => {
        const changes = await store.metadata.set(theServer, [{ name, value: null }])
        if (changes.length === 0) throw new UserError(`There is no entry ${name}; "lemonade metadata list" shows all.`)
        print(io, `${name} is said no longer.`)
      }),
  )
}

const none = new Uint8Array(0)

/** Text on one line, or how much else there is. */
function shown(value: Uint8Array): string {
  if (value.includes(0)) return `(${value.length} octets that are no text)`
  return new TextDecoder().decode(value).replace(/\s+/g, ' ')
}

/** Throws a sentence where an entry cannot have that name, or that value. */
function checkEntry(name: string, value: string): void {
  const problem = metadataNameProblem(name)
  if (problem !== null) throw new UserError(`${name}: ${problem}.`, 2)
  if (!/^\/shared\//i.test(name)) throw new UserError('What is said to everybody begins with /shared/.', 2)
  if (/^\/shared\/admin$/i.test(name) && !URL.canParse(value))
    throw new UserError(
      '/shared/admin is a URL by which the operator is reached; write one like mailto:me@example.org.',
      2,
    )
}
