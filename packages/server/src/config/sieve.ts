/** The `[sieve]` table: the administrator's scripts. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { offeredExtensions } from '@lemonade/filter'
import { networks } from '@lemonade/mta'
import type { Destinations } from '@lemonade/notify'
import { compile, formatDiagnostics, type SieveExtension } from 'sieve.js'
import { systemSentence } from '../problem.ts'
import type { Table } from './table.ts'

/** Absolute paths. */
export interface SieveConfig {
  readonly global: string | null
  readonly before: readonly string[]
  readonly after: readonly string[]
  /** Where what users name may be notified. */
  readonly notifyTargets: Destinations
}

export const sieveSettings = ['sieve.global', 'sieve.before', 'sieve.after', 'sieve.notify_targets'] as const

export function sieveConfig(table: Table, directory: string): SieveConfig {
  const global = table.string('global', '', 'the path of a directory', value => value !== '')
  const files = (key: 'before' | 'after') => {
    const value = table.take(key)
    if (value === undefined) return []
    const paths = Array.isArray(value) ? value : [value]
    if (paths.every(path => typeof path === 'string' && path !== '')) return paths.map(path => resolve(directory, path))
    table.refuse(key, value, 'the path of a script, or a list of them')
    return []
  }
  const found = {
    ...{ before: files('before'), after: files('after') },
    notifyTargets: notifyTargets(table),
  }
  table.end()
  return { global: global === '' ? null : resolve(directory, global), ...found }
}

function notifyTargets(table: Table): Destinations {
  const value = table.take('notify_targets')
  if (value === undefined || value === 'public' || value === 'any') return value ?? 'public'
  const texts = Array.isArray(value) ? value : []
  const opened = texts.length > 0 && texts.every(text => typeof text === 'string') ? networks(texts) : null
  if (opened !== null) return { publicAnd: opened }
  table.refuse('notify_targets', value, '"public", "any" or a list of networks like "10.1.0.0/16" to open as well')
  return 'public'
}

/**
 * A sentence a script around the owners' that cannot be read or does not compile, without its full stop: with such a one
 * no mail is taken in.
 */
export function siteScriptProblems(
  { before, after }: Pick<SieveConfig, 'before' | 'after'>,
  extensions: readonly SieveExtension[] = offeredExtensions,
): readonly string[] {
  const problems = [...before, ...after].flatMap(file => {
    try {
      const { program, diagnostics } = compile(readFileSync(file), { extensions })
      return program === null
        ? [
            formatDiagnostics(
              diagnostics.filter(({ severity }) => severity === 'error'),
              file,
            ),
          ]
        : []
    } catch (error) {
      return [`the script ${file} cannot be read: ${systemSentence(error) ?? String(error)}`]
    }
  })
  return problems.map(problem => problem.replace(/\.$/, ''))
}
