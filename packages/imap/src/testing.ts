/** For tests of productions and tables: what a parser may ask for. Not part of the server. */
import assert from 'node:assert/strict'
import { core } from './core/index.ts'
import { rev1 } from './dialect.ts'
import { extensions } from './extensions/index.ts'
import { defaultImapLimits, type ImapLimits } from './limits.ts'
import type { Parsing } from './parsing.ts'
import { register, type Tables } from './registry.ts'

export const allTables: Tables = register([...core, ...extensions])

/** A parser's surroundings; literals are in the octets already. */
export function parsing(limits: Partial<ImapLimits> = {}, tables: Tables = allTables): Parsing {
  const input = {
    pending: null,
    load: () => assert.fail('no literal is to come'),
    message: () => assert.fail('no literal is to come'),
  }
  return { tables, limits: { ...defaultImapLimits, ...limits }, input, utf8: false, dialect: rev1, names: [] }
}
