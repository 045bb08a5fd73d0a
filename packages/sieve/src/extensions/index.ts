/** What is built in beyond the core, in IANA order: the only other line that an extension touches. */
import { core } from '../core/index.ts'
import type { SieveExtension } from '../extension.ts'
import { encodedCharacter } from './encoded-character.ts'
import { envelopeTest } from './envelope.ts'
import { fileinto } from './fileinto.ts'

export const extensions: readonly SieveExtension[] = [encodedCharacter, envelopeTest, fileinto]

/** Capability strings for ManageSieve's SIEVE line (RFC 5804 §1.7), sorted. */
export function capabilities(offered: readonly SieveExtension[] = extensions): readonly string[] {
  return [...core, ...offered].flatMap(extension => extension.capabilities).sort()
}
