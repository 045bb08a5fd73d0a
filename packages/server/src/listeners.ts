/** The listeners by their configuration names, in the order in which people see them. */
import type { Address } from '@lemonade/net'

export const listenerNames = [
  'imap',
  'imaps',
  'submission',
  'submissions',
  'smtp',
  'lmtp',
  'managesieve',
  'http',
  'https',
  'web',
] as const
export type ListenerName = (typeof listenerNames)[number]
export type ByListener<T> = Readonly<Record<ListenerName, T>>

/** Ports that need no privilege, for a server without a configuration; null for what is off until it is configured. */
export const defaultPorts = {
  imap: 1143,
  imaps: 1993,
  submission: 1587,
  submissions: 1465,
  smtp: 1025,
  lmtp: 2424,
  managesieve: 4190,
  http: 8080,
  https: null,
  web: null,
} as const satisfies ByListener<number | null>

/** What each one is, and how a client connects to it. */
export const listenerPurpose = {
  imap: 'reading mail, STARTTLS',
  imaps: 'reading mail, TLS',
  submission: 'sending mail, STARTTLS',
  submissions: 'sending mail, TLS',
  smtp: 'mail from other servers',
  lmtp: 'mail from a local MTA',
  managesieve: 'filter scripts, STARTTLS',
  http: 'metrics and health',
  https: 'how to set mail programs up, TLS',
  web: 'challenges for certificates, and the way to https',
} as const satisfies ByListener<string>

/** Both loopback addresses at a listener's default port, none where it is off by default. */
export function defaultAddresses(name: ListenerName): readonly Address[] {
  const port = defaultPorts[name]
  return port === null ? [] : ['127.0.0.1', '::1'].map(host => ({ host, port }))
}

/** One value a listener. */
export function byListener<T>(value: (name: ListenerName) => T): ByListener<T> {
  return Object.fromEntries(listenerNames.map(name => [name, value(name)])) as unknown as ByListener<T>
}
