/** The mechanisms, the strongest first: the order in which they are offered. */
import { login } from './login.ts'
import type { Mechanism } from './mechanism.ts'
import { plain } from './plain.ts'
import { scram } from './scram.ts'

export const mechanisms: readonly Mechanism[] = [
  scram('SHA-256', 'PLUS'),
  scram('SHA-1', 'PLUS'),
  scram('SHA-256', 'plain'),
  scram('SHA-1', 'plain'),
  plain,
  login,
]
