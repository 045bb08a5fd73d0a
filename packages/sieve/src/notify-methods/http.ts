/** http and https, a method of our own: the notification is posted to the URI, as JSON. */
import type { NotifyMethod } from './method.ts'

const uriCharacters = 2000

function check(uri: string): string | null {
  if (uri.length > uriCharacters || /[^!-~]/.test(uri) || !URL.canParse(uri)) return 'This is no URI to post to.'
  const { hostname, username, password } = new URL(uri)
  // A script is not the place for secrets, and a log neither.
  if (username !== '' || password !== '') return 'A URI to post to must not hold a user or a password.'
  return hostname === '' ? 'This is no URI to post to.' : null
}

export const http: NotifyMethod = { check, fcc: true }
