/** The base protocol, RFC 3501 and RFC 9051, as extension values. */
import type { Extension } from '../extension.ts'
import { anyState } from './any-state.ts'
import { appending } from './append.ts'
import { copying } from './copy.ts'
import { expunging } from './expunge.ts'
import { fetching } from './fetch.ts'
import { listing } from './list.ts'
import { loginCommands } from './login.ts'
import { mailboxes } from './mailboxes.ts'
import { rev2 } from './rev2.ts'
import { searching } from './search.ts'
import { selecting } from './select.ts'
import { statusCommand } from './status.ts'
import { storing } from './store.ts'

export const core: readonly Extension[] = [
  anyState,
  rev2,
  loginCommands,
  mailboxes,
  listing,
  statusCommand,
  selecting,
  appending,
  searching,
  fetching,
  storing,
  copying,
  expunging,
]
