/** The `[convert]` table: what parts of messages are converted with (RFC 5259). */
import { isAbsolute, resolve } from 'node:path'
import { concreteType, defaultPreferred, type ProgramName, programNames } from '@lemonade/convert'
import type { Table } from './table.ts'

export interface ConvertConfig {
  readonly enabled: boolean
  /** Targets of default conversions, best first (RFC 5259 §6). */
  readonly preferred: readonly string[]
  /** Absolute paths; false for one to do without. What is not named is looked for in PATH. */
  readonly programs: Readonly<Partial<Record<ProgramName, string | false>>>
  /** Whether parts can be had by HTTP, under authorized URLs. */
  readonly media: boolean
}

export const convertSettings: readonly string[] = [
  'convert.enabled',
  'convert.preferred',
  'convert.media',
  ...programNames.map(name => `convert.${name}`),
]

export function convertConfig(table: Table, directory: string): ConvertConfig {
  const found = {
    enabled: boolean(table, 'enabled'),
    preferred: preferred(table),
    media: boolean(table, 'media'),
    programs: Object.fromEntries(programNames.flatMap(name => program(table, name, directory))),
  }
  table.end()
  return found
}

function boolean(table: Table, key: string): boolean {
  const value = table.take(key)
  if (value === undefined || typeof value === 'boolean') return value ?? true
  table.refuse(key, value, 'true or false')
  return true
}

function preferred(table: Table): readonly string[] {
  const value = table.take('preferred')
  if (value === undefined) return defaultPreferred
  const texts = Array.isArray(value) ? value : []
  const types = texts.map(text => (typeof text === 'string' ? concreteType(text) : null))
  if (types.length > 0 && types.every(type => type !== null)) return types
  table.refuse('preferred', value, 'a list of media types like ["text/plain", "image/jpeg"]')
  return defaultPreferred
}

function program(table: Table, name: ProgramName, directory: string): [ProgramName, string | false][] {
  const value = table.take(name)
  if (value === undefined) return []
  if (value === false) return [[name, false]]
  if (typeof value === 'string' && value !== '') return [[name, isAbsolute(value) ? value : resolve(directory, value)]]
  table.refuse(name, value, 'the path of the program, or false to do without it')
  return []
}
