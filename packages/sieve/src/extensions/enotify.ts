/** enotify (RFC 5435): notify, tests of what can be told how, and :encodeurl. Methods are rows of a table of their own. */
import type { Arguments } from '../arguments.ts'
import { type Asking, extension } from '../extension.ts'
import type { Machine } from '../machine.ts'
import { mailto } from '../notify-methods/mailto.ts'
import { type NotifyMethod, schemeOf } from '../notify-methods/method.ts'
import type { Registry } from '../registry.ts'
import { string, strings } from '../signature.ts'
import { toOctets } from '../text.ts'

/** The method of a URI, or a sentence about what is wrong (RFC 5435 §3.2). */
function methodOf(uri: string, registry: Registry): NotifyMethod | string {
  const scheme = schemeOf(uri)
  const method = scheme === null ? undefined : registry.notifyMethods.get(scheme)?.value
  if (method === undefined) return `Nobody can be notified by "${uri.slice(0, 60)}" here.`
  return method.check(uri) ?? method
}

/** option = optionname "=" value (RFC 5435 §3.5) */
const optionSyntax = /^[A-Za-z0-9][A-Za-z0-9._-]*=[^\n\r]*$/
const judgeOption = (text: string) => (optionSyntax.test(text) ? null : 'An option is written like "name=value".')
const judgeImportance = (text: string) => (/^[123]$/.test(text) ? null : 'The importance is "1", "2" or "3".')

/** What has been told in this run. */
const told = { initial: (): { count: number } => ({ count: 0 }) }

function* notify(given: Arguments, machine: Machine): Asking<void> {
  const uri = given.text('method')
  const method = methodOf(uri, machine.registry)
  if (typeof method === 'string') machine.fail(method)
  const state = machine.state(told)
  if (++state.count > machine.limits.notifications) {
    machine.fail(`The script notifies more than ${machine.limits.notifications} times.`)
  }
  const importance = given.has('importance') ? given.text('importance') : '2'
  const options = given.has('options') ? given.texts('options') : []
  const from = given.has('from') ? given.text('from') : null
  const wrong =
    judgeImportance(importance) ??
    options.map(judgeOption).find(sentence => sentence !== null) ??
    (from === null ? null : (method.checkFrom?.(from) ?? null))
  if (wrong !== null) machine.fail(wrong)
  if (given.has('fccMailbox') && !method.fcc) machine.fail('No copy of such a notification can be filed.')
  if (method.isUntold?.(machine.message) === true) return
  yield* machine.act(
    {
      do: 'notify',
      method: uri,
      from,
      importance: Number(importance) as 1 | 2 | 3,
      options: options.map(option => option.toWellFormed()),
      message: given.has('message') ? given.text('message').toWellFormed() : null,
    },
    given,
    false,
  )
}

/** What is known of a method (RFC 5435 §5, RFC 8580 §6.1); null for what is not known. */
function capability(uri: string, name: string, machine: Machine): string | null {
  const scheme = schemeOf(uri)
  const method = scheme === null ? undefined : machine.registry.notifyMethods.get(scheme)?.value
  if (method === undefined) return null
  const isSchemeOnly = uri.length === (scheme ?? '').length + 1
  if (name === 'fcc' && (isSchemeOnly || method.check(uri) === null)) return method.fcc ? 'yes' : 'no'
  // Whether somebody would hear it at once, nobody here can know.
  return name === 'online' && method.check(uri) === null ? 'maybe' : null
}

/** Octets that are not unreserved are percent-encoded (RFC 5435 §6, RFC 3986 §2.3). */
function encodeUrl(text: string): string {
  const escaped = (octet: string) => `%${octet.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
  return toOctets(text).replace(/[^A-Za-z0-9._~-]/g, escaped)
}

export const enotify = extension({
  capabilities: ['enotify'],
  rfc: 5435,
  commands: {
    notify: {
      tags: [
        { tag: 'from', argument: string('from') },
        { tag: 'importance', argument: string('importance', { check: judgeImportance }) },
        { tag: 'options', argument: strings('options', { check: judgeOption }) },
        { tag: 'message', argument: string('message') },
      ],
      positionals: [string('method')],
      run: notify,
    },
  },
  tests: {
    valid_notify_method: {
      positionals: [strings('uris')],
      run(given, machine) {
        machine.charge(given.texts('uris').length)
        return given.texts('uris').every(uri => typeof methodOf(uri, machine.registry) !== 'string')
      },
    },
    notify_method_capability: {
      matching: true,
      positionals: [string('uri'), string('capability'), strings('keys')],
      run(given, machine) {
        const value = capability(given.text('uri'), given.text('capability').toLowerCase(), machine)
        return value !== null && machine.matches(given, [value], given.texts('keys'))
      },
    },
  },
  modifiers: { encodeurl: { precedence: 15, of: encodeUrl } },
})

/** mailto (RFC 5436), which every implementation has. */
export const notifyByMail = extension({ capabilities: [], rfc: 5436, notifyMethods: { mailto } })
