/** How scripts name each other (RFC 6609 §3.2). */

/** Whose script it is: the owner's, or everybody's. */
export type ScriptLocation = 'personal' | 'global'

export interface ScriptReference {
  readonly location: ScriptLocation
  readonly name: string
}

/** Under which a program has an included script. */
export function includedKey(location: ScriptLocation, name: string): string {
  return `${location} ${name.normalize('NFC')}`
}

const scriptNameOctets = 512

/** A sentence about what can be no name of a script (RFC 5804 §1.6), or null. */
export function judgeScriptName(name: string): string | null {
  if (name === '') return 'The name of a script must not be empty.'
  if (Buffer.byteLength(name) > scriptNameOctets) {
    return `The name of a script must not be longer than ${scriptNameOctets} octets.`
  }
  return /[\p{Cc}\p{Cs}\u2028\u2029]/u.test(name) ? 'The name of a script must not contain control characters.' : null
}
