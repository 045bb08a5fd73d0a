/** The base language (RFC 5228), written by the same contract as every extension. */
import type { SieveExtension } from '../extension.ts'
import { actions } from './actions.ts'
import { addressParts } from './address-parts.ts'
import { comparators } from './comparators.ts'
import { control } from './control.ts'
import { matchTypes } from './match-types.ts'
import { tests } from './tests.ts'

export const core: readonly SieveExtension[] = [control, actions, tests, matchTypes, comparators, addressParts]
