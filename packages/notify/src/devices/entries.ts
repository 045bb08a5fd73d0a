/** What may be set below `…/notify/`, by whatever protocol: the one judgement of IMAP, of HTTP and of the command line. */
import { BadPreferences, preferencesIn } from './preferences.ts'

/** KIND/NAME, in what an entry's name may have (RFC 5464 §3.1). */
const device = /^(?!(?:preferences|state|validate)\/)[a-z0-9]{1,32}\/(?![^/]*[%*])[!-.0-~]{1,64}$/i

export function isDeviceName(name: string): boolean {
  return device.test(name)
}

/** Says why what stands behind `…/notify/` may not be set to a value, as a sentence; null where it may. */
export function notifyEntryProblem(name: string, value: Uint8Array): string | null {
  const [first, ...rest] = name.split('/')
  if (first?.toLowerCase() === 'preferences' && (rest.length === 0 || isDeviceName(rest.join('/')))) {
    return preferencesProblem(value)
  }
  if (!isDeviceName(name)) return 'A device has a kind and a name, such as webpush/phone.'
  return value.length === 0 ? 'Say where the device is.' : null
}

function preferencesProblem(value: Uint8Array): string | null {
  try {
    preferencesIn(value)
    return null
  } catch (error) {
    if (error instanceof BadPreferences) return error.message
    throw error
  }
}
