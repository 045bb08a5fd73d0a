/** `lemonade check`, `lemonade backup`, `lemonade config check`: looking after the store and its configuration. */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { Command } from 'commander'
import { configError } from '../config/config.ts'
import { offeredBy } from '../config/offered.ts'
import { siteScriptProblems } from '../config/sieve.ts'
import { unknownLimits } from '../limits.ts'
import { UserError } from '../problem.ts'
import { type Io, print } from '../terminal/io.ts'
import { openProgress } from '../terminal/progress.ts'
import { addCommand, configFor, withStore } from './command.ts'

export function addMaintenanceCommands(program: Command, io: Io): void {
  addCommand(program, 'check', 'audit the whole store').action(async (_options: object, command: Command) =>
    withStore(configFor(io, command), async store => {
      const progress = openProgress('checking')
      let findings = 0
      try {
        for await (const finding of store.check(progress.at)) {
          findings++
          print(io, finding)
        }
      } finally {
        progress.end()
      }
      if (findings > 0) {
        throw new UserError(`The store has ${findings === 1 ? 'a problem' : `${findings} problems`}; restore a backup.`)
      }
      print(io, 'The store is sound.')
    }),
  )
  addCommand(program, 'backup <file>', 'copy the store into a file, while the server runs')
    .option('--force', 'replace the file where it exists')
    .action(async (file: string, options: { force?: boolean }, command: Command) =>
      withStore(configFor(io, command), async store => {
        const target = resolve(io.directory, file)
        if (existsSync(target) && options.force !== true) {
          throw new UserError(`${target} exists; name another file, or replace it with --force.`)
        }
        const progress = openProgress('copying')
        // Under another name until it is whole, so that a half backup is never taken for one.
        const incoming = `${target}.incomplete`
        try {
          mkdirSync(dirname(target), { recursive: true })
          rmSync(incoming, { force: true })
          await store.backup(incoming, progress.at)
          renameSync(incoming, target)
        } catch (error) {
          rmSync(incoming, { force: true })
          throw error
        } finally {
          progress.end()
        }
        print(
          io,
          `The store is copied to ${target}. Keep the configuration with it, and secrets.key, push-keys.json and tls of ${store.directory}.`,
        )
      }),
    )
  const config = addCommand(program, 'config', 'the configuration')
  addCommand(config, 'check', 'check the configuration').action(async (_options: object, command: Command) => {
    const found = configFor(io, command)
    const { limitGroups } = await import('../limit-groups.ts')
    const unknown = unknownLimits(limitGroups, found.limits)
    const problems = [...unknown, ...siteScriptProblems(found.sieve, offeredBy(found))]
    if (problems.length > 0) throw configError(found.file, problems)
    print(
      io,
      found.file === null ? 'There is no configuration file; the defaults apply.' : `${found.file} is in order.`,
    )
  })
}
