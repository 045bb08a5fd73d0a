/** Secrets of the configuration: in the file itself, or in files of their own that others need not be able to read. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { messageOf, systemSentence } from '../problem.ts'
import type { Table } from './table.ts'

/**
 * The value of `KEY`, or what the file says that `KEY_file` names, without the line break at its end; '' where neither is
 * set.
 */
export function secretOf(table: Table, key: string, directory: string): string {
  const value = table.string(key, '', 'a string that is not empty', text => text !== '')
  const path = table.string(`${key}_file`, '', 'the path of a file', text => text !== '')
  if (path === '') return value
  if (table.take(key) !== undefined) {
    table.report(`${table.name(key)} and ${table.name(`${key}_file`)} are both set; set one of them`)
    return value
  }
  const file = resolve(directory, path)
  try {
    const text = readFileSync(file, 'utf8').replace(/\r?\n$/, '')
    if (text === '') table.report(`${table.name(`${key}_file`)} names ${file}, which is empty`)
    return text
  } catch (error) {
    const reason = systemSentence(error) ?? messageOf(error)
    table.report(`${table.name(`${key}_file`)} cannot be read. ${reason.replace(/\.$/, '')}`)
    return ''
  }
}

/** Whether it is said at all where the secret comes from. */
export function isSecretSet(table: Table, key: string): boolean {
  return table.take(key) !== undefined || table.take(`${key}_file`) !== undefined
}
