/** The base protocol, RFC 3501, as extension values. */
import type { Extension } from '../extension.ts'
import { anyState } from './any-state.ts'
import { appending } from './append.ts'
import { copying } from './copy.ts'
import { expunging } from './expunge.ts'
import { fetching } from './fetch.ts'
import { listing } from './list.ts'
import { loginCommands } from './login.ts'
import { mailboxes } from './mailboxes.ts'
import { searching } from './search.ts'
import { selecting } from './select.ts'
import { statusCommand } from './status.ts'
import { storing } from './store.ts'

export const core: readonly Extension[] = [
  anyState,
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
