/** The `[sieve]` table: the administrator's scripts. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { offeredExtensions } from '@lemonade/filter'
import { compile, formatDiagnostics } from 'sieve.js'
import { systemSentence } from '../problem.ts'
import type { Table } from './table.ts'

/** Absolute paths. */
export interface SieveConfig {
  readonly global: string | null
  readonly before: readonly string[]
  readonly after: readonly string[]
  /** Where notifications of scripts may be posted and pushed to. */
  readonly notifyTargets: (typeof notifyTargets)[number]
}

const notifyTargets = ['public', 'any'] as const

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
    notifyTargets: table.choice('notify_targets', notifyTargets, 'public'),
  }
  table.end()
  return { global: global === '' ? null : resolve(directory, global), ...found }
}

/**
 * A sentence a script around the owners' that cannot be read or does not compile, without its full stop: with such a one
 * no mail is taken in.
 */
export function siteScriptProblems({ before, after }: Pick<SieveConfig, 'before' | 'after'>): readonly string[] {
  const problems = [...before, ...after].flatMap(file => {
    try {
      const { program, diagnostics } = compile(readFileSync(file), { extensions: offeredExtensions })
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
