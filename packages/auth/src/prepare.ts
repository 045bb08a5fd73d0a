/** Passwords as they are hashed. */
import saslprep from '@mongodb-js/saslprep'

/**
 * SASLprep (RFC 4013) of a password, as SCRAM requires (RFC 5802 §2.2). A password that SASLprep cannot prepare, for
 * instance with code points that Unicode 3.2 did not have, stands for itself: clients do the same, and refusing it
 * would lock its owner out.
 */
export function preparePassword(password: string): string {
  try {
    const prepared = saslprep(password, { allowUnassigned: true })
    return prepared === '' ? password : prepared
  } catch {
    return password
  }
}
